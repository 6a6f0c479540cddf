import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { figures, leavesOf, linesOf, tokensOf, withFigure } from '../../../src/surfaces/policy/values.ts'

const telco = readFileSync('../examples/telco/policy.yaml', 'utf8')
const at = (source: string, path: string) => leavesOf(source).find(leaf => leaf.path === path)

describe('the values of a text', () => {
  it.each([
    ['budgets.rep-month.amount.senior', '400.00', 44], ['budgets.customer-year.times', '4', 45], ['grants.billing-error.up_to', '100.00', 66], ['routes.over-limit.ask.1.within', '60s', 155],
    ['routes.over-limit.ask.2.who.tier', 'manager', 156], ['routes.over-limit.otherwise.grant_up_to', '50.00', 157], ['actions.waive_fee.at_most', '15.00', 38], ['rails.fraud-hold.no.1', 'credit', 130],
    ['grants.billing-error.when', 'reason == "billing-error" && customer.tenure_days >= 30', 65], ['tiers.3', 'lead', 9], ['organization', 'Aurora Mobile', 3], ['rails.fraud-hold.when', `'"fraud-hold" in customer.flags'`, 131],
  ])('%s is %s', (path, text, line) => expect(at(telco, path)).toMatchObject({ text, line }))
  it('stand where they say', () => { for (const leaf of leavesOf(telco)) expect(telco.slice(leaf.from, leaf.to)).toBe(leaf.text) })
  it('of several lines are passed over, what follows is not', () => expect(leavesOf('a: >-\n  long\n  text: x\nb:\n  c: |\n    y\n  d: 5\ne: one\n  two: three\nf: 6\n').map(leaf => `${leaf.path}=${leaf.text}`)).toEqual(['b.d=5', 'e=one', 'f=6']))
  it('lists under their key, with the same indent too', () => expect(leavesOf('a:\n- id: x\n  n: 1\n- n: 2\nb: 3\n').map(leaf => `${leaf.path}=${leaf.text}`)).toEqual(['a.x.id=x', 'a.x.n=1', 'a.2.n=2', 'b=3']))
  it.each(['', '\n', '# only words', 'a', 'a:', '- ', '{', 'a: {b', 'a: [1, 2', 'a: "x', ': x', '- - 1', 'a: {b: }', 'a: }', '\t- x: 1', 'a:\n      - {'])('end with any text: %j', text => expect(Array.isArray(leavesOf(text))).toBe(true))
  it('end with any piece of a policy', () => { for (let i = 0; i < telco.length; i += 37) leavesOf(telco.slice(0, i)) })
  it('know the lines of what is under a path', () => expect(linesOf(leavesOf(telco), 'grants.goodwill')).toEqual([87, 88, 89, 90, 91, 92, 93, 94]))
})

describe('numbers in a value', () => {
  it.each([['100.00', ['100.00']], ['60s', ['60s']], ['money("10.00") * lines', ['10.00']], ['now - a.b > duration("1440h") && x1 >= 2', ['1440h', '2']], ['a-1', []], ['1.2.3', []]])('%s', (text, is) => expect(figures(text).map(one => text.slice(one.from, one.to))).toEqual(is))
  it('are changed, nothing else is', () => expect(withFigure('a >= 30 && b', figures('a >= 30 && b')[0]!, '60')).toBe('a >= 60 && b'))
})

describe('numbers in a sentence', () => {
  const say = (id: string, line: number, text: string) => tokensOf(leavesOf(telco), { id, line, text }).map(token => [text.slice(token.from, token.to), token.leaf.path.replace(/^\w+\.[^.]+\./, '')])
  it('are those of the rule', () => expect(say('billing-error', 62, 'Frontline may give up to 100.00 USD each time, and days as a customer is at least 30.\nWhy: Most are under 100.')).toEqual([['100.00', 'up_to'], ['30', 'when']]))
  it('say lengths of time in other units', () => expect(say('sixty-days', 144, 'the day of the bill is more than 60 days ago')).toEqual([['60 days', 'when']]))
  it('come one after another', () => expect(say('over-limit', 152, 'first lead, for 60 seconds; then a manager, for 120 seconds; the agent may give up to 50.00 USD')).toEqual([['60 seconds', 'ask.1.within'], ['120 seconds', 'ask.2.within'], ['50.00', 'otherwise.grant_up_to']]))
  it('words have none', () => expect(say('goodwill', 87, 'Senior may.\nWhy: 50.00 is enough.')).toEqual([]))
  it('a rule that stands nowhere has none', () => expect(tokensOf(leavesOf(telco), { id: '', text: 'at most 100.00' })).toEqual([]))
})

describe('every policy of the examples', () => {
  const names = readdirSync('../examples').filter(name => existsSync(`../examples/${name}/policy.yaml`))
  it.each(names)('%s is read', name => {
    const source = readFileSync(`../examples/${name}/policy.yaml`, 'utf8')
    const leaves = leavesOf(source)
    expect(leaves.find(leaf => leaf.path === 'leeway')?.text).toBe('1')
    for (const id of [...source.matchAll(/^ {2}- id: (\S+)/gm)].map(found => found[1]!)) expect(leaves.some(leaf => leaf.path.endsWith(`.${id}.id`))).toBe(true)
  })
})
