import { describe, expect, it } from 'vitest'
import { makeHub, parser, type FromHub, type StreamRow } from '../../../src/lib/hub.ts'

const stream = 'retry: 2000\n\n: comment\n\nid: 12\nevent: decision\ndata: {"kind":"decision","at":"2026-03-02T10:00:00Z","actor":"ana","body":{"é":1}}\n\n:\n\nid: 13\nevent: approval.opened\ndata: {"kind":"approval.opened",\ndata: "at":"2026-03-02T10:00:01Z","actor":"ben","body":{}}\n\n'

describe('the parser', () => {
  it('reads the same wherever the text is cut', () => {
    const whole: StreamRow[] = []
    parser(row => whole.push(row))(stream)
    expect(whole.map(row => [row.id, row.event, JSON.parse(row.data).actor])).toEqual([['12', 'decision', 'ana'], ['13', 'approval.opened', 'ben']])
    for (let cut = 0; cut <= stream.length; cut += 1) {
      const rows: StreamRow[] = []
      const push = parser(row => rows.push(row))
      push(stream.slice(0, cut))
      push(stream.slice(cut))
      expect(rows).toEqual(whole)
    }
  })
  it('reads lines that end in CR LF, cut anywhere', () => {
    const text = stream.replaceAll('\n', '\r\n')
    for (let cut = 0; cut <= text.length; cut += 1) {
      const rows: StreamRow[] = []
      const push = parser(row => rows.push(row))
      push(text.slice(0, cut))
      push(text.slice(cut))
      expect(rows.length).toBe(2)
    }
  })
})

// A world by hand: timers run when they are told to, each fetch is answered by the test.
function world() {
  const told: FromHub[] = []
  const timers: { at: number; run: () => void }[] = []
  const asked: { id: string | undefined; answer: (stream: ReturnType<typeof open>) => void; refuse: (response: Response) => void; fail: () => void }[] = []
  let time = 0
  const hub = makeHub({
    tell: message => told.push(message), now: () => time, random: () => 0.5,
    after: (ms, run) => {
      const timer = { at: time + ms, run }
      timers.push(timer)
      return () => { if (timers.includes(timer)) timers.splice(timers.indexOf(timer), 1) }
    },
    fetch: (_, init) => new Promise((resolve, reject) => {
      init.signal?.addEventListener('abort', () => reject(new Error('aborted')))
      asked.push({
        id: (init.headers as Record<string, string>)['Last-Event-ID'], fail: () => reject(new TypeError('no line')), refuse: resolve,
        answer: stream => {
          init.signal?.addEventListener('abort', stream.fail)
          resolve(stream.response)
        },
      })
    }),
  })
  const settle = () => new Promise(resolve => setTimeout(resolve, 0))
  const pass = async (ms: number) => {
    const goal = time + ms
    for (;;) {
      const next = timers.filter(timer => timer.at <= goal).sort((a, b) => a.at - b.at)[0]
      if (!next) break
      timers.splice(timers.indexOf(next), 1)
      time = next.at
      next.run()
      await settle()
    }
    time = goal
    await settle()
  }
  const states = () => told.filter(message => message.is === 'state').map(message => message.is === 'state' && message.state)
  return { hub, told, asked, pass, settle, states }
}

function open(): { response: Response; send: (text: string) => void; end: () => void; fail: () => void } {
  let controller: ReadableStreamDefaultController<Uint8Array>
  const body = new ReadableStream<Uint8Array>({ start(c) { controller = c } })
  return { response: new Response(body, { status: 200 }), send: text => controller.enqueue(new TextEncoder().encode(text)), end: () => controller.close(), fail: () => controller.error(new Error('aborted')) }
}

const entry = (seq: number) => `id: ${seq}\nevent: decision\ndata: {"kind":"decision","at":"2026-03-02T10:00:00Z","actor":"ana","body":{"n":${seq}}}\n\n`

describe('the hub', () => {
  it('goes live, tells entries once, and goes on behind the last one', async () => {
    const w = world()
    w.hub.begin(7)
    const one = open()
    w.asked[0]!.answer(one)
    expect(w.asked[0]!.id).toBe('7')
    await w.settle()
    one.send('retry: 2000\n\n' + entry(8) + entry(8) + entry(9))
    await w.settle()
    one.end()
    await w.settle()
    await w.pass(600)
    expect(w.asked[1]!.id).toBe('9')
    expect(w.told.filter(message => message.is === 'event').map(message => message.is === 'event' && message.seq)).toEqual([8, 9])
    expect(w.states()).toEqual(['live', 'catching-up'])
  })
  it('says offline after three seconds, tries ever more slowly, and comes back', async () => {
    const w = world()
    w.hub.begin(7)
    for (let i = 0; i < 6; i += 1) {
      w.asked.at(-1)!.fail()
      await w.settle()
      await w.pass([510, 1010, 2010, 4010, 8010, 15010][i]!)
    }
    expect(w.asked.length).toBe(7)
    expect(w.states()).toEqual(['offline'])
    const back = open()
    w.asked[6]!.answer(back)
    await w.settle()
    back.send(':\n\n')
    await w.settle()
    expect(w.states()).toEqual(['offline', 'live'])
  })
  it('takes a silent line for a broken one after 20 s', async () => {
    const w = world()
    w.hub.begin(7)
    const one = open()
    w.asked[0]!.answer(one)
    await w.settle()
    one.send(':\n\n')
    await w.settle()
    await w.pass(19000)
    expect(w.asked.length).toBe(1)
    await w.pass(2000)
    expect(w.asked.length).toBe(2)
  })
  it('is not misled by comments that keep coming', async () => {
    const w = world()
    w.hub.begin(7)
    const one = open()
    w.asked[0]!.answer(one)
    for (let i = 0; i < 4; i += 1) {
      await w.settle()
      one.send(':\n\n')
      await w.settle()
      await w.pass(15000)
    }
    expect(w.asked.length).toBe(1)
  })
  it('ends when the session has ended', async () => {
    const w = world()
    w.hub.begin(7)
    w.asked[0]!.refuse(new Response('', { status: 401 }))
    await w.settle()
    await w.pass(60000)
    expect(w.told.at(-1)).toEqual({ is: 'signed-out' })
    expect(w.asked.length).toBe(1)
  })
  it('waits as long as the server asks', async () => {
    const w = world()
    w.hub.begin(7)
    w.asked[0]!.refuse(new Response('', { status: 503, headers: { 'Retry-After': '4' } }))
    await w.settle()
    await w.pass(3900)
    expect(w.asked.length).toBe(1)
    await w.pass(200)
    expect(w.asked.length).toBe(2)
  })
  it('tells a gap when it can not go on where it was', async () => {
    const w = world()
    w.hub.begin(7)
    w.asked[0]!.refuse(new Response('', { status: 410 }))
    await w.settle()
    await w.pass(600)
    expect(w.told).toContainEqual({ is: 'gap' })
    expect(w.asked[1]!.id).toBeUndefined()
  })
  it('tries at once when it is told to', async () => {
    const w = world()
    w.hub.begin(7)
    w.asked[0]!.fail()
    await w.settle()
    w.hub.again()
    expect(w.asked.length).toBe(2)
  })
  it('keeps its place when a newer page says hello', async () => {
    const w = world()
    w.hub.begin(7)
    w.asked[0]!.fail()
    await w.settle()
    w.hub.begin(50)
    await w.pass(600)
    expect(w.asked[1]!.id).toBe('7')
  })
})
