// The own budget that is tightest now, always visible at the bottom of the panel.
import { Ruler } from '../../ui/index.ts'
import { lang, useT } from '../../lib/i18n.ts'
import type { Budget } from '../../lib/model.ts'
import { share } from '../../lib/money.ts'
import { serverNow } from '../../lib/time.ts'
import type { CaseStore, Host } from './case.ts'
import { amountOf } from './reduce.ts'
import { budgetName, renews, short } from './words.ts'

/** Own amounts with a limit: of those that today's options draw on the one with the smallest share left, else of all. */
export function tightest(budgets: readonly Budget[], drawn: ReadonlySet<string>, currency: string): Budget | undefined {
  const mine = budgets.filter((budget) => budget.per.length === 1 && budget.per[0] === 'agent' && budget.amount !== undefined && budget.left !== undefined)
  const part = (budget: Budget): number => share(amountOf(budget.left, currency)!, amountOf(budget.amount, currency)!)
  const sorted = mine.filter((budget) => amountOf(budget.amount, currency)!.minor > 0n).sort((a, b) => part(a) - part(b))
  return sorted.find((budget) => drawn.has(budget.budget)) ?? sorted[0]
}

export function Foot({ store, host }: { store: CaseStore; host: Host }) {
  const t = useT('panel')
  const drawn = new Set((store.options.data.value?.options ?? []).flatMap((option) => (option.effect ?? []).map((effect) => effect.budget)))
  const all = store.budgets.data.value ?? []
  const budget = tightest(all, drawn, host.currency)
  if (!budget) return null
  const left = amountOf(budget.left, host.currency)!
  const whole = amountOf(budget.amount, host.currency)!
  const until = renews(t, budget.until, lang.value)
  return (
    <div class="pn-foot">
      <div class="row t12 wrap">
        <span class="m">{budgetName(t, budget, all, lang.value, serverNow(), undefined)}</span><span class="sp" />
        <span><b class="w6">{short(left, lang.value)}</b> <span class="f">{t('panel.budget.of-left', { whole: short(whole, lang.value) })}{until && `, ${until}`}</span></span>
      </div>
      <div class="mt4"><Ruler size="thin" max={whole} own={left} left label={t('panel.ruler.left', { left: short(left, lang.value), whole: short(whole, lang.value) })} /></div>
    </div>
  )
}
