// What stands in a case's plan: what the server has, and behind it the acts that are still on their way, in their order.
import { expect, test } from 'vitest'
import type { CasePlan, PlanTick } from '../../../src/lib/api-types.ts'
import { standing } from '../../../src/surfaces/panel/Plan.tsx'

const at = '2026-03-02T10:00:00Z'
const plan: CasePlan = { case: 'c7', done: 1, of: 6, ticked: [{ step: 'listen', by: 'ana', at }], found: { cause: { id: 'outage', label: 'Outage', by: 'ana', at } }, plan: { needs: [], steps: [] } }
const rows: [string, PlanTick[], string][] = [
  ['nothing more', [], 'listen outage -'],
  ['a tick', [{ step: 'choose', done: true }], 'listen,choose outage -'],
  ['done left out is a tick', [{ step: 'choose' }], 'listen,choose outage -'],
  ['unticked', [{ step: 'listen', done: false }], '- outage -'],
  ['the last word counts', [{ step: 'listen', done: false }, { step: 'listen', done: true }], 'listen outage -'],
  ['a need with its step', [{ need: 'in-time', step: 'find_need', done: true }], 'listen,find_need outage in-time'],
  ['taken back', [{ cause: '' }], 'listen - -'],
]

test.each(rows)('%s', (_, acts, expected) => {
  const is = standing(plan, acts)
  expect([[...is.done].join(), is.cause, is.need].map((one) => one || '-').join(' ')).toBe(expected)
})
