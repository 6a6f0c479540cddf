/* Today in figures: how many were asked, how fast they were answered, what was given. */
import { call } from '../../lib/api.ts'
import { boot } from '../../lib/boot.ts'
import { lang } from '../../lib/i18n.ts'
import type { Today } from '../../lib/model.ts'
import { resource, type Resource } from '../../lib/resource.ts'
import { wait } from '../../lib/time.ts'
import { amountText, type T } from './words.ts'

export function loadToday(): Resource<Today> {
  return resource<Today>((abort) => call('today', { query: { team: boot.me?.rights['SEE_STATS'] === 'all' ? boot.me.person?.team : undefined }, signal: abort }), {
    kinds: ['decision', 'hold.*', 'decision.reversed', 'approval.*'], quiet: 800,
  })
}

/** "Today 9 asked, half answered within 0:34, none missed". */
export function askedText(t: T, today: Today): string {
  const { count, p50_ms, lapsed } = today.waits
  const all = Math.max(today.asked, count + lapsed)
  if (all === 0) {
    return t('desk.queue.quiet')
  }
  if (count === 0 && lapsed === 0) {
    return t('desk.queue.asked', { n: all })
  }
  return t('desk.queue.half', { n: all, half: wait(p50_ms), missed: lapsed === 0 ? t('desk.queue.missed.none') : t('desk.queue.missed', { n: lapsed }) })
}

/** "$1,846 given, 94% at once". */
export function sumText(t: T, today: Today): string {
  const share = today.decisions === 0 ? 1 : today.at_once / today.decisions
  const percent = new Intl.NumberFormat(lang.value, { style: 'percent', maximumFractionDigits: 1 }).format(share)
  return t('desk.decided.sum', { amount: amountText(today.given), share: percent })
}
