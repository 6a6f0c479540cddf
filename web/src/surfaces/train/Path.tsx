// My path: what is due, the courses with what each opens and how far one is, and one of them to take.
import type { Course } from '../../lib/api-types.ts'
import { call } from '../../lib/api.ts'
import { lang, useT } from '../../lib/i18n.ts'
import { resource, useResource } from '../../lib/resource.ts'
import { Link } from '../../lib/router.ts'
import { at, day } from '../../lib/time.ts'
import { Empty, Icon, Tag } from '../../ui/index.ts'
import { Data } from '../people/form.tsx'
import { DUE, readDue } from './due.ts'

export function Path({ id }: { id: string }) {
  const read = useResource(() => resource(signal => call('listCourses', { signal }), { kinds: ['course.*', 'attempt.*', 'certificate.*'] }), [])
  return <Data of={read}>{({ items }) => <Whole courses={items} id={id} />}</Data>
}

function Whole({ courses, id }: { courses: readonly Course[]; id: string }) {
  const t = useT('train')
  return <div class="tr">
    <div class="col g6 tr-side"><Due courses={courses} /><section class="card" aria-labelledby="tr-path"><div class="hd"><h2 id="tr-path">{t('train.path')}</h2></div>
      {courses.length === 0 ? <Empty title={t('train.path.none')}>{t('train.path.none.text')}</Empty> : <nav class="path" aria-labelledby="tr-path">{courses.map(one => <Row key={one.id} course={one} chosen={one.id === id} />)}</nav>}</section></div>
    <div class="tr-main">{courses.filter(one => one.id === id).map(one => <Opens key={one.id} course={one} />)}</div>
  </div>
}

function Due({ courses }: { courses: readonly Course[] }) {
  const t = useT('train')
  const read = useResource(() => resource(signal => readDue(t, courses, signal), { kinds: DUE.flatMap(one => one.kinds) }), [courses])
  const items = read.data.value ?? []
  if (items.length === 0) return null
  return <section class="card" aria-labelledby="tr-due"><div class="hd"><h2 id="tr-due">{t('train.due')}</h2></div><nav class="path" aria-labelledby="tr-due">
    {items.map(one => <Link key={one.key} to={one.to}><Icon name={one.icon} /><b>{one.title}</b>{one.by !== undefined ? <Tag tone="warn">{day(one.by, lang.value)}</Tag> : <span />}<small>{one.text}</small></Link>)}</nav></section>
}

function Row({ course, chosen }: { course: Course; chosen: boolean }) {
  return <Link to={`/train/c/${encodeURIComponent(course.id)}`} aria-current={chosen ? 'page' : undefined}><span class={course.mine.holds ? 'ok' : ''}><Icon name={course.mine.holds ? 'check' : 'cap'} /></span><b>{course.title}</b><span /><small><State course={course} /></small></Link>
}

function State({ course }: { course: Course }) {
  const t = useT('train')
  const { mine } = course
  if (mine.holds) return <>{mine.until ? t('train.state.until', { day: day(at(mine.until), lang.value) }) : t('train.state.held')}</>
  if (mine.until) return <>{t('train.state.ended', { day: day(at(mine.until), lang.value) })}</>
  return <>{t('train.state.new', { n: course.questions })}</>
}

function Opens({ course }: { course: Course }) {
  const t = useT('train')
  return <section class="card" aria-labelledby="tr-opens"><div class="hd"><h2 id="tr-opens">{course.title}: {t('train.opens')}</h2></div>
    {course.opens.length === 0 ? <p class="pad t13 m">{t('train.opens.none')}</p> : course.opens.map(one => <div class="cert" key={one.grant}><span class="seal"><Icon name="award" /></span><b>{one.grant}</b>{one.why && <p>{one.why}</p>}</div>)}</section>
}
