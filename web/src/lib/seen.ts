// The page came with something to see. The script takes it over when it is on the screen: it never stands between a page and its
// first look, and neither do typefaces or what else the page needs next (data-later, said by the program).

// Where nothing is painted (a tab in the background, a frame out of sight) no frame ever comes.
const WAIT_MS_MAX = 400

/** When the page's first look has been painted, or can't be; at once where it has none. */
export function seen(): Promise<void> {
  const empty = !document.getElementById('app')?.firstChild
  if (empty || document.visibilityState === 'hidden' || performance.getEntriesByType('paint').length > 0) return Promise.resolve()
  return new Promise(done => {
    setTimeout(done, WAIT_MS_MAX)
    requestAnimationFrame(() => setTimeout(done)) // behind the frame
  })
}

function link(href: string): HTMLLinkElement {
  const element = document.createElement('link')
  element.rel = href.endsWith('.css') ? 'stylesheet' : 'modulepreload'
  element.href = href
  return element
}

/** Asks for all that the page needs next, at once: nothing waits for what another file names. */
export function bring(): void {
  const later = document.querySelector<HTMLElement>('script[data-later]')?.dataset['later'] ?? ''
  document.head.append(...later.split(' ').filter(Boolean).map(link))
}
