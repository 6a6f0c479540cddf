import { afterEach, describe, expect, it, vi } from 'vitest'
import { keepMessages } from '../../../src/lib/early.ts'

afterEach(() => vi.unstubAllGlobals())

const say = (data: string, source: unknown) => {
  const event = new MessageEvent('message', { data })
  Object.defineProperty(event, 'source', { value: source })
  window.dispatchEvent(event)
}

describe('what the page around says early', () => {
  it('is kept in order until it is taken, and of that page alone', () => {
    const around = {}
    vi.stubGlobal('parent', around)
    const kept = keepMessages()
    say('1', around)
    say('other', window)
    say('2', around)
    expect(kept().map(event => event.data)).toEqual(['1', '2'])
    say('3', around)
    expect(kept().map(event => event.data)).toEqual(['1', '2'])
  })

  it('is nothing where there is no page around', () => {
    const kept = keepMessages()
    say('1', window)
    expect(kept()).toEqual([])
  })
})
