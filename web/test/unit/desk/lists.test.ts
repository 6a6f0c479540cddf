import { describe, expect, it } from 'vitest'
import type { Budget } from '../../../src/lib/model.ts'
import { wire } from '../../../src/lib/money.ts'
import { callOf, dayBegins, filterOf, isPlain, plainFilter, queryOf } from '../../../src/surfaces/desk/filter.ts'
import { stateOf, testMs, tried, type LadderFacts } from '../../../src/surfaces/desk/ladder.ts'
import { teamRoom } from '../../../src/surfaces/desk/share.ts'
import { windowOf, windowRows, Windows, windowsFor, windowsMost } from '../../../src/surfaces/desk/windows.ts'

describe('the filter', () => {
  it('goes to the address and comes back', () => {
    const filter = { ...plainFilter, show: 'asked' as const, every: true, agent: 'ana', from: '2026-03-01', to: '2026-03-02', case: '48213' }
    const query = new URLSearchParams(Object.entries(queryOf(filter)).filter((row): row is [string, string] => row[1] !== null))
    expect(filterOf(query)).toEqual(filter)
  })

  it('takes nothing from an address that makes no sense', () => {
    expect(filterOf(new URLSearchParams('show=secret&from=tomorrow&to=2026-13-40&every=yes'))).toEqual(plainFilter)
    expect(isPlain(plainFilter)).toBe(true)
    expect(isPlain({ ...plainFilter, show: 'ai' })).toBe(false)
  })

  it.each([
    ['2026-03-02', 'UTC', 0, '2026-03-02T00:00:00.000Z'],
    ['2026-03-02', 'Australia/Sydney', 0, '2026-03-01T13:00:00.000Z'],
    ['2026-03-02', 'America/Los_Angeles', 0, '2026-03-02T08:00:00.000Z'],
    ['2026-03-08', 'America/Los_Angeles', 0, '2026-03-08T08:00:00.000Z'],
    ['2026-03-08', 'America/Los_Angeles', 1, '2026-03-09T07:00:00.000Z'],
    ['2026-10-25', 'Europe/Berlin', 1, '2026-10-25T23:00:00.000Z'],
    ['2026-12-31', 'Asia/Kolkata', 1, '2026-12-31T18:30:00.000Z'],
  ])('%s in %s begins (%d days on) at %s', (day, zone, plus, at) => {
    expect(dayBegins(day, zone, plus)).toBe(at)
  })

  it('one of Track asks for the rows that it counts, from the moment on from which it counts', () => {
    const filter = filterOf(new URLSearchParams('of=requests&show=at-once&since=2026-03-01T23:00:00Z&until=soon&team=care&reason=-'))
    expect(filter).toMatchObject({ of: 'requests', since: '2026-03-01T23:00:00Z', until: '', team: 'care', reason: '-' })
    expect(callOf(filter, 'UTC', null)).toMatchObject({ of: 'requests', how: 'at_once', verdict: 'granted', since: '2026-03-01T23:00:00Z', until: undefined, team: 'care', reason: '-' })
    expect(callOf({ ...filter, show: 'asked' }, 'UTC', null)).toMatchObject({ of: 'requests', how: 'asked', verdict: undefined })
    expect(callOf({ ...plainFilter, of: 'without' }, 'UTC', null)).toMatchObject({ of: 'without', verdict: undefined })
    expect(callOf({ ...filter, from: '2026-03-02' }, 'UTC', null)['since']).toBe('2026-03-02T00:00:00.000Z')
  })

  it('asks the server for what was given, in the named days, and not for what came later than the first look', () => {
    const filter = { ...plainFilter, show: 'at-once' as const, from: '2026-03-01', to: '2026-03-02' }
    expect(callOf(filter, 'UTC', '2026-03-02T12:00:00.000Z')).toEqual({
      agent: undefined, action: undefined, reason: undefined, case: undefined, customer: undefined, verdict: 'granted', how: 'at_once', kind: undefined,
      since: '2026-03-01T00:00:00.000Z', until: '2026-03-02T12:00:00.000Z',
    })
    expect(callOf(filter, 'UTC', '2026-04-01T12:00:00.000Z')['until']).toBe('2026-03-03T00:00:00.000Z')
    expect(callOf({ ...plainFilter, show: 'ai', every: true }, 'UTC', null)).toMatchObject({ kind: 'ai', verdict: undefined, until: undefined })
  })
})

describe('windows of a long list', () => {
  it('cover exactly the rows that are looked at', () => {
    expect(windowsFor(0, 30, 100_000)).toEqual([0])
    expect(windowsFor(190, 210, 100_000)).toEqual([0, 1])
    expect(windowsFor(99_990, 100_020, 100_000)).toEqual([499])
    expect(windowsFor(0, 10, 0)).toEqual([])
    expect(windowOf(199)).toBe(0)
    expect(windowOf(200)).toBe(1)
  })

  it('are kept, and the least lately used goes first', () => {
    const windows = new Windows<number>()
    for (let w = 0; w < windowsMost; w++) {
      windows.put(w, Array.from({ length: windowRows }, (_, i) => w * windowRows + i))
    }
    windows.touch(0)
    windows.put(windowsMost, [])
    expect([windows.has(0), windows.has(1), windows.has(2)]).toEqual([true, false, true])
    expect(windows.get(5)).toBe(5)
    expect(windows.get(windowRows + 5)).toBe(undefined)
    expect(windows.get(2 * windowRows + 7)).toBe(2 * windowRows + 7)
  })
})

describe('the team', () => {
  const budget = (agent: string, left: string, more: Partial<Budget> = {}): Budget => ({
    budget: 'rep-month', per: ['agent'], window: 'month', scope: { agent }, amount: '200.00', left, drawn: '0.00', times: 3, ...more,
  })

  it('the least share left stands first, and oneself is no line', () => {
    const team = teamRoom([budget('ana', '100.00'), budget('ben', '4.00', { name: 'Ben' }), budget('lee', '1.00')], 'USD', 'lee')
    expect(team.lines.map((line) => [line.name, line.low])).toEqual([['Ben', true], ['ana', false]])
    expect([wire(team.together!.left), wire(team.together!.amount), team.together!.people]).toEqual(['104.00', '400.00', 2])
    expect(wire(team.together!.each!)).toBe('200.00')
  })

  it('shows of several budgets the tightest', () => {
    const team = teamRoom([budget('ana', '150.00'), budget('ana', '5.00', { budget: 'fees', amount: '20.00' })], 'USD', '')
    expect(team.lines.map((line) => line.budget)).toEqual(['fees'])
  })

  it('has no common limit where they differ', () => {
    expect(teamRoom([budget('ana', '1.00'), budget('cho', '1.00', { amount: '400.00' })], 'USD', '').together!.each).toBe(null)
  })

  it('names who gave nothing only after ten working days, over all their budgets', () => {
    const idle = (more: Partial<Budget>[]) => teamRoom(more.map((one) => budget('ana', '200.00', { times: 0, active_days: 41, ...one })), 'USD', '').lines[0]!.idle
    expect(idle([{}])).toBe(true)
    expect(idle([{ active_days: 9 }])).toBe(false)
    expect(idle([{}, { budget: 'fees', times: 1 }])).toBe(false)
  })

  it('passes over budgets without an amount', () => {
    const { amount: _amount, left: _left, ...counter } = budget('ana', '1.00')
    expect(teamRoom([counter], 'USD', '')).toEqual({ lines: [], together: null })
  })
})

describe('the alert ladder', () => {
  const all: LadderFacts = { sound: true, soundUnlocked: true, notifications: 'granted', badge: true, stream: 'live', mail: { on: true, to: 'lee@example.com' } }

  it('tries what is on, and nothing else', () => {
    expect(tried(all)).toEqual(['sound', 'badge', 'browser', 'stream', 'mail'])
    expect(tried({ ...all, sound: false, notifications: 'denied', badge: false, mail: { on: true } })).toEqual(['stream'])
  })

  it.each([
    ['sound', { sound: false }, 'off'], ['sound', { soundUnlocked: false }, 'asks'], ['browser', { notifications: 'default' as const }, 'asks'],
    ['browser', { notifications: 'denied' as const }, 'blocked'], ['browser', { notifications: 'missing' as const }, 'off'], ['mail', { mail: null }, 'off'],
    ['mail', {}, 'on'],
  ] as const)('%s with %j is %s', (step, facts, is) => {
    expect(stateOf(step, { ...all, ...facts }, null, 0)).toBe(is)
  })

  it('a test ticks each by itself, and says after five seconds what did not come', () => {
    const test = { began: 1000, came: { stream: 1200 }, failed: { mail: 'no answer' } }
    expect(stateOf('stream', all, test, 1300)).toBe('came')
    expect(stateOf('sound', all, test, 1300)).toBe('testing')
    expect(stateOf('mail', all, test, 1300)).toBe('failed')
    expect(stateOf('sound', all, test, 1001 + testMs)).toBe('failed')
    expect(stateOf('browser', { ...all, notifications: 'denied' }, test, 1300)).toBe('blocked')
    expect(stateOf('next', all, test, 99999)).toBe('on')
  })
})
