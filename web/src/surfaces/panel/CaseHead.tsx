// The case in two lines, what matters about the customer, and what the customer may still get.
import { Ruler } from '../../ui/index.ts'
import { lang, useT } from '../../lib/i18n.ts'
import type { BudgetEffect, Terms } from '../../lib/model.ts'
import { serverNow } from '../../lib/time.ts'
import type { CaseStore, Host } from './case.ts'
import { amountOf, factAt } from './reduce.ts'
import { withOver } from './terms.ts'
import { budgetName, capital, short, valueOf } from './words.ts'

const FACTS_SHOWN = 3
const ABOUT_CUSTOMER = /^(customer|order|invoice|booking|account)\./

/** The budget of the customer that today's options draw on; the one with the smallest share left, if there are several. */
function customerBudget(store: CaseStore): BudgetEffect | undefined {
  const all = (store.options.data.value?.options ?? []).flatMap((option) => option.effect ?? [])
  return all.find((effect) => effect.scope['customer'] !== undefined && effect.left !== undefined && effect.amount !== undefined)
}

function Facts({ store, host, terms }: { store: CaseStore; host: Host; terms: Terms | undefined }) {
  const t = useT('panel')
  const said = store.record.data.value?.facts
  if (!said || !terms) return null
  const facts = terms.facts.filter((fact) => ABOUT_CUSTOMER.test(fact.name) && factAt(said, fact.name) !== undefined)
  const shown = facts.map((fact) => ({ fact, value: factAt(said, fact.name) })).filter(({ value }) => !(Array.isArray(value) && value.length === 0)).slice(0, FACTS_SHOWN)
  if (shown.length === 0) return null
  return (
    <p class="t13 mt4">
      {shown.map(({ fact, value }, i) => (
        <span key={fact.name}>{i > 0 && ' · '}{capital(fact.label)}: <b class="w5">{valueOf(t, value, fact.type, host.currency, lang.value)}</b></span>
      ))}
    </p>
  )
}

export function CaseHead({ store, host, terms }: { store: CaseStore; host: Host; terms: Terms | undefined }) {
  const t = useT('panel')
  const record = store.record.data.value
  const hint = host.hint.value
  const customer = hint.name ?? record?.customer ?? hint.customer
  const subject = record?.subject ?? hint.subject
  const budget = customerBudget(store)
  const left = amountOf(budget?.left, host.currency)
  const whole = amountOf(budget?.amount, host.currency)
  return (
    <div class="pn-case">
      <h2>{subject ?? t('panel.case.title', { case: store.id })}</h2>
      <p class="t12 f mt2">{['#' + store.id, customer, record?.channel ?? hint.channel].filter(Boolean).join(' · ')}</p>
      {record === null && !hint.subject && <p class="t12 f mt2">{t('panel.case.unknown')}</p>}
      <Facts store={store} host={host} terms={terms} />
      {budget && left && whole && (
        <div class="mt5">
          <Ruler size="thin" max={whole} own={left} left label={t('panel.ruler.left', { left: short(left, lang.value), whole: short(whole, lang.value) })} />
          <div class="rl-cap">
            <span>{budgetName(t, withOver(budget), [budget], lang.value, serverNow(), customer)}</span>
            <span><b class="w5 m">{short(left, lang.value)}</b> {t('panel.budget.of-left', { whole: short(whole, lang.value) })}</span>
          </div>
        </div>
      )}
    </div>
  )
}
