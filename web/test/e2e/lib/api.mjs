// Somebody who calls the API: with a session, a token or nothing.
import { randomUUID } from 'node:crypto'

export class Refused extends Error {
  constructor(method, path, status, body) {
    super(`${method} ${path}: ${status} ${JSON.stringify(body)}`)
    this.status = status
    this.body = body
  }
}

function bodyOf(body) {
  if (body === undefined) return {}
  return typeof body === 'string' ? { body, headers: { 'content-type': 'text/csv' } } : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
}

export class Caller {
  /** server: whatever has a `url`. */
  constructor(server, { token, name } = {}) {
    this.server = server
    this.token = token
    this.name = name
    this.cookie = null // { name, value }
    this.csrf = null
  }

  headers(method) {
    const headers = {}
    if (this.token) headers.authorization = `Bearer ${this.token}`
    if (this.cookie) headers.cookie = `${this.cookie.name}=${this.cookie.value}`
    if (this.cookie && method !== 'GET') headers['x-csrf-token'] = this.csrf
    if (method === 'POST') headers['idempotency-key'] = randomUUID()
    return headers
  }

  keep(response) {
    for (const text of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(text)
      if (value) this.cookie = { name, value }
    }
    this.csrf = response.headers.get('x-csrf-token') ?? this.csrf
  }

  /** The answer whatever it is: { status, headers, body }. */
  async ask(method, path, body, headers = {}) {
    const sent = bodyOf(body)
    const response = await fetch(this.server.url + path, { method, redirect: 'manual', body: sent.body, headers: { ...this.headers(method), ...sent.headers, ...headers } })
    this.keep(response)
    const text = await response.text()
    const json = /json/.test(response.headers.get('content-type') ?? '') && text !== ''
    return { status: response.status, headers: response.headers, body: json ? JSON.parse(text) : text }
  }

  /** The body of an answer that is good; throws Refused else. */
  async call(method, path, body, headers) {
    const reply = await this.ask(method, path, body, headers)
    if (reply.status >= 400) throw new Refused(method, path, reply.status, reply.body)
    return reply.body
  }

  get(path) { return this.call('GET', path) }
  post(path, body = {}) { return this.call('POST', path, body) }
  put(path, body) { return this.call('PUT', path, body) }
  patch(path, body) { return this.call('PATCH', path, body) }
  delete(path) { return this.call('DELETE', path) }

  signIn(person, password) {
    return this.post('/v1/signin', { person, password })
  }
}
