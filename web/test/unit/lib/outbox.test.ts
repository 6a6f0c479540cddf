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
  const question = { ...act, key: 'first', next: { op: 'ask' as const, key: 'second', body: { note: 'Billed twice.' } } }
  const verdicts = (verdict: string) => {
    const real = globalThis.fetch
    vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
      const reply = await real(url, init)
      return new Response(JSON.stringify({ ...await reply.json(), verdict }), { status: reply.status, headers: { 'Content-Type': 'application/json' } })
    })
  }
  it.each(['before the decision went', 'before its answer came', 'after its answer'])('a question survives the page that closes %s', async when => {
    const first = await load()
    verdicts('ask')
    line = when !== 'before the decision went'
    if (when === 'before its answer came') vi.stubGlobal('fetch', () => new Promise(() => {}))
    void first.send(question).catch(() => {})
    await vi.advanceTimersByTimeAsync(2000)
    expect(first.kept.value.length).toBe(line ? 0 : 1) // what is under way is not shown as kept
    vi.resetModules()
    line = true
    if (when === 'before its answer came') vi.stubGlobal('fetch', (_: string, init: RequestInit) => {
      const key = (init.headers as Record<string, string>)['Idempotency-Key']!
      done.push(key)
      return Promise.resolve(new Response(JSON.stringify({ id: 'dec_0', verdict: 'ask' }), { status: 201, headers: { 'Content-Type': 'application/json' } }))
    })
    await load()
    await vi.advanceTimersByTimeAsync(6000)
    expect(done).toEqual(['first', 'second'])
    expect(JSON.parse(localStorage.getItem('lw-outbox:ana')!)).toEqual([])
  })
  it('whoever waits sends what follows under its key: it counts once', async () => {
    const { send } = await load()
    verdicts('ask')
    const { id } = await send(question)
    await send({ op: 'ask', path: { id }, body: question.next.body, says: act.says, key: 'second' })
    await vi.advanceTimersByTimeAsync(6000)
    expect(done).toEqual(['first', 'second'])
  })
  it.each(['granted', 'refused'])('asks nobody when the decision is %s', async verdict => {
    const { send } = await load()
    verdicts(verdict)
    await send(question)
    await vi.advanceTimersByTimeAsync(12_000)
    expect(done).toEqual(['first'])
    expect(JSON.parse(localStorage.getItem('lw-outbox:ana')!)).toEqual([])
  })
  it('the own part, then the rest, then the question for it', async () => {
    const { following } = await load()
    const whole = { id: 'own', op: 'decide' as const, body: {}, says: 'x', made: 1, tries: 2, next: { op: 'decide' as const, key: 'rest', body: { amount: '60.00' }, next: { op: 'ask' as const, key: 'ask', body: {} } } }
    expect(following(whole, { id: 'dec_1', verdict: 'ask' })).toBe(null)
    const rest = following(whole, { id: 'dec_1', verdict: 'granted' })!
    expect(rest).toMatchObject({ id: 'rest', op: 'decide', body: { amount: '60.00' }, made: 1, tries: 2 })
    expect(following(rest, { id: 'dec_2', verdict: 'refused', route: 'r' })).toMatchObject({ id: 'ask', op: 'ask', path: { id: 'dec_2' } })
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
