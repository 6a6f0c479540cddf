import { describe, expect, test } from 'vitest'
import type { PulseGroup, PulseQuestion, PulseResults } from '../../../src/lib/api-types.ts'
import { figure, moved, said, sentence, type T } from '../../../src/surfaces/train/pulse.ts'

const t = ((key: string, values: Record<string, unknown> = {}) => `${key.slice('pulse.'.length)} ${Object.values(values).join(' ')}`.trim()) as T
const questions: PulseQuestion[] = [{ id: 'heard', text: { en: 'Somebody listens.', de: 'Jemand hört zu.' }, low: 'no', high: 'yes' }, { id: 'plan', text: 'I know the plan.', low: 'no', high: 'yes' }]
const results: PulseResults = { asked: 12, answered: 9, hidden: 0, groups: [] }
const change = (value: number, low: number, high: number) => ({ change: { value, low, high } })

function group(heard: object = {}, plan: object = {}): PulseGroup {
  const mean = (value: number) => ({ counts: [0, 0, 0, 0, 9], mean: { value, low: value, high: value } })
  return { whole: true, answers: 9, questions: [{ id: 'heard', ...mean(2.24), ...heard }, { id: 'plan', ...mean(4.1), ...plan }] }
}

describe('what a round says', () => {
  test('the highest and the lowest, in the reader’s language or in what there is', () => {
    expect(sentence(t, questions, results, group())).toBe('sentence 9 12 “I know the plan” 4.1 “Somebody listens” 2.2')
    expect([said({ de: 'Nur deutsch' }), said('For all'), said(undefined)]).toEqual(['Nur deutsch', 'For all', ''])
  })
  test('what has moved by more than chance, and that nothing has', () => {
    expect(sentence(t, questions, results, group(change(0.6, 0.2, 1), change(-0.4, -0.7, -0.1)))).toMatch(/sentence\.up “Somebody listens” sentence\.down “I know the plan”$/)
    expect(sentence(t, questions, results, group(change(0.6, -0.2, 1.4)))).toMatch(/sentence\.alike$/)
    expect([moved(undefined), moved({ value: 0.1, low: 0, high: 0.2 }), moved({ value: -1, low: -2, high: -0.1 })]).toEqual([false, false, true])
  })
  test('figures have one decimal and a sign where they are a change', () => {
    expect([figure(3), figure(0.42, true), figure(-0.42, true)]).toEqual(['3.0', '+0.4', '−0.4'])
  })
})
