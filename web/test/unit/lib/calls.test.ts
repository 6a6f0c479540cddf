import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { call, callFull, csrf, pages, Problem, signedOut } from '../../../src/lib/api.ts'

type Answer = { status?: number; body?: unknown; headers?: Record<string, string> } | 'nothing'
let answers: Answer[] = []
const sent: { method: string; url: string; headers: Record<string, string>; body: unknown }[] = []

beforeEach(() => {
  vi.useFakeTimers()
  answers = []
  sent.length = 0
  csrf.value = 'c0'
  signedOut.value = false
  vi.stubGlobal('fetch', (url: string, init: RequestInit) => {
    sent.push({ method: init.method!, url, headers: init.headers as Record<string, string>, body: init.body })
    const answer = answers.shift() ?? {}
    if (answer === 'nothing') return Promise.reject(new TypeError('no line'))
    const type = (answer.status ?? 200) >= 400 ? 'application/problem+json' : 'application/json'
    return Promise.resolve(new Response(JSON.stringify(answer.body ?? {}), { status: answer.status ?? 200, headers: { 'Content-Type': type, ...answer.headers } }))
  })
})
afterEach(() => {
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

async function problemOf(promise: Promise<unknown>): Promise<Problem> {
  const caught = promise.then(() => { throw new Error('it went') }, (error: unknown) => error as Problem)
  await vi.runAllTimersAsync()
  return caught
}
async function reply<T>(promise: Promise<T>): Promise<T> {
  await vi.runAllTimersAsync()
  return promise
}

describe('a call', () => {
  it('fills the address and the query, and leaves out what is not there', async () => {
    await reply(call('getCase', { path: { id: 'a/b c' }, query: { x: undefined, y: '', z: 0, w: false } }))
    expect(sent[0]).toMatchObject({ method: 'GET', url: '/v1/cases/a%2Fb%20c?z=0&w=false' })
    expect(sent[0]!.headers['Idempotency-Key']).toBeUndefined()
    expect(sent[0]!.headers['X-CSRF-Token']).toBeUndefined()
  })
  it('has a key and the token when it changes something', async () => {
    await reply(call('decide', { body: { action: 'refund' } }))
    expect(sent[0]!.headers).toMatchObject({ 'X-CSRF-Token': 'c0', 'Content-Type': 'application/json' })
    expect(sent[0]!.headers['Idempotency-Key']).toMatch(/^c-[0-9a-f-]{32,36}$/)
    expect(sent[0]!.body).toBe('{"action":"refund"}')
  })
  it('takes a new token from any answer', async () => {
    answers = [{ headers: { 'X-CSRF-Token': 'c1' } }]
    await reply(call('me'))
    expect(csrf.value).toBe('c1')
  })
  it('fetches a token anew, once, and tries again with the same key', async () => {
    answers = [{ status: 403, body: { title: 'x', status: 403, detail: 'the header X-CSRF-Token is missing or an old one; GET /v1/me gives it' } }, { headers: { 'X-CSRF-Token': 'c2' } }, { status: 201 }]
    const full = await reply(callFull('nudge', { path: { id: 'apr_1' } }))
    expect(sent.map(one => one.url)).toEqual(['/v1/approvals/apr_1/nudge', '/v1/me', '/v1/approvals/apr_1/nudge'])
    expect(sent[2]!.headers['X-CSRF-Token']).toBe('c2')
    expect(sent[2]!.headers['Idempotency-Key']).toBe(sent[0]!.headers['Idempotency-Key'])
    expect(full.status).toBe(201)
  })
  it('says that the session is over', async () => {
    answers = [{ status: 401 }]
    expect((await problemOf(call('me'))).kind).toBe('unknown-caller')
    expect(signedOut.value).toBe(true)
  })
  it('does not take a wrong password for the end of a session', async () => {
    answers = [{ status: 401 }]
    await problemOf(call('signIn', { body: {}, wait: false }))
    expect(signedOut.value).toBe(false)
  })
  it('waits and repeats as the server asks, twice at most', async () => {
    answers = [{ status: 503, headers: { 'Retry-After': '2' } }, { status: 503, headers: { 'Retry-After': '2' } }, { status: 503, headers: { 'Retry-After': '2' } }]
    const problem = await problemOf(call('me'))
    expect([problem.kind, problem.retryAfter, sent.length]).toEqual(['busy', 2, 3])
  })
  it('does not wait where it was told not to, nor longer than five seconds', async () => {
    answers = [{ status: 429, headers: { 'Retry-After': '1' } }, { status: 429, headers: { 'Retry-After': '40' } }]
    expect((await problemOf(call('signIn', { body: {}, wait: false }))).kind).toBe('too-many')
    expect((await problemOf(call('me'))).retryAfter).toBe(40)
    expect(sent.length).toBe(2)
  })
  it('repeats a change without an answer once, with the same key; then it is offline', async () => {
    answers = ['nothing', 'nothing']
    expect((await problemOf(call('decide', { body: {} }))).kind).toBe('offline')
    expect(sent.length).toBe(2)
    expect(sent[0]!.headers['Idempotency-Key']).toBe(sent[1]!.headers['Idempotency-Key'])
  })
  it('reads only once without an answer', async () => {
    answers = ['nothing']
    expect((await problemOf(call('me'))).kind).toBe('offline')
    expect(sent.length).toBe(1)
  })
  it('gives up after 15 s', async () => {
    vi.stubGlobal('fetch', (_: string, init: RequestInit) => new Promise((_resolve, reject) => { init.signal!.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError'))) }))
    const problem = problemOf(call('me'))
    await vi.advanceTimersByTimeAsync(15001)
    expect((await problem).kind).toBe('offline')
  })
  it('passes a giving up of the caller on', async () => {
    vi.stubGlobal('fetch', (_: string, init: RequestInit) => new Promise((_resolve, reject) => { init.signal!.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError'))) }))
    const own = new AbortController()
    const error = call('me', { signal: own.signal }).then(() => null, (error: Error) => error)
    own.abort()
    expect((await error)?.name).toBe('AbortError')
  })
  it('tells which field, in the server\'s words', async () => {
    answers = [{ status: 422, body: { title: 'the input does not fit', status: 422, errors: [{ at: 'amount', message: 'too much' }], findings: [{ severity: 'error', code: 'x', message: 'y' }] }, headers: { 'X-Request-Id': 'r1' } }]
    expect(await problemOf(call('decide', { body: {} }))).toMatchObject({ kind: 'invalid', requestId: 'r1', errors: [{ at: 'amount', message: 'too much' }], findings: [{ code: 'x' }] })
  })
  it.each([[404, 'not-found'], [409, 'conflict'], [410, 'expired'], [412, 'changed'], [428, 'changed'], [400, 'invalid'], [418, 'unknown']])('%d is %s', async (status, kind) => {
    answers = [{ status: status as number }]
    expect((await problemOf(call('me'))).kind).toBe(kind)
  })
  it('reads a list to its end', async () => {
    answers = [{ body: { items: [1], next: 'n1' } }, { body: { items: [2], next: null } }]
    const found: unknown[] = []
    const walk = (async () => { for await (const page of pages('listPeople', { query: { limit: 1 } })) found.push(...page.items) })()
    await vi.runAllTimersAsync()
    await walk
    expect(found).toEqual([1, 2])
    expect(sent[1]!.url).toBe('/v1/people?limit=1&after=n1')
  })
})
