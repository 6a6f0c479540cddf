// How one of the team gets on: each course that they have finished, as they see it themselves.
import type { Signal } from '@preact/signals'
import type { Course } from '../../lib/api-types.ts'
import { call } from '../../lib/api.ts'
import { useT } from '../../lib/i18n.ts'
import type { Person } from '../../lib/model.ts'
import { resource, useResource } from '../../lib/resource.ts'
import { Dialog, Empty } from '../../ui/index.ts'
import { Data } from '../people/form.tsx'
import { Getting } from './Getting.tsx'
import { Version } from './Version.tsx'

export interface WentProps { open: Signal<boolean>; person: Person; courses: readonly Course[] }

export function Went({ open, person, courses }: WentProps) {
  const t = useT('getting')
  const read = useResource(() => resource(signal => call('listAllAttempts', { query: { person: person.id }, signal })), [person.id])
  return <Dialog open={open} title={t('getting.how', { name: person.name ?? person.id })}>{person.kind === 'ai' && <Version id={person.id} />}<Data of={read}>{({ items }) => {
    const over = courses.filter(course => items.some(one => one.course === course.id && one.state !== 'open'))
    return over.length === 0 ? <Empty title={t('getting.none')} /> : <div class="col g6">{over.map(course => <Getting key={course.id} course={course.id} person={person.id} titled heading={course.title} />)}</div>
  }}</Data></Dialog>
}
