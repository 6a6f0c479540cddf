/* Parts of the desk that come when they are opened: dialogs, the long table, the phone's layout. They are brought once the
 * page is quiet, so that opening one waits for nothing. */
import { signal } from '@preact/signals'
import type { ComponentType } from 'preact'
import { common } from '../../lib/i18n.ts'
import { toast } from '../../ui/index.ts'

const quietMs = 1500
const later: (() => Promise<unknown>)[] = []

export function lazy<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  const part = signal<{ is: ComponentType<P> } | null>(null)
  let running: Promise<unknown> | null = null
  const bring = (): Promise<unknown> => (running ??= load().then((is) => { part.value = { is } }, (error: unknown) => {
    running = null
    throw error
  }))
  later.push(bring)
  return function Lazy(props: P) {
    if (part.value === null) {
      bring().catch(updated)
      return null
    }
    const Part = part.value.is
    return <Part {...props} />
  }
}

/** A part that does not come any more: the server has a newer version of the page. */
function updated(): void {
  toast({ says: common('common.updated.head'), for: 60_000, act: { name: common('common.updated.do'), run: () => location.reload() } })
}

/** Brings all of them, a moment after the first paint; what does not come is tried again when it is opened. */
export function bringLater(): () => void {
  const timer = setTimeout(() => { later.forEach((bring) => { bring().catch(() => undefined) }) }, quietMs)
  return () => clearTimeout(timer)
}
