// Which screen is on, row by row; the sides of an amount; the effect, to the cent; what grew.
import { describe, expect, it } from 'vitest'
import { Problem } from '../../../src/lib/api.ts'
import type { Approval, Authority, CaseOwner, Evidence, Options, Refused } from '../../../src/lib/model.ts'
import type { Money } from '../../../src/lib/money.ts'
import type { Done, Fault, PanelInput, Remedy } from '../../../src/surfaces/panel/model.ts'
import {
  answerKind, bestOf, durationMs, effectRows, endedWell, factAt, firstAmount, grownOf, monthOf, nested, rowsOf, rowsOfRefusal, rulerEnd, screenOf, sideOf, splitOf, staleOf, usualOf,
} from '../../../src/surfaces/panel/reduce.ts'

const NOW = Date.parse('2026-11-20T12:00:00Z')
const usd = (text: string): Money => ({ minor: BigInt(text.replace('.', '')), currency: 'USD' })

const options: Options = {
  policy: 3,
  options: [
    { action: 'refund', label: 'Refund', kind: 'money', up_to: '57.00', grant: 'g1', effect: [{ budget: 'month', scope: { agent: 'ana' }, window: 'month', left: '57.00', amount: '200.00' }, { budget: 'year', scope: { customer: 'k3' }, window: 'rolling', times_left: 3 }] },
    { action: 'plan', label: 'Change of plan', kind: 'change', grant: 'g2' },
    { action: 'resend', label: 'Send again', kind: 'item', grant: 'g3', up_to: '20.00' },
  ],
  asks: [
    { action: 'refund', label: 'Refund', kind: 'money', route: 'r', up_to: '249.00', levels: [{ who: 'a lead', within: '60s' }], otherwise: { grant_up_to: '50.00' } },
    { action: 'waive', label: 'Waive the fee', kind: 'money', route: 'r', levels: [{ who: 'a manager' }], otherwise: 'refuse' },
  ],
}

const rows = rowsOf(options, 'USD')
const [refund, plan, resend, waive] = rows as [Remedy, Remedy, Remedy, Remedy]

const approval = (more: Partial<Approval>): Approval => ({
  id: 'apr_1', decision: 'dec_1', agent: 'ana', action: 'refund', amount: '249.00', route: 'r', state: 'open', requested: '2026-11-20T11:59:00Z', opened: '2026-11-20T11:59:00Z', level: 1, levels: 1,
  asked: [{ person: 'lee', name: 'Lee Walker', level: 1, at: '2026-11-20T11:59:00Z' }], otherwise: 'refuse', nudges: 0, digest: '', ...more,
}) as Approval

const answered = (more: Partial<NonNullable<Approval['answer']>>, state: Approval['state'] = 'approved'): Approval =>
  approval({ state, answer: { at: '2026-11-20T11:59:40Z', by: 'lee', waited_usec: 40_000_000, ...more } })

const owner = (more: Partial<CaseOwner>): CaseOwner => ({
  id: 'c1', state: 'open', opened: '2026-11-10T12:00:00Z', moved: '2026-11-13T12:00:00Z', nudges: 0, chain: [], may: [], version: 1,
  owner: { person: 'jo', kind: 'human', state: 'here', online: true, active: true }, ...more,
})

const done: Done = { decision: 'dec_2', action: 'refund', label: 'Refund', amount: usd('40.00'), at: NOW, until: NOW + 8000, state: 'held', then: [] }
const fault: Fault = { act: 'give', problem: new Problem({ status: 409 }) }
const refused = { id: 'dec_3', at: '', verdict: 'refused', policy: 3, can: [], because: [], needs: [], instead: 'Ask the fraud desk.' } as unknown as Refused

const input: PanelInput = {
  signedOut: false, tab: 'case', me: 'ana', caseId: 'c1', currency: 'USD', line: 'live', since: 0, options, optionsAt: NOW, readFault: null, owner: null, step: { at: 'list' }, amount: null,
  asks: [], dismissed: new Set(), done: null, beyond: null, fault: null, kept: [], grown: null, now: NOW,
}
const grown = { digest: 'd', rows: [], because: null, more: true }
const kept = [{ id: 'k', op: 'decide' as const, body: {}, says: 'Refund', made: 0, tries: 1 }]

describe('the screen', () => {
  const table: [string, Partial<PanelInput>, string][] = [
    ['1 signed out, whatever else is', { signedOut: true, fault, done }, 'signed-out'],
    ['2 no case', { caseId: null, options: undefined }, 'no-case'],
    ['3 loading', { options: undefined }, 'loading'],
    ['4 options', {}, 'options'],
    ['5 give: an amount within the room', { step: { at: 'give', key: 'refund' }, amount: usd('40.00') }, 'give'],
    ['5 give: exactly the room', { step: { at: 'give', key: 'refund' }, amount: usd('57.00') }, 'give'],
    ['5 give: no amount yet', { step: { at: 'give', key: 'refund' } }, 'give'],
    ['5 give: an action without an amount', { step: { at: 'give', key: 'plan' } }, 'give'],
    ['6 ask: a cent past the room', { step: { at: 'give', key: 'refund' }, amount: usd('57.01') }, 'ask'],
    ['6 ask: only somebody else can give it', { step: { at: 'give', key: 'waive' } }, 'ask'],
    ['6 ask: more than anybody can', { step: { at: 'give', key: 'refund' }, amount: usd('249.01') }, 'ask'],
    ['7 waiting', { asks: [approval({})] }, 'waiting'],
    ['7 waiting, with something just given', { asks: [approval({})], done }, 'waiting'],
    ['8 answered', { asks: [answered({ amount: '220.00', decision: 'dec_9' })] }, 'answered'],
    ['8 answered stands before another that waits', { asks: [approval({ id: 'apr_2' }), answered({})] }, 'answered'],
    ['8 answered and put aside', { asks: [answered({})], dismissed: new Set(['apr_1']) }, 'options'],
    ['8 withdrawn is no answer', { asks: [answered({}, 'withdrawn')] }, 'options'],
    ['8 an answer of yesterday is history', { asks: [answered({ at: '2026-11-19T11:00:00Z' })] }, 'options'],
    ['9 just acted', { done }, 'done'],
    ['10 beyond everybody', { beyond: refused }, 'beyond'],
    ['11 lies with somebody, does not move', { owner: owner({}) }, 'owner'],
    ['11 mine, however old', { owner: owner({ owner: { person: 'ana', kind: 'human', state: 'here', online: true, active: true } }) }, 'options'],
    ['11 lies with somebody and moves', { owner: owner({ moved: '2026-11-20T10:00:00Z' }) }, 'options'],
    ['11 nobody has it, and it does not move', { owner: { ...owner({}), owner: undefined } as unknown as CaseOwner }, 'owner'],
    ['11 closed', { owner: owner({ state: 'closed' }) }, 'options'],
    ['12 me', { tab: 'me' }, 'me'],
    ['12 me without a case', { tab: 'me', caseId: null }, 'me'],
    ['13 grown, over the options', { grown }, 'grown'],
    ['13 grown is not said over a form', { grown, step: { at: 'give', key: 'refund' } }, 'give'],
    ['14 offline', { line: 'offline' }, 'offline'],
    ['14 offline before anything was read', { line: 'offline', options: undefined }, 'offline'],
    ['14 the first reading had no answer', { options: undefined, readFault: new Problem({ kind: 'offline' }) }, 'offline'],
    ['14 something is kept', { kept }, 'offline'],
    ['14 a form is not taken away', { line: 'offline', step: { at: 'give', key: 'refund' } }, 'give'],
    ['14 a wait is not taken away', { line: 'offline', asks: [approval({})] }, 'waiting'],
    ['15 an act failed', { fault }, 'failed'],
    ['15 reading failed', { options: undefined, readFault: new Problem({ status: 503 }) }, 'failed'],
    ['a row that is gone leads back to the list', { step: { at: 'give', key: 'gone' } }, 'options'],
  ]
  it.each(table)('%s', (_, change, is) => expect(screenOf({ ...input, ...change }).is).toBe(is))

  it('has a row for each of the fifteen', () => {
    const numbers = new Set(table.map(([name]) => Number(name.split(' ')[0])).filter((n) => n > 0))
    expect([...numbers].sort((a, b) => a - b)).toEqual(Array.from({ length: 15 }, (_, i) => i + 1))
  })

  it('lays grown over what would be there', () => {
    const screen = screenOf({ ...input, grown, owner: owner({}) })
    expect(screen.is === 'grown' && screen.over.is).toBe('owner')
  })
})

describe('rows', () => {
  it('are the options in order, then what only others give', () => expect(rows.map((row) => row.key)).toEqual(['refund', 'plan', 'resend', 'waive']))
  it('carry who could give more', () => expect(refund.most).toEqual(usd('249.00')))
  it('keep two grants of one action apart', () => {
    const twice = rowsOf({ policy: 1, options: [{ action: 'a', up_to: '1.00' }, { action: 'a', up_to: '2.00' }] }, 'USD')
    expect(twice.map((row) => row.key)).toEqual(['a', 'a#2'])
  })
  it('read names as words where there is no label', () => expect(rowsOf({ policy: 1, options: [{ action: 'store_credit' }] }, 'USD')[0]!.label).toBe('Store credit'))
  it('of a refusal are what it says can be done', () => {
    const can = { ...refused, can: [{ action: 'plan' }] } as Refused
    expect(rowsOfRefusal(can, rows, 'USD').map((row) => row.key)).toEqual(['plan'])
    expect(rowsOfRefusal(refused, rows, 'USD')).toHaveLength(rows.length)
  })
})

describe('sides', () => {
  const table: [Remedy, string | null, string][] = [
    [refund, '57.00', 'own'], [refund, '57.01', 'ask'], [refund, '249.00', 'ask'], [refund, '249.01', 'beyond'], [refund, '0.00', 'empty'], [refund, null, 'empty'],
    [plan, null, 'own'], [resend, null, 'own'], [resend, '20.01', 'beyond'], [waive, '9999999999.99', 'ask'], [waive, null, 'empty'],
  ]
  it.each(table)('%# of %o', (row, amount, side) => expect(sideOf(row, amount === null ? null : usd(amount))).toBe(side))
  it('splits into the own part and the rest, exactly', () => expect(splitOf(refund, usd('249.00'))).toEqual({ own: usd('57.00'), rest: usd('192.00') }))
  it('does not split what is not there', () => {
    expect(splitOf(waive, usd('10.00'))).toBeNull()
    expect(splitOf(refund, usd('40.00'))).toBeNull()
    expect(splitOf(refund, usd('300.00'))).toBeNull()
  })
  it('ends the ruler where somebody can still give', () => {
    expect(rulerEnd(refund)).toEqual(usd('249.00'))
    expect(rulerEnd(resend)).toEqual(usd('20.00'))
    expect(rulerEnd(waive)).toBeNull()
    expect(rulerEnd(plan)).toBeNull()
  })
})

describe('effect', () => {
  it('is what is left after it, to the cent', () => {
    const [money, times] = effectRows(refund.option!.effect, usd('40.07'), 'USD')
    expect(money!.to).toEqual(usd('16.93'))
    expect([times!.timesFrom, times!.timesTo]).toEqual([3, 2])
  })
  it('is exact past what a float can hold', () => {
    const [row] = effectRows([{ budget: 'b', scope: {}, window: 'month', left: '90071992547409.93' }], usd('0.01'), 'USD')
    expect(row!.to).toEqual(usd('90071992547409.92'))
  })
})

describe('evidence', () => {
  const evidence = (more: Partial<Evidence>): Evidence => ({ count: 100, of: 'all', since: '', through: 0, median: '40.00', ended: { stood: 95, less: 1, reversed: 2, came_back: 4 }, ...more })
  it('counts what stood and did not come back', () => expect(endedWell(evidence({}))).toBe(91))
  it('says nothing of fewer than five', () => {
    expect(endedWell(evidence({ count: 4 }))).toBeNull()
    expect(usualOf(refund, evidence({ count: 4 }), 'USD')).toBeNull()
  })
  it('marks the row that ended well most often, else the first', () => {
    const found = new Map([['refund', evidence({})], ['resend', evidence({ ended: { stood: 99, less: 0, reversed: 0, came_back: 0 } })]])
    expect(bestOf(rows, found)).toBe('resend')
    expect(bestOf(rows, new Map())).toBe('refund')
    expect(bestOf([waive], new Map())).toBeNull()
  })
  it('offers as usual only what lies within the room', () => {
    expect(usualOf(refund, evidence({}), 'USD')).toEqual(usd('40.00'))
    expect(usualOf(refund, evidence({ median: '80.00' }), 'USD')).toBeNull()
  })
  it('opens with what the host said, else the usual, else nothing', () => {
    expect(firstAmount(refund, evidence({}), '12.00', 'USD')).toEqual(usd('12.00'))
    expect(firstAmount(refund, evidence({}), '9999.00', 'USD')).toEqual(usd('40.00'))
    expect(firstAmount(refund, undefined, undefined, 'USD')).toBeNull()
    expect(firstAmount(plan, evidence({}), '1.00', 'USD')).toBeNull()
  })
})

describe('answers', () => {
  const table: [Approval, string][] = [
    [answered({ amount: '249.00', decision: 'd' }), 'yes'], [answered({ decision: 'd' }), 'yes'], [answered({ amount: '220.00', decision: 'd' }), 'other-amount'],
    [answered({ action: 'credit', amount: '34.00', decision: 'd' }), 'other-action'], [answered({ note: 'n' }, 'declined'), 'other-way'],
    [answered({ amount: '50.00', decision: 'd' }, 'lapsed'), 'nobody-yes'], [answered({}, 'lapsed'), 'nobody'],
  ]
  it.each(table)('%#', (one, kind) => expect(answerKind(one)).toBe(kind))
})

describe('what grew', () => {
  const authority = (more: Partial<Authority>): Authority => ({
    policy: 2, person: 'ana', digest: 'new', grants: [{ id: 'g1', text: 'one', actions: [], budgets: [] }], rails: [], next: [],
    most: [{ action: 'refund', label: 'Refund', kind: 'money', amount: '120.00' }], seen: { digest: 'old', at: '', most: [{ action: 'refund', amount: '75.00' }], grants: ['g1'] }, ...more,
  })
  it('is told with what it was', () => {
    const found = grownOf(authority({}), 'USD')!
    expect(found.more).toBe(true)
    expect(found.rows).toEqual([{ action: 'refund', label: 'Refund', now: usd('120.00'), was: usd('75.00'), more: true }])
  })
  it('is not told the first time, nor twice', () => {
    const { seen: _, ...first } = authority({})
    expect(grownOf(first, 'USD')).toBeNull()
    expect(grownOf(authority({ digest: 'old' }), 'USD')).toBeNull()
    expect(grownOf(undefined, 'USD')).toBeNull()
  })
  it('is silent when only words changed', () => expect(grownOf(authority({ most: [{ action: 'refund', label: 'Refund', kind: 'money', amount: '75.00' }] }), 'USD')).toBeNull())
  it('tells less in the same way', () => {
    const less = grownOf(authority({ most: [{ action: 'refund', label: 'Refund', kind: 'money', amount: '50.00' }] }), 'USD')!
    expect(less.more).toBe(false)
    const gone = grownOf(authority({ most: [] }), 'USD')!
    expect(gone.rows[0]).toMatchObject({ now: 'gone', more: false })
  })
  it('knows any amount as the most there is', () => {
    expect(grownOf(authority({ most: [{ action: 'refund', label: 'Refund', kind: 'money', any: true }] }), 'USD')!.rows[0]).toMatchObject({ now: 'any', more: true })
  })
  it('names the grant that is new', () => {
    const found = grownOf(authority({ grants: [{ id: 'g2', text: 'two', why: 'because', actions: [], budgets: [] }] }), 'USD')!
    expect(found.because).toBe('because')
  })
})

describe('the rest', () => {
  it('nests dotted facts', () => expect(nested({ 'a.b': 1, 'a.c.d': true, e: 'x' })).toEqual({ a: { b: 1, c: { d: true } }, e: 'x' }))
  it('finds dotted facts', () => {
    expect(factAt({ a: { b: 0 } }, 'a.b')).toBe(0)
    expect(factAt({ a: 1 }, 'a.b.c')).toBeUndefined()
  })
  it.each([['60s', 60_000], ['2m', 120_000], ['1h30m', 5_400_000], ['500ms', 500], ['soon', null], [undefined, null], ['', null]] as const)('reads %s', (text, ms) => expect(durationMs(text)).toBe(ms))
  it('knows how long nothing moved, and what was promised', () => {
    expect(staleOf(owner({ promise: '2026-11-16T12:00:00Z', since: '2026-11-13T12:00:00Z' }), NOW)).toEqual({ days: 7, promised: 3, late: true })
    expect(staleOf(owner({ promise: '2026-11-30T12:00:00Z' }), NOW).late).toBe(false)
    expect(staleOf(owner({ moved: '2026-11-18T12:00:00Z' }), NOW)).toEqual({ days: 2, promised: null, late: false })
  })
  it('sums the month from what stands', () => {
    const month = monthOf([
      { verdict: 'granted', state: 'final', amount: '40.00' }, { verdict: 'granted', state: 'reversed', amount: '10.00' }, { verdict: 'granted', state: 'held', amount: '5.50', approval: 'apr_1', waited_ms: 40_000 }, { verdict: 'granted', state: 'lapsed', amount: '1.00', waited_ms: 0 },
      { verdict: 'ask', state: 'final' }, { verdict: 'refused', state: 'final' },
    ], 'USD')
    expect(month).toEqual({ count: 6, granted: 2, asked: 1, given: usd('45.50'), wait: 40_000 })
  })
})
