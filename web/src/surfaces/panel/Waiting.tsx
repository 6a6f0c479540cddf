// Somebody has the question: who, since when, whether they have opened it, how long it may take, and what comes if nobody
// answers. Meanwhile there is a line for the customer, and what the agent can do without anybody.
import { useSignal } from '@preact/signals'
import { Button, Clock, Icon, Steps } from '../../ui/index.ts'
import type { Step } from '../../ui/Steps.tsx'
import { lang, messages, useT } from '../../lib/i18n.ts'
import { framed, reply } from '../../lib/frame.ts'
import type { Approval } from '../../lib/model.ts'
import { at, clock, clockSeconds, length, now, span, wait } from '../../lib/time.ts'
import { lazy } from '../policy/lazy.tsx'
import { Rems } from './Rems.tsx'
import type { CaseStore, Host } from './case.ts'
import type { Screen } from './model.ts'
import { amountOf, bestOf } from './reduce.ts'
import { waitingReply } from './reply.ts'
import { askedFor } from './titles.ts'
import { capital, fallback, firstName, short, telOf, wordsOf, type T } from './words.ts'

const InTheWay = lazy<{ decision: string }>(() => Promise.all([import('./InTheWay.tsx'), messages('listening')]).then(([part]) => part.InTheWay))

/** After so long the agent may remind, and again after each such time. */
const NUDGE_MS = 60_000

type Asked = Approval['asked'][number]

const nameOf = (asked: Asked): string => asked.name ?? asked.person

/** Those who are asked now: the newest level. */
function askedNow(approval: Approval): Asked[] {
  return approval.asked.filter((asked) => asked.level === approval.level)
}

/** The telephone of whoever is asked first now, if the options told it. */
function phoneOf(approval: Approval, store: CaseStore): string | undefined {
  const first = askedNow(approval)[0]
  const who = store.options.data.value?.asks?.map((ask) => ask.first).find((one) => one !== undefined && one.person === first?.person)
  return who?.phone
}

function headline(t: T, approval: Approval): string {
  const seen = approval.seen?.at(-1)
  if (seen) return t('panel.waiting.reading', { name: firstName(seen.name ?? seen.by) })
  const [first, ...others] = askedNow(approval)
  if (!first) return t('panel.waiting.nobody')
  if (others.length === 0) return t('panel.waiting.has', { name: firstName(nameOf(first)) })
  return t('panel.waiting.have', { name: firstName(nameOf(first)), n: others.length })
}

function next(t: T, approval: Approval, currency: string): string {
  const time = approval.due ? clock(at(approval.due), lang.value) : ''
  const who = approval.then?.who
  if (who) return t('panel.waiting.then', { who, time })
  return t('panel.waiting.else', { time, what: fallback(t, approval.otherwise, currency, lang.value) })
}

function trail(t: T, approval: Approval, currency: string): Step[] {
  const seen = approval.seen ?? []
  const asked = approval.asked.map((one): Step => ({ state: 'done', text: t('panel.steps.alerted', { name: nameOf(one) }), at: at(one.at) }))
  const opened = seen.map((one): Step => ({ state: 'done', text: t('panel.steps.opened', { name: one.name ?? one.by }), at: at(one.at) }))
  const past = [...asked, ...opened].sort((a, b) => a.at! - b.at!)
  const last = past.at(-1)
  if (last) last.state = 'now'
  const who = approval.then?.who
  const later: Step[] = []
  if (who && approval.due) later.push({ state: 'next', text: t('panel.steps.then', { who }), at: at(approval.due) })
  if (approval.ends) later.push({ state: 'next', text: capital(fallback(t, approval.otherwise, currency, lang.value)), at: at(approval.ends) })
  return [...past, ...later]
}

function Remind({ approval, store }: { approval: Approval; store: CaseStore }) {
  const t = useT('panel')
  const last = at(approval.nudged ?? approval.opened)
  if (now.value - last >= NUDGE_MS) return <Button size="sm" onClick={() => void store.nudge(approval, t('panel.waiting.remind'))}><Icon name="bell" small />{t('panel.waiting.remind')}</Button>
  return approval.nudged ? <span class="t12 f">{t('panel.waiting.reminded', { time: clock(last, lang.value) })}</span> : null
}

function Reply({ approval, host, left }: { approval: Approval; host: Host; left: string }) {
  const t = useT('panel')
  const done = useSignal<'reply' | 'clipboard' | null>(null)
  const amount = amountOf(approval.amount, host.currency)
  const label = approval.label ?? wordsOf(approval.action)
  const text = waitingReply(t, host.hint.value.name, amount ? t('panel.reply.what', { what: label, amount: short(amount, lang.value) }) : label, left)
  return (
    <div class="reply">
      {text}
      <div class="row">
        <Button size="xs" onClick={() => (done.value = reply(text) ? 'reply' : 'clipboard')}><Icon name="copy" small />{framed ? t('panel.reply.put') : t('panel.reply.copy')}</Button>
        <span role="status" class="t12 f">{done.value === 'reply' ? t('panel.reply.is-put') : done.value === 'clipboard' ? t('panel.reply.is-copied') : ''}</span>
      </div>
    </div>
  )
}

export function Waiting({ screen, store, host }: { screen: Extract<Screen, { is: 'waiting' }>; store: CaseStore; host: Host }) {
  const t = useT('panel')
  const { approval, others } = screen
  const due = approval.due ? at(approval.due) : at(approval.opened)
  const since = askedNow(approval).reduce((latest, one) => Math.max(latest, at(one.at)), at(approval.opened))
  const seen = approval.seen?.at(-1)
  const phone = phoneOf(approval, store)
  const own = screen.rows.filter((row) => row.option)
  const first = askedNow(approval)[0]
  return (
    <>
      <div class="pn-sec">
        <div class="waitbox">
          <Clock until={due} total={Math.max(1000, due - since)} size="l" label={(ms) => t('panel.waiting.left', { time: wait(ms), name: first ? firstName(nameOf(first)) : '' })} />
          <div>
            <b class="w6" role="status">{headline(t, approval)}</b>
            <p class="t12 m mt2">{seen && t('panel.waiting.opened', { span: length(Math.max(1000, at(seen.at) - at(approval.opened)), lang.value) })} {next(t, approval, host.currency)}</p>
          </div>
        </div>
        <div class="mt5"><Steps items={trail(t, approval, host.currency)} /></div>
      </div>
      {others.length !== 0 && <div class="pn-sec t12 m">{others.map((one) => <p key={one.id}>{askedFor(t, one, host.currency)}: {headline(t, one)} ({clockSeconds(at(one.opened), lang.value)})</p>)}</div>}
      <div class="pn-sec">
        <h3>{t('panel.waiting.meanwhile')}</h3>
        <Reply approval={approval} host={host} left={span(Math.max(30_000, due - at(approval.opened)), lang.value)} />
      </div>
      {own.length !== 0 && <Rems rows={own} best={bestOf(own, store.evidence.value)} evidence={store.evidence.value} open={store.start} />}
      <div class="pn-sec row wrap">
        <Button kind="quiet" size="sm" onClick={() => void store.withdraw(approval, t('panel.waiting.take-back'))}>{t('panel.waiting.take-back')}</Button>
        <span class="sp" />
        <Remind approval={approval} store={store} />
        {phone && first && <a class="btn sm" href={telOf(phone)}><Icon name="phone" small />{t('panel.waiting.call', { name: firstName(nameOf(first)) })}</a>}
      </div>
      <InTheWay key={approval.id} decision={approval.decision} />
    </>
  )
}
