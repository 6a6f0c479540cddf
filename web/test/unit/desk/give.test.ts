import { describe, expect, it } from 'vitest'
import type { Approval, Evidence } from '../../../src/lib/model.ts'
import { parse, wire } from '../../../src/lib/money.ts'
import { agentCan, effectRows, factsShown, keepNote, link, links, middleOf, mostOf, otherAnswer, stoodShare, typed } from '../../../src/surfaces/desk/give.ts'

const usd = (text: string) => parse(text, 'USD')!
const approval = (more: Partial<Approval> = {}): Approval => ({ id: 'apr_1', action: 'credit', amount: '249.00', ...more }) as Approval
const evidence = (more: Partial<Evidence> = {}): Evidence => ({ count: 36, of: 'all', since: '', through: 1, median: '180.00', ...more })

describe('the amounts on the buttons', () => {
  it('the most is what was asked, or the own room when that is less', () => {
    expect(wire(mostOf(approval(), 'USD')!)).toBe('249.00')
    expect(wire(mostOf(approval({ mine: { most: '100.00', effect: [], others: [] } }), 'USD')!)).toBe('100.00')
    expect(wire(mostOf(approval({ mine: { most: '900.00', effect: [], others: [] } }), 'USD')!)).toBe('249.00')
  })

  it('the middle is offered only with five cases, and below the most', () => {
    expect(wire(middleOf(evidence(), usd('249.00'))!)).toBe('180.00')
    expect(middleOf(evidence({ count: 4 }), usd('249.00'))).toBe(null)
    expect(middleOf(evidence(), usd('180.00'))).toBe(null)
    expect(middleOf(evidence({ median: '0.00' }), usd('10.00'))).toBe(null)
    expect(middleOf(evidence(), null)).toBe(null)
    expect(middleOf(undefined, usd('1.00'))).toBe(null)
    const bare: Evidence = { count: 40, of: 'all', since: '', through: 1 }
    expect(middleOf(bare, usd('249.00'))).toBe(null)
  })

  it.each([
    ['220', '220.00'], ['249.00', '249.00'], ['249.01', 'more-than-asked'], ['', 'empty'], ['lots', 'not-a-number'], ['1.234', 'too-many-digits'],
    ['-1', 'negative'], ['0', 'nothing'], ['0.00', 'nothing'],
  ])('typed %j is %j', (text, is) => {
    const value = typed(text, usd('249.00'), 'en')
    expect(typeof value === 'string' ? value : wire(value)).toBe(is)
  })

  it('reads German amounts as Germans write them', () => {
    const value = typed('1.220,50', usd('2000.00'), 'de')
    expect(typeof value === 'string' ? value : wire(value)).toBe('1220.50')
  })
})

describe('the effect on budgets', () => {
  const effect = (more: object) => ({ budget: 'rep-month', scope: { agent: 'lee' }, window: 'month', left: '57.00', amount: '200.00', ...more })

  it('is what is left before and after', () => {
    const [row] = effectRows([effect({ label: 'your month' })], usd('40.00'))
    expect([row!.name, wire(row!.from), wire(row!.to), row!.low]).toEqual(['your month', '57.00', '17.00', true])
  })

  it('is never below nothing, and says when little is left', () => {
    const rows = effectRows([effect({}), effect({ left: '200.00' })], usd('60.00'))
    expect(rows.map((row) => [wire(row.to), row.low])).toEqual([['0.00', true], ['140.00', false]])
  })

  it('names whose it is, and passes over budgets without an amount', () => {
    const rows = effectRows([effect({ scope: { customer: 'k3' } }), { budget: 'issue', scope: { case: 'c1' }, window: 'for-good' }], usd('1.00'))
    expect(rows.map((row) => row.name)).toEqual(['rep-month · k3'])
  })
})

describe('what stands beside an ask', () => {
  it('the agent can do the same for less, when there is such an option', () => {
    expect(agentCan(approval({ can: [{ action: 'refund' }, { action: 'credit', up_to: '57.00' }] }))?.up_to).toBe('57.00')
    expect(agentCan(approval({ can: [{ action: 'refund' }] }))).toBe(null)
    expect(agentCan(approval())).toBe(null)
  })

  it.each([
    ['https://shop.example/p/1', 'shop.example'], ['http://10.0.0.1:8080/x', '10.0.0.1:8080'], ['javascript:alert(1)', null],
    ['data:text/html,x', null], ['ticket 7', null], ['', null], ['//shop.example/p', null],
  ])('%j is shown as a link to %j', (text, host) => {
    expect(link(text)?.host ?? null).toBe(host)
  })

  it('evidence is one text or several', () => {
    expect([links(undefined), links('a'), links(['a', 'b'])]).toEqual([[], ['a'], ['a', 'b']])
  })

  it('ended well: stood as given and did not come back, of all of them', () => {
    expect(stoodShare(evidence({ ended: { stood: 17, less: 1, reversed: 1, came_back: 1 } }))).toBe(85)
    expect(stoodShare(evidence({ ended: { stood: 0, less: 0, reversed: 0, came_back: 0 } }))).toBe(null)
    expect(stoodShare(evidence())).toBe(null)
  })

  it('facts are flat, named by their labels, and left out when they say nothing', () => {
    const facts = { customer: { segment: 'gold', flags: [], tenure_days: 900 }, photo_seen: true, gone: null, lines: 2 }
    const labels = new Map([['customer.segment', 'segment'], ['photo_seen', 'photo seen']])
    expect(factsShown(facts, labels, String)).toEqual([
      { name: 'customer.segment', label: 'segment', value: 'gold' }, { name: 'customer.tenure_days', label: 'customer.tenure_days', value: '900' },
      { name: 'photo_seen', label: 'photo seen', value: 'true' }, { name: 'lines', label: 'lines', value: '2' },
    ])
  })
})

describe('another way', () => {
  it('needs a remedy or words', () => {
    expect(otherAnswer(null, '  ')).toBe(null)
    expect(otherAnswer({ action: '', amount: null }, '')).toBe(null)
    expect(otherAnswer(null, ' Offer the kit. ')).toEqual({ op: 'decline', body: { note: 'Offer the kit.' } })
    expect(otherAnswer({ action: 'credit', amount: '34.00' }, '')).toEqual({ op: 'approve', body: { action: 'credit', amount: '34.00' } })
    expect(otherAnswer({ action: 'replacement', amount: null }, 'Kit')).toEqual({ op: 'approve', body: { action: 'replacement', note: 'Kit' } })
  })

  it('own notes are kept newest first, each once, five at most', () => {
    expect(keepNote(['a', 'b'], ' b ')).toEqual(['b', 'a'])
    expect(keepNote(['a', 'b', 'c', 'd', 'e'], 'f')).toEqual(['f', 'a', 'b', 'c', 'd'])
    expect(keepNote(['a'], ' ')).toEqual(['a'])
  })
})
