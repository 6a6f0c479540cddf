import { beforeEach, describe, expect, it, vi } from 'vitest'

// The server: it does each key once, and answers it again.
const done: string[] = []
let line = true
let asked = 0
const slow: (() => void)[] = []

beforeEach(() => {
  vi.resetModules()
  localStorage.clear()
  done.length = 0
  line = true
  asked = 0
  slow.length = 0
  vi.useFakeTimers()
  vi.stubGlobal('fetch', (_: string, init: RequestInit) => {
    asked += 1
    if (!line) return Promise.reject(new TypeError('no line'))
    const key = (init.headers as Record<string, string>)['Idempotency-Key']!
    const known = done.includes(key)
    if (!known) done.push(key)
    return Promise.resolve(new Response(JSON.stringify({ id: `dec_${done.indexOf(key)}` }), { status: known ? 200 : 201, headers: { 'Content-Type': 'application/json' } }))
  })
})

const load = () => import('../../../src/lib/outbox.ts')
const act = { op: 'decide' as const, body: { action: 'refund' }, says: 'Refund $40' }

describe('the outbox', () => {
  it('sends at once and keeps nothing', async () => {
    const { send, kept } = await load()
    expect(await send(act)).toEqual({ id: 'dec_0' })
    expect(kept.value).toEqual([])
  })
  it('keeps an act without an answer, and does it once when the line is back', async () => {
    const { send, kept } = await load()
    line = false
    const reply = send(act)
    await vi.advanceTimersByTimeAsync(2000)
    expect(kept.value.map(one => one.says)).toEqual(['Refund $40'])
    expect(JSON.parse(localStorage.getItem('lw-outbox:ana')!)).toHaveLength(1)
    line = true
    await vi.advanceTimersByTimeAsync(6000)
    expect(await reply).toEqual({ id: 'dec_0' })
    expect(kept.value).toEqual([])
    expect(done.length).toBe(1)
  })
  it('does an act once that the server did and whose answer was lost', async () => {
    const { send } = await load()
    const real = globalThis.fetch
    vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
      await real(url, init)
      throw new TypeError('the answer was lost')
    })
    const reply = send(act)
    await vi.advanceTimersByTimeAsync(2000)
    vi.stubGlobal('fetch', real)
    await vi.advanceTimersByTimeAsync(6000)
    expect(await reply).toEqual({ id: 'dec_0' })
    expect(done.length).toBe(1)
  })
  it('goes on after a reload', async () => {
    const first = await load()
    line = false
    void first.send(act).catch(() => {})
    await vi.advanceTimersByTimeAsync(2000)
    vi.resetModules()
    line = true
    const second = await load()
    expect(second.kept.value.length).toBe(1)
    await vi.advanceTimersByTimeAsync(6000)
    expect(second.kept.value.length).toBe(0)
    expect(done.length).toBe(1)
  })
  it('lets an act go that the server would not know by its key any more', async () => {
    const old = { id: 'c-old', op: 'decide', body: {}, says: 'old', made: Date.now() - 21 * 3600 * 1000, tries: 3 }
    localStorage.setItem('lw-outbox:ana', JSON.stringify([old]))
    const { kept, letGo } = await load()
    await vi.advanceTimersByTimeAsync(6000)
    expect(kept.value).toEqual([])
    expect(letGo.value?.says).toBe('old')
    expect(asked).toBe(0)
  })
  it('hands a refusal to whoever waits, and keeps nothing', async () => {
    const { send, kept } = await load()
    line = false
    const refused = send(act).then(() => 'went', (problem: { kind: string }) => problem.kind)
    await vi.advanceTimersByTimeAsync(2000)
    vi.stubGlobal('fetch', () => Promise.resolve(new Response('{}', { status: 409, headers: { 'Content-Type': 'application/problem+json' } })))
    await vi.advanceTimersByTimeAsync(6000)
    expect(await refused).toBe('conflict')
    expect(kept.value).toEqual([])
  })
  it('answers whoever waits here when another tab has sent it', async () => {
    const { send, kept } = await load()
    line = false
    const reply = send(act)
    await vi.advanceTimersByTimeAsync(2000)
    line = true
    done.push(kept.value[0]!.id)
    localStorage.setItem('lw-outbox:ana', '[]')
    window.dispatchEvent(new StorageEvent('storage', { key: 'lw-outbox:ana' }))
    await vi.advanceTimersByTimeAsync(10)
    expect(await reply).toEqual({ id: 'dec_0' })
    expect(done.length).toBe(1)
  })
  it('forgets an act that somebody takes back before it went', async () => {
    const { send, kept, drop } = await load()
    line = false
    const end = send(act).then(() => 'went', () => 'dropped')
    await vi.advanceTimersByTimeAsync(2000)
    drop(kept.value[0]!.id)
    line = true
    await vi.advanceTimersByTimeAsync(20000)
    expect(await end).toBe('dropped')
    expect(done).toEqual([])
  })
})
