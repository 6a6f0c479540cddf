// Within the own room: what each budget has before and after, and the act itself. What is shown is what will be recorded.
import type { RefObject } from 'preact'
import { Button, Effect, Why } from '../../ui/index.ts'
import type { EffectRow as Shown } from '../../ui/Effect.tsx'
import { lang, useT } from '../../lib/i18n.ts'
import type { Limit } from '../../lib/model.ts'
import { serverNow } from '../../lib/time.ts'
import { usePress, type Press } from './Act.tsx'
import type { CaseStore, Host } from './case.ts'
import type { EffectRow, Remedy, Screen } from './model.ts'
import { takesAmount } from './reduce.ts'
import { withOver } from './terms.ts'
import { budgetName, exact, short, wordsOf, type T } from './words.ts'

function effectsShown(t: T, rows: readonly EffectRow[], customer: string | undefined): Shown[] {
  const all = rows.map((row) => row.effect)
  const name = (row: EffectRow): string => budgetName(t, withOver(row.effect), all, lang.value, serverNow(), customer)
  const money = rows.filter((row) => row.from !== null).map((row) => ({ name: name(row), from: row.from!, to: row.to! }))
  const times = rows.filter((row) => row.from === null && row.timesFrom !== null)
    .map((row) => ({ name: name(row), text: t('panel.effect.times', { from: row.timesFrom!, to: row.timesTo! }) }))
  return [...money, ...times]
}

/** "Refund $40.00 now" */
export function says(t: T, row: Remedy, amount: string | null): string {
  return amount === null ? t('panel.give.bare', { what: row.label }) : t('panel.give.now', { what: row.label, amount })
}

function Limits({ row, limits, store, host }: { row: Remedy; limits: Limit[]; store: CaseStore; host: Host }) {
  const t = useT('panel')
  const effect = row.option?.effect ?? []
  const customer = host.hint.value.name ?? store.record.data.value?.customer
  const name = (budget: string): string => {
    const found = effect.find((one) => one.budget === budget)
    return found ? budgetName(t, withOver(found), effect, lang.value, serverNow(), customer) : wordsOf(budget)
  }
  const summary = row.own ? t('panel.why.up-to', { amount: short(row.own, lang.value) }) : t('panel.why.bare')
  return <Why limits={limits} currency={host.currency} budgetName={name} summary={summary} />
}

export function Giving({ screen, store, host, field, press }: { screen: Extract<Screen, { is: 'give' }>; store: CaseStore; host: Host; field: RefObject<HTMLInputElement | null>; press: Press }) {
  const t = useT('panel')
  const { row, amount } = screen
  const needs = row.option?.needs ?? []
  const hasAmount = !takesAmount(row) || amount !== null || row.kind === 'item'
  const text = says(t, row, amount ? exact(amount, lang.value) : null)
  const wanting = (): HTMLElement | null => {
    if (!hasAmount) return field.current
    const missing = needs.find((need) => store.form[need].value.trim() === '')
    if (missing) store.form.faults.value = { [missing]: missing === 'note' ? t('panel.needs.note-missing') : t('panel.needs.evidence-missing') }
    return missing ? (field.current?.form?.querySelector('textarea, .in[type="text"]') ?? null) : null
  }
  const run = (): void => {
    const missing = wanting()
    if (missing) missing.focus()
    else if (hasAmount && Object.keys(store.form.faults.value).length === 0) void store.give(row, amount, text)
  }
  usePress(press, store, amount, text, run)
  const customer = host.hint.value.name ?? store.record.data.value?.customer
  const shown = amount !== null || !takesAmount(row) ? effectsShown(t, screen.effect, customer) : []
  const then = row.option?.then ?? []
  return (
    <>
      {shown.length !== 0 && <Effect rows={shown} />}
      <Button kind="pri" size="lg" wide keyId="panel.primary" busy={store.busy.value ? t('panel.give.busy') : undefined} onClick={press.press}>
        {hasAmount ? text : t('panel.give.type')}
      </Button>
      {then.length !== 0 && (
        <div class="t12 m">
          <b class="w5">{t('panel.then')}</b>
          <ul class="dots" lang={lang.value === 'en' ? undefined : 'en'}>{then.map((line) => <li key={line}>{line}</li>)}</ul>
        </div>
      )}
      {row.option?.limits && row.option.limits.length !== 0 && <Limits row={row} limits={row.option.limits} store={store} host={host} />}
      {row.option?.why && <p class="t12 f" lang={lang.value === 'en' ? undefined : 'en'}>{row.option.why}</p>}
    </>
  )
}
