// In the panel: one's own certificates that end soon, and where their course is.
import type { Course } from '../../lib/api-types.ts'
import { call } from '../../lib/api.ts'
import { lang, useT } from '../../lib/i18n.ts'
import { resource, useResource } from '../../lib/resource.ts'
import { at, day, serverNow } from '../../lib/time.ts'
import { Note } from '../../ui/index.ts'
import { SOON_MS } from './due.ts'

export function Ending({ me }: { me: string }) {
  const t = useT('train')
  const read = useResource(() => resource(async signal => {
    const [person, courses] = await Promise.all([call('getPerson', { path: { id: me }, signal }), call('listCourses', { signal })])
    return { holds: person.holds, courses: courses.items }
  }, { kinds: ['certificate.*', 'person.changed'] }), [])
  const now = serverNow()
  const ending = (read.data.value?.holds ?? []).filter(one => one.until !== undefined && at(one.until) > now && at(one.until) - now <= SOON_MS)
  if (ending.length === 0) return null
  const course = (name: string): Course | undefined => read.data.value?.courses.find(one => one.certificate === name)
  return <div class="pn-sec">{ending.map(one => <Note key={one.name} kind="warn">{t('train.ending', { certificate: course(one.name)?.title ?? one.name, day: day(at(one.until!), lang.value) })}
    {course(one.name) && <> <a href={`/train/c/${encodeURIComponent(course(one.name)!.id)}`} target="_blank" rel="noreferrer">{t('train.begin.again')}</a></>}</Note>)}</div>
}
