// The SharedWorker: holds the one event stream of this browser for all of its tabs and panels.
import { makeHub, type FromHub, type ToHub } from './lib/hub.ts'

declare const self: SharedWorkerGlobalScope

const LAST_TAB_MS = 5000

const ports = new Map<string, MessagePort>()
let person: string | null = null
let ending: ReturnType<typeof setTimeout> | undefined

function tell(message: FromHub): void {
  for (const port of ports.values()) port.postMessage(message)
}

const hub = makeHub({
  fetch: (url, init) => fetch(url, init), tell, now: () => Date.now(), random: () => Math.random(),
  after: (ms, run) => {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
})

function hello(port: MessagePort, message: Extract<ToHub, { do: 'hello' }>): void {
  clearTimeout(ending)
  if (person !== null && person !== message.person) {
    hub.stop()
    tell({ is: 'person-changed' })
    ports.clear()
  }
  person = message.person
  ports.set(message.tab, port)
  hub.begin(message.after)
  port.postMessage({ is: 'state', ...hub.state() } satisfies FromHub)
  // A page that was made before what the stream has reached missed the entries between.
  if (message.after > 0 && message.after < hub.last()) port.postMessage({ is: 'gap' } satisfies FromHub)
  watch(message.tab)
}

// A tab holds a lock of its name while it lives; a crashed one can't say good-bye.
function watch(tab: string): void {
  void navigator.locks?.request(`lw-tab-${tab}`, () => bye(tab))
}

function bye(tab: string): void {
  if (!ports.delete(tab) || ports.size > 0) return
  clearTimeout(ending)
  ending = setTimeout(() => { if (ports.size === 0) hub.stop() }, LAST_TAB_MS)
}

function signOut(): void {
  hub.stop()
  tell({ is: 'signed-out' })
}

self.onconnect = event => {
  const port = event.ports[0]!
  port.onmessage = ({ data }: MessageEvent<ToHub>) => {
    if (data.do === 'hello') hello(port, data)
    else if (data.do === 'bye') bye(data.tab)
    else if (data.do === 'again') hub.again()
    else signOut()
  }
}
