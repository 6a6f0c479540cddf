// Pulse: rounds, what came of each in a sentence first, and asking anew. Shown for groups of five and more, once a round is closed.
import { signal, type Signal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import type { PulseGroup, PulseQuestions, PulseRound } from '../../lib/api-types.ts'
import { call } from '../../lib/api.ts'
import { lang, useT } from '../../lib/i18n.ts'
import { resource, useResource } from '../../lib/resource.ts'
import { Link } from '../../lib/router.ts'
import { at, day, serverNow } from '../../lib/time.ts'
import { may } from '../../shell/rights.ts'
import { Button, Check, Csv, Dialog, Empty, Field, Icon, Note, Print, Select, SheetHead, SheetWords, Table, type Col } from '../../ui/index.ts'
import { Card, Data, useSaving } from '../people/form.tsx'
import { figure, moved, said, sentence, type T } from './pulse.ts'

const DAYS = 14
const DAYS_MOST: Record<string, number> = { '': 92, month: 28, quarter: 89 }
const DAY_MS = 86_400_000

type Asked = PulseGroup['questions'][number]

const days = (text: string | undefined): string => text === undefined ? '' : day(at(text), lang.value)

function stateOf(t: T, is: PulseRound): string {
  if (is.state === 'closed') return t('pulse.closed', { day: days(is.closed_at ?? is.ends_at) })
  return is.state === 'planned' ? t('pulse.planned', { day: days(is.starts_at) }) : t('pulse.running', { day: days(is.ends_at), answered: is.answered ?? 0, asked: is.asked ?? 0 })
}

function changeOf(t: T, one: Asked): string {
  if (!one.change) return ''
  const by = figure(one.change.value, true)
  return moved(one.change) ? t('pulse.change', { by, low: figure(one.change.low, true), high: figure(one.change.high, true) }) : t('pulse.change.early', { by })
}

function Group({ round, group }: { round: PulseRound; group: PulseGroup }) {
  const t = useT('pulse')
  const name = group.whole ? t('pulse.whole') : group.name ?? group.team ?? ''
  const text = (id: string): string => said(round.questions.find(one => one.id === id)?.text)
  const columns: Col<Asked>[] = [
    { name: t('pulse.open.questions'), cell: row => <span class="wraps">{text(row.id)}</span> },
    { name: t('pulse.word.mean'), cell: row => <><b class="w6">{t('pulse.mean', { mean: figure(row.mean.value) })}</b><div class="t12 f">{t('pulse.mean.range', { low: figure(row.mean.low), high: figure(row.mean.high) })}</div></> },
    { name: t('pulse.counts'), cell: row => row.counts.join(' · ') },
    ...group.questions.some(one => one.change) ? [{ name: t('pulse.word.change'), cell: (row: Asked) => <span class="wraps">{changeOf(t, row)}</span> }] : [],
  ]
  return <Card title={name} side={<span class="t12 f">{t('pulse.answers', { n: group.answers })}</span>}>
    <div class="tr-table" data-scrolls tabIndex={0} role="group" aria-label={name}><Table label={name} columns={columns} count={group.questions.length} get={row => group.questions[row]} rowKey={row => row.id} /></div>
    {group.words !== undefined && round.words !== undefined && <div class="pad col g3"><h3 class="t13 w5">{t('pulse.texts')}: {said(round.words)}</h3>
      {group.words.length === 0 ? <p class="t13 m">{t('pulse.texts.none')}</p> : <ul class="col g3">{group.words.map((one, i) => <li key={i}><blockquote class="quote">{one}</blockquote></li>)}</ul>}</div>}
  </Card>
}

function Results({ round }: { round: PulseRound }) {
  const t = useT('pulse')
  const is = round.results
  if (!is) return <Card title={round.title ?? t('pulse.title')}><div class="pad col g3"><p class="t14">{stateOf(t, round)}</p><p class="t13 m">{t('pulse.running.text')}</p></div></Card>
  const whole = is.groups.find(one => one.whole) ?? is.groups[0]
  const words = (['mean', 'change'] as const).map((word): [string, string] => [t(`pulse.word.${word}`), t(`pulse.word.${word}.text`)])
  return <div class="col g6">
    <SheetHead title={round.title ?? t('pulse.sheet')} team={round.team_name ?? ''} since={round.starts_at} until={round.closed_at} />
    <Card title={round.title ?? t('pulse.title')} side={whole && <><Csv path={`/v1/pulse/${round.id}`} of={t('pulse.sheet')} /><Print /></>}>
      <div class="pad col g3">{whole ? <p class="t14">{sentence(t, round.questions, is, whole)}</p> : <p class="t14">{t('pulse.few')}</p>}
        {is.before_closed_at !== undefined && whole && <p class="t12 f">{t('pulse.before', { day: days(is.before_closed_at) })}</p>}
        {is.hidden > 0 && whole && <p class="t12 f">{t('pulse.hidden', { n: is.hidden })}</p>}</div>
    </Card>
    {is.groups.map(one => <Group key={one.team ?? ''} round={round} group={one} />)}
    <SheetWords words={words} />
  </div>
}

function Close({ round, done }: { round: PulseRound; done: () => void }) {
  const t = useT('pulse')
  const saving = useSaving()
  const open = useMemo(() => signal(false), [])
  const last = useMemo(() => signal(false), [])
  const close = (): void => { void saving.run(() => call('closePulse', { path: { id: round.id }, body: { ...last.value && { last: true } } })).then(answer => { if (answer) { open.value = false; done() } }) }
  return <><Button class="no-print" onClick={() => { open.value = true }}>{t('pulse.close')}</Button>
    <Dialog open={open} title={t('pulse.close')} footer={<Button kind="pri" busy={saving.busy.value ? t('pulse.closing') : undefined} onClick={close}>{t('pulse.close')}</Button>}>
      <div class="col g4"><p class="t13">{t('pulse.close.text')}</p>{round.repeat !== undefined && <Check label={t('pulse.close.last')} hint={t('pulse.close.next')} value={last} />}{saving.problem.value && <Note kind="bad" live>{saving.problem.value.detail}</Note>}</div>
    </Dialog></>
}

function Ask({ open, done }: { open: Signal<boolean>; done: (id: string) => void }) {
  const t = useT('pulse')
  const saving = useSaving()
  const form = useMemo(() => ({ team: signal(''), title: signal(''), days: signal(String(DAYS)), repeat: signal(''), words: signal(true), fault: signal('') }), [])
  const read = useResource(() => resource(async signal => {
    const [teams, asks] = await Promise.all([call('listTeams', { signal }), call('pulseQuestions', { signal })])
    return { teams: teams.items, asks }
  }), [])
  const send = (asks: PulseQuestions): void => {
    const n = Number(form.days.value)
    const most = DAYS_MOST[form.repeat.value]!
    form.fault.value = Number.isInteger(n) && n >= 1 && n <= most ? '' : t('pulse.open.fault.days', { most })
    if (form.fault.value !== '') return
    const body = { ends_at: new Date(serverNow() + n * DAY_MS).toISOString(), ...form.team.value !== '' && { team: form.team.value }, ...form.title.value.trim() !== '' && { title: form.title.value.trim() },
      ...form.repeat.value !== '' && { repeat: form.repeat.value as 'month' | 'quarter' }, ...form.words.value && { words: asks.words } }
    void saving.run(() => call('openPulse', { body })).then(answer => { if (answer) { open.value = false; done(answer.id) } })
  }
  const everybody = may('SEE_TO_CAUSES', 'all')
  return <Dialog open={open} title={t('pulse.open')} footer={<Button kind="pri" busy={saving.busy.value ? t('pulse.open.opening') : undefined} onClick={() => { if (read.data.value) send(read.data.value.asks) }}>{t('pulse.open.do')}</Button>}>
    <Data of={read}>{({ teams, asks }) => {
      const options = [...everybody ? [{ value: '', text: t('pulse.open.team.all') }] : [], ...teams.map(one => ({ value: one.id, text: one.name ?? one.id }))]
      if (!everybody && form.team.peek() === '') form.team.value = options[0]?.value ?? ''
      return <div class="col g4">
        <p class="t13 m">{t('pulse.open.text')}</p>
        <Select label={t('pulse.open.team')} value={form.team} options={options} />
        <Field label={t('pulse.open.title')} value={form.title} maxLength={100} />
        <Field label={t('pulse.open.days')} value={form.days} inputMode="numeric" fault={form.fault.value || undefined} />
        <Select label={t('pulse.open.repeat')} value={form.repeat} options={[{ value: '', text: t('pulse.open.repeat.none') }, { value: 'month', text: t('pulse.open.repeat.month') }, { value: 'quarter', text: t('pulse.open.repeat.quarter') }]} />
        <section aria-label={t('pulse.open.questions')}><p class="lbl">{t('pulse.open.questions')}</p><ul class="col g2 t13">{asks.questions.map(one => <li key={one.id}>{said(one.text)}</li>)}</ul></section>
        <Check label={t('pulse.open.words', { words: said(asks.words) })} value={form.words} />
        {saving.problem.value && <Note kind="bad" live>{saving.problem.value.detail}</Note>}
      </div>
    }}</Data>
  </Dialog>
}

function One({ id, changed }: { id: string; changed: () => void }) {
  const read = useResource(() => resource<PulseRound>(signal => call('getPulse', { path: { id }, signal })), [id])
  const done = (): void => { void read.refresh(); changed() }
  return <Data of={read}>{round => <div class="col g5"><Results round={round} />{round.mine && <div><Close round={round} done={done} /></div>}</div>}</Data>
}

export function Pulse({ id }: { id: string }) {
  const t = useT('pulse')
  const asking = useMemo(() => signal(false), [])
  const read = useResource(() => resource<PulseRound[]>(signal => call('listPulses', { signal }).then(found => found.items)), [])
  const again = (): void => { void read.refresh() }
  return <Data of={read}>{rounds => {
    const chosen = id || (rounds.find(one => one.state === 'closed') ?? rounds[0])?.id
    const opens = may('SEE_TO_CAUSES', 'team')
    return <div class={id === '' ? 'tr' : 'tr one'}>
      <div class="col g6 tr-side"><section class="card" aria-labelledby="tr-pulse"><div class="hd"><h2 id="tr-pulse">{t('pulse.rounds')}</h2></div>
        {rounds.length === 0 ? <Empty title={t('pulse.first')}>{t('pulse.first.text')}</Empty> : <nav class="path" aria-labelledby="tr-pulse">{rounds.map(one =>
          <Link key={one.id} to={`/train/pulse/${one.id}`} aria-current={one.id === chosen ? 'page' : undefined}><Icon name="chart" /><b>{one.title ?? one.team_name ?? t('pulse.open.team.all')}</b><span /><small>{stateOf(t, one)}</small></Link>)}</nav>}
        {opens && <div class="pad"><Button kind="pri" onClick={() => { asking.value = true }}>{t('pulse.open')}</Button></div>}</section></div>
      {chosen !== undefined && <div class="tr-main"><One key={chosen} id={chosen} changed={again} /></div>}
      {opens && <Ask open={asking} done={again} />}
    </div>
  }}</Data>
}
