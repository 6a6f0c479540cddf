// What an author writes is looked at when the fingers rest; whatever was asked before that is let go.
import { effect } from '@preact/signals'
import { useEffect } from 'preact/hooks'

const REST_MS = 350

/** `of` reads what is written, signals and all; `look` asks about it and leaves off when its signal is aborted. */
export function useRested<T>(of: () => T, look: (written: T, signal: AbortSignal) => Promise<void>): void {
  useEffect(() => {
    let own = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    const stop = effect(() => {
      const written = of()
      own.abort()
      own = new AbortController()
      clearTimeout(timer)
      const { signal } = own
      timer = setTimeout(() => void look(written, signal), REST_MS)
    })
    return () => { stop(); clearTimeout(timer); own.abort() }
  }, [])
}
