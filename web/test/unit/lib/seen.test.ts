import { afterEach, describe, expect, it, vi } from 'vitest'
import { bring, seen } from '../../../src/lib/seen.ts'

/** Whether it is over by now. */
async function over(promise: Promise<void>): Promise<boolean> {
  let is = false
  void promise.then(() => { is = true })
  await vi.advanceTimersByTimeAsync(0)
  return is
}

function page(inner: string, frames: (() => void)[] | null): void {
  document.body.innerHTML = `<div id="app">${inner}</div>`
  vi.useFakeTimers()
  vi.stubGlobal('requestAnimationFrame', (run: () => void) => { frames?.push(run); return 1 })
  vi.spyOn(performance, 'getEntriesByType').mockReturnValue([])
}

afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
  document.body.innerHTML = ''
})

describe('the first look is seen', () => {
  it('at once where there is none', async () => {
    page('', null)
    expect(await over(seen())).toBe(true)
  })

  it('behind the next frame', async () => {
    const frames: (() => void)[] = []
    page('<p>x</p>', frames)
    const waits = seen()
    expect(await over(waits)).toBe(false)
    frames.forEach(run => run())
    expect(await over(waits)).toBe(true)
  })

  it('at the latest after two fifths of a second', async () => {
    page('<p>x</p>', null)
    const waits = seen()
    await vi.advanceTimersByTimeAsync(399)
    expect(await over(waits)).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect(await over(waits)).toBe(true)
  })

  it('at once when it was painted already', async () => {
    page('<p>x</p>', null)
    vi.spyOn(performance, 'getEntriesByType').mockReturnValue([{}] as never)
    expect(await over(seen())).toBe(true)
  })
})

describe('what comes later', () => {
  it('is asked for at once: styles as styles, scripts as modules', () => {
    document.head.innerHTML = '<script type="text/plain" data-later="/assets/fonts-A.css /assets/a.js /assets/b.js"></script>'
    bring()
    expect([...document.head.querySelectorAll('link')].map(one => `${one.rel} ${one.getAttribute('href')}`)).toEqual(['stylesheet /assets/fonts-A.css', 'modulepreload /assets/a.js', 'modulepreload /assets/b.js'])
    document.head.innerHTML = ''
  })

  it('is nothing where the page names nothing', () => {
    bring()
    expect(document.head.querySelectorAll('link').length).toBe(0)
  })
})
