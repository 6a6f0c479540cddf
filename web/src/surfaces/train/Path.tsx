// My path: what is due, the courses with what each opens and how far one is, and one of them to take.
import { useRef } from 'preact/hooks'
import type { Attempt, Course } from '../../lib/api-types.ts'
import { call } from '../../lib/api.ts'
import { boot } from '../../lib/boot.ts'
import { lang, messages, useT } from '../../lib/i18n.ts'
import { resource, useResource } from '../../lib/resource.ts'
import { Link } from '../../lib/router.ts'
import { at, day, when } from '../../lib/time.ts'
import { Empty, Icon, Tag } from '../../ui/index.ts'
import { Data } from '../people/form.tsx'
import { lazy } from '../policy/lazy.tsx'
import { DUE, readDue } from './due.ts'
import { Opens } from './Opens.tsx'
import { Short } from './Short.tsx'
import type { Props as TakeProps } from './Take.tsx'

const Getting = lazy<{ course: string; heading: string }>(() => Promise.all([import('./Getting.tsx'), messages('getting')]).then(([part]) => part.Getting))
const PulseCard = lazy<{ panel?: boolean }>(() => Promise.all([import('./PulseCard.tsx'), messages('pulse')]).then(([part]) => part.PulseCard))
const Take = lazy<TakeProps>(() => import('./Take.tsx').then(part => part.Take))

interface Mine { courses: Course[]; attempts: Attempt[] }

async function load(signal: AbortSignal): Promise<Mine> {
  const me = boot.me?.person?.id
  const [courses, attempts] = await Promise.all([call('listCourses', { signal }), me === undefined ? { items: [] } : call('listAllAttempts', { query: { person: me }, signal })])
  return { courses: courses.items, attempts: attempts.items }
}

export function Path({ id }: { id: string }) {
  const read = useResource(() => resource(load, { kinds: ['course.*', 'attempt.*', 'certificate.*'] }), [])
  return <Data of={read}>{mine => <Whole mine={mine} id={id} changed={() => void read.refresh()} went={(attempt, answered, saved) => read.set(old => ({ ...old, attempts: old.attempts.map(one => one.id === attempt ? { ...one, answered, saved_at: new Date(saved).toISOString() } : one) }))} />}</Data>
}

function Whole({ mine, id, changed, went }: { mine: Mine; id: string; changed: () => void; went: TakeProps['went'] }) {
  const t = useT('train')
  const { courses, attempts } = mine
  const open = (course: Course) => attempts.find(one => one.course === course.id && one.state === 'open')
  const shown = useRef('') // the one that is taken stays, whatever becomes of it
  const chosen = courses.find(one => one.id === (id || shown.current)) ?? (id === '' ? courses.find(open) ?? courses.find(one => !one.mine.holds) ?? courses[0] : undefined)
  shown.current = chosen?.id ?? ''
  return <div class={id === '' ? 'tr' : 'tr one'}>
    <div class="col g6 tr-side"><PulseCard /><Due courses={courses} /><section class="card" aria-labelledby="tr-path"><div class="hd"><h2 id="tr-path">{t('train.path')}</h2></div>
      {courses.length === 0 ? <Empty title={t('train.path.none')}>{t('train.path.none.text')}</Empty> : <nav class="path" aria-labelledby="tr-path">{courses.map(one => <Row key={one.id} course={one} open={open(one)} chosen={one === chosen} />)}</nav>}</section><Short course={chosen?.id} title={chosen?.title ?? ''} /></div>
    {chosen ? <>
      <div class="tr-main"><Take key={chosen.id} course={chosen} open={open(chosen)} changed={changed} went={went} /></div>
      <div class="col g6 tr-more"><section class="card" aria-labelledby="tr-opens"><div class="hd"><h2 id="tr-opens">{t('train.opens')}</h2></div><Opens course={chosen} /></section>{attempts.some(one => one.course === chosen.id && one.state !== 'open') && <Getting key={chosen.id} course={chosen.id} heading={t('train.on')} />}</div>
    </> : id !== '' && <div class="tr-main card"><Empty title={t('train.lost')} /></div>}
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

function Row({ course, open, chosen }: { course: Course; open: Attempt | undefined; chosen: boolean }) {
  const t = useT('train')
  return <Link to={`/train/c/${encodeURIComponent(course.id)}`} aria-current={chosen ? 'page' : undefined}><span class={course.mine.holds ? 'ok' : ''}><Icon name={course.mine.holds ? 'check' : 'cap'} /></span><b>{course.title}</b>
    <span class="t12 f">{open && t('train.of', { n: open.answered, of: course.asked })}</span><small><State course={course} open={open} /></small></Link>
}

function State({ course, open }: { course: Course; open: Attempt | undefined }) {
  const t = useT('train')
  const { mine } = course
  if (open) return <>{open.saved_at ? t('train.saved', { time: when(at(open.saved_at), lang.value) }) : t('train.state.begun')}</>
  if (mine.holds) return <>{mine.until ? t('train.state.until', { day: day(at(mine.until), lang.value) }) : t('train.state.held')}</>
  if (mine.until) return <>{t('train.state.ended', { day: day(at(mine.until), lang.value) })}</>
  return <>{t('train.state.new', { n: course.asked })}</>
}
