// Brings the later parts: after the first paint, so that they are there before anybody needs them, also when the line breaks then.
import { signal } from '@preact/signals'

type Parts = typeof import('./parts.ts')

const found = signal<Parts | null>(null)
let loading = false
let tries = 0

const TRIES_MAX = 5
const AGAIN_MS = 2000

function load(): void {
  if (found.peek() || loading) return
  loading = true
  import('./parts.ts').then((parts) => (found.value = parts), failed).finally(() => (loading = false))
}

// No line, or another version of the program: then its files have other names, and only the page anew knows them.
function failed(): void {
  tries += 1
  if (tries < TRIES_MAX) setTimeout(load, AGAIN_MS)
  else if (navigator.onLine) void fetch('/healthz', { cache: 'no-store' }).then((answer) => { if (answer.ok) location.reload() }, () => { tries = 0; setTimeout(load, AGAIN_MS) })
}

/** The parts, or null while they are on their way. */
export function later(): Parts | null {
  load()
  return found.value
}

/** Asks for them once the page has been painted. */
export function soon(): void {
  setTimeout(load, 0)
}
