// A tab's end of the event stream: takes what the hub tells, hands it to the views, and leads itself where there is no worker.
import { signal, type Signal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { signedOut } from './api.ts'
import { boot } from './boot.ts'
import type { FromHub, Hub, StreamState, ToHub } from './hub.ts'
import { person } from './store.ts'
import { at } from './time.ts'
import { trusted } from './trusted.ts'

// eslint-disable-next-line -- the body's shape goes by kind; views read it through their own types
export interface LwEvent { seq: number; kind: string; at: number; actor: string; body: any }

export const live: Signal<{ is: StreamState; since: number }> = signal({ is: 'catching-up', since: Date.now() })

const tab = Math.random().toString(36).slice(2)
const listeners = new Set<{ kinds: string[]; fn: (event: LwEvent) => void }>()
const gaps = new Set<() => void>()
let last = boot.seq ?? 0
let say: (message: ToHub) => void = () => {}

/** Whether a kind is one of a list; `approval.*` stands for all of them. */
export function fits(kinds: readonly string[], kind: string): boolean {
  return kinds.some(one => one === kind || one === '*' || (one.endsWith('.*') && kind.startsWith(one.slice(0, -1))))
}

export function on(kinds: string | string[], fn: (event: LwEvent) => void): () => void {
  const entry = { kinds: typeof kinds === 'string' ? [kinds] : kinds, fn }
  listeners.add(entry)
  return () => { listeners.delete(entry) }
}

/** When entries were missed: read everything anew. */
export function onGap(fn: () => void): () => void {
  gaps.add(fn)
  return () => { gaps.delete(fn) }
}

export function useEvents(kinds: string | string[], fn: (event: LwEvent) => void): void {
  const latest = useRef(fn)
  latest.current = fn
  const list = typeof kinds === 'string' ? kinds : kinds.join(' ')
  useEffect(() => on(list.split(' '), event => latest.current(event)), [list])
}

function heard(message: FromHub): void {
  if (message.is === 'event') {
    if (message.seq <= last) return
    last = message.seq
    const event = { ...message, at: at(message.at) }
    for (const { kinds, fn } of [...listeners]) if (fits(kinds, event.kind)) fn(event)
  } else if (message.is === 'state') live.value = { is: message.state, since: message.since }
  else if (message.is === 'gap') for (const fn of [...gaps]) fn()
  else if (message.is === 'signed-out') signedOut.value = true
  else location.reload()
}

// The tab's lock is free when the tab is gone, however it went. It is held before the hub hears of the tab: else the hub could
// have it first and take the tab for gone.
function holdLock(): Promise<void> {
  const locks = navigator.locks as LockManager | undefined
  if (!locks) return Promise.resolve()
  return new Promise(resolve => {
    locks.request(`lw-tab-${tab}`, () => {
      resolve()
      return new Promise(() => {})
    }).catch(() => resolve())
  })
}

function byWorker(): void {
  const worker = new SharedWorker(trusted(boot.worker), { name: `leeway-${boot.version}` })
  worker.port.onmessage = ({ data }: MessageEvent<FromHub>) => heard(data)
  say = message => worker.port.postMessage(message)
}

// Few browsers are without SharedWorker: only they load what holds the stream.
const page = async (): Promise<Hub> => (await import('./hub.ts')).makeHub({
  fetch: (url, init) => fetch(url, init), tell: tellAll, now: () => Date.now(), random: () => Math.random(),
  after: (ms, run) => {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
})

let channel: BroadcastChannel | undefined

function tellAll(message: FromHub): void {
  channel?.postMessage({ person, message })
  heard(message)
}

// Without a worker one tab leads: whoever holds the lock. The next one takes over when it closes.
function byLeader(): void {
  channel = new BroadcastChannel('leeway')
  let hub: Hub | undefined
  channel.onmessage = ({ data }: MessageEvent<{ person: string; message?: FromHub; say?: ToHub }>) => {
    if (data.person !== person) return
    if (data.message) heard(data.message)
    if (data.say?.do === 'hello' && hub) channel?.postMessage({ person, message: { is: 'state', ...hub.state() } satisfies FromHub })
    if (data.say?.do === 'again') hub?.again()
    if (data.say?.do === 'stop' && hub) end(hub)
  }
  say = message => {
    if (message.do === 'again' && hub) hub.again()
    else if (message.do === 'stop' && hub) end(hub)
    else channel?.postMessage({ person, say: message })
  }
  void navigator.locks.request('lw-hub', async () => {
    hub = await page()
    hub.begin(last)
    await new Promise(() => {})
  }).catch(() => { // a frame whose storage the browser keeps shut has no locks either
    alone()
    say(hello())
  })
}

function end(hub: Hub): void {
  hub.stop()
  tellAll({ is: 'signed-out' })
}

function alone(): void {
  const made = page()
  say = message => void made.then(hub => {
    if (message.do === 'hello') hub.begin(last)
    else if (message.do === 'again') hub.again()
    else if (message.do === 'stop') end(hub)
    else hub.stop()
  })
}

function connect(): void {
  if (typeof SharedWorker !== 'undefined' && boot.worker) {
    try {
      byWorker()
      return
    } catch {
      // a browser that has the name and not the thing (some embedded views)
    }
  }
  if ((navigator.locks as LockManager | undefined) && typeof BroadcastChannel !== 'undefined') byLeader()
  else alone()
}

const hello = (): ToHub => ({ do: 'hello', tab, after: last, person })

let started = false

/** Begins to listen; once a page. */
export function start(): void {
  if (started || !boot.signed_in) return
  started = true
  connect()
  void holdLock().then(() => say(hello()))
  addEventListener('pagehide', () => say({ do: 'bye', tab }))
  addEventListener('pageshow', event => { if (event.persisted) say(hello()) })
  addEventListener('online', () => say({ do: 'again' }))
  // One call that finds the session ended tells all tabs.
  signedOut.subscribe(out => { if (out) say({ do: 'stop' }) })
}

/** Tries at once: for a button beside "Offline". */
export function again(): void {
  say({ do: 'again' })
}

/** Ends the stream: the person signs out, in all tabs. */
export function stop(): void {
  say({ do: 'stop' })
}
