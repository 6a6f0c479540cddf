import { describe, expect, it } from 'vitest'
import { answered, emptyQueue, nth, openOne, sorted, step, take, type Queue, type Waiting } from '../../../src/surfaces/desk/queue.ts'

const ask = (id: string, due: number, opened = 0): Waiting => ({ id, due, opened })
const filled = (ids: string): Queue => take(emptyQueue, [...ids].map((id, i) => ask(id, i + 1)), false)

describe('the order of what waits', () => {
  it('oldest due first, then the one asked first, then by name', () => {
    expect(sorted([ask('c', 30), ask('a', 20, 5), ask('b', 20, 4), ask('d', 20, 4)])).toEqual(['b', 'd', 'a', 'c'])
  })

  it('leaves the list that it was given as it is', () => {
    const items = [ask('b', 2), ask('a', 1)]
    sorted(items)
    expect(items.map((item) => item.id)).toEqual(['b', 'a'])
  })
})

describe('what comes in', () => {
  it('opens the oldest due of an empty desk', () => {
    expect(filled('ab')).toEqual({ shown: ['a', 'b'], behind: [], gone: [], open: 'a' })
  })

  it('keeps the open one open though an older one comes', () => {
    const queue = take(filled('b'), [ask('b', 2), ask('a', 1)], false)
    expect(queue).toEqual({ shown: ['a', 'b'], behind: [], gone: [], open: 'b' })
  })

  it('moves nothing while held: what comes waits behind, oldest due first', () => {
    const queue = take(filled('bc'), [ask('b', 1), ask('c', 2), ask('z', 9), ask('a', 0)], true)
    expect(queue).toEqual({ shown: ['b', 'c'], behind: ['a', 'z'], gone: [], open: 'b' })
  })

  it('keeps the line of one that was answered elsewhere while held', () => {
    const queue = take(filled('abc'), [ask('a', 1), ask('c', 3)], true)
    expect(queue).toEqual({ shown: ['a', 'b', 'c'], behind: [], gone: ['b'], open: 'a' })
  })

  it('keeps the open one open though it was answered elsewhere while held', () => {
    const queue = take(filled('ab'), [ask('b', 2)], true)
    expect([queue.open, queue.gone]).toEqual(['a', ['a']])
  })

  it('let go: the order is made anew, and what is closed goes', () => {
    const held = take(filled('abc'), [ask('n', 0), ask('c', 3)], true)
    expect(take(held, [ask('n', 0), ask('c', 3)], false)).toEqual({ shown: ['n', 'c'], behind: [], gone: [], open: 'n' })
  })

  it('shows what comes at once when nothing stands there any more, held or not', () => {
    const held = take(filled('ab'), [], true)
    expect(take(held, [ask('n', 5)], true)).toEqual({ shown: ['n'], behind: [], gone: [], open: 'n' })
    expect(take(emptyQueue, [ask('n', 5)], true).shown).toEqual(['n'])
  })

  it('keeps what came of the last one while held', () => {
    expect(take(filled('a'), [], true)).toEqual({ shown: ['a'], behind: [], gone: ['a'], open: 'a' })
  })

  it('is empty when nobody waits', () => {
    expect(take(filled('ab'), [], false)).toEqual(emptyQueue)
  })
})

describe('an answer', () => {
  it('takes it away and opens the oldest due of the rest', () => {
    expect(answered(filled('abc'), 'a')).toEqual({ shown: ['b', 'c'], behind: [], gone: [], open: 'b' })
    expect(answered(openOne(filled('abc'), 'b'), 'b').open).toBe('a')
  })

  it('of a line leaves the open one open', () => {
    expect(answered(filled('abc'), 'c')).toEqual({ shown: ['a', 'b'], behind: [], gone: [], open: 'a' })
  })

  it('passes over what was answered elsewhere', () => {
    const queue = take(filled('abc'), [ask('a', 1), ask('c', 3)], true)
    expect(answered(queue, 'a').open).toBe('c')
  })

  it('of the last one brings out what waited behind', () => {
    const queue = take(filled('a'), [ask('a', 1), ask('y', 8), ask('x', 7)], true)
    expect(answered(queue, 'a')).toEqual({ shown: ['x', 'y'], behind: [], gone: [], open: 'x' })
  })

  it('of the very last one leaves an empty desk', () => {
    expect(answered(filled('a'), 'a')).toEqual(emptyQueue)
  })
})

describe('moving about', () => {
  it('goes to the next and the one before, and stays at the ends', () => {
    const queue = filled('ab')
    expect(step(queue, 1).open).toBe('b')
    expect(step(step(queue, 1), 1).open).toBe('b')
    expect(step(queue, -1).open).toBe('a')
    expect(step(emptyQueue, 1).open).toBe(null)
  })

  it('opens by number, where there is one', () => {
    expect(nth(filled('abc'), 3).open).toBe('c')
    expect(nth(filled('abc'), 4).open).toBe('a')
    expect(openOne(filled('ab'), 'q').open).toBe('a')
  })
})
