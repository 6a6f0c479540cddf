import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { fixed, fixOf } from '../../../src/surfaces/policy/fix.ts'
import { keyOf, pieces, ruleAt } from '../../../src/surfaces/policy/Sentences.tsx'
import { getTop, scalar, setTop } from '../../../src/surfaces/policy/top.ts'

const source = '# What people may give.\nleeway: 1\norganization: Aurora Mobile   # ours\ncurrency: USD\nwhy: "A \\"quoted\\" line: with signs"\nbudgets:\n  - {per: gueest, currency: EUR}\n'

describe('values at the top', () => {
  it.each([['organization', 'Aurora Mobile'], ['currency', 'USD'], ['why', 'A "quoted" line: with signs'], ['time_zone', null]] as const)('%s is %j', (key, is) => expect(getTop(source, key)).toBe(is))
  it('are changed where they stand, comments stay', () => expect(setTop(source, 'organization', 'Nord & Süd')).toBe(source.replace('Aurora Mobile', 'Nord & Süd')))
  it('never touch what stands deeper', () => expect(setTop(source, 'currency', 'CHF')).toContain('{per: gueest, currency: EUR}'))
  it('are added after the first when they are not there', () => expect(setTop(source, 'time_zone', 'Europe/Berlin')).toContain('leeway: 1\ntime_zone: Europe/Berlin\norganization'))
  it('keep the line ends of other systems', () => expect(setTop('leeway: 1\r\ncurrency: USD\r\n', 'currency', 'JPY')).toBe('leeway: 1\r\ncurrency: JPY\r\n'))
  it('read back as they were put', () => {
    for (const text of ['Aurora', 'A: b', "O'Neil & Co.", 'yes', '12', '# no comment', ' spaces ', 'a "b" c', 'x # y', '-', '[a]', 'tab\there']) expect(getTop(setTop(source, 'organization', text), 'organization')).toBe(text)
  })
  it.each([['true', '"true"'], ['12.5', '"12.5"'], ['Europe/Berlin', 'Europe/Berlin'], ['a: b', '"a: b"'], ['', '""']] as const)('%j is written %s', (text, is) => expect(scalar(text)).toBe(is))
  it('works on every policy to begin with', () => {
    for (const name of ['aurora', 'telco', 'hotel', 'langfuse', 'bluemercury', 'columbus']) {
      const text = readFileSync(`../examples/${name}/policy.yaml`, 'utf8')
      const next = setTop(setTop(text, 'organization', 'A: B'), 'time_zone', 'Asia/Tokyo')
      expect([getTop(next, 'organization'), getTop(next, 'time_zone')]).toEqual(['A: B', 'Asia/Tokyo'])
      expect(Math.abs(next.split('\n').length - text.split('\n').length)).toBeLessThanOrEqual(2)
    }
  })
})

describe('did you mean', () => {
  const finding = { severity: 'error' as const, code: 'x', line: 7, column: 11, message: 'no budget is per "gueest"', hint: 'did you mean "guest"?' }
  it('puts the word in the place of the wrong one', () => expect(fixed(source, fixOf(source, finding)!)).toBe(source.replace('gueest', 'guest')))
  it('finds the word that is named, wherever the column points', () => expect(fixed(source, fixOf(source, { ...finding, column: 1 })!)).toBe(source.replace('gueest', 'guest')))
  it('takes the word at the column when none is named', () => expect(fixed(source, fixOf(source, { ...finding, message: 'unknown', column: 11 })!)).toBe(source.replace('gueest', 'guest')))
  it.each([{ hint: 'say more' }, { line: 70 }, { hint: undefined }, { column: undefined }])('offers nothing for %j', part => expect(fixOf(source, { ...finding, ...part } as typeof finding)).toBeNull())
})

describe('sentences', () => {
  const sections = [{ title: 'Grants', rules: [{ id: 'a', text: 'x', line: 10 }, { id: 'b', text: 'y', line: 20 }] }, { title: 'Rails', rules: [{ id: 'c', text: 'z', line: 15 }, { id: 'd', text: 'no line' }] }]
  it('have lists under the line before', () => expect(pieces('One of:\n  - a\n  - b\nThen.')).toEqual([{ text: 'One of:', list: ['a', 'b'] }, { text: 'Then.' }]))
  it('a list without a line before it stays text', () => expect(pieces('  - a')).toEqual([{ text: '- a' }]))
  it.each([[9, null], [10, 'a:10'], [14, 'a:10'], [15, 'c:15'], [21, 'b:20']] as const)('line %i belongs to %j', (line, is) => expect(ruleAt(sections, line)).toBe(is))
  it('rules are told apart by id and line', () => expect(new Set(sections.flatMap(one => one.rules).map(keyOf)).size).toBe(4))
})
