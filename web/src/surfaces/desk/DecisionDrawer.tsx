/* One decision as the record has it: what was asked, why it came out so, what it left, what became of it; and taking it back. */
import { computed, signal, type Signal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import { Button, Dialog, Effect, forget, Icon, Kv, Note, Skeleton, Tag, TextArea } from '../../ui/index.ts'
import { call, Problem } from '../../lib/api.ts'
import { boot } from '../../lib/boot.ts'
import { messages, useT } from '../../lib/i18n.ts'
import type { DecisionRecord, Terms } from '../../lib/model.ts'
import { resource, useResource, type Resource } from '../../lib/resource.ts'
import { Link } from '../../lib/router.ts'
import { at } from '../../lib/time.ts'
import { may } from '../../shell/rights.ts'
import { say } from './Answer.tsx'
import { labelsOf } from './Decided.tsx'
import { me } from './desk.ts'
import { factsShown, link, links } from './give.ts'
import { lazy } from './lazy.tsx'
import { PartFailed } from './Part.tsx'
import { amountText, dayText, since, type T } from './words.ts'

const Pick = lazy<{ open: Signal<boolean>; decision: string }>(async () => (await Promise.all([import('../reviews/Pick.tsx'), messages('reviews')]))[0].Pick)

const Draft = lazy<{ open: Signal<boolean>; decision: string }>(async () => (await Promise.all([import('../train/Draft.tsx'), messages('train')]))[0].Draft)

/** What a request says, by the names of the contract; it is free JSON in the record. */
interface Asked { reason?: string; case?: string; customer?: string; channel?: string; note?: string; evidence?: string | string[]; facts?: Record<string, unknown>; amount?: string }

export function DecisionDrawer({ one, terms, changed }: { one: Signal<string | null>; terms: Resource<Terms>; changed: () => void }) {
  const id = one.value
  const open = useMemo(() => signal(true), [id])
  return id === null ? null : <Opened key={id} id={id} open={open} close={() => { one.value = null }} terms={terms} changed={changed} />
}

function Opened({ id, open, close, terms, changed }: { id: string; open: Signal<boolean>; close: () => void; terms: Resource<Terms>; changed: () => void }) {
  const t = useT('desk')
  const record = useResource(() => resource<DecisionRecord>((abort) => call('getDecision', { path: { id }, signal: abort }), { kinds: ['hold.*', 'decision.reversed'] }), [id])
  const back = useMemo(() => signal(false), [id])
  const pick = useMemo(() => signal(false), [id])
  const draft = useMemo(() => signal(false), [id])
  const data = record.data.value
  const shut = (): void => {
    open.value = false
    close()
  }
  const footer = <>
    {data !== undefined && mayReverse(data) && <Button kind="quiet" onClick={() => { back.value = true }}><Icon name="undo" small />{t('desk.back.title')}</Button>}
    {data !== undefined && data.agent !== me && may('REVIEW', 'team') && <Button kind="quiet" onClick={() => { pick.value = true }}>{t('desk.one.review')}</Button>}
    {data !== undefined && may('WRITE_COURSES') && <Button kind="quiet" onClick={() => { draft.value = true }}>{t('desk.one.scenario')}</Button>}
    <span class="sp" /><Button onClick={shut}>{t('desk.one.close')}</Button>
  </>
  return <>
    <Dialog open={open} title={t('desk.one.title')} onClose={close} wide footer={footer}>
      {data === undefined
        ? record.problem.value === null ? <Skeleton rows={['w60', 'w80', 'w40', 'w80']} /> : record.problem.value.kind === 'not-found' ? <p class="t13 m">{t('desk.one.gone')}</p> : <PartFailed problem={record.problem.value} again={record.refresh} />
        : <Record record={data} terms={terms.data.value} />}
    </Dialog>
    {pick.value && <Pick open={pick} decision={id} />}
    {draft.value && <Draft open={draft} decision={id} />}
    {back.value && data !== undefined && <Reverse record={data} open={back} done={() => {
      void record.refresh()
      changed()
    }} />}
  </>
}

/** Whose right reaches this one: of their own, of their team's (the server has the last word), or anybody's. */
function mayReverse(record: DecisionRecord): boolean {
  const reach = boot.me?.rights['REVERSE'] ?? 'none'
  const stands = record.verdict === 'granted' && (record.state === 'final' || record.state === 'held')
  return stands && (reach === 'all' || reach === 'team' || (reach === 'own' && record.agent === me))
}

function stateWords(t: T, record: DecisionRecord): string {
  const words = {
    final: 'desk.state.given', held: 'desk.state.held', released: 'desk.state.released', lapsed: 'desk.state.lapsed', reversed: 'desk.state.reversed',
  } as const
  return record.verdict === 'granted' ? t(words[record.state]) : record.verdict === 'ask' ? t('desk.state.asked') : t('desk.state.ways')
}

function Record({ record, terms }: { record: DecisionRecord; terms: Terms | undefined }) {
  const t = useT('desk')
  const labels = labelsOf(terms)
  const asked = record.request as Asked
  const facts = new Map((terms?.facts ?? []).map((fact) => [fact.name, fact.label]))
  const shown = factsShown(asked.facts, facts, (value) => (typeof value === 'boolean' ? t(value ? 'desk.yes' : 'desk.no') : String(value)))
  const amount = record.verdict === 'granted' ? record.amount : asked.amount
  const budgets = new Map((terms?.budgets ?? []).map((budget) => [budget.name, budget.label]))
  const left = record.verdict === 'granted' ? Object.entries(record.left).map(([name, value]) => ({ name: budgets.get(name) ?? name, text: amountText(value, 'exact') })) : []
  const approval = 'approval' in record ? record.approval : undefined
  const rows = [
    { name: t('desk.col.time'), value: `${dayText(record.at)} · ${since(at(record.at))}` },
    { name: t('desk.col.agent'), value: record.agent },
    ...(asked.case === undefined ? [] : [{ name: t('desk.col.case'), value: <Link to={`/panel?case=${encodeURIComponent(asked.case)}`}>#{asked.case}</Link> }]),
    ...(asked.customer === undefined ? [] : [{ name: t('desk.filter.customer'), value: asked.customer }]),
    ...(asked.reason === undefined ? [] : [{ name: t('desk.col.reason'), value: labels.reason(asked.reason) }]),
    ...(asked.channel === undefined ? [] : [{ name: t('desk.one.channel'), value: asked.channel }]),
    ...shown.map((fact) => ({ name: fact.label, value: fact.value })),
    ...(asked.note === undefined ? [] : [{ name: t('desk.one.note'), value: asked.note }]),
  ]
  const why = [
    ...('grant' in record && record.grant !== undefined ? [{ name: t('desk.one.rule'), value: <code>{record.grant}</code> }] : []),
    ...('rail' in record && record.rail !== undefined ? [{ name: t('desk.one.rule'), value: <code>{record.rail}</code> }] : []),
    { name: t('desk.one.policy'), value: String(record.policy) },
    ...(record.verdict === 'granted' && record.approver !== undefined ? [{ name: t('desk.one.approver'), value: record.approver }] : []),
    ...(approval === undefined ? [] : [{ name: t('desk.one.ask'), value: <Link to={`/desk/approvals/${approval}`}>{t('desk.one.ask.open')}</Link> }]),
  ]
  return <>
    <p class="row wrap"><b class="t16">{labels.action(record.action)}{amount !== undefined && ` ${amountText(amount, 'exact')}`}</b><Tag tone={record.state === 'reversed' ? 'warn' : 'line'}>{stateWords(t, record)}</Tag>
      {record.stands_at !== undefined && record.stands_at !== amount && <span class="t12 f">{t('desk.one.stands', { amount: amountText(record.stands_at, 'exact') })}</span>}</p>
    {record.flagged === true && <Note kind="warn" icon="flag">{t('desk.one.flagged')}</Note>}
    {record.reversal !== undefined && <Note kind="warn" icon="undo">{t('desk.one.reversed', { by: record.reversal.by, when: since(at(record.reversal.at)) })}{record.reversal.reason !== undefined && <q class="block">{record.reversal.reason}</q>}</Note>}
    <h3>{t('desk.one.request')}</h3><Kv rows={rows} /><Links evidence={asked.evidence} />
    <h3>{t('desk.one.because')}</h3>
    {'why' in record && record.why !== undefined && <p class="t13 m" lang="en">{record.why}</p>}
    {record.verdict !== 'granted' && <ul class="t12 m dots" lang="en">{record.because.map((one, i) => <li key={i}>{one.rule}: {one.failed}</li>)}</ul>}
    <Kv rows={why} />
    {left.length > 0 && <><h3>{t('desk.one.left')}</h3><Effect rows={left} /></>}
  </>
}

function Links({ evidence }: { evidence: string | string[] | undefined }) {
  const t = useT('desk')
  const all = links(evidence)
  return all.length === 0 ? null : <ul class="evs" aria-label={t('desk.ask.evidence')}>{all.map((text) => {
    const to = link(text)
    return <li key={text}>{to === null ? text : <a href={to.href} target="_blank" rel="noreferrer noopener">{to.host}</a>}</li>
  })}</ul>
}

function Reverse({ record, open, done }: { record: DecisionRecord; open: Signal<boolean>; done: () => void }) {
  const t = useT('desk')
  const reason = useMemo(() => signal(''), [])
  const said = useMemo(() => signal<string | null>(null), [])
  const busy = useMemo(() => signal(false), [])
  const ready = useMemo(() => computed(() => reason.value.trim() !== ''), [])
  const worth = record.stands_at ?? (record.verdict === 'granted' ? record.amount : undefined)
  const amount = worth === undefined ? null : amountText(worth, 'exact')
  const draft = `back-${record.id}`
  const send = async (): Promise<void> => {
    if (!ready.value) {
      said.value = t('desk.back.need', { name: record.agent })
      return
    }
    busy.value = true
    said.value = null
    try {
      await call('reverseDecision', { path: { id: record.id }, body: { reason: reason.value.trim() } })
      forget(draft)
      open.value = false
      say(amount === null ? t('desk.back.done.plain') : t('desk.back.done', { amount }))
      done()
    } catch (error) {
      said.value = t('desk.did.not', { detail: error instanceof Problem ? error.detail : '' })
      done()
    } finally {
      busy.value = false
    }
  }
  const footer = <><Button kind="quiet" onClick={() => { open.value = false }}>{t('desk.way.back')}</Button>
    <Button kind="pri" busy={busy.value ? t('desk.do.sending') : undefined} onClick={() => void send()}>{amount === null ? t('desk.back.send.plain') : t('desk.back.send', { amount })}</Button></>
  return <Dialog open={open} title={t('desk.back.title')} draft={draft} footer={footer}>
    <p class="t13 m">{amount === null ? t('desk.back.intro.plain', { name: record.agent }) : t('desk.back.intro', { amount, name: record.agent })}</p>
    <TextArea label={t('desk.back.why')} name="note" value={reason} maxLength={2000} />
    {said.value !== null && <Note kind="warn" live>{said.value}</Note>}
  </Dialog>
}
