// The agent's own page: budgets with what is left and when they renew, what they may do and why, and their month in one sentence.
// No ranking.
import { Note, Ruler, Skeleton } from '../../ui/index.ts'
import { boot } from '../../lib/boot.ts'
import { call } from '../../lib/api.ts'
import { lang, messages, rich, useT } from '../../lib/i18n.ts'
import type { Budget, DecisionRow } from '../../lib/model.ts'
import { resource, useResource } from '../../lib/resource.ts'
import { serverNow, span } from '../../lib/time.ts'
import { lazy } from '../policy/lazy.tsx'
import { Most, Sentences } from './Authority.tsx'
import { GrownNote } from './Grown.tsx'
import type { Host } from './case.ts'
import type { Grown } from './model.ts'
import { amountOf, monthOf } from './reduce.ts'
import { shared } from './terms.ts'
import { budgetName, capital, renews, short } from './words.ts'

// What others said of one's work comes when the tab is opened.
const Questions = lazy<{ host: Host }>(() => Promise.all([import('./Own.tsx'), messages('track')]).then(([part]) => part.Questions))
const Own = lazy<{ host: Host }>(() => Promise.all([import('./Own.tsx'), messages('room')]).then(([part]) => part.Own))
const MyInTheWay = lazy<object>(() => Promise.all([import('./InTheWay.tsx'), messages('listening')]).then(([part]) => part.MyInTheWay))
const PulseCard = lazy<{ panel: boolean }>(() => Promise.all([import('../train/PulseCard.tsx'), messages('pulse')]).then(([part]) => part.PulseCard))
const Ending = lazy<{ me: string }>(() => Promise.all([import('../train/Ending.tsx'), messages('train')]).then(([part]) => part.Ending))
const Thanks = lazy<{ me: string }>(() => Promise.all([import('./Thanks.tsx'), messages('listening')]).then(([part]) => part.Thanks))
const Mine = lazy<{ me: string }>(() => Promise.all([import('../reviews/Mine.tsx'), messages('reviews')]).then(([part]) => part.Mine))

export const PanelReads = lazy<object>(() => Promise.all([import('../train/Reads.tsx'), messages('train')]).then(([part]) => part.PanelReads))

const ROWS = 500

function BudgetRow({ budget, all, currency }: { budget: Budget; all: readonly Budget[]; currency: string }) {
  const t = useT('panel')
  const left = amountOf(budget.left, currency)
  const whole = amountOf(budget.amount, currency)
  const name = budgetName(t, budget, all, lang.value, serverNow(), undefined)
  const times = budget.times_limit !== undefined ? t('panel.me.times-of', { left: budget.times_left ?? 0, whole: budget.times_limit }) : t('panel.me.times', { n: budget.times })
  const until = renews(t, budget.until, lang.value)
  return (
    <div class="bud">
      <span>{name}</span>
      <span>{left && whole ? <><b class="w6">{short(left, lang.value)}</b> <span class="f">{t('panel.budget.of', { whole: short(whole, lang.value) })}</span></> : times}</span>
      {left && whole && whole.minor > 0n && <Ruler max={whole} own={left} left label={t('panel.ruler.left', { left: short(left, lang.value), whole: short(whole, lang.value) })} />}
      <small>{[left && whole ? times : '', until && capital(until)].filter(Boolean).join('. ')}{left && whole || until ? '.' : ''}</small>
    </div>
  )
}

function Budgets({ currency }: { currency: string }) {
  const t = useT('panel')
  const budgets = useResource(() => resource((abort) => call('listBudgets', { signal: abort }).then((page) => page.items), { kinds: ['decision', 'hold.*', 'decision.reversed', 'policy.*', 'person.changed'] }), [])
  const all = budgets.data.value
  const own = all?.filter((budget) => budget.per.includes('agent'))
  return (
    <div class="pn-sec">
      <h3>{t('panel.me.budgets')}</h3>
      {!own && budgets.slow.value && <Skeleton rows={['w60', 'h28']} />}
      {own?.length === 0 && <p class="t13 m">{t('panel.me.budgets-none')}</p>}
      {own?.map((budget) => <BudgetRow key={budget.budget + JSON.stringify(budget.scope)} budget={budget} all={own} currency={currency} />)}
    </div>
  )
}

/** The first moment of the month, in the organization's time zone, near enough for a sentence: never later than the real one. */
function monthBegan(): string {
  const zone = boot.me?.time_zone ?? 'UTC'
  const parts = new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit' }).format(serverNow()).slice(0, 7)
  const guess = Date.parse(`${parts}-01T00:00:00Z`)
  const shown = new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit', day: '2-digit', hourCycle: 'h23' }).formatToParts(guess)
  const part = (type: string): number => Number(shown.find((one) => one.type === type)?.value ?? 0)
  const ahead = part('day') === 1 ? part('hour') * 60 + part('minute') : part('hour') * 60 + part('minute') - 1440
  return new Date(guess - ahead * 60_000).toISOString()
}

function Month({ host }: { host: Host }) {
  const t = useT('panel')
  const rows = useResource(() => resource<{ items: DecisionRow[]; more: boolean }>(
    (abort) => call('listDecisions', { query: { agent: host.me, since: monthBegan(), limit: ROWS }, signal: abort }).then((page) => ({ items: page.items, more: Boolean(page.next) })),
    { kinds: ['decision', 'hold.*', 'decision.reversed'], quiet: 500 },
  ), [])
  const found = rows.data.value
  if (!found) return null
  const month = monthOf(found.items, host.currency)
  const says = month.count === 0 ? t('panel.me.month-none') : t('panel.me.month', { n: month.granted, more: found.more ? '+' : '', amount: short(month.given, lang.value) })
  const asks = month.asked === 0 ? '' : month.wait === null ? t('panel.me.asks', { n: month.asked }) : t('panel.me.asks-wait', { n: month.asked, span: span(month.wait, lang.value) })
  return <div class="pn-sec"><h3>{t('panel.me.month-title')}</h3><p class="t13 m">{rich(says)} {asks}</p></div>
}

export function Me({ host, grown }: { host: Host; grown: Grown | null }) {
  const t = useT('panel')
  const { authority } = shared()
  const mine = authority.data.value
  return (
    <>
      <h2 class="vh">{t('panel.tab.me')}</h2>
      {grown && <GrownNote grown={grown} />}
      <Ending me={host.me} />
      <PulseCard panel />
      <Questions host={host} />
      <Budgets currency={host.currency} />
      {mine && <Most authority={mine} currency={host.currency} />}
      {mine && <Sentences authority={mine} />}
      {mine === undefined && authority.problem.value && <div class="pn-sec"><Note kind="bad" live>{authority.problem.value.detail || t('panel.failed.read')}</Note></div>}
      {mine === null && <div class="pn-sec"><p class="t13 m">{t('panel.me.no-policy')}</p></div>}
      <Month host={host} />
      <Thanks me={host.me} />
      <MyInTheWay />
      <Mine me={host.me} />
      <Own host={host} />
    </>
  )
}
