// What people say is in their way, by rule: how often, how long they waited for it, and the answer to all of them.
import { useSignal } from '@preact/signals'
import { boot } from '../../lib/boot.ts'
import { call, Problem } from '../../lib/api.ts'
import type { Obstacle } from '../../lib/api-types.ts'
import { lang, useT } from '../../lib/i18n.ts'
import { resource, useResource } from '../../lib/resource.ts'
import { Link } from '../../lib/router.ts'
import { at, day, length } from '../../lib/time.ts'
import { may } from '../../shell/rights.ts'
import { Button, Field, Note, Select, Tag, TextArea } from '../../ui/index.ts'
import { money } from './figures.ts'
import { ruleName } from './inTheWay.ts'

const OUTCOMES = ['looked_at', 'changed', 'stays'] as const
const OF_CHANGE = ['explained', ...OUTCOMES] as const

/** Nothing where nobody has said anything. */
export function InTheWay() {
  const t = useT('listening')
  const list = useResource(() => resource(signal => call('listObstacles', { signal }).then(page => page.items), { kinds: ['obstacle.*'] }), [])
  const items = list.data.value ?? []
  if (items.length === 0) return null
  return <section class="card tea" aria-labelledby="pol-way">
    <div class="hd"><h3 id="pol-way">{t('listening.title')}</h3></div>
    <ul>{items.map(one => <Row key={`${one.kind}/${one.rule}`} one={one} again={() => void list.refresh()} />)}</ul>
  </section>
}

function Figures({ one }: { one: Obstacle }) {
  const t = useT('listening')
  if (one.kind === 'change') return <p class="t13">{t('listening.ask.said', { voices: one.voices, people: one.people })}</p>
  return <p class="t13">
    {t('listening.said', { voices: one.voices, people: one.people, waited: length(one.waited_seconds * 1000, lang.value) })}
    {one.asked > 0 && <> {t('listening.asked', { n: one.asked, unchanged: one.unchanged })}</>}
    {one.amount !== undefined && one.given !== undefined && <> {t('listening.given', { given: money(one.given), amount: money(one.amount) })}</>}
  </p>
}

function Row({ one, again }: { one: Obstacle; again: () => void }) {
  const t = useT('listening')
  const open = useSignal(false)
  const mayAnswer = may('CHANGE_POLICY', 'all') || (one.owner !== undefined && one.owner === boot.me?.person?.id)
  return <li>
    <p><b>{ruleName(one)}</b> {one.open && <Tag tone="ask">{t('listening.open')}</Tag>} {one.words && <span class="m" lang={lang.value === 'en' ? undefined : 'en'}>{one.words}</span>}</p>
    {one.change?.map(words => <p key={words.rule} class="t13 ackd" lang="en">{words.before && <del>{words.before}</del>} {words.after && <ins>{words.after}</ins>}</p>)}
    <Figures one={one} />
    <ul class="plain t13">{one.said.map(said => <li key={said.id}>
      {said.decision ? <Link to={`/desk/decisions?one=${encodeURIComponent(said.decision)}`}>{day(at(said.at), lang.value)}</Link> : day(at(said.at), lang.value)}
      {said.agent_name && ` · ${said.agent_name}`}{said.note && <span class="m"> “{said.note}”</span>}</li>)}</ul>
    {one.answer && <p class="t13">{t(`listening.outcome.${one.answer.outcome}`)}{one.answer.policy_version !== undefined && ` (${t('listening.version', { n: one.answer.policy_version })})`}. {t('listening.answered', { name: one.answer.by_name ?? one.answer.by, text: one.answer.text ?? '' })}</p>}
    {one.owner_name && <p class="t12 f">{t('listening.owner', { name: one.owner_name })}</p>}
    {mayAnswer && !open.value && <div><Button size="sm" kind={one.open ? 'pri' : 'quiet'} onClick={() => { open.value = true }}>{t('listening.answer')}</Button></div>}
    {mayAnswer && open.value && <Answer one={one} done={() => { open.value = false; again() }} />}
  </li>
}

function Answer({ one, done }: { one: Obstacle; done: () => void }) {
  const t = useT('listening')
  const outcomes = one.kind === 'change' ? OF_CHANGE : OUTCOMES
  const outcome = useSignal<string>(outcomes[0])
  const text = useSignal('')
  const version = useSignal(String(boot.me?.policy ?? ''))
  const busy = useSignal(false)
  const fault = useSignal('')
  const send = (event: SubmitEvent): void => {
    event.preventDefault()
    if (text.value.trim() === '') { fault.value = t('listening.empty'); return }
    busy.value = true
    const chosen = outcomes.find(name => name === outcome.value) ?? 'looked_at'
    call('answerObstacle', { path: { kind: one.kind, rule: one.rule }, body: { outcome: chosen, text: text.value, ...(chosen === 'changed' ? { policy_version: Number(version.value) } : {}) } })
      .then(done, (failed: unknown) => { fault.value = failed instanceof Problem ? failed.detail ?? failed.message : String(failed) })
      .finally(() => { busy.value = false })
  }
  return <form class="col g3" onSubmit={send as never} noValidate>
    <Select label={t('listening.outcome')} value={outcome} options={outcomes.map(value => ({ value, text: t(`listening.outcome.${value}`) }))} />
    {outcome.value === 'changed' && <Field label={t('listening.answer.version')} value={version} type="text" inputmode="numeric" autocomplete="off" />}
    <TextArea label={t('listening.answer.text')} value={text} rows={2} maxLength={2000} />
    {fault.value !== '' && <Note kind="bad" live>{fault.value}</Note>}
    <div><Button type="submit" size="sm" kind="pri" busy={busy.value ? t('listening.sending') : undefined}>{t('listening.answer')}</Button></div>
  </form>
}
