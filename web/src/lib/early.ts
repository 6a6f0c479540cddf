// What the page around says before the panel listens: a host speaks as soon as its frame has loaded. Who may speak is decided where
// the messages are taken.
const KEPT_MAX = 32

/** Keeps messages of the page around from here on; what is given back hands them over and keeps no more. */
export function keepMessages(): () => MessageEvent[] {
  const kept: MessageEvent[] = []
  const keep = (event: MessageEvent): void => { if (event.source === parent && kept.length < KEPT_MAX) kept.push(event) }
  if (parent !== window) addEventListener('message', keep)
  return () => {
    removeEventListener('message', keep)
    return kept
  }
}
