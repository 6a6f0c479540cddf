// Team: who holds what and until when, and who is in the middle of a course. Whoever leads somebody can vouch for them, with a reason.
import { signal, type Signal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import type { Attempt, Course } from '../../lib/api-types.ts'
import { call, pages } from '../../lib/api.ts'
import { boot } from '../../lib/boot.ts'
import { lang, messages, useT } from '../../lib/i18n.ts'
import type { Person as Someone } from '../../lib/model.ts'
import { resource, useResource } from '../../lib/resource.ts'
import { Link } from '../../lib/router.ts'
import { at, day, serverNow } from '../../lib/time.ts'
import { may } from '../../shell/rights.ts'
import { Button, Dialog, Empty, Field, Person, Select, Table, Tag, TextArea, type Col } from '../../ui/index.ts'
import { Data, useSaving } from '../people/form.tsx'
import { Told } from '../policy/told.tsx'
import { lazy } from '../policy/lazy.tsx'
import { SOON_MS } from './due.ts'
import type { WentProps } from './Went.tsx'

const Went = lazy<WentProps>(() => Promise.all([import('./Went.tsx'), messages('getting')]).then(([part]) => part.Went))

interface Whole { people: Someone[]; attempts: Attempt[]; courses: Course[] }

const PEOPLE_MAX = 500

async function load(signal: AbortSignal): Promise<Whole> {
  const people: Someone[] = []
  const [attempts, courses] = await Promise.all([call('listAllAttempts', { signal }), call('listCourses', { signal })])
  for await (const page of pages('listPeople', { query: { active: 'true', sort: 'name', limit: PEOPLE_MAX }, signal })) {
    people.push(...page.items)
    if (people.length >= PEOPLE_MAX) break
  }
  return { people, attempts: attempts.items, courses: courses.items }
}

export function Team() {
  const t = useT('train')
  const read = useResource(() => resource(load, { kinds: ['person.*', 'certificate.*', 'attempt.*'], quiet: 500 }), [])
  const vouching = useMemo(() => ({ open: signal(false), who: signal<Someone | null>(null) }), [])
  const went = useMemo(() => ({ open: signal(false), who: signal<Someone | null>(null) }), [])
  return <Data of={read}>{whole => {
    const others = whole.people.filter(one => one.id !== boot.me?.person?.id)
    const columns: Col<Someone>[] = [
      { name: t('train.team.who'), cell: one => <Person name={one.name ?? one.id} kind={one.kind} /> },
      { name: t('train.team.holds'), cell: one => <Holds person={one} /> },
      { name: t('train.team.middle'), cell: one => <Middle attempts={whole.attempts.filter(of => of.person === one.id)} courses={whole.courses} /> },
      { name: t('train.team.do'), cell: one => <span class="row g3"><Button size="sm" kind="quiet" aria-label={t('train.went.of', { name: one.name ?? one.id })} onClick={() => { went.who.value = one; went.open.value = true }}>{t('train.went')}</Button>
        {may('VOUCH', 'team') && <Button size="sm" aria-label={t('train.vouch.for', { name: one.name ?? one.id })} onClick={() => { vouching.who.value = one; vouching.open.value = true }}>{t('train.vouch')}</Button>}</span> },
    ]
    return <section class="card" aria-labelledby="tr-team"><div class="hd"><h2 id="tr-team">{t('train.tab.team')}</h2><span class="sp" /><span class="t12 f">{t('train.team.count', { n: others.length })}</span></div>
      {others.length === 0 ? <Empty title={t('train.team.none')} /> : <div class="tr-wide" data-scrolls tabIndex={0} role="group" aria-label={t('train.team.holds')}><Table label={t('train.tab.team')} columns={columns} count={others.length} get={row => others[row]} rowKey={one => one.id} /></div>}
      {went.who.value && <Went key={went.who.value.id} open={went.open} person={went.who.value} courses={whole.courses} />}
      {vouching.who.value && <Vouch key={vouching.who.value.id} open={vouching.open} person={vouching.who.value} courses={whole.courses} done={() => void read.refresh()} />}</section>
  }}</Data>
}

function Holds({ person }: { person: Someone }) {
  const t = useT('train')
  const now = serverNow()
  const held = person.holds.filter(one => one.until === undefined || at(one.until) > now)
  if (held.length === 0) return <span class="f">–</span>
  return <ul class="tr-holds">{held.map(one => <li key={one.name}>{one.name}{one.until !== undefined && <> <Tag {...at(one.until) - now <= SOON_MS && { tone: 'warn' as const }}>{t('train.team.until', { day: day(at(one.until), lang.value) })}</Tag></>}</li>)}</ul>
}

function Middle({ attempts, courses }: { attempts: readonly Attempt[]; courses: readonly Course[] }) {
  const t = useT('train')
  if (attempts.length === 0) return <span class="f">–</span>
  return <>{attempts.map(one => {
    const course = courses.find(of => of.id === one.course)
    return <p key={one.id}>{course ? <Link to={`/train/c/${encodeURIComponent(course.id)}`}>{course.title}</Link> : one.course}, {t('train.of', { n: one.answered, of: course?.asked ?? one.answered })}</p>
  })}</>
}

function Vouch({ open, person, courses, done }: { open: Signal<boolean>; person: Someone; courses: readonly Course[]; done: () => void }) {
  const t = useT('train')
  const saving = useSaving()
  const name = person.name ?? person.id
  const known = [...new Set(courses.flatMap(one => one.certificate ? [one.certificate] : []))]
  const certificate = useMemo(() => signal(known[0] ?? ''), [])
  const reason = useMemo(() => signal(''), [])
  const until = useMemo(() => signal(''), [])
  const missing = useMemo(() => signal(false), [])
  const send = async () => {
    missing.value = reason.value.trim() === '' || certificate.value.trim() === ''
    if (missing.value) return
    const made = await saving.run(() => call('vouch', { path: { id: person.id }, body: { certificate: certificate.value.trim(), reason: reason.value.trim(), ...until.value !== '' && { until: until.value } } }), t('train.vouch.done', { name, certificate: certificate.value.trim() }))
    if (!made) return
    open.value = false
    done()
  }
  return <Dialog open={open} title={t('train.vouch.for', { name })} footer={<><Button kind="pri" busy={saving.busy.value ? t('common.saving') : undefined} onClick={() => void send()}>{t('train.vouch')}</Button><Button onClick={() => { open.value = false }}>{t('common.close')}</Button></>}>
    <div class="col g5">{known.length > 0 ? <Select label={t('train.vouch.certificate')} value={certificate} options={known.map(value => ({ value, text: value }))} /> : <Field label={t('train.vouch.certificate')} value={certificate} maxLength={200} autocomplete="off" />}
      <TextArea label={t('train.vouch.reason')} hint={t('train.vouch.reason.hint')} value={reason} rows={3} maxLength={2000} fault={missing.value && reason.value.trim() === '' ? t('train.vouch.reason.need') : undefined} />
      <Field label={t('train.vouch.until')} hint={t('train.vouch.until.hint')} value={until} type="date" min={new Date(serverNow()).toISOString().slice(0, 10)} />
      {saving.problem.value && <Told problem={saving.problem.value} />}</div></Dialog>
}
