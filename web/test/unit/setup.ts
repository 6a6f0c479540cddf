// What every page brings with it, before anything of the console is read.
import { afterEach, beforeAll } from 'vitest'

const boot = document.createElement('script')
boot.type = 'application/json'
boot.textContent = JSON.stringify({
  page: 'app', version: '0.0.0', now: '2026-03-02T10:00:00Z', lang: 'en', worker: '', assets: {}, signed_in: true, csrf: 'c0', seq: 7,
  me: { actor: 'ana', person: { id: 'ana', name: 'Ana Torres', kind: 'human', roles: [], holds: [], active: true, version: 1 }, rights: {}, currency: 'USD', time_zone: 'Europe/Berlin' },
  settings: { undo_seconds: 8, duty: {}, language: 'en' }, framed_by: [],
})
document.head.append(boot)

beforeAll(async () => {
  const { messages } = await import('../../src/lib/i18n.ts')
  await messages('common')
})

afterEach(() => { document.body.replaceChildren() })
