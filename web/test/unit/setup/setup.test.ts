import { describe, expect, it } from 'vitest'
import { after, progressOf, stepOf } from '../../../src/surfaces/setup/progress.ts'
import { blank, csvOf, idsOf, misfits, plain, type Row } from '../../../src/surfaces/setup/csv.ts'
import type { Setup } from '../../../src/lib/model.ts'

const setup: Setup = { administrator: true, policy: 0, people: { active: 1, can_sign_in: 1, may_ask: 0, may_answer: 0 }, me_ready: false, decided: false, mail: false, began: '2026-01-01T00:00:00Z' }
const row = (part: Partial<Row>): Row => ({ ...blank(), ...part })

describe('how far it is', () => {
  it.each([
    [{}, 'policy'], [{ policy: 1 }, 'people'], [{ policy: 1, people: { ...setup.people, active: 2 } }, 'you'], [{ policy: 1, people: { ...setup.people, active: 2 }, me_ready: true }, 'first'], [{ policy: 1, people: { ...setup.people, active: 2 }, me_ready: true, decided: true }, 'first'],
  ] as const)('%j goes on at %s', (part, is) => expect(stepOf({ ...setup, ...part }, null)).toBe(is))
  it('a step can be left for another one', () => expect(stepOf(setup, 'you')).toBe('you'))
  it('an unknown one is the first that is not done', () => expect(stepOf(setup, 'nothing')).toBe('policy'))
  it('the administrator alone is not yet people', () => expect(progressOf({ ...setup, policy: 1 }).map(one => one.done)).toEqual([true, false, false, false]))
  it('after the last there is none', () => expect([after('policy'), after('people'), after('you'), after('first')]).toEqual(['people', 'you', 'first', 'first']))
})

describe('typed people', () => {
  it.each([['Ana Silva', 'ana-silva'], ['Chloé  Martin', 'chloe-martin'], ["O'Neil, Pat", 'oneil-pat'], ['Jürgen Groß', 'jurgen-gross'], ['李', ''], ['  ', '']] as const)('%j is %j in an id', (name, is) => expect(plain(name)).toBe(is))
  it('ids are short, and nobody gets another one’s', () => {
    const rows = ['Ana Silva', 'Ana Berg', 'Ana Berg', '', '李', 'Lee'].map(name => row({ name }))
    expect(idsOf(rows, ['lee'])).toEqual(['ana', 'ana-berg', 'ana-berg-2', '', 'person', 'lee-2'])
  })
  it('columns that nobody filled change nothing', () => expect(csvOf([row({ name: 'Ana' })], ['ana'], [])).toBe('id,name\r\nana,Ana\r\n'))
  it('a manager is named by name, by id, or is there already', () => {
    const rows = [row({ name: 'Lee Walker' }), row({ name: 'Ana', manager: 'Lee Walker' }), row({ name: 'Ben', manager: 'lee' }), row({ name: 'Cho', manager: 'root' }), row({})]
    expect(csvOf(rows, ['lee', 'ana', 'ben', 'cho', ''], [{ id: 'root', name: 'Root Admin' }]).split('\r\n').slice(1, 5).map(line => line.split(',').at(-1))).toEqual(['', 'lee', 'lee', 'root'])
  })
  it('a manager who is in already is found by name, whatever its capitals', () => expect(csvOf([row({ name: 'Ana', manager: 'root admin' })], ['ana'], [{ id: 'root', name: 'Root Admin' }])).toContain('ana,Ana,root'))
  it('what does not fit is said by row: no name, no address, no such manager', () => {
    const rows = [row({ email: 'x@example.com' }), row({ name: 'Ana', email: 'ana(at)example.com' }), row({ name: 'Ben', manager: 'Nobody' }), row({ name: 'Cho', email: 'c@example.com', manager: 'ana' }), row({})]
    expect(misfits(rows, ['', 'ana', 'ben', 'cho', ''], [])).toEqual([{ row: 0, column: 'name' }, { row: 1, column: 'email' }, { row: 2, column: 'manager' }])
  })
  it('commas, quotes and formulas do no harm', () => expect(csvOf([row({ name: '=1+1, "x"' })], ['x'], [])).toContain(`"'=1+1, ""x"""`))
})
