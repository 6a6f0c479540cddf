// The answer: an amount and a note. Another amount and another way are shown as what can now be done.
import { untracked, useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { Amount, Button, Icon, Note } from '../../ui/index.ts'
import { announce } from '../../lib/dom.ts'
import { lang, messages, useT } from '../../lib/i18n.ts'
import { useKeys } from '../../lib/keys.ts'
import type { Approval } from '../../lib/model.ts'
import { cmp, read, typed, type Money } from '../../lib/money.ts'
import { at, clock, clockSeconds } from '../../lib/time.ts'
import { later } from './Act.tsx'
import { lazy } from '../policy/lazy.tsx'
import { Rems } from './Rems.tsx'
import type { CaseStore, Host } from './case.ts'
import type { AnswerKind, Screen } from './model.ts'
import { amountOf, bestOf } from './reduce.ts'
import { terms } from './terms.ts'
import { answererOf, answerTitle } from './titles.ts'
import { exact, firstName, short, wordsOf } from './words.ts'

const InTheWay = lazy<{ decision: string }>(() => Promise.all([import('./InTheWay.tsx'), messages('listening')]).then(([part]) => part.InTheWay))

function Quote({ approval }: { approval: Approval }) {
  const answer = approval.answer
  if (!answer?.note) return null
  return (
    <blockquote class="quote mt5">
      {answer.note}
      <div class="t12 f mt2">{answer.name ?? answer.by}, {clockSeconds(at(answer.at), lang.value)}</div>
    </blockquote>
  )
}

function labelOf(approval: Approval): string {
  const action = approval.answer?.action ?? approval.action
  return terms.value?.actions.find((one) => one.name === action)?.label ?? (action === approval.action ? approval.label : undefined) ?? wordsOf(action)
}

/** What may be given, and the act: all of it, or less. */
function Yes({ approval, kind, store, host }: { approval: Approval; kind: AnswerKind; store: CaseStore; host: Host }) {
  const t = useT('panel')
  const amount = amountOf(approval.answer?.amount ?? approval.amount, host.currency)
  const asked = amountOf(approval.amount, host.currency)
  const less = useSignal(false)
  const text = useSignal(amount ? typed(amount, lang.peek()) : '')
  const stands = (): Money | null => {
    const found = read(text.value, host.currency, lang.value)
    return less.value ? (typeof found === 'object' ? found : null) : amount
  }
  const part = stands()
  const over = part !== null && amount !== null && cmp(part, amount) > 0
  const label = labelOf(approval)
  const record = store.answer.value
  const held = record?.state === 'held' ? record.hold : undefined
  const says = part ? t('panel.give.now', { what: label, amount: exact(part, lang.value) }) : t('panel.give.bare', { what: label })
  const now = useRef(() => {})
  now.current = () => {
    if (store.busy.value !== null) return
    if (untracked(stands)?.minor !== part?.minor) later(() => now.current()) // what is given is what the button says
    else if (!over && !(less.value && part === null)) void store.confirm(approval, part, label, says)
  }
  const run = (): void => now.current()
  useKeys(held ? [{ id: 'panel.primary', keys: 'mod+enter', name: says, always: true, run }] : [])
  const name = answererOf(approval)
  return (
    <>
      <div class="row base wrap">
        <span class="t26 can-t">{amount ? short(amount, lang.value) : label}</span>
        <span class="m">
          {kind === 'other-amount' && asked ? t('panel.answered.asked-for', { amount: short(asked, lang.value) }) : kind === 'nobody-yes' ? t('panel.answered.yours') : kind === 'other-action' ? label : t('panel.answered.yes')}
        </span>
      </div>
      <Quote approval={approval} />
      <div class="col mt5">
        {held && less.value && amount && (
          <>
            <Amount value={text} currency={host.currency} label={t('panel.amount.label')} fault={over ? t('panel.answered.less-over', { amount: short(amount, lang.value) }) : undefined} />
          </>
        )}
        {held && <Button kind="pri" size="lg" wide keyId="panel.primary" busy={store.busy.value ? t('panel.give.busy') : undefined} onClick={run}>{says}</Button>}
        {held && amount && !less.value && <Button kind="quiet" size="sm" onClick={() => (less.value = true)}>{t('panel.answered.less')}</Button>}
        {record && !held && <Note kind="can">{record.state === 'final' ? t('panel.answered.is-given') : t('panel.answered.is-over')}</Note>}
        <Button wide onClick={() => void store.letGo(approval, t('panel.answered.else'))}>{held ? t('panel.answered.else') : t('panel.answered.on')}</Button>
      </div>
      {held && <p class="t12 f mt4">{t('panel.answered.until', { time: clock(at(held.until), lang.value) })} {kind !== 'nobody-yes' && name && t('panel.answered.theirs', { name })}</p>}
    </>
  )
}

/** No amount: another way, or nobody's answer. Then what can be done now stands below, and the words above it. */
function OtherWay({ approval, kind, store, screen }: { approval: Approval; kind: AnswerKind; store: CaseStore; screen: Extract<Screen, { is: 'answered' }> }) {
  const t = useT('panel')
  const own = screen.rows.filter((row) => row.option)
  const instead = store.options.data.value?.instead
  return (
    <>
      <div class="pn-sec">
        <Quote approval={approval} />
        {kind === 'nobody' && <p>{t('panel.answered.nobody-text')}</p>}
        {own.length === 0 && instead && <p lang={lang.value === 'en' ? undefined : 'en'}>{instead}</p>}
      </div>
      {own.length !== 0 && <div class="rems-h"><h3>{t('panel.now')}</h3></div>}
      <Rems rows={own} best={bestOf(own, store.evidence.value)} evidence={store.evidence.value} open={(row) => { store.dismiss(approval); store.start(row) }} />
      <div class="pn-sec"><Button wide onClick={() => store.dismiss(approval)}>{t('panel.answered.on')}</Button></div>
    </>
  )
}

function ReplyTo({ approval, store }: { approval: Approval; store: CaseStore }) {
  const t = useT('panel')
  const by = approval.answer?.by
  const who = store.options.data.value?.asks?.map((ask) => ask.first).find((one) => one !== undefined && one.person === by)
  if (!who?.email) return null
  const subject = encodeURIComponent(`#${store.id}`)
  return <div class="pn-sec row"><a class="btn quiet sm" href={`mailto:${who.email}?subject=${subject}`}><Icon name="chat" small />{t('panel.answered.reply', { name: firstName(who.name) })}</a></div>
}

export function Answered({ screen, store, host }: { screen: Extract<Screen, { is: 'answered' }>; store: CaseStore; host: Host }) {
  const t = useT('panel')
  const { approval, kind } = screen
  useEffect(() => announce(answerTitle(t, approval, kind), 'assertive'), [approval.id])
  const yes = kind !== 'other-way' && kind !== 'nobody'
  return (
    <>
      {yes ? <div class="pn-sec"><Yes key={approval.id} approval={approval} kind={kind} store={store} host={host} /></div> : <OtherWay approval={approval} kind={kind} store={store} screen={screen} />}
      <ReplyTo approval={approval} store={store} />
      <InTheWay key={approval.id} decision={approval.decision} />
    </>
  )
}
