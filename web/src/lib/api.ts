// Calls to the server: one function, typed by operation. It knows what may be repeated (whatever has a key, and reading), waits
// when the server asks for it, renews the token against forged requests, and tells what went wrong as a Problem, never as a number.
import { signal, type Signal } from '@preact/signals'
import { ops } from './api-types.ts'
import { added } from './added.ts'
import { boot } from './boot.ts'
import type { Finding, Ops } from './model.ts'
import { sync } from './time.ts'

export type Op = keyof Ops
export type ProblemKind = 'invalid' | 'unknown-caller' | 'forbidden' | 'not-found' | 'conflict' | 'expired' | 'changed' | 'too-many' | 'busy' | 'offline' | 'unknown'

interface ProblemInit { type?: string; status?: number; title?: string; detail?: string; errors?: { at: string; message: string }[]; findings?: Finding[]; retryAfter?: number | null; requestId?: string; kind?: ProblemKind }

const kinds: Record<number, ProblemKind> = {
  400: 'invalid', 401: 'unknown-caller', 403: 'forbidden', 404: 'not-found', 409: 'conflict', 410: 'expired', 412: 'changed', 413: 'invalid', 415: 'invalid',
  422: 'invalid', 428: 'changed', 429: 'too-many', 500: 'busy', 502: 'busy', 503: 'busy', 504: 'busy',
}

export class Problem extends Error {
  readonly type: string
  readonly status: number
  readonly title: string
  readonly detail: string
  readonly errors: { at: string; message: string }[]
  readonly findings: Finding[]
  readonly retryAfter: number | null
  readonly requestId: string
  readonly kind: ProblemKind

  constructor(init: ProblemInit) {
    super(init.detail ?? init.title ?? '')
    this.type = init.type ?? 'about:blank'
    this.status = init.status ?? 0
    this.title = init.title ?? ''
    this.detail = init.detail ?? ''
    this.errors = init.errors ?? []
    this.findings = init.findings ?? []
    this.retryAfter = init.retryAfter ?? null
    this.requestId = init.requestId ?? ''
    this.kind = init.kind ?? kinds[this.status] ?? 'unknown'
  }
}

export interface CallOptions {
  path?: Record<string, string> | undefined
  query?: Record<string, string | number | boolean | undefined> | undefined
  body?: unknown
  key?: string | undefined
  ifMatch?: string | undefined
  signal?: AbortSignal | undefined
  timeout?: number | undefined
  keepalive?: boolean | undefined
  text?: boolean | undefined
  wait?: boolean | undefined
}

export interface Full<Reply> { body: Reply; status: number; etag: string | null; repeated: boolean }

export const csrf: Signal<string> = signal(boot.csrf ?? '')
export const signedOut: Signal<boolean> = signal(false)

const PASSWORDS: readonly string[] = ['/v1/signin', '/v1/me/password']
const TIMEOUT = 15000
const WAITS_MAX = 2
const WAIT_MS_MAX = 5000
const AGAIN_AFTER = 1000

const table: Record<string, string> = { ...added, ...ops }

/** A name for one change: the server answers the same key twice with the first answer. */
export function newKey(): string {
  return 'c-' + randomId()
}

// Plain http without localhost has no randomUUID.
function randomId(): string {
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID()
  return [...crypto.getRandomValues(new Uint8Array(16))].map(byte => byte.toString(16).padStart(2, '0')).join('')
}

function address(path: string, options: CallOptions): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(options.path?.[name] ?? ''))
  const rows = Object.entries(options.query ?? {}).filter(([, value]) => value !== undefined && value !== '')
  const query = new URLSearchParams(rows.map(([name, value]) => [name, String(value)])).toString()
  return query ? `${filled}?${query}` : filled
}

interface Sending { method: string; url: string; options: CallOptions; key: string | undefined }

function init(sending: Sending, signal: AbortSignal): RequestInit {
  const { method, options, key } = sending
  const headers: Record<string, string> = { Accept: 'application/json' }
  if (method !== 'GET') headers['X-CSRF-Token'] = csrf.value
  if (key !== undefined) headers['Idempotency-Key'] = key
  if (options.ifMatch !== undefined) headers['If-Match'] = options.ifMatch
  const made: RequestInit = { method, headers, signal, credentials: 'same-origin', cache: 'no-store', keepalive: options.keepalive ?? false }
  if (options.body !== undefined) {
    headers['Content-Type'] = options.text ? 'text/csv' : 'application/json'
    made.body = options.text ? String(options.body) : JSON.stringify(options.body)
  }
  return made
}

// One attempt; no answer at all becomes a Problem of kind offline, unless the caller itself gave up.
async function attempt(sending: Sending): Promise<{ response: Response; text: string }> {
  const own = new AbortController()
  const timer = setTimeout(() => own.abort(), sending.options.timeout ?? TIMEOUT)
  const giveUp = () => own.abort()
  sending.options.signal?.addEventListener('abort', giveUp)
  try {
    const response = await fetch(sending.url, init(sending, own.signal))
    return { response, text: await response.text() }
  } catch (error) {
    if (sending.options.signal?.aborted) throw error
    throw new Problem({ kind: 'offline' })
  } finally {
    clearTimeout(timer)
    sending.options.signal?.removeEventListener('abort', giveUp)
  }
}

function parsed(text: string, type: string): unknown {
  if (!/json/.test(type)) return text
  try {
    return JSON.parse(text)
  } catch {
    return {}
  }
}

function problemOf(response: Response, text: string): Problem {
  const body = parsed(text, response.headers.get('Content-Type') ?? '')
  const retry = Number(response.headers.get('Retry-After') ?? NaN)
  return new Problem({
    title: response.statusText, ...(typeof body === 'object' ? body as ProblemInit : {}), status: response.status,
    retryAfter: Number.isFinite(retry) ? retry : null, requestId: response.headers.get('X-Request-Id') ?? '',
  })
}

/** Waits; giving up meanwhile rejects. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => { clearTimeout(timer); reject(signal?.reason as Error) }
    const timer = setTimeout(() => { signal?.removeEventListener('abort', stop); resolve() }, ms)
    signal?.addEventListener('abort', stop, { once: true })
  })
}

async function renewCsrf(): Promise<boolean> {
  const before = csrf.value
  const { response } = await attempt({ method: 'GET', url: '/v1/me', options: {}, key: undefined })
  noteHeaders(response)
  return csrf.value !== before
}

function noteHeaders(response: Response): void {
  const token = response.headers.get('X-CSRF-Token')
  if (token) csrf.value = token
}

// What an answer that is no success asks for: another try (true), or to be told (false).
async function again(sending: Sending, problem: Problem, tries: { waits: number; csrf: boolean }): Promise<boolean> {
  if (problem.status === 403 && problem.detail.includes('X-CSRF-Token') && !tries.csrf) {
    tries.csrf = true
    return renewCsrf()
  }
  const repeatable = sending.method === 'GET' || sending.key !== undefined
  if ((problem.status === 503 || problem.status === 429) && repeatable && sending.options.wait !== false && tries.waits < WAITS_MAX) {
    tries.waits += 1
    const ms = (problem.retryAfter ?? 1) * 1000
    if (ms > WAIT_MS_MAX) return false
    await pause(ms, sending.options.signal)
    return true
  }
  return false
}

async function answered(sending: Sending): Promise<{ response: Response; text: string }> {
  try {
    return await attempt(sending)
  } catch (error) {
    if (!(error instanceof Problem) || sending.method === 'GET' || sending.key === undefined || sending.options.wait === false) throw error
    await pause(AGAIN_AFTER, sending.options.signal)
    return attempt(sending)
  }
}

async function send(sending: Sending): Promise<{ response: Response; text: string }> {
  const tries = { waits: 0, csrf: false }
  for (;;) {
    const answer = await answered(sending)
    noteHeaders(answer.response)
    if (answer.response.ok) return answer
    const problem = problemOf(answer.response, answer.text)
    if (await again(sending, problem, tries)) continue
    // Where a password is asked for, 401 is about that password.
    if (problem.status === 401 && !PASSWORDS.includes(sending.url)) signedOut.value = true
    throw problem
  }
}

export async function callFull<O extends Op>(op: O, options: CallOptions = {}): Promise<Full<Ops[O]['reply']>> {
  const [method = 'GET', path = ''] = (table[op] ?? '').split(' ')
  const key = options.key ?? (method === 'POST' ? newKey() : undefined)
  const { response, text } = await send({ method, url: address(path, options), options, key })
  if (op === 'me') sync(Date.parse(response.headers.get('Date') ?? ''))
  const body = parsed(text, response.headers.get('Content-Type') ?? '') as Ops[O]['reply']
  return { body, status: response.status, etag: response.headers.get('ETag'), repeated: method === 'POST' && response.status === 200 }
}

export async function call<O extends Op>(op: O, options: CallOptions = {}): Promise<Ops[O]['reply']> {
  return (await callFull(op, options)).body
}

/** A list page by page, as long as there is a next one. */
export async function* pages<O extends Op>(op: O, options: CallOptions = {}): AsyncGenerator<Ops[O]['reply']> {
  let after: string | null | undefined
  do {
    const page = await call(op, { ...options, query: { ...options.query, ...(after ? { after } : {}) } })
    yield page
    after = (page as { next?: string | null }).next
  } while (after)
}
