// Past the own room: whom the question goes to, how fast they usually are, who is next; and always a second way, the own part at
// once and the rest asked for. Beyond what anybody on the list could give, the way back to what somebody can.
import type { RefObject } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { Button, Field, Icon, Note, TextArea } from '../../ui/index.ts'
import { lang, useT } from '../../lib/i18n.ts'
import type { Money } from '../../lib/money.ts'
import type { Terms } from '../../lib/model.ts'
import { usePress, type Press } from './Act.tsx'
import type { CaseStore, Host } from './case.ts'
import type { Screen } from './model.ts'
import { factAt } from './reduce.ts'
import { askedName, capital, exact, short, valueOf, whoSays, type T } from './words.ts'

type AskScreen = Extract<Screen, { is: 'ask' }>

const FACTS_SAID = 2

/** The first words of the text, from what the case says already; the agent goes on from there. */
export function prefill(t: T, store: CaseStore, host: Host, terms: Terms | undefined): string {
  const record = store.record.data.value
  const reason = terms?.reasons.find((one) => one.name === store.reason.value)?.label
  const subject = record?.subject ?? host.hint.value.subject
  const facts = (terms?.facts ?? [])
    .map((fact) => ({ fact, value: factAt(record?.facts, fact.name) }))
    .filter(({ value }) => value !== undefined && value !== false && !(Array.isArray(value) && value.length === 0))
    .slice(0, FACTS_SAID)
    .map(({ fact, value }) => `${capital(fact.label)}: ${valueOf(t, value, fact.type, host.currency, lang.value)}.`)
  return [reason && `${reason}.`, subject && `${subject}.`, ...facts].filter(Boolean).join(' ')
}

export function Asking({ screen, store, host, terms, field, press, set }: {
  press: Press; screen: AskScreen; store: CaseStore; host: Host; terms: Terms | undefined; field: RefObject<HTMLInputElement | null>; set: (amount: Money) => void
}) {
  return screen.side === 'beyond' || !screen.row.ask
    ? <Beyond screen={screen} store={store} set={set} field={field} press={press} />
    : <Question screen={screen} store={store} host={host} terms={terms} field={field} press={press} />
}

function Beyond({ screen, store, set, field, press }: { press: Press; screen: AskScreen; store: CaseStore; set: (amount: Money) => void; field: RefObject<HTMLInputElement | null> }) {
  const t = useT('panel')
  const { row } = screen
  const most = row.most ?? row.own
  const who = row.most ? askedName(t, row.ask?.first) : null
  const text = most ? t('panel.beyond.make', { amount: exact(most, lang.value) }) : t('panel.back')
  const run = (): void => {
    if (!most) return store.back()
    set(most)
    field.current?.focus()
  }
  usePress(press, store, screen.amount, text, run)
  return (
    <>
      <Note kind="ask" icon="info" live>
        {most ? (who ? t('panel.beyond.ask', { name: capital(who), amount: short(most, lang.value) }) : t('panel.beyond.own', { amount: short(most, lang.value) })) : t('panel.beyond.none')}
      </Note>
      <Button kind={who ? 'ask' : 'pri'} size="lg" wide keyId="panel.primary" onClick={press.press}>{text}</Button>
    </>
  )
}

function Question({ screen, store, host, terms, field, press }: { press: Press; screen: AskScreen; store: CaseStore; host: Host; terms: Terms | undefined; field: RefObject<HTMLInputElement | null> }) {
  const t = useT('panel')
  const { row, amount, side, split } = screen
  const ask = row.ask!
  const name = askedName(t, ask.first)
  const empty = side === 'empty'
  const text = amount ? t('panel.ask.for', { name, amount: exact(amount, lang.value) }) : t('panel.ask.bare', { name, what: row.label })
  // The case or the policy's words may come after the form was opened; what the agent has typed stays.
  const known = `${row.key} ${terms !== undefined} ${store.record.data.value !== undefined}`
  const begun = useRef('')
  useEffect(() => {
    const is = store.form.note.peek()
    if (is === '' || is === begun.current) store.form.note.value = begun.current = prefill(t, store, host, terms)
  }, [known])
  const run = (): void => {
    if (empty) field.current?.focus()
    else void store.ask(row, amount, text)
  }
  usePress(press, store, screen.amount, text, run)
  const faults = store.form.faults.value
  const [first, ...rest] = whoSays(t, ask, host.currency, lang.value)
  const splitSays = split ? t('panel.ask.split', { what: row.label, own: short(split.own, lang.value), rest: short(split.rest, lang.value) }) : ''
  return (
    <>
      <Note kind="ask" icon={ask.first ? 'user' : 'users'}><b>{first}</b> {rest.join(' ')}</Note>
      <TextArea label={t('panel.ask.note', { name })} value={store.form.note} rows={3} fault={faults['note']} />
      <Field label={t('panel.ask.evidence')} hint={t('panel.needs.evidence-hint')} value={store.form.evidence} type="text" autocomplete="off" fault={faults['evidence']} />
      <div class="col">
        <Button kind="ask" size="lg" wide keyId="panel.primary" busy={store.busy.value ? t('panel.ask.busy') : undefined} onClick={press.press}>{empty ? t('panel.give.type') : text}</Button>
        {split && <Button wide onClick={() => { if (store.busy.value === null && store.form.amount.peek()?.minor === amount?.minor) void store.split(row, split.own, split.rest, splitSays) }}><Icon name="split" small />{splitSays}</Button>}
      </div>
      <p class="t12 f">{t('panel.ask.along')}</p>
    </>
  )
}
