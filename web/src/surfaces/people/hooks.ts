// What became of deliveries, for the bars of a webhook and the words beside them.
import type { Delivery } from '../../lib/model.ts'
import { at, serverNow } from '../../lib/time.ts'

export const BARS = 30

export type Bar = 'd' | 'f' | 'w'

/** The latest deliveries, oldest first. Newest first is how they come. */
export function barsOf(items: readonly Pick<Delivery, 'state'>[]): Bar[] {
  return items.slice(0, BARS).map(one => one.state === 'delivered' ? 'd' as const : one.state === 'waiting' ? 'w' as const : 'f' as const).reverse()
}

/** When the next attempt is: the earliest of those that wait. */
export function nextTry(items: readonly Pick<Delivery, 'state' | 'next'>[]): string | null {
  const times = items.filter(one => one.state === 'waiting').flatMap(one => one.next ?? []).sort()
  return times[0] ?? null
}

const SOON_MS = 5000

/** Whether something becomes of it any moment: it waits, and its attempt is due or about to be. */
export function isUnderWay(one: Pick<Delivery, 'state' | 'next'>, now = serverNow()): boolean {
  return one.state === 'waiting' && (one.next === undefined || at(one.next) - now < SOON_MS)
}

/** The host and path of an address, for a heading. */
export function shortUrl(url: string): string {
  return url.replace(/^https?:\/\//, '').replace(/\/$/, '')
}
