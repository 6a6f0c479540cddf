// Something that the server has and a view shows: it stays on the screen, with its age, while it is read anew; events say when.
import { signal, type ReadonlySignal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import { Problem } from './api.ts'
import { on, onGap, type LwEvent } from './live.ts'
import { serverNow } from './time.ts'

export interface Resource<T> {
  data: ReadonlySignal<T | undefined>; at: ReadonlySignal<number>; problem: ReadonlySignal<Problem | null>
  loading: ReadonlySignal<boolean>; slow: ReadonlySignal<boolean>
  refresh(): Promise<void>; set(next: (old: T) => T): void; dispose(): void
}

export interface ResourceOptions<T> { kinds?: string[]; when?: (event: LwEvent) => boolean; quiet?: number; initial?: T }

const QUIET_MS = 120
const SLOW_MS = 150

export function resource<T>(load: (signal: AbortSignal) => Promise<T>, options: ResourceOptions<T> = {}): Resource<T> {
  const data = signal<T | undefined>(options.initial)
  const at = signal(options.initial === undefined ? 0 : serverNow())
  const problem = signal<Problem | null>(null)
  const loading = signal(false)
  const slow = signal(false)
  let running: AbortController | null = null
  let quiet: ReturnType<typeof setTimeout> | undefined
  let disposed = false
  let stale = false

  const done = (own: AbortController) => {
    if (running !== own) return false
    running = null
    loading.value = slow.value = false
    return true
  }
  const refresh = async () => {
    if (disposed) return
    running?.abort()
    const own = running = new AbortController()
    loading.value = true
    const timer = setTimeout(() => { if (running === own) slow.value = true }, SLOW_MS)
    try {
      const value = await load(own.signal)
      if (!done(own)) return
      data.value = value
      at.value = serverNow()
      problem.value = null
    } catch (error) {
      if (!done(own)) return
      problem.value = error instanceof Problem ? error : new Problem({ kind: 'unknown', detail: String(error) })
      if (!(error instanceof Problem)) console.error(error)
    } finally {
      clearTimeout(timer)
    }
  }
  // A hidden page reads nothing; it does when it is shown.
  const wake = () => {
    if (document.visibilityState === 'hidden') stale = true
    else void refresh()
  }
  const soon = () => {
    clearTimeout(quiet)
    quiet = setTimeout(wake, options.quiet ?? QUIET_MS)
  }
  const shown = () => {
    if (document.visibilityState !== 'hidden' && stale) {
      stale = false
      void refresh()
    }
  }
  const kinds = options.kinds ?? []
  const offs = [
    onGap(soon),
    kinds.length > 0 ? on(kinds, event => { if (!options.when || options.when(event)) soon() }) : () => {},
  ]
  document.addEventListener('visibilitychange', shown)
  if (options.initial === undefined) void refresh()
  return {
    data, at, problem, loading, slow, refresh,
    set: next => { if (data.value !== undefined) data.value = next(data.value) },
    dispose: () => {
      disposed = true
      running?.abort()
      running = null
      clearTimeout(quiet)
      offs.forEach(off => off())
      document.removeEventListener('visibilitychange', shown)
    },
  }
}

/** A resource that lives as long as the component, made anew when something of `deps` changes. */
export function useResource<T>(make: () => Resource<T>, deps: unknown[]): Resource<T> {
  const made = useMemo(make, deps)
  useEffect(() => () => made.dispose(), [made])
  return made
}

