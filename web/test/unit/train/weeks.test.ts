import { expect, test } from 'vitest'
import { isWeek, weeksBack } from '../../../src/surfaces/train/weeks.ts'

test('weeks go back over ends of years, by their Thursdays', () => {
  expect(weeksBack('2021-W01', 3)).toEqual(['2021-W01', '2020-W53', '2020-W52'])
  expect(weeksBack('2025-W01', 2)).toEqual(['2025-W01', '2024-W52'])
  expect(weeksBack('2026-W47', 1)).toEqual(['2026-W47'])
})

test('what is no week is none', () => {
  expect(['2026-W47', '2020-W53'].every(isWeek)).toBe(true)
  expect(['2021-W53', '2026-W54', '2026-W00', '2026-47', '', '2026-w47'].some(isWeek)).toBe(false)
})
