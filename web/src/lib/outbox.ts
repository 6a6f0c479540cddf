// Acts that survive a lost line. An act is sent at once; without an answer it is kept, with the key under which the server does
// it only once, and goes when the line is back, by whichever tab is there. What is too old to be known by its key is let go.
//
// An act may have another behind it (a question behind its decision). Both are kept from the beginning, so that closing the page
// between them loses nothing; whoever gets the answer of the first sends the second, under the key that was chosen for it.
import { computed, signal, type ReadonlySignal } from '@preact/signals'
import { call, newKey, Problem, type Op } from './api.ts'
import type { Ops } from './model.ts'
import { live } from './live.ts'
import { stored } from './store.ts'

/** What follows when the decision before it turns out so: a question on "ask", another decision on "granted". */
export interface Next { op: 'ask' | 'decide'; key: string; body: unknown; next?: Next }
/** tries 0: under way, and kept only because something follows. */
export interface Act { id: string; op: Op; path?: Record<string, string>; body: unknown; says: string; made: number; tries: number; next?: Next }

const AGE_MS_MAX = 20 * 3600 * 1000
const EVERY_MS = 5000

const isAct = (x: unknown): x is Act => typeof x === 'object' && x !== null && typeof (x as Act).id === 'string' && typeof (x as Act).op === 'string' && typeof (x as Act).made === 'number'
const acts = stored<Act[]>('outbox', [], (x): x is Act[] => Array.isArray(x) && x.every(isAct))

interface Waiting { act: Act; resolve: (reply: unknown) => void; reject: (problem: unknown) => void }
const waiting = new Map<string, Waiting>()

/** What is kept until it can go. */
export const kept: ReadonlySignal<readonly Act[]> = computed(() => acts.value.filter(one => one.tries > 0))
/** The last act that was too old to send; views may say so. */
export const letGo = signal<Act | null>(null)

function keep(act: Act): void {
  const rest = acts.value.filter(one => one.id !== act.id)
  acts.value = [...rest, act]
}

// Ends an act: whoever waits here is told first, so that they don't take it for another tab's. What follows takes its place.
function settle(id: string, tell: (waiter: Waiting) => void, then: Act | null = null): void {
  const waiter = waiting.get(id)
  waiting.delete(id)
  if (acts.value.some(one => one.id === id)) acts.value = acts.value.flatMap(one => one.id !== id ? [one] : then ? [then] : [])
  if (waiter) tell(waiter)
}

/** What follows an act after this answer; null: nothing does. */
export function following(act: Act, reply: unknown): Act | null {
  const { id, verdict, route } = reply as { id: string; verdict?: string; route?: unknown }
  const next = act.next
  const goesOn = next?.op === 'ask' ? verdict === 'ask' || (verdict === 'refused' && route !== undefined) : verdict === 'granted'
  if (!next || !goesOn) return null
  return { id: next.key, op: next.op, ...(next.op === 'ask' && { path: { id } }), body: next.body, says: act.says, made: act.made, tries: act.tries, ...(next.next && { next: next.next }) }
}

// One tab sends at a time; without locks the key alone makes sure that an act is done once.
function alone<T>(run: () => Promise<T>): Promise<T> {
  const locks = navigator.locks as LockManager | undefined
  if (!locks) return run()
  let begun = false // refused (a frame whose storage the browser keeps shut), or did the act itself fail?
  return (locks.request('lw-outbox', () => {
    begun = true
    return run()
  }) as Promise<T>).catch((reason: unknown) => {
    if (begun) throw reason
    return run()
  })
}

async function goes(act: Act): Promise<unknown> {
  return call(act.op, { path: act.path, body: act.body, key: act.id })
}

/** Does an act; offline it is kept, and the promise waits until it went. */
export function send<O extends Op>(act: { op: O; path?: Record<string, string>; body: unknown; says: string; key?: string; next?: Next }): Promise<Ops[O]['reply']> {
  const whole: Act = { id: act.key ?? newKey(), op: act.op, ...(act.path && { path: act.path }), body: act.body, says: act.says, made: Date.now(), tries: 0, ...(act.next && { next: act.next }) }
  if (whole.next) keep(whole)
  return goes(whole).then(reply => {
    settle(whole.id, () => {}, following(whole, reply))
    return reply
  }, (problem: unknown) => {
    if (!(problem instanceof Problem) || problem.kind !== 'offline') {
      settle(whole.id, () => {})
      throw problem
    }
    return new Promise<unknown>((resolve, reject) => {
      keep({ ...whole, tries: 1 })
      waiting.set(whole.id, { act: whole, resolve, reject })
      later()
    })
  }) as Promise<Ops[O]['reply']>
}

let timer: ReturnType<typeof setTimeout> | undefined

function later(): void {
  timer ??= setTimeout(() => {
    timer = undefined
    tryNow()
  }, EVERY_MS)
}

function tooOld(act: Act): boolean {
  if (Date.now() - act.made < AGE_MS_MAX) return false
  letGo.value = act
  settle(act.id, waiter => waiter.reject(new Problem({ kind: 'expired', detail: act.says })))
  return true
}

// Sends one kept act. True: go on with the next one.
async function sendKept(act: Act): Promise<boolean> {
  // Another tab may have sent it while we waited for our turn.
  if (!acts.value.some(one => one.id === act.id) || tooOld(act)) return true
  try {
    const reply = await goes(act)
    settle(act.id, waiter => waiter.resolve(reply), following(act, reply))
  } catch (problem) {
    if (problem instanceof Problem && (problem.kind === 'offline' || problem.kind === 'unknown-caller' || problem.kind === 'busy')) {
      acts.value = acts.value.map(one => one.id === act.id ? { ...one, tries: one.tries + 1 } : one)
      return false
    }
    settle(act.id, waiter => waiter.reject(problem))
  }
  return true
}

let sending = false

/** Tries to send what is kept, at once. */
export function tryNow(): void {
  if (sending || acts.value.length === 0) return
  sending = true
  void alone(async () => {
    const tried = new Set<string>() // what follows is tried in the same turn
    for (let act = acts.value[0]; act; act = acts.value.find(one => !tried.has(one.id))) {
      tried.add(act.id)
      if (!await sendKept(act)) break
    }
  }).catch(console.error).finally(() => {
    sending = false
    if (acts.value.length > 0) later()
  })
}

/** Lets an act go that has not gone yet. */
export function drop(id: string): void {
  settle(id, waiter => waiter.reject(new Problem({ kind: 'offline' })))
}

// Another tab has sent an act that somebody here waits for: the same key brings its answer.
acts.subscribe(all => {
  for (const [id, { act, resolve, reject }] of waiting) {
    if (all.some(one => one.id === id)) continue
    waiting.delete(id)
    goes(act).then(resolve, reject)
  }
})

addEventListener('online', tryNow)
let before = live.value.is
live.subscribe(state => {
  if (state.is === 'live' && before !== 'live') tryNow()
  before = state.is
})
if (acts.value.length > 0) later()
