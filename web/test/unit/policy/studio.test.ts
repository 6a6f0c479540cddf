import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { batch, signal } from '@preact/signals'
import type { DraftChange, Replayed } from '../../../src/lib/model.ts'
import { messages } from '../../../src/lib/i18n.ts'
import { asChange, moneyChange, shortPath, signed, valuesOf } from '../../../src/surfaces/policy/figures.ts'
import { makeReplay } from '../../../src/surfaces/policy/replay.ts'
import { reach, wasOf, written } from '../../../src/surfaces/policy/Say.tsx'
import { leavesOf, tokensOf } from '../../../src/surfaces/policy/values.ts'
import { together } from '../../../src/surfaces/policy/Way.tsx'

beforeAll(async () => { await messages('policy') })

describe('figures', () => {
  it.each([[109, '+109'], [-3, '−3'], [0, '0'], [1940, '+1,940']] as const)('%d is %s', (n, is) => expect(signed(n)).toBe(is))
  it.each([['507.00', '679.00', '+$172.00'], ['679.00', '507.00', '−$172.00'], ['5.00', '5.00', '$0.00'], ['-10.00', '5.00', '+$15.00']] as const)('from %s to %s is %s', (before, after, is) => expect(moneyChange(before, after)).toBe(is))
  it('what is saved is below nought', () => expect(asChange('-40.00')).toBe('−$40.00'))
  it('paths are said without their section', () => expect(shortPath('grants.billing-error.up_to')).toBe('billing-error up_to'))
  it.each([
    ['100.00', '120.00', '100.00', '120.00'], ['money("10.00") * lines', 'money("5.00") * lines', '10.00', '5.00'], ['a && b >= 30', 'a && b >= 60', '30', '60'], ['60s', '90s', '60s', '90s'],
    ['a >= 30', 'b >= 60', 'a >= 30', 'b >= 60'], ['a > 1 && b > 2', 'a > 3 && b > 4', 'a > 1 && b > 2', 'a > 3 && b > 4'], ['[lead]', '[lead, senior]', '[lead]', '[lead, senior]'], ['', '5.00', '', '5.00'],
  ] as const)('%s to %s: what changed is %s to %s', (before, after, was, is) => expect(valuesOf(before, after)).toEqual({ before: was, after: is }))
})

describe('a value', () => {
  it.each([['120', '120.00'], ['1,250.5', '1250.50'], ['$80', '80.00'], ['x', null], ['', null], ['-5', null]] as const)('typed as an amount, %j is %j', (text, is) => expect(written(text, true, 'USD')).toBe(is))
  it.each([['90', '90'], ['2,5', '2.5'], ['90s', null], ['', null]] as const)('typed as a number, %j is %j', (text, is) => expect(written(text, false, 'USD')).toBe(is))
  it.each([1, 4, 15, 30, 60, 100, 365, 2000, 0.8])('%d has a slider with room beyond it', amount => {
    const { max, step } = reach(amount)
    expect(max).toBeGreaterThan(amount * 2)
    expect(step).toBeGreaterThan(0)
    expect(max / step).toBeLessThanOrEqual(1000)
  })
  it('says what it was', () => {
    const leaves = leavesOf('grants:\n  - id: a\n    up_to: 120.00\n    when: x >= 30 && y <= 60\n')
    const tokens = tokensOf(leaves, { id: 'a', line: 2, text: 'up to 120.00 USD when x is at least 30 and y at most 60.' })
    const changes: DraftChange[] = [{ path: 'grants.a.up_to', kind: 'changed', before: '100.00', after: '120.00', words: '' }, { path: 'grants.a.when', kind: 'changed', before: 'x >= 30 && y <= 90', after: 'x >= 30 && y <= 60', words: '' }]
    expect(tokens.map(token => wasOf(changes, token))).toEqual(['100.00', null, '90'])
    expect(tokens.map(token => wasOf([], token))).toEqual([null, null, null])
  })
})

it('changes with one variable are one, words are none', () => {
  const change = (path: string, variable?: string): DraftChange => ({ path, kind: 'changed', words: '', ...(variable !== undefined && { variable }) })
  expect(together([change('a', 'x'), change('b', 'x'), change('c', 'y'), change('d')]).map(one => [one.variable, one.items.length])).toEqual([['x', 2], ['y', 1]])
})

describe('the replay', () => {
  const tally = { requests: 1, granted: 1, asked: 0, refused: 0, unreadable: 0, answered: 0, cost: '1.00', cost_answered: '0.00', at_once: '1.00' }
  const answer = (more: number): Replayed => ({ requests: 1, took_ms: 1, of_seq: 1, before: tally, after: tally, more, less: 0, avoided: 0, avoided_waiting_seconds: 0, newly_asked: 0, newly_asked_cost: '0.00', by: { action: [], reason: [], team: [], tier: [] }, flips: { items: [], total: 0 }, unknown: [] })
  let asked: { source: string; before?: number; each?: boolean; gets?: string; since?: string }[]
  let reply: () => Response
  let slow: number
  let given: string[] // up, before their answers came
  const still = signal<string | null>(null)
  beforeEach(() => {
    asked = []
    given = []
    slow = 5
    reply = () => Response.json(answer(asked.length))
    vi.useFakeTimers()
    vi.stubGlobal('fetch', async (_: string, init: RequestInit) => {
      const body = JSON.parse(String(init.body))
      asked.push(body)
      init.signal?.addEventListener('abort', () => given.push(body.source))
      await new Promise(resolve => { setTimeout(resolve, slow) })
      if (init.signal?.aborted) throw new DOMException('given up', 'AbortError')
      return reply()
    })
  })

  it('asks for a text, then for each change; a text that comes meanwhile takes its place', async () => {
    const valid = signal<string | null>(null)
    const replay = makeReplay({ valid, moved: still, from: () => 3 })
    await vi.advanceTimersByTimeAsync(500)
    expect(asked).toEqual([])
    valid.value = 'a'
    valid.value = 'b'
    await vi.advanceTimersByTimeAsync(500)
    expect([asked.map(one => [one.source, one.before, one.each]), given]).toEqual([[['a', 3, undefined], ['b', 3, undefined], ['b', 3, true]], ['a']])
    asked = []
    valid.value = 'c'
    await vi.advanceTimersByTimeAsync(62)
    valid.value = 'd'
    await vi.advanceTimersByTimeAsync(500)
    expect(asked.map(one => one.source)).toEqual(['c', 'c', 'd', 'd'])
    expect([replay.answer.value?.more, replay.busy.value]).toEqual([4, false])
    replay.dispose()
  })

  describe('of a value that is dragged', () => {
    const dragged = () => {
      const valid = signal<string | null>('100')
      const moved = signal<string | null>(null)
      const replay = makeReplay({ valid, moved, from: () => 3 })
      const move = async (text: string, ms: number) => {
        moved.value = text
        await vi.advanceTimersByTimeAsync(ms)
      }
      const letGo = (text: string) => batch(() => {
        moved.value = null
        valid.value = text
      })
      return { replay, move, letGo }
    }
    const sources = () => asked.map(one => `${one.source}${one.each ? ' each' : ''}`)

    it('asks one at a time, for the value under the finger by then, and nothing more when it is let go there', async () => {
      const { replay, move, letGo } = dragged()
      await vi.advanceTimersByTimeAsync(500)
      asked = []
      for (const text of ['101', '102', '103', '104']) await move(text, 1)
      await vi.advanceTimersByTimeAsync(20)
      expect([sources(), given]).toEqual([['101', '104'], []]) // those between were passed by before an answer came
      letGo('104')
      expect(replay.busy.value).toBe(true)
      await vi.advanceTimersByTimeAsync(20)
      expect([sources(), given, replay.busy.value]).toEqual([['101', '104', '104 each'], [], false])
      replay.dispose()
    })

    it('lets the question about the last value go on when it is let go, and gives up one about another', async () => {
      const { replay, move, letGo } = dragged()
      await vi.advanceTimersByTimeAsync(500)
      asked = []
      await move('101', 2)
      letGo('101')
      await vi.advanceTimersByTimeAsync(20)
      expect([sources(), given]).toEqual([['101', '101 each'], []])
      await move('102', 2)
      letGo('103')
      await vi.advanceTimersByTimeAsync(20)
      expect([sources().slice(2), given]).toEqual([['102', '103', '103 each'], ['102']])
      replay.dispose()
    })

    it('gives up a question that takes long where the finger rests elsewhere, and says nothing of values on the way', async () => {
      const { replay, move, letGo } = dragged()
      await vi.advanceTimersByTimeAsync(500)
      asked = []
      reply = () => new Response(JSON.stringify({ status: 422, detail: 'it does not load' }), { status: 422, headers: { 'Content-Type': 'application/problem+json' } })
      await move('101', 20)
      expect(replay.problem.value).toBe(null)
      slow = 1000
      await move('102', 2)
      await move('103', 100)
      expect([sources(), given]).toEqual([['101', '102', '103'], ['102']])
      letGo('103')
      await vi.advanceTimersByTimeAsync(2000)
      expect([sources(), replay.problem.value?.detail]).toEqual([['101', '102', '103'], 'it does not load'])
      replay.dispose()
    })
  })

  it('asks again by itself while the past is being read', async () => {
    const replay = makeReplay({ valid: signal<string | null>('a'), moved: still, from: () => 0 })
    reply = () => new Response(JSON.stringify({ status: 503, detail: 'half is read' }), { status: 503, headers: { 'Content-Type': 'application/problem+json', 'Retry-After': '2' } })
    await vi.advanceTimersByTimeAsync(500)
    expect([replay.reading.value, replay.answer.value, replay.problem.value]).toEqual(['half is read', null, null])
    reply = () => Response.json(answer(1))
    await vi.advanceTimersByTimeAsync(2500)
    expect([replay.reading.value, replay.answer.value?.more]).toEqual([null, 1])
    expect(asked[0]!.before).toBeUndefined()
    replay.dispose()
  })

  it('keeps the figures when it does not run, and says why', async () => {
    const valid = signal<string | null>('a')
    const replay = makeReplay({ valid, moved: still, from: () => 1 })
    await vi.advanceTimersByTimeAsync(500)
    const before = replay.answer.value
    reply = () => new Response(JSON.stringify({ status: 422, detail: 'it does not load' }), { status: 422, headers: { 'Content-Type': 'application/problem+json' } })
    valid.value = 'b'
    await vi.advanceTimersByTimeAsync(500)
    expect([replay.problem.value?.detail, replay.answer.value === before, replay.busy.value]).toEqual(['it does not load', true, false])
    replay.dispose()
  })
})
