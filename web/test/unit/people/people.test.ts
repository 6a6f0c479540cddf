import { describe, expect, it } from 'vitest'
import { barsOf, nextTry, shortUrl } from '../../../src/surfaces/people/hooks.ts'
import { isOrigin, originOf } from '../../../src/surfaces/people/origin.ts'
import { partOf, partsFor } from '../../../src/surfaces/people/parts.ts'
import { changeOf, fieldsOf, limitsOf } from '../../../src/surfaces/people/person.ts'
import { holdsOf, narrowed } from '../../../src/surfaces/people/roster.ts'
import { isIdle } from '../../../src/surfaces/people/Tokens.tsx'
import type { Person } from '../../../src/lib/model.ts'

const ana: Person = { id: 'ana', name: 'Ana Silva', email: 'ana@example.com', team: 'care-north', team_path: 'care/care-north', tier: 'frontline', kind: 'human', roles: [], holds: [{ name: 'billing-101', until: '2026-12-31T23:59:59Z' }, { name: 'judge' }], manager: 'lee', active: true, version: 3, budgets: { 'rep-month': { amount: '300.00', times: 4 } } }
const all = { q: '', kind: '', tier: '', role: '', team: '', who: '' }
const typed = (amount: string) => amount

describe('the list', () => {
  const people: Person[] = [ana, { ...ana, id: 'bot', name: 'Desk assistant', email: '', kind: 'ai' }, { ...ana, id: 'kim', name: 'Kim', active: false, roles: ['lead'] }]
  const ids = (part: Partial<typeof all>) => narrowed(people, { ...all, ...part }).map(one => one.id)
  it.each([[{}, ['ana', 'bot']], [{ who: 'left' }, ['kim']], [{ who: 'all' }, ['ana', 'bot', 'kim']], [{ q: 'SILVA' }, ['ana']], [{ q: 'desk assist' }, ['bot']], [{ q: 'north ana' }, ['ana']], [{ kind: 'ai' }, ['bot']], [{ role: 'lead', who: 'all' }, ['kim']], [{ tier: 'senior' }, []]] as const)('%j leaves %j', (filter, is) => expect(ids(filter)).toEqual(is))
})

describe('a person', () => {
  const before = fieldsOf(ana, typed)
  it('is typed as it is kept, and then changes nothing', () => expect(changeOf(before, fieldsOf(ana, typed), null)).toEqual({}))
  it('names only what changes; empty takes away', () => expect(changeOf(before, { ...before, name: 'Ana S. ', email: '', tier: 'senior' }, {})).toEqual({ name: 'Ana S.', email: null, tier: 'senior' }))
  it('certificates go with their last day', () => expect(changeOf(before, { ...before, holds: 'billing-101@2026-12-31, judge; more' }, {}).holds).toEqual(['billing-101@2026-12-31', 'judge', 'more']))
  it('the order of certificates and roles alone is no change of roles', () => expect(changeOf({ ...before, roles: ['lead', 'policy'] }, { ...before, roles: ['policy', 'lead'] }, {})).toEqual({}))
  it('own limits go whole', () => {
    const after = { ...before, amounts: { 'rep-month': '1.910,5', guest: '' }, times: { 'rep-month': '', guest: '2' } }
    const limits = limitsOf(after, 'USD', 'de')
    expect(limits).toEqual({ budgets: { 'rep-month': { amount: '1910.50' }, guest: { times: 2 } }, faults: [] })
    expect(changeOf(before, after, limits.budgets)).toEqual({ budgets: limits.budgets })
  })
  it.each([['x', ''], ['-3', ''], ['1', '1.5'], ['1.234', '']])('%j and %j times are told as a fault', (amount, times) => expect(limitsOf({ ...before, amounts: { a: amount }, times: { a: times } }, 'USD', 'en').faults).toEqual(['a']))
  it('certificates may stand on lines or behind signs', () => expect(holdsOf(' a\n\nb;c, d ')).toEqual(['a', 'b', 'c', 'd']))
})

describe('helpdesks', () => {
  it.each(['https://a.example', 'https://a.example:8443', 'http://localhost:3000', 'http://127.0.0.1'])('%s may show the panel', text => expect(isOrigin(text)).toBe(true))
  it.each(['http://a.example', 'https://a.example/', 'https://a.example/x', 'https://*.example', "https://a.example;'", 'https://a b', 'a.example', 'javascript:alert(1)', 'https://', 'https://a:99999', ''])('%j may not', text => expect(isOrigin(text)).toBe(false))
  it.each([['https://a.example/app/1?x=2', 'https://a.example'], [' https://a.example ', 'https://a.example'], ['a.example', 'a.example'], ['ftp://a.example', 'ftp://a.example']] as const)('%j is taken as %j', (text, is) => expect(originOf(text)).toBe(is))
})

describe('webhooks', () => {
  it('the bars are the latest thirty, oldest first', () => {
    const items = Array.from({ length: 40 }, (_, i) => ({ state: i === 0 ? 'waiting' as const : i === 1 ? 'failed' as const : i === 2 ? 'dropped' as const : 'delivered' as const }))
    expect(barsOf(items).length).toBe(30)
    expect(barsOf(items).slice(-3)).toEqual(['f', 'f', 'w'])
  })
  it('the next attempt is the earliest that waits', () => expect(nextTry([{ state: 'waiting', next: '2026-01-02T00:00:00Z' }, { state: 'waiting', next: '2026-01-01T00:00:00Z' }, { state: 'failed', next: '2025-01-01T00:00:00Z' }])).toBe('2026-01-01T00:00:00Z'))
  it('none waits, none is next', () => expect(nextTry([{ state: 'delivered' }])).toBeNull())
  it.each([['https://a.example/in/', 'a.example/in'], ['http://b', 'b']] as const)('%s is short %s', (url, is) => expect(shortUrl(url)).toBe(is))
})

describe('tokens', () => {
  const now = Date.parse('2026-06-01T00:00:00Z')
  it.each([
    [{ state: 'active', made_at: '2026-05-01T00:00:00Z' }, false], [{ state: 'active', made_at: '2026-01-01T00:00:00Z' }, true], [{ state: 'active', made_at: '2026-01-01T00:00:00Z', last_used_at: '2026-05-30T00:00:00Z' }, false],
    [{ state: 'ended', made_at: '2026-01-01T00:00:00Z' }, false], [{ state: 'active', made_at: '2025-01-01T00:00:00Z', last_used_at: '2026-04-01T00:00:00Z' }, true],
  ] as const)('%j: better ended %j', (token, is) => expect(isIdle(token, now)).toBe(is))
})

describe('the parts', () => {
  it('an administrator has all, an agent the tiers', () => {
    expect(partsFor(() => true).length).toBe(12)
    expect(partsFor((right, reach) => right === 'SEE_POLICY' && reach === 'own').map(one => one.id)).toEqual(['tiers'])
  })
  it('an address without the right leads to the first part', () => {
    const lead = partsFor((right, reach) => ['SEE_POLICY', 'SEE_PEOPLE'].includes(right) && reach !== 'all')
    expect([partOf(lead, 'tokens'), partOf(lead, 'teams'), partOf(lead, undefined), partOf([], 'x')]).toEqual(['people', 'teams', 'people', 'tiers'])
  })
})
