/* The acts on an ask: how much, yes, another way, more time, a line. The desk and the phone draw them differently; what they
 * do stands here once, with their keys. */
import { signal, type Signal } from '@preact/signals'
import type { RefObject } from 'preact'
import { useMemo, useRef } from 'preact/hooks'
import { Amount, Button, Chip, Icon, Note, Ruler, toast } from '../../ui/index.ts'
import { announce } from '../../lib/dom.ts'
import { lang, useT } from '../../lib/i18n.ts'
import { useKeys } from '../../lib/keys.ts'
import { live } from '../../lib/live.ts'
import type { Approval, Evidence } from '../../lib/model.ts'
import { cmp, typed as fieldText, type Money } from '../../lib/money.ts'
import { kept } from '../../lib/outbox.ts'
import { at, clock } from '../../lib/time.ts'
import { currency, myNotes, type Desk, type Draft, type Outcome } from './desk.ts'
import { holdsMost, middleOf, money, mostOf } from './give.ts'
import { calledBy, closedText, nameOf, short, thenText, type T } from './words.ts'

export interface Acts {
  approval: Approval
  draft: Draft
  asked: Money | null
  most: Money | null
  middle: Money | null
  /** The approver's own grants reach nothing of it; known only once the particulars are read. */
  nothing: boolean
  name: string
  fault: string | undefined
  holdsLeft: number
  way: Signal<boolean>
  amountField: RefObject<HTMLInputElement | null>
  noteField: RefObject<HTMLInputElement | null>
  approve(): void
  approveMiddle(): void
  hold(): void
}

let last: { close(): void } | null = null

/** One word at a time: a new answer replaces what was said of the one before. */
export function say(text: string): void {
  last?.close()
  last = toast({ says: text, for: 5000 })
}

function faultText(t: T, draft: Draft, asked: Money | null, most: Money | null, name: string): string | undefined {
  const example = asked === null ? '' : fieldText(asked, lang.value)
  switch (draft.fault.value) {
    case null:
      return most !== null && asked !== null && cmp(draft.amount.value, most) > 0 ? t('desk.fault.room', { amount: short(most) }) : undefined
    case 'empty':
      return t('desk.fault.empty')
    case 'not-a-number':
      return t('desk.fault.number', { example })
    case 'too-many-digits':
      return t('desk.fault.digits', { currency, example })
    case 'negative':
    case 'nothing':
      return t('desk.fault.nothing')
    case 'more-than-asked':
      return t('desk.fault.more', { name, amount: asked === null ? '' : short(asked) })
  }
}

export function useActs(desk: Desk, approval: Approval, evidence: Evidence | null | undefined): Acts {
  const t = useT('desk')
  const draft = desk.draft(approval)
  const way = useMemo(() => signal(false), [approval.id])
  const amountField = useRef<HTMLInputElement>(null)
  const noteField = useRef<HTMLInputElement>(null)
  const name = calledBy(nameOf(approval))
  const asked = money(approval.amount, currency)
  const most = mostOf(approval, currency)
  const middle = middleOf(evidence ?? undefined, most)
  const nothing = approval.mine !== undefined && approval.mine.grant === undefined && approval.mine.most === undefined
  const fault = asked === null ? undefined : faultText(t, draft, asked, most, name)
  const done = (outcome: Outcome, amount: Money | null): void => {
    if (outcome.is === 'done') {
      say(amount === null ? t('desk.done.approved.plain', { name }) : t('desk.done.approved', { name, amount: short(amount) }))
    } else if (outcome.is === 'first') {
      say(closedText(t, outcome.approval))
    }
  }
  const give = (amount: Money | null): void => {
    if (nothing) {
      draft.said.value = { is: 'beyond', most: null }
      return
    }
    const says = amount === null ? t('desk.do.approve.plain') : t('desk.do.approve.long', { amount: short(amount), name })
    void desk.answer(approval, { is: 'approve', amount, says }).then((outcome) => done(outcome, amount))
  }
  const approve = (): void => {
    if (asked === null) {
      give(null)
    } else if (fault !== undefined) {
      if (draft.fault.value === null && most !== null) {
        draft.amount.value = most
      }
      announce(fault, 'assertive')
      amountField.current?.focus()
    } else {
      give(draft.amount.value)
    }
  }
  const approveMiddle = (): void => {
    if (middle !== null) {
      draft.amount.value = middle
      give(middle)
    }
  }
  const hold = (): void => {
    void desk.hold(approval).then((now) => {
      if (now?.due !== undefined) {
        say(t('desk.done.held', { time: clock(at(now.due), lang.value) }))
      }
    })
  }
  const holdsLeft = Math.max(0, holdsMost - (approval.holds ?? 0))
  return { approval, draft, asked, most, middle, nothing, name, fault, holdsLeft, way, amountField, noteField, approve, approveMiddle, hold }
}

/** The one-key answers to the ask that is open. */
export function useAnswerKeys(acts: Acts, other: () => void, note: () => void): void {
  const t = useT('desk')
  const open = (): boolean => acts.approval.state === 'open'
  const once = (run: () => void) => (event: KeyboardEvent): void => {
    // A key held down repeats: an answer does not.
    if (!event.repeat) {
      run()
    }
  }
  const amount = acts.asked === null || acts.fault !== undefined ? null : short(acts.draft.amount.value)
  const name = amount === null ? t('desk.key.approve') : t('desk.do.approve.long', { amount, name: nameOf(acts.approval) })
  useKeys([
    { id: 'desk.approve', keys: 'a', name, when: open, run: once(acts.approve) },
    { id: 'desk.approve.field', keys: 'mod+enter', name, when: () => open() && document.querySelector('dialog[open]') === null, run: once(acts.approve), always: true },
    { id: 'desk.middle', keys: 'm', name: t('desk.key.middle'), when: () => open() && acts.middle !== null, run: once(acts.approveMiddle) },
    { id: 'desk.other', keys: 'e', name: t('desk.key.other'), when: () => open() && acts.asked !== null, run: other },
    { id: 'desk.way', keys: 'd', name: t('desk.key.way'), when: open, run: () => { acts.way.value = true } },
    { id: 'desk.hold', keys: 'h', name: t('desk.key.hold'), when: () => open() && acts.holdsLeft > 0, run: once(acts.hold) },
    { id: 'desk.note', keys: 'n', name: t('desk.key.note'), when: open, run: note },
  ])
}

const leaves = (event: KeyboardEvent & { currentTarget: HTMLElement }): void => {
  if (event.key === 'Escape') {
    event.stopPropagation()
    ;(event.target as HTMLElement).blur()
  }
}

export function AmountRow({ acts }: { acts: Acts }) {
  const t = useT('desk')
  const { asked, most, draft, middle } = acts
  if (asked === null || most === null) {
    return null
  }
  const all = cmp(most, asked) < 0 ? t('desk.amount.most', { amount: short(most) }) : t('desk.amount.all', { amount: short(asked) })
  const enter = (event: KeyboardEvent & { currentTarget: HTMLElement }): void => {
    leaves(event)
    if (event.key === 'Enter' && !event.repeat && !event.ctrlKey && !event.metaKey && event.target instanceof HTMLInputElement) {
      event.preventDefault()
      acts.approve()
    }
  }
  return <div class="amt" onKeyDown={enter}>
    <Amount value={draft.text} currency={currency} label={t('desk.amount.label')} fault={acts.fault} input={acts.amountField} />
    <div>
      <Ruler max={asked} own={most} value={draft.amount} label={t('desk.amount.label')} {...(middle === null ? {} : { median: middle })} />
      <div class="rl-cap"><span>{short({ minor: 0n, currency })}</span><span>{all}</span></div>
    </div>
  </div>
}

function holdWords(t: T, acts: Acts): string {
  return acts.holdsLeft === 0 ? t('desk.do.hold.none') : t('desk.do.hold.left', { n: acts.holdsLeft })
}

export function approveWords(t: T, acts: Acts): string {
  return acts.asked === null || acts.draft.fault.value !== null ? t('desk.do.approve.plain') : t('desk.do.approve', { amount: short(acts.draft.amount.value) })
}

/** One primary in a region: what can be done. */
export function primary(is: boolean): { kind?: 'pri' } {
  return is ? { kind: 'pri' } : {}
}

export function Buttons({ acts, other }: { acts: Acts; other: () => void }) {
  const t = useT('desk')
  const busy = acts.draft.busy.value
  return <div class="row wrap">
    <Button {...primary(!acts.nothing)} keyId="desk.approve" busy={busy === 'approve' ? t('desk.do.approving') : undefined} onClick={acts.approve}>{approveWords(t, acts)}</Button>
    {acts.middle !== null && <Button keyId="desk.middle" onClick={acts.approveMiddle}>{t('desk.do.middle', { amount: short(acts.middle) })}</Button>}
    {acts.asked !== null && <Button keyId="desk.other" onClick={other}>{t('desk.do.other')}<span class="vh"> {t('desk.do.other.amount')}</span></Button>}
    <Button {...primary(acts.nothing)} keyId="desk.way" busy={busy === 'way' ? t('desk.do.sending') : undefined} onClick={() => { acts.way.value = true }}>{t('desk.do.way')}</Button>
    <span class="sp" />
    <HoldButton acts={acts} />
  </div>
}

export function HoldButton({ acts, size }: { acts: Acts; size?: 'lg' }) {
  const t = useT('desk')
  if (acts.holdsLeft === 0) {
    return <span class="t12 f">{holdWords(t, acts)}</span>
  }
  const used = acts.holdsLeft < holdsMost
  return <Button kind="quiet" {...(size === undefined ? {} : { size })} keyId="desk.hold" busy={acts.draft.busy.value === 'hold' ? t('desk.do.holding') : undefined} onClick={acts.hold}>
    <Icon name="hold" small />{t('desk.do.hold')}{used && <span class="sub">{holdWords(t, acts)}</span>}
  </Button>
}

export function NoteRow({ acts }: { acts: Acts }) {
  const t = useT('desk')
  const { draft, name } = acts
  return <div class="row wrap">
    <input class="in grow line" ref={acts.noteField} aria-label={t('desk.note.label', { name })} placeholder={t('desk.note.place', { name })} maxLength={2000}
      value={draft.note.value} onInput={(event) => { draft.note.value = event.currentTarget.value }} onKeyDown={leaves} />
    {myNotes.value.length > 0 && <div class="chips" role="group" aria-label={t('desk.note.lately')}>
      {myNotes.value.slice(0, 5).map((note) => <Chip key={note} pressed={draft.note.value === note} onClick={() => { draft.note.value = draft.note.value === note ? '' : note }}>
        <span class="ell">{note}</span>
      </Chip>)}
    </div>}
  </div>
}

/** What did not happen, and what can be done: beside the buttons, never in passing. */
export function Said({ acts }: { acts: Acts }) {
  const t = useT('desk')
  const said = acts.draft.said.value
  const waits = acts.draft.busy.value !== null && live.value.is === 'offline' && kept.value.some((act) => act.path?.['id'] === acts.approval.id)
  if (waits) {
    return <Note kind="warn" icon="off" live>{t('desk.kept')}</Note>
  }
  if (said === null) {
    return acts.nothing ? <Beyond acts={acts} most={null} /> : null
  }
  switch (said.is) {
    case 'beyond':
      return <Beyond acts={acts} most={said.most} />
    case 'changed':
      return <Note kind="ask" icon="info" live>{t('desk.changed')}</Note>
    case 'failed':
      return <Note kind="bad" live><span lang="en">{t('desk.failed', { detail: said.detail })}</span> <Button size="xs" onClick={said.again}>{t('desk.again')}</Button></Note>
  }
}

function Beyond({ acts, most }: { acts: Acts; most: Money | null }) {
  const t = useT('desk')
  if (most !== null && most.minor > 0n) {
    return <Note kind="ask" icon="info" live>{t('desk.beyond.some', { amount: short(most) })}</Note>
  }
  const next = thenText(t, acts.approval)
  return <Note kind="ask" icon="info" live>{t('desk.beyond.none', { next: next === '' ? '' : `${next}.`, name: acts.name })}</Note>
}
