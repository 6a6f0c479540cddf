// Which values a curve tries, and the scales of its charts.
import { describe, expect, it } from 'vitest'
import { rough } from '../../../src/surfaces/policy/Likely.tsx'
import { roundStep, scaleOf } from '../../../src/surfaces/policy/scale.ts'
import { sweepOf } from '../../../src/surfaces/policy/sweep.ts'
import { figures } from '../../../src/surfaces/policy/values.ts'

const figure = (text: string) => figures(text)[0]!

describe('values that are tried', () => {
  it('are round, from little to two and a half times as much', () => {
    expect(sweepOf(figure('100.00'), null)).toEqual(['25.00', '50.00', '75.00', '100.00', '125.00', '150.00', '175.00', '200.00', '225.00', '250.00'])
  })
  it('have the present and the tried one among them', () => {
    expect(sweepOf(figure('120.00'), 75)).toEqual(expect.arrayContaining(['75.00', '120.00']))
    expect(sweepOf(figure('37.00'), 33)).toEqual(expect.arrayContaining(['33.00', '37.00']))
  })
  it('stay whole where the value is, and are never nought', () => {
    expect(sweepOf(figure('4'), null)).toEqual(['1', '2', '3', '4', '5', '6', '7', '8', '9', '10'])
    expect(sweepOf(figure('1'), null)).toEqual(['1', '2'])
    expect(sweepOf(figure('60s'), null)).toContain('60')
  })
  it('are few where it takes long, and never more than the server takes', () => {
    expect(sweepOf(figure('1000.00'), null, 6).length).toBeLessThanOrEqual(8)
    for (const amount of ['0.01', '0.80', '3', '7.00', '99', '123.45', '5000.00', '365d', '99999999']) {
      const values = sweepOf(figure(amount), 17)
      expect(values.length, amount).toBeGreaterThanOrEqual(2)
      expect(values.length, amount).toBeLessThanOrEqual(41)
      expect(new Set(values).size).toBe(values.length)
      expect(values.every(one => Number(one) > 0), amount).toBe(true)
    }
  })
})

describe('scales', () => {
  it('have round steps', () => {
    expect([0.07, 1, 1.1, 3, 7, 40, 1001].map(least => Number(roundStep(least).toPrecision(3)))).toEqual([0.1, 1, 2, 5, 10, 50, 2000])
    expect(roundStep(25, [1, 2, 2.5, 5])).toBe(25)
  })
  it('hold what lies on them, nought too, also when all is the same', () => {
    const scale = scaleOf([0, 1310, 2620], 4, 4, 406)
    expect([scale.from, scale.to]).toEqual([0, 3000])
    expect([scale.x(0), scale.x(3000)]).toEqual([4, 406])
    for (const values of [[0], [5, 5], [-3, -3, 0], [0.37, 0.371]]) {
      const one = scaleOf(values, 2, 0, 100)
      expect(one.to).toBeGreaterThan(one.from)
      for (const value of values) expect(one.x(value)).toBeGreaterThanOrEqual(-1e-6), expect(one.x(value)).toBeLessThanOrEqual(100 + 1e-6)
    }
  })
})

it('a range says no more digits than it is sure of', () => {
  expect([131_049, -2_579_107, 262_000, 999, 0].map(minor => rough(minor, 100))).toEqual([131_000, -2_580_000, 262_000, 999, 0])
})
