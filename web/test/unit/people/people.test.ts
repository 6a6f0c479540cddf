import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { barsOf, isUnderWay, nextTry, shortUrl } from '../../../src/surfaces/people/hooks.ts'
import { isOrigin, originOf } from '../../../src/surfaces/people/origin.ts'
import { partOf, partsFor } from '../../../src/surfaces/people/parts.ts'
import { changeOf, fieldsOf, limitsOf } from '../../../src/surfaces/people/person.ts'
import { filterOf, holdsOf, queryOf, rosterOf, tightestOf } from '../../../src/surfaces/people/roster.ts'
import { isIdle } from '../../../src/surfaces/people/Tokens.tsx'
import type { Budget, Person } from '../../../src/lib/model.ts'

const ana: Person = { id: 'ana', name: 'Ana Silva', email: 'ana@example.com', team: 'care-north', team_path: 'care/care-north', tier: 'frontline', kind: 'human', roles: [], holds: [{ name: 'billing-101', until: '2026-12-31T23:59:59Z' }, { name: 'judge' }], manager: 'lee', active: true, version: 3, budgets: { 'rep-month': { amount: '300.00', times: 4 } } }
const typed = (amount: string) => amount

describe('the list', () => {
  it.each([
    ['', { active: 'true', sort: 'name' }], ['q= jo  ber &who=left', { q: 'jo  ber', active: 'false', sort: 'name' }], ['who=all&kind=ai&tier=lead&role=admin&team=care&page=7', { active: 'all', kind: 'ai', tier: 'lead', role: 'admin', team: 'care', sort: 'name' }], ['who=here&q=%20', { active: 'true', sort: 'name' }],
  ] as const)('%j asks %j', (query, is) => expect(queryOf(filterOf(new URLSearchParams(query)))).toEqual(is))
  it('shows of each person the budget of which the least part is left', () => {
    const one = (agent: string, left?: string, amount?: string) => ({ budget: 'b', per: ['agent'], scope: { agent }, window: 'month', drawn: '0.00', times: 0, left, amount }) as Budget
    const found = tightestOf([one('ana', '50.00', '100.00'), one('ana', '90.00', '1000.00'), one('ana', '5.00'), one('ben', '1.00', '1.00')])
    expect([...found].map(([id, budget]) => [id, budget.left])).toEqual([['ana', '90.00'], ['ben', '1.00']])
  })
})

describe('windows of people', () => {
  const sent: URL[] = []
  const tick = () => vi.advanceTimersByTimeAsync(10)
  const people = (from: number, count: number) => Array.from({ length: count }, (_, i) => ({ ...ana, id: `p${from + i}` }))
  let all = 1000
  const asked = (path: string) => sent.filter(url => url.pathname === path).map(url => Object.fromEntries(url.searchParams))
  beforeEach(() => {
    vi.useFakeTimers()
    sent.length = 0
    all = 1000
    vi.stubGlobal('fetch', (text: string) => {
      const url = new URL(text, location.href)
      sent.push(url)
      const skip = Number(url.searchParams.get('skip'))
      const body = url.pathname === '/v1/people' ? { items: people(skip, Math.max(0, Math.min(200, all - skip))), ...(url.searchParams.has('count') && { count: all }) } : { items: [] }
      return Promise.resolve(new Response(JSON.stringify(body), { headers: { 'Content-Type': 'application/json' } }))
    })
  })
  afterEach(() => {
    vi.unstubAllGlobals()
    vi.useRealTimers()
  })

  it('come as they are needed, one after the other, and are counted once', async () => {
    const roster = rosterOf(filterOf(new URLSearchParams('q=a')), false)
    await tick()
    expect([roster.count.value, roster.get(0)?.id, roster.get(200)]).toEqual([1000, 'p0', undefined])
    roster.need(390, 420)
    await tick()
    expect([roster.get(399)?.id, roster.get(400)?.id]).toEqual(['p399', 'p400'])
    expect(asked('/v1/people').map(query => [query.skip, query.count, query.q, query.limit])).toEqual([['0', 'true', 'a', '200'], ['200', undefined, 'a', '200'], ['400', undefined, 'a', '200']])
    roster.need(0, 20)
    await tick()
    expect(sent.length).toBe(3)
    roster.dispose()
  })
  it('are read anew when something changes, only those in sight, and stay on the screen meanwhile', async () => {
    const roster = rosterOf(filterOf(new URLSearchParams()), false)
    await tick()
    roster.need(200, 220)
    await tick()
    all = 999
    roster.again()
    expect(roster.get(210)?.id).toBe('p210')
    await tick()
    expect([roster.count.value, asked('/v1/people').length, asked('/v1/people')[2]!.skip]).toEqual([999, 3, '200'])
    roster.dispose()
  })
  it('bring room left of those whom they have, a hundred at a time', async () => {
    const roster = rosterOf(filterOf(new URLSearchParams()), true)
    await tick()
    expect(asked('/v1/budgets').map(query => [query.of, query.ids!.split(',').length])).toEqual([['members', 100], ['members', 100]])
    roster.dispose()
  })
  it('nobody who fits is asked about again when something changes', async () => {
    all = 0
    const roster = rosterOf(filterOf(new URLSearchParams()), true)
    await tick()
    expect([roster.count.value, asked('/v1/budgets').length]).toEqual([0, 0])
    all = 3
    roster.again()
    await tick()
    expect(roster.count.value).toBe(3)
    roster.dispose()
    roster.again()
    await tick()
    expect(asked('/v1/people').length).toBe(2)
  })
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
  it.each([[{ state: 'waiting' }, true], [{ state: 'waiting', next: '2026-01-01T00:00:04Z' }, true], [{ state: 'waiting', next: '2026-01-01T00:01:00Z' }, false], [{ state: 'delivered' }, false], [{ state: 'failed' }, false]] as const)('%j is under way: %j', (one, is) => expect(isUnderWay(one, Date.parse('2026-01-01T00:00:00Z'))).toBe(is))
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
