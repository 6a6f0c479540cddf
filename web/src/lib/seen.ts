// The page came with something to see. The script takes it over when it is on the screen: it never stands between a page and its
// first look.

// Where nothing is painted (a tab in the background, a frame out of sight) no frame ever comes.
const WAIT_MS_MAX = 100

/** When the page's first look has been painted, or can't be; at once where it has none. */
export function seen(): Promise<void> {
  const empty = !document.getElementById('app')?.firstChild
  if (empty || document.visibilityState === 'hidden' || performance.getEntriesByType('paint').length > 0) return Promise.resolve()
  return new Promise(done => {
    setTimeout(done, WAIT_MS_MAX)
    requestAnimationFrame(() => setTimeout(done)) // behind the frame
  })
}
