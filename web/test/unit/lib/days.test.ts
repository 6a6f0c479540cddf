// Days without a time are the calendar days that they are, wherever the organization and the browser are.
import { afterEach, describe, expect, it } from 'vitest'
import { boot } from '../../../src/lib/boot.ts'
import { calendarDay, dayName, lastDay } from '../../../src/lib/time.ts'
import type { Person } from '../../../src/lib/model.ts'
import { fieldsOf } from '../../../src/surfaces/people/person.ts'
import { holdsText } from '../../../src/surfaces/people/roster.ts'
import { weeks } from '../../../src/surfaces/reviews/reviews.ts'

const me = boot.me!
const [zone, browser] = [me.time_zone, process.env['TZ']]

afterEach(() => {
  me.time_zone = zone
  if (browser === undefined) delete process.env['TZ']
  else process.env['TZ'] = browser
})

/** What the server keeps of 2026-03-02 as a day, and of 2026-12-31 as the last one of a certificate. */
const PLACES = [
  ['Pacific/Auckland', '2026-03-01T11:00:00Z', '2026-12-31T11:00:00Z'],
  ['America/Los_Angeles', '2026-03-02T08:00:00Z', '2027-01-01T08:00:00Z'],
  ['UTC', '2026-03-02T00:00:00Z', '2027-01-01T00:00:00Z'],
] as const

describe.each(PLACES)('in %s', (where, day, end) => {
  it.each(PLACES.map(([place]) => place))('seen from %s, a person’s days are those that were typed', here => {
    me.time_zone = where
    process.env['TZ'] = here
    const person = { id: 'ana', kind: 'human', roles: [], active: true, version: 1, hired_at: day, left_at: day, holds: [{ name: 'billing-101', until: end }, { name: 'plain' }] } as unknown as Person
    const fields = fieldsOf(person, () => '')
    expect([fields.hired, fields.left]).toEqual(['2026-03-02', '2026-03-02'])
    expect(fields.holds).toBe('billing-101@2026-12-31\nplain')
    expect(holdsText(person.holds)).toBe(fields.holds)
    expect([calendarDay(Date.parse(day)), lastDay(Date.parse(end))]).toEqual(['2026-03-02', '2026-12-31'])
  })

  it('weeks begin on Mondays, which are called Mondays', () => {
    me.time_zone = where
    for (const monday of weeks(3)) expect(dayName(monday, 'en')).toMatch(/^Mon /)
    expect(dayName('2026-03-02', 'de')).toMatch(/^Mo/)
  })
})
