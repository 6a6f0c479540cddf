import { describe, expect, it } from 'vitest'
import type { AttemptAnswer, Course, CourseItem } from '../../../src/lib/api-types.ts'
import { byDay, endingSoon, heldBy, type DueItem } from '../../../src/surfaces/train/due.ts'
import { changesOf, dropped, fresh, NAME, ordered, reportOf } from '../../../src/surfaces/train/files.ts'
import { rowsOf } from '../../../src/surfaces/train/Getting.tsx'
import { goesOnAt, markOf, progress, worth } from '../../../src/surfaces/train/take.ts'

const DAY = 86_400_000
const course = (more: Partial<Course>): Course => ({ id: 'c', title: 'C', version: 1, pass: 80, questions: 4, asked: 5, at: '', opens: [], mine: { holds: false }, ...more } as Course)
const answer = (question: string, credit: string, graded = true): AttemptAnswer => ({ question, grade: { credit, graded, options: [] } })

describe('taking a course', () => {
  const items = [{ kind: 'page' }, { kind: 'choice', id: '1' }, { kind: 'page' }, { kind: 'short', id: '2' }, { kind: 'essay', id: '3' }] as CourseItem[]
  it('goes on behind the last answer, so that a page before the next question is read again', () => {
    expect(goesOnAt(items, new Map())).toBe(0)
    expect(goesOnAt(items, new Map([['1', answer('1', '100')]]))).toBe(2)
    expect(goesOnAt(items, new Map([['3', answer('3', '0', false)]]))).toBe(5)
  })
  it('counts what is done, what was right, and what is left', () => {
    expect(progress(items, new Map([['1', answer('1', '50')], ['3', answer('3', '0', false)]]))).toEqual({ done: 2, of: 3, right: 0, left: [3] })
  })
  it('knows what an answer was worth, also when only that was kept', () => {
    expect([worth('100'), worth('33.33333'), worth('0')]).toEqual(['full', 'part', 'none'])
    expect([markOf(undefined), markOf(answer('1', '0', false)), markOf({ question: '1', credit: '100' })]).toEqual(['open', 'kept', 'full'])
  })
})

describe('how somebody gets on', () => {
  const t = ((key: string, values: Record<string, unknown> = {}) => `${key.slice('getting.'.length)} ${Object.values(values).join(' ')}`.trim()) as Parameters<typeof rowsOf>[0]
  const is = { course: 'c', person: 'ana' }
  const last = { right: 9, of: 12, at: '', apart: '4.00', currency: 'USD', amounts: 3 }
  it('says nothing before something was finished, and holds nothing against a first time', () => {
    expect(rowsOf(t, is)).toEqual([])
    expect(rowsOf(t, { ...is, last }).map(one => one.value)).toEqual(['right.of 9 12', 'amount.off $4'])
  })
  it('holds the last time against the first', () => {
    expect(rowsOf(t, { ...is, last: { ...last, apart: '0.00' }, first: { ...last, right: 5, apart: '19.00' } }).map(one => one.value)).toEqual(['right.was 9 12 5 12', 'was amount.works $19'])
  })
  it('says of real cases what they show, and when it is too early or may be chance', () => {
    const rating = { now: '4.83', was: '4.50', n: 30, was_n: 25, says: 'more' as const, scale: { min: 1, max: 5 } }
    const said = (since: object) => rowsOf(t, { ...is, last, since: { days: 40, ...since } }).at(-1)!.value
    expect(said({ rating })).toBe('rated 4.8 4.5 days 40')
    expect(said({ rating: { ...rating, says: 'early' }, asked: { now: 1, n: 40, was: 2, was_n: 40, says: 'alike' } })).toBe('says.early rated 4.8 4.5 says.alike asked 1 40 2 40 days 40')
    expect(said({})).toBe('since.none')
  })
})

describe('what is due', () => {
  it('is what ends within 30 days, and is held', () => {
    const until = (days: number) => new Date(days * DAY).toISOString()
    const all = [course({ id: 'soon', mine: { holds: true, until: until(30) } }), course({ id: 'late', mine: { holds: true, until: until(31) } }), course({ id: 'gone', mine: { holds: false, until: until(1) } }), course({ id: 'good', mine: { holds: true } })]
    expect(endingSoon(all, 0).map(one => one.id)).toEqual(['soon'])
  })
  it('puts what somebody holds by its end, without what is over', () => {
    const until = (days: number) => new Date(days * DAY).toISOString()
    expect(heldBy({ holds: [{ name: 'good' }, { name: 'late', until: until(9) }, { name: 'soon', until: until(2) }, { name: 'over', until: until(0) }] }, 0).map(one => one.name)).toEqual(['soon', 'late', 'good'])
  })
  it('stands by its day', () => {
    const item = (title: string, by?: number): DueItem => ({ key: title, to: '', icon: 'award', title, text: '', ...by !== undefined && { by } })
    expect(byDay([item('c'), item('b', 2), item('a', 1)]).map(one => one.title)).toEqual(['a', 'b', 'c'])
  })
})

describe('a folder', () => {
  it('begins as something that can be published', () => expect(Object.keys(fresh('x', 'USD'))).toEqual(['course.yaml', 'welcome.md', 'questions.gift']))
  it('knows what changed', () => expect(changesOf({ a: '1', b: '1', c: '1' }, { b: '2', c: '1', d: '1' })).toEqual({ added: ['d'], changed: ['b'], gone: ['a'] }))
  it('puts a new file into the order, once', () => {
    const once = ordered(fresh('x', 'USD'), 'more.gift')
    expect(once['course.yaml']).toMatch(/ {2}- questions\.gift\n {2}- more\.gift\n$/)
    expect(ordered(once, 'more.gift')).toBe(once)
    const yaml = (text: string, name = 'b.md') => ordered({ 'course.yaml': text }, name)['course.yaml']
    expect(yaml('order: [a.md]\npass: 3\n')).toBe('order: [a.md, b.md]\npass: 3\n')
    expect(yaml('order: []\n')).toBe('order: [b.md]\n')
    expect(yaml('order: [\n  a.md,\n]\n')).toBe('order: [\n  a.md, b.md]\n')
    expect(yaml('order: [ "b.md" ]\n')).toBe('order: [ "b.md" ]\n')
    expect(yaml('order:\n- a.md # first\n\npass: 3\n')).toBe('order:\n- a.md # first\n- b.md\n\npass: 3\n')
    expect(yaml('title: x\n')).toBe('title: x\n')
  })
  it('takes a file away from the order, too', () => {
    const yaml = (text: string) => dropped({ 'course.yaml': text, 'b.md': '' }, 'b.md')
    expect(yaml('order: [a.md, b.md, c.md]\n')).toEqual({ 'course.yaml': 'order: [a.md, c.md]\n' })
    expect(yaml('order: [b.md]\n')).toEqual({ 'course.yaml': 'order: []\n' })
    expect(yaml('order:\n  - a.md\n  - b.md\npass: 3\n')).toEqual({ 'course.yaml': 'order:\n  - a.md\npass: 3\n' })
  })
  it('reports line by line', () => {
    const question = (line: number, file = 'a.gift') => ({ file, line, kind: 'choice' as const, answers: 2 })
    const finding = { file: 'a.gift', line: 3, severity: 'error' as const, code: 'brace', message: 'm', hint: 'h' }
    expect(reportOf({ questions: [question(1), question(3), question(2, 'b.gift')], findings: [finding] }, 'a.gift').map(one => [one.line, one.question !== undefined])).toEqual([[1, true], [3, true], [3, false]])
  })
  it('takes the names that the server takes', () => expect(['a.gift', '../a', '.a', 'a b', ''].map(name => NAME.test(name))).toEqual([true, false, false, false, false]))
})
