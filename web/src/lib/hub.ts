// One event stream for all tabs of a browser. This part runs where the stream is held: in the SharedWorker, or in the tab that
// leads where there is none. It reads the stream with fetch, as that shows the status and the comment lines by which a silent
// connection is known; it goes on behind the last entry that it saw, and tells everybody what state it is in.
// It uses nothing of a page: time, fetch and listeners are given, so that tests run it by hand.

export type ToHub = { do: 'hello'; tab: string; after: number; person: string } | { do: 'bye'; tab: string } | { do: 'again' } | { do: 'stop' }
export type StreamState = 'live' | 'catching-up' | 'offline'
// eslint-disable-next-line -- the body's shape goes by kind; views read it through their own types
export interface HubEvent { is: 'event'; seq: number; kind: string; at: string; actor: string; body: any }
export type FromHub = HubEvent | { is: 'state'; state: StreamState; since: number } | { is: 'gap' } | { is: 'signed-out' } | { is: 'person-changed' }

const SILENT_MS = 20000
const OFFLINE_AFTER_MS = 3000
const STEPS_MS = [500, 1000, 2000, 4000, 8000, 15000]
const WAIT_MS_MAX = 60000
const SEEN_MAX = 256

export interface StreamRow { id: string; event: string; data: string }

/** Reads a stream's text as it comes, cut anywhere; blank lines end an event, lines with a colon first are comments. */
export function parser(found: (row: StreamRow) => void): (text: string) => void {
  let rest = ''
  let row: StreamRow = { id: '', event: '', data: '' }
  let lines: string[] = []
  const line = (text: string) => {
    if (text === '') {
      if (lines.length > 0) found({ ...row, data: lines.join('\n') })
      row = { id: row.id, event: '', data: '' }
      lines = []
      return
    }
    const colon = text.indexOf(':')
    if (colon === 0) return
    const name = colon < 0 ? text : text.slice(0, colon)
    const value = colon < 0 ? '' : text.slice(colon + 1).replace(/^ /, '')
    if (name === 'data') lines.push(value)
    else if (name === 'id' || name === 'event') row[name] = value
  }
  return text => {
    rest += text
    for (;;) {
      const end = rest.search(/[\r\n]/)
      // A carriage return at the end of a piece may be the first half of a line's end.
      if (end < 0 || (rest[end] === '\r' && end === rest.length - 1)) return
      line(rest.slice(0, end))
      rest = rest.slice(end + (rest.startsWith('\r\n', end) ? 2 : 1))
    }
  }
}

export interface World {
  fetch: (url: string, init: RequestInit) => Promise<Response>
  tell: (message: FromHub) => void
  now: () => number
  after: (ms: number, run: () => void) => () => void
  random: () => number
}

/** A hub: `hear` takes what tabs say, `hello` answers what a new tab must know. */
export interface Hub { begin(after: number): void; again(): void; stop(): void; state(): { state: StreamState; since: number }; last(): number }

export function makeHub(world: World): Hub {
  let last = 0
  let state: StreamState = 'catching-up'
  let since = world.now()
  let tries = 0
  let opened = false
  let running: AbortController | null = null
  let cancelRetry = () => {}
  let cancelOffline = () => {}
  let cancelSilent = () => {}
  let seen: number[] = []

  const change = (next: StreamState) => {
    if (state === next) return
    state = next
    since = world.now()
    world.tell({ is: 'state', state, since })
  }
  const lost = () => {
    if (state === 'live') change('catching-up')
    cancelOffline()
    if (state !== 'offline') cancelOffline = world.after(OFFLINE_AFTER_MS, () => change('offline'))
  }
  const silent = () => {
    cancelSilent()
    cancelSilent = world.after(SILENT_MS, () => running?.abort())
  }
  const alive = () => {
    cancelOffline()
    tries = 0
    opened = true
    silent()
    change('live')
  }
  const entry = ({ id, data }: StreamRow) => {
    const seq = Number(id)
    if (!Number.isSafeInteger(seq) || seen.includes(seq)) return
    const body = JSON.parse(data) as { kind: string; at: string; actor: string; body: unknown }
    seen = [...seen.slice(1 - SEEN_MAX), seq]
    last = Math.max(last, seq)
    world.tell({ is: 'event', seq, kind: body.kind, at: body.at, actor: body.actor, body: body.body })
  }
  const retry = (ms: number) => {
    cancelRetry()
    cancelRetry = world.after(ms, () => void connect())
  }
  const backOff = () => {
    const step = STEPS_MS[Math.min(tries, STEPS_MS.length - 1)]!
    tries += 1
    retry(step * (0.9 + world.random() * 0.2))
  }
  const refused = (response: Response) => {
    if (response.status === 401) {
      stop()
      world.tell({ is: 'signed-out' })
      return
    }
    // The server can't go on where we were: views read everything anew.
    if (response.status === 400 || response.status === 410 || response.status === 422) {
      last = 0
      world.tell({ is: 'gap' })
    }
    const wait = Number(response.headers.get('Retry-After') ?? NaN)
    if (Number.isFinite(wait)) retry(Math.min(wait * 1000, WAIT_MS_MAX))
    else backOff()
  }
  const readAll = async (response: Response, own: AbortController) => {
    const reader = response.body!.getReader()
    const text = new TextDecoder()
    const push = parser(entry)
    for (;;) {
      const { done, value } = await reader.read()
      if (done || running !== own) return
      alive()
      push(text.decode(value, { stream: true }))
    }
  }
  const connect = async () => {
    const own = running = new AbortController()
    try {
      const headers: Record<string, string> = last > 0 ? { 'Last-Event-ID': String(last) } : {}
      silent()
      const url = last > 0 ? `/v1/events?after=${last}` : '/v1/events'
      const response = await world.fetch(url, { headers, credentials: 'same-origin', cache: 'no-store', signal: own.signal })
      if (running !== own) return
      if (response.status !== 200 || !response.body) {
        lost()
        refused(response)
        return
      }
      // Without a number to go on from, what happened before this connection is not told: views read it.
      if (opened && last === 0) world.tell({ is: 'gap' })
      await readAll(response, own)
    } catch {
      // no answer, or it broke off: the same as an end
    }
    if (running !== own) return
    lost()
    backOff()
  }
  const stop = () => {
    running?.abort()
    running = null
    cancelRetry()
    cancelOffline()
    cancelSilent()
  }
  return {
    begin(after) {
      // A newer page must not make the others miss what lies between.
      if (last === 0) last = after
      if (running) return
      lost()
      void connect()
    },
    again() {
      tries = 0
      if (state === 'live') return
      stop()
      lost()
      void connect()
    },
    stop,
    state: () => ({ state, since }),
    last: () => last,
  }
}
