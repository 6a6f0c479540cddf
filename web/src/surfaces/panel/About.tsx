// What the request is about: the reason, and the facts that only the agent can know. Each answer asks for the options anew.
import { useSignal } from '@preact/signals'
import { Check, Field, Select } from '../../ui/index.ts'
import { lang, useT } from '../../lib/i18n.ts'
import type { Options, Terms } from '../../lib/model.ts'
import { read, wire } from '../../lib/money.ts'
import type { CaseStore } from './case.ts'
import { capital, wordsOf } from './words.ts'

type Fact = Terms['facts'][number]

/** Above so many questions those that no option reads are folded away. */
const QUESTIONS_SHOWN = 2

export function Reason({ store, terms, label }: { store: CaseStore; terms: Terms | undefined; label: string }) {
  const t = useT('panel')
  if (!terms || terms.reasons.length === 0) return null
  const options = [{ value: '', text: t('panel.about.unsaid') }, ...terms.reasons.map((reason) => ({ value: reason.name, text: reason.label }))]
  const asked = store.reason.value === '' && store.options.data.value?.needs?.includes('reason')
  return <Select label={label} value={store.reason} options={options} hint={asked ? t('panel.about.reason-hint') : undefined} />
}

function number(text: string): unknown {
  return /^-?\d{1,15}$/.test(text.trim()) ? Number(text.trim()) : text.trim() || undefined
}

function money(text: string, currency: string): unknown {
  const found = read(text, currency, lang.value)
  return typeof found === 'object' ? wire(found) : text.trim() || undefined
}

function Question({ fact, store, currency }: { fact: Fact; store: CaseStore; currency: string }) {
  const t = useT('panel')
  const label = capital(fact.label || wordsOf(fact.name))
  const said = store.facts.peek()[fact.name]
  const text = useSignal(said === undefined ? '' : String(said))
  const ticked = useSignal(said === true)
  const fault = store.options.problem.value?.errors.find((error) => error.at === `facts.${fact.name}`)?.message
  if (fact.type === 'bool') return <Check label={label} fault={fault} value={ticked} onChange={() => store.setFact(fact.name, ticked.value ? true : undefined)} />
  if (fact.one_of) {
    const options = [{ value: '', text: t('panel.about.unsaid') }, ...fact.one_of.map((one) => ({ value: String(one), text: wordsOf(String(one)) }))]
    return <Select label={label} fault={fault} value={text} options={options} onChange={() => store.setFact(fact.name, fact.one_of!.find((one) => String(one) === text.value))} />
  }
  const take = (): void => store.setFact(fact.name, fact.type === 'int' ? number(text.value) : fact.type === 'money' ? money(text.value, currency) : text.value.trim() || undefined)
  const numeric = fact.type === 'int' || fact.type === 'money'
  return <Field label={label} fault={fault} value={text} inputMode={numeric ? 'decimal' : 'text'} autocomplete="off" onChange={take} />
}

/** A fact is asked for when something that can be done (or asked for) reads it, or the server says it needs it. */
function wanted(fact: Fact, options: Options | undefined, actions: ReadonlySet<string>): boolean {
  return options?.needs?.includes(fact.name) === true || fact.read_by.some((action) => actions.has(action))
}

export function Questions({ store, terms, currency }: { store: CaseStore; terms: Terms | undefined; currency: string }) {
  const t = useT('panel')
  const options = store.options.data.value
  const mine = (terms?.facts ?? []).filter((fact) => fact.from === 'agent')
  if (mine.length === 0) return null
  const actions = new Set([...(options?.options ?? []), ...(options?.asks ?? [])].map((one) => one.action))
  const first = mine.length <= QUESTIONS_SHOWN ? mine : mine.filter((fact) => store.facts.value[fact.name] !== undefined || wanted(fact, options, actions)).slice(0, QUESTIONS_SHOWN * 2)
  const rest = mine.filter((fact) => !first.includes(fact))
  const draw = (fact: Fact) => <Question key={fact.name} fact={fact} store={store} currency={currency} />
  return (
    <>
      {first.map(draw)}
      {rest.length !== 0 && (
        <details class="more">
          <summary>{t('panel.about.more', { n: rest.length })}</summary>
          <div class="col">{rest.map(draw)}</div>
        </details>
      )}
    </>
  )
}

/** Facts of the record that are wanting: the agent can't say them, but can say that they are wanted. */
export function Wanting({ names, terms, section }: { names: readonly string[] | undefined; terms: Terms | undefined; section?: boolean }) {
  const t = useT('panel')
  const wanted = (names ?? []).map((name) => terms?.facts.find((fact) => fact.name === name)).filter((fact) => fact?.from === 'system')
  if (wanted.length === 0) return null
  const says = <p class="t12 f">{t('panel.about.wanting', { facts: wanted.map((fact) => fact!.label).join(', ') })}</p>
  return section ? <div class="pn-sec">{says}</div> : <div class="mt4">{says}</div>
}
