/* The desk while it is open: the queue, what is known of each ask, what was typed for it, and the acts. One of these per
 * mount of the surface; it ends with it. The order of things is queue.ts, the amounts are give.ts; here they meet the server. */
import { batch, computed, effect, signal, untracked, type ReadonlySignal, type Signal } from '@preact/signals'
import { call, Problem } from '../../lib/api.ts'
import { boot } from '../../lib/boot.ts'
import { lang, type Lang } from '../../lib/i18n.ts'
import { on } from '../../lib/live.ts'
import type { Approval, Case, Evidence, Terms } from '../../lib/model.ts'
import { cmp, typed as fieldText, zero, type Money } from '../../lib/money.ts'
import { send } from '../../lib/outbox.ts'
import { resource, type Resource } from '../../lib/resource.ts'
import { isTexts, stored } from '../../lib/store.ts'
import { at } from '../../lib/time.ts'
import { keepNote, middleOf, money, mostOf, typed, type AmountFault, type OtherAnswer } from './give.ts'
import { answered, emptyQueue, nth, openOne, step, take, type Queue, type Waiting } from './queue.ts'

/** An answer just opened by itself is not taken for this long: a second press meant the one before. */
const settleMs = 400
/** The list is let go when nobody moved in it for this long. */
const idleMs = 15_000
/** An ask is seen once it was in view of a focused tab for this long. */
const seenMs = 1_000
/** Lines whose particulars are read before they are opened. */
const readAhead = 9

export const me = boot.me?.person?.id ?? ''
export const currency = boot.me?.currency ?? 'USD'
export const myNotes = stored<string[]>('desk-notes', [], isTexts)

export type Said = { is: 'beyond'; most: Money | null } | { is: 'changed' } | { is: 'failed'; detail: string; again: () => void }
export type Busy = 'approve' | 'way' | 'hold'

/** What was typed for one ask: it stays while one looks at others. */
export interface Draft {
  /** As it stands in the field. */
  text: Signal<string>
  /** As the ruler shows it: the last amount that could be read. */
  amount: Signal<Money>
  note: Signal<string>
  busy: Signal<Busy | null>
  said: Signal<Said | null>
  fault: ReadonlySignal<AmountFault | null>
}

export interface Desk {
  list: Resource<Approval[]>
  terms: Resource<Terms>
  queue: ReadonlySignal<Queue>
  /** Once after the desk has opened another ask by itself: the focus follows. */
  takeFocus(): boolean
  /** What is known of one: its particulars once they are read, else its line in the list. */
  ask(id: string): Approval | undefined
  whole(id: string): Approval | undefined
  similar(id: string): Evidence | null | undefined
  matter(id: string): Case | undefined
  draft(approval: Approval): Draft
  open(id: string): void
  step(by: 1 | -1): void
  nth(n: number): void
  inside(what: 'pointer' | 'focus', is: boolean): void
  stir(): void
  letGo(): void
  read(id: string): Promise<void>
  answer(approval: Approval, act: Answer): Promise<Outcome>
  hold(approval: Approval): Promise<Approval | null>
  dispose(): void
}

/** done: it counts; first: somebody else answered, or its time ran out; stays: nothing happened, the ask says why. */
export interface Outcome { is: 'done' | 'first' | 'stays'; approval: Approval }

export type Answer = { is: 'approve'; amount: Money | null; says: string } | { is: 'way'; other: OtherAnswer; says: string }

function waitingOf(items: readonly Approval[]): Waiting[] {
  return items.map((item) => ({ id: item.id, due: at(item.due ?? item.ends ?? item.opened), opened: at(item.opened) }))
}

function makeDraft(approval: Approval): { draft: Draft; end: () => void } {
  const start = mostOf(approval, currency) ?? zero(currency)
  const asked = money(approval.amount, currency)
  const text = signal(fieldText(start, lang.value))
  const amount = signal(start)
  const read = (value: string, of: Lang) => (asked === null ? null : typed(value, asked, of))
  const fault = computed<AmountFault | null>(() => {
    const value = read(text.value, lang.value)
    return typeof value === 'string' ? value : null
  })
  // The field and the ruler are one value: whichever was moved last leads.
  const ends = [
    effect(() => {
      const value = read(text.value, untracked(() => lang.value))
      if (value !== null && typeof value !== 'string' && cmp(value, untracked(() => amount.value)) !== 0) {
        amount.value = value
      }
    }),
    effect(() => {
      const is = amount.value
      const shown = untracked(() => read(text.value, lang.value))
      if (shown === null || typeof shown === 'string' || cmp(shown, is) !== 0) {
        text.value = fieldText(is, untracked(() => lang.value))
      }
    }),
  ]
  const draft = { text, amount, note: signal(''), busy: signal<Busy | null>(null), said: signal<Said | null>(null), fault }
  return { draft, end: () => ends.forEach((end) => end()) }
}

function bodyOf(approval: Approval, act: Answer, note: string): { op: 'approve' | 'decline'; body: object } {
  if (act.is === 'way') {
    return act.other
  }
  const asked = money(approval.amount, currency)
  const other = act.amount !== null && asked !== null && cmp(act.amount, asked) !== 0
  return { op: 'approve', body: { ...(other ? { amount: fieldText(act.amount!, 'en') } : {}), ...(note === '' ? {} : { note }) } }
}

/** One thing per id, read once and again when asked; what is read stays until the new is there. */
function kept<T>(load: (id: string) => Promise<T>): { get(id: string): T | undefined; read(id: string): Promise<void>; put(id: string, value: T): void; has(id: string): boolean } {
  const all = new Map<string, Signal<T | undefined>>()
  const running = new Map<string, number>()
  const place = (id: string) => {
    const found = all.get(id) ?? signal<T | undefined>(undefined)
    all.set(id, found)
    return found
  }
  return {
    get: (id) => place(id).value,
    has: (id) => place(id).peek() !== undefined,
    put: (id, value) => { place(id).value = value },
    read: async (id) => {
      const turn = (running.get(id) ?? 0) + 1
      running.set(id, turn)
      const value = await load(id)
      if (running.get(id) === turn) {
        place(id).value = value
      }
    },
  }
}

export function makeDesk(): Desk {
  const list = resource<Approval[]>(async (abort) => (await call('listApprovals', { query: { for: 'me', state: 'open', limit: 100 }, signal: abort })).items, { kinds: ['approval.*', 'presence.changed'], quiet: 40 })
  const terms = resource<Terms>((abort) => call('getTerms', { signal: abort }), { kinds: ['policy.*'] })
  const queue = signal<Queue>(emptyQueue)
  let focusNext = false
  const done = signal<ReadonlySet<string>>(new Set())
  const drafts = new Map<string, ReturnType<typeof makeDraft>>()
  const ends: (() => void)[] = []

  /* --- what is known --- */

  const quietly = (promise: Promise<void>): void => { promise.catch((problem: unknown) => { if (!(problem instanceof Problem)) console.error(problem) }) }
  const wholes = kept<Approval>((id) => call('getApproval', { path: { id } }))
  const matters = kept<Case>((id) => call('getCase', { path: { id } }))
  const similars = kept<Evidence | null>(async (id) => {
    const ask = wholes.get(id)
    if (ask === undefined) {
      return null
    }
    const query = { action: ask.action, reason: ask.reason, amount: ask.amount, customer: ask.customer, exclude: ask.decision }
    return call('evidence', { query }).catch((problem: unknown) => {
      if (problem instanceof Problem) {
        return null
      }
      throw problem
    })
  })
  const line = (id: string): Approval | undefined => list.data.value?.find((item) => item.id === id)
  const readAll = async (id: string): Promise<void> => {
    await wholes.read(id)
    const ask = wholes.get(id)
    if (ask === undefined) {
      return
    }
    if (!similars.has(id)) {
      quietly(similars.read(id))
    }
    if (ask.case !== undefined && !matters.has(ask.case)) {
      quietly(matters.read(ask.case))
    }
  }

  /* --- the queue --- */

  const pointer = signal(false)
  const focus = signal(false)
  const idle = signal(false)
  const held = computed(() => (pointer.value || focus.value) && !idle.value)
  let idleTimer: ReturnType<typeof setTimeout> | undefined
  const stir = (): void => {
    idle.value = false
    clearTimeout(idleTimer)
    idleTimer = setTimeout(() => { idle.value = true }, idleMs)
  }
  ends.push(effect(() => {
    const items = (list.data.value ?? []).filter((item) => !done.value.has(item.id))
    const holds = held.value
    queue.value = take(untracked(() => queue.value), waitingOf(items), holds)
  }))
  ends.push(effect(() => {
    const { open, shown } = queue.value
    untracked(() => {
      for (const id of new Set([...(open === null ? [] : [open]), ...shown.slice(0, readAhead)])) {
        if (!wholes.has(id)) {
          quietly(id === open ? readAll(id) : wholes.read(id))
        } else if (id === open && !similars.has(id)) {
          quietly(readAll(id))
        }
      }
    })
  }))

  /* --- seen: in view of a focused tab for a second --- */

  const told = new Set<string>()
  let seenTimer: ReturnType<typeof setTimeout> | undefined
  const look = (): void => {
    clearTimeout(seenTimer)
    const id = queue.peek().open
    if (id === null || told.has(id) || document.visibilityState !== 'visible' || !document.hasFocus()) {
      return
    }
    seenTimer = setTimeout(() => {
      if (queue.peek().open === id && document.visibilityState === 'visible' && document.hasFocus()) {
        told.add(id)
        const before = wholes.get(id)
        if (before?.seen?.some((one) => one.by === me) !== true) {
          call('seenApproval', { path: { id }, body: {} }).catch(() => told.delete(id))
        }
      }
    }, seenMs)
  }
  ends.push(effect(() => {
    void queue.value.open
    look()
  }))
  for (const kind of ['focus', 'blur'] as const) {
    addEventListener(kind, look)
    ends.push(() => removeEventListener(kind, look))
  }
  document.addEventListener('visibilitychange', look)
  ends.push(() => document.removeEventListener('visibilitychange', look), () => clearTimeout(seenTimer), () => clearTimeout(idleTimer))

  /* --- what happens elsewhere --- */

  ends.push(on('approval.*', (event) => {
    const id: unknown = event.body.approval
    if (typeof id === 'string' && wholes.has(id)) {
      quietly(wholes.read(id))
    }
  }))
  let budgets: ReturnType<typeof setTimeout> | undefined
  ends.push(on(['decision', 'hold.*', 'decision.reversed', 'policy.*'], () => {
    // What was drawn elsewhere changes what this answer would leave; once a second is enough to look.
    budgets ??= setTimeout(() => {
      budgets = undefined
      const open = queue.peek().open
      if (open !== null && wholes.has(open)) {
        quietly(wholes.read(open))
      }
    }, 1000)
  }), () => clearTimeout(budgets))

  /* --- acts --- */

  let settled = 0
  const leave = (id: string): void => {
    batch(() => {
      const before = queue.value.open
      done.value = new Set([...done.value, id])
      queue.value = answered(queue.value, id)
      if (queue.value.open !== before) {
        focusNext = true
        settled = performance.now() + settleMs
      }
    })
  }
  const draftOf = (approval: Approval): Draft => {
    const found = drafts.get(approval.id) ?? makeDraft(approval)
    drafts.set(approval.id, found)
    return found.draft
  }
  const reread = async (approval: Approval): Promise<Approval> => {
    await wholes.read(approval.id).catch(() => undefined)
    void list.refresh()
    return wholes.get(approval.id) ?? approval
  }
  const explain = async (approval: Approval, act: Answer, problem: Problem): Promise<Outcome> => {
    const draft = draftOf(approval)
    const now = await reread(approval)
    if (now.state !== 'open') {
      return { is: 'first', approval: now }
    }
    if (problem.kind === 'changed') {
      draft.said.value = { is: 'changed' }
    } else if (problem.kind === 'forbidden') {
      const most = money(now.mine?.most, currency)
      draft.said.value = { is: 'beyond', most }
      if (most !== null && most.minor > 0n) {
        draft.amount.value = most
      }
    } else {
      draft.said.value = { is: 'failed', detail: problem.detail, again: () => void answer(now, act) }
    }
    return { is: 'stays', approval: now }
  }
  const answer = async (approval: Approval, act: Answer): Promise<Outcome> => {
    const draft = draftOf(approval)
    if (draft.busy.value !== null || performance.now() < settled) {
      return { is: 'stays', approval }
    }
    const note = act.is === 'approve' ? draft.note.value.trim() : ''
    const { op, body } = bodyOf(approval, act, note)
    draft.busy.value = act.is === 'approve' ? 'approve' : 'way'
    draft.said.value = null
    try {
      const reply = await send({ op, path: { id: approval.id }, body, says: act.says })
      wholes.put(approval.id, { ...wholes.get(approval.id), ...reply })
      const kept = 'note' in body && typeof body.note === 'string' ? body.note : ''
      myNotes.value = keepNote(myNotes.value, kept)
      leave(approval.id)
      return { is: 'done', approval: reply }
    } catch (problem) {
      if (!(problem instanceof Problem)) {
        throw problem
      }
      return await explain(approval, act, problem)
    } finally {
      draft.busy.value = null
    }
  }
  const hold = async (approval: Approval): Promise<Approval | null> => {
    const draft = draftOf(approval)
    if (draft.busy.value !== null) {
      return null
    }
    draft.busy.value = 'hold'
    try {
      const now = await call('holdApproval', { path: { id: approval.id }, body: {} })
      wholes.put(approval.id, { ...wholes.get(approval.id), ...now })
      void list.refresh()
      return now
    } catch (problem) {
      if (!(problem instanceof Problem)) {
        throw problem
      }
      const now = await reread(approval)
      if (now.state === 'open') {
        draft.said.value = { is: 'failed', detail: problem.detail, again: () => void hold(now) }
      }
      return null
    } finally {
      draft.busy.value = null
    }
  }

  return {
    list, terms, queue, answer, hold, stir,
    takeFocus: () => {
      const is = focusNext
      focusNext = false
      return is
    },
    ask: (id) => wholes.get(id) ?? line(id),
    whole: (id) => wholes.get(id),
    similar: (id) => similars.get(id),
    matter: (id) => matters.get(id),
    draft: draftOf,
    read: readAll,
    open: (id) => { queue.value = openOne(queue.value, id) },
    step: (by) => { queue.value = step(queue.value, by) },
    nth: (n) => { queue.value = nth(queue.value, n) },
    inside: (what, is) => {
      stir()
      ;(what === 'pointer' ? pointer : focus).value = is
    },
    letGo: () => {
      const items = (list.data.peek() ?? []).filter((item) => !done.peek().has(item.id))
      queue.value = take(queue.value, waitingOf(items), false)
    },
    dispose: () => {
      ends.forEach((end) => end())
      drafts.forEach(({ end }) => end())
      list.dispose()
      terms.dispose()
    },
  }
}

export { middleOf }
