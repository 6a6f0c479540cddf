// Earned room: whose record bears out more, what that would have done, and one touch to give it. The replay's sentence stands first.
import { signal } from '@preact/signals'
import { useMemo, useState } from 'preact/hooks'
import type { RoomList, RoomProposal } from '../../lib/api-types.ts'
import { call, Problem } from '../../lib/api.ts'
import { lang, rich, useT } from '../../lib/i18n.ts'
import { resource, useResource } from '../../lib/resource.ts'
import { Link } from '../../lib/router.ts'
import { span } from '../../lib/time.ts'
import { Button, Note, TextArea, toast } from '../../ui/index.ts'
import { amount, money, percent } from './track.ts'
import { changeOf } from './room.ts'

const KINDS = ['person.changed', 'room.accepted', 'lowering.*', 'review.*']
const QUIET_MS = 10_000 // what ninety days say need not move with every answer
const SHOWN = 6

/** `bare`: on a person's page, where nothing is said of somebody without a proposal. */
export function Room({ team, agent, bare }: { team?: string; agent?: string; bare?: boolean }) {
  const t = useT('room')
  const read = useResource(() => resource<RoomList>(abort => call('listRoom', { query: { ...team && { team }, ...agent && { agent } }, signal: abort }), { kinds: KINDS, quiet: QUIET_MS }), [team, agent])
  const list = read.data.value
  if (!list || (bare && list.items.length === 0)) return null
  const again = () => { void read.refresh() }
  return <section class="card c12" aria-labelledby="room">
    <div class="hd"><h2 id="room">{t('room.title')}</h2><span class="sp" />{list.items.length > 0 && <span class="t12 f">{t('room.count', { n: list.items.length })}</span>}</div>
    <div class="pad col g6">
      <p class="t13 m">{list.items.length === 0 ? t('room.none') : t('room.text')}{!list.tried_all && ` ${t('room.tried')}`}</p>
      {list.items.map(one => <Proposal key={one.id} one={one} done={again} />)}
      <Rule list={list} />
    </div>
  </section>
}

function Rule({ list }: { list: RoomList }) {
  const t = useT('room')
  const { rule } = list
  return <details class="before"><summary class="t13">{t('room.rule')}</summary><ul class="plain t13 m">
    <li>{t('room.rule.text', { decisions: rule.decisions, asks: rule.asks, reviews: rule.reviews, tier: rule.tier_days, quiet: rule.quiet_days })}</li>
    <li>{t('room.rule.share', { share: percent(Number(rule.share)), reviews: percent(Number(rule.reviews_share)) })}</li>
    <li>{t('room.rule.replay')}</li></ul></details>
}

function Effect({ one }: { one: RoomProposal }) {
  const t = useT('room')
  const { replay } = one
  const cost = amount(replay.cost)
  const costs = cost.minor === 0n ? t('room.cost.same') : t(cost.minor < 0n ? 'room.cost.less' : 'room.cost.more', { amount: money(replay.cost.replace(/^-/, '')) })
  const names = replay.dry.map(dry => dry.of ? t('room.dry.of', { budget: dry.budget, of: dry.of, n: dry.requests }) : t('room.dry.all', { budget: dry.budget, n: dry.requests })).join(', ')
  return <>
    <p>{rich(t('room.effect', { n: replay.avoided, span: span(replay.avoided_waiting_seconds * 1000, lang.value), cost: costs }))}</p>
    <p class="t13 m">{[names === '' ? t('room.dry.none') : t('room.dry', { names: replay.dry_count > replay.dry.length ? `${names} …` : names }), replay.newly_asked > 0 ? t('room.newly', { n: replay.newly_asked, amount: money(replay.newly_asked_cost) }) : '', replay.less > 0 ? t('room.worse', { n: replay.less }) : ''].filter(Boolean).join(' ')}</p>
  </>
}

function Record({ one }: { one: RoomProposal }) {
  const t = useT('room')
  const { record } = one
  return <p class="t13 m">{[
    t('room.asks', { unchanged: one.unchanged, asks: one.asks, share: percent(Number(one.at_least)) }),
    t('room.reviews', { n: record.right + record.too_little + record.too_much, right: record.right, little: record.too_little, much: record.too_much }),
    t('room.time', { n: record.decisions, days: record.tier_days }), one.answered_by === 1 ? t('room.one') : '',
  ].filter(Boolean).join(' ')}</p>
}

function Proposal({ one, done }: { one: RoomProposal; done: () => void }) {
  const t = useT('room')
  const name = one.name ?? one.person
  return <section class="col g3" aria-label={name}>
    <div class="row wraps"><h3><Link to={`/people/p/${encodeURIComponent(one.person)}`}>{name}</Link></h3><span class="t13 m">{changeOf(one, t)}</span></div>
    <Effect one={one} />
    <Record one={one} />
    {one.forward && <p class="t13"><b>{t('room.forwarded', { name: one.forward.name ?? one.forward.by })}</b> {one.forward.note}</p>}
    <details class="before"><summary class="t13">{t('room.cases')}</summary><ul class="plain t13">{one.decisions.slice(0, SHOWN).map(id => <li key={id}><Link to={`/desk/decisions?one=${encodeURIComponent(id)}`}>{id}</Link></li>)}</ul></details>
    {one.may && one.may.length > 0 && <Acts one={one} name={name} done={done} />}
  </section>
}

type Way = 'forward' | 'later'

function Acts({ one, name, done }: { one: RoomProposal; name: string; done: () => void }) {
  const t = useT('room')
  const [way, setWay] = useState<Way | null>(null)
  const [busy, setBusy] = useState(false)
  const [fault, setFault] = useState('')
  const words = useMemo(() => signal(''), [one.id])
  const run = (act: () => Promise<unknown>, says: string) => {
    if (busy) return
    setBusy(true)
    setFault('')
    act().then(() => { toast({ says }); setWay(null); done() }, (failed: unknown) => { setFault(failed instanceof Problem ? failed.detail ?? failed.message : String(failed)) }).finally(() => setBusy(false))
  }
  const path = { path: { id: one.id } }
  const send = (event: SubmitEvent) => {
    event.preventDefault()
    const text = words.value.trim()
    if (way === 'later' && text === '') setFault(t('room.empty'))
    else if (way === 'later') run(() => call('laterRoom', { ...path, body: { reason: text } }), t('room.later.done'))
    else run(() => call('forwardRoom', { ...path, body: text === '' ? {} : { note: text } }), t('room.forward.done'))
  }
  const busyText = busy ? t('room.busy') : undefined
  const may = (act: 'accept' | Way) => one.may?.includes(act) === true
  return <div class="col g3">
    {fault !== '' && <Note kind="bad" live>{fault}</Note>}
    {way === null ? <div class="row wraps">
      {may('accept') && <Button kind="pri" size="sm" busy={busyText} aria-label={`${t('room.accept')}: ${name}`} onClick={() => run(() => call('acceptRoom', { ...path, body: {} }), t('room.accept.done', { name }))}>{t('room.accept')}</Button>}
      {may('forward') && <Button size="sm" aria-label={`${t('room.forward')}: ${name}`} onClick={() => setWay('forward')}>{t('room.forward')}</Button>}
      {may('later') && <Button kind="quiet" size="sm" aria-label={`${t('room.later')}: ${name}`} onClick={() => setWay('later')}>{t('room.later')}</Button>}
    </div> : <form class="col g3" onSubmit={send as never} noValidate>
      <TextArea label={t(`room.${way}.label`)} hint={t(`room.${way}.hint`)} value={words} rows={2} name="words" maxLength={2000} />
      <div class="row"><Button type="submit" size="sm" busy={busyText}>{t(`room.${way}`)}</Button><Button kind="quiet" size="sm" onClick={() => { setWay(null); setFault('') }}>{t('room.cancel')}</Button></div>
    </form>}
  </div>
}
