// What is due for whoever is signed in, of every kind: a table that My path reads. What has a day comes first, by its day.
import type { Course } from '../../lib/api-types.ts'
import { call } from '../../lib/api.ts'
import { lang, useT } from '../../lib/i18n.ts'
import type { Person } from '../../lib/model.ts'
import { at, day, serverNow } from '../../lib/time.ts'
import type { IconName } from '../../ui/index.ts'

export interface DueItem { key: string; to: string; icon: IconName; title: string; text: string; by?: number }
interface Source { kinds: string[]; load: (t: ReturnType<typeof useT<'train'>>, courses: readonly Course[], signal: AbortSignal) => Promise<DueItem[]> }

const DAY_MS = 86_400_000
/** So long before its end a certificate is due again; the server tells of it then. */
export const SOON_MS = 30 * DAY_MS

export const DUE: readonly Source[] = [
  { kinds: ['policy.*', 'read.acknowledged', 'person.changed'], load: async (t, _courses, signal) => (await call('myReads', { signal })).items.map(one => ({
    key: `read:${one.id}`, to: '/train/read', icon: 'policy', title: t('train.read.title', { n: one.version }), text: one.actions.map(action => action.label).join(', '), ...(one.asks_from !== undefined && { by: at(one.asks_from) }),
  })) },
  { kinds: ['certificate.*'], load: (t, courses) => Promise.resolve(endingSoon(courses, serverNow()).map(one => ({
    key: `end:${one.id}`, to: `/train/c/${encodeURIComponent(one.id)}`, icon: 'award', title: one.title, text: t('train.due.ends', { day: day(at(one.mine.until!), lang.value) }), by: at(one.mine.until!),
  }))) },
]

/** Courses whose certificate one holds, and not for long any more. Pure. */
export function endingSoon(courses: readonly Course[], now: number): Course[] {
  return courses.filter(one => one.mine.holds && one.mine.until !== undefined && at(one.mine.until) - now <= SOON_MS)
}

/** Certificates that count now, what ends first before the rest. Pure. */
export function heldBy(person: Pick<Person, 'holds'>, now: number): Person['holds'] {
  const end = (one: Person['holds'][number]) => one.until === undefined ? Infinity : at(one.until)
  return person.holds.filter(one => end(one) > now).sort((a, b) => end(a) - end(b) || a.name.localeCompare(b.name))
}

/** By day; what has none comes last. Pure. */
export function byDay(items: readonly DueItem[]): DueItem[] {
  return [...items].sort((a, b) => (a.by ?? Infinity) - (b.by ?? Infinity) || a.title.localeCompare(b.title))
}

/** All of it; what can't be read is left out, so that one kind does not hide the others. */
export async function readDue(t: ReturnType<typeof useT<'train'>>, courses: readonly Course[], signal: AbortSignal): Promise<DueItem[]> {
  const found = await Promise.all(DUE.map(one => one.load(t, courses, signal).catch(() => [])))
  return byDay(found.flat())
}
