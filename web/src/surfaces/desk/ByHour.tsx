/* The day hour by hour: what was decided at once, and what was asked. */
import { Dot, Hours, Skeleton } from '../../ui/index.ts'
import { useT } from '../../lib/i18n.ts'
import type { Today } from '../../lib/model.ts'
import type { Resource } from '../../lib/resource.ts'
import { PartFailed } from './Part.tsx'

/** Fewer bars than this are no day. */
const hoursLeast = 12

/** From the first hour in which something was decided to the last: an empty night is no chart. */
function hoursOf(today: Today): { hour: number; atOnce: number; asked: number }[] {
  const some = today.hours.filter((bar) => bar.at_once + bar.asked > 0).map((bar) => bar.hour)
  if (some.length === 0) {
    return []
  }
  const to = Math.min(23, Math.max(Math.max(...some) + 1, hoursLeast - 1))
  const from = Math.max(0, Math.min(Math.min(...some) - 1, to - hoursLeast + 1))
  const by = new Map(today.hours.map((bar) => [bar.hour, bar]))
  return Array.from({ length: to - from + 1 }, (_, i) => ({ hour: from + i, atOnce: by.get(from + i)?.at_once ?? 0, asked: by.get(from + i)?.asked ?? 0 }))
}

export function ByHour({ today }: { today: Resource<Today> }) {
  const t = useT('desk')
  const data = today.data.value
  const bars = data === undefined ? [] : hoursOf(data)
  const most = bars.reduce((best, bar) => (bar.atOnce + bar.asked > best.atOnce + best.asked ? bar : best), bars[0] ?? { hour: 0, atOnce: 0, asked: 0 })
  return <section class="card" aria-labelledby="hours">
    <div class="hd"><h2 id="hours">{t('desk.hours.title')}</h2><span class="sp" />
      <span class="t12 f row g3"><span class="dot bar1" aria-hidden="true" />{t('desk.how.once')} <Dot tone="ask" />{t('desk.how.asked')}</span></div>
    <div class="pad-s">
      {data === undefined ? (today.problem.value !== null ? <PartFailed problem={today.problem.value} again={today.refresh} /> : today.slow.value && <Skeleton rows={['h44']} />)
        : bars.length === 0 ? <p class="t13 m">{t('desk.hours.none')}</p> : <Hours bars={bars} label={t('desk.hours.label', { hour: String(most.hour) })} />}
    </div>
  </section>
}
