// Team: who holds what and until when, and who is in the middle of a course. Whoever leads somebody can vouch for them, with a reason.
import { signal, type Signal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
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
import { rosterOf, type Filter, type Roster } from '../people/roster.ts'
import { Told } from '../policy/told.tsx'
import { lazy } from '../policy/lazy.tsx'
import { heldBy, SOON_MS } from './due.ts'
import type { WentProps } from './Went.tsx'

const Went = lazy<WentProps>(() => Promise.all([import('./Went.tsx'), messages('getting')]).then(([part]) => part.Went))

interface Whole { attempts: Attempt[]; courses: Course[] }

const EVERYBODY: Filter = { q: '', kind: '', tier: '', role: '', team: '', who: '' }
const HOLDS_SHOWN = 2
const ATTEMPTS_PAGE = 500

/** All that are open, page after page. */
async function load(signal: AbortSignal): Promise<Whole> {
  const attempts: Attempt[] = []
  const { items: courses } = await call('listCourses', { signal })
  for await (const page of pages('listAllAttempts', { query: { limit: ATTEMPTS_PAGE }, signal })) attempts.push(...page.items)
  return { attempts, courses }
}

export function Team() {
  const t = useT('train')
  const read = useResource(() => resource(load, { kinds: ['certificate.*', 'attempt.*'], quiet: 500 }), [])
  const roster = useMemo(() => rosterOf(EVERYBODY, false), [])
  useEffect(() => () => roster.dispose(), [])
  const count = roster.count.value
  return <section class="card" aria-labelledby="tr-team"><div class="hd"><h2 id="tr-team">{t('train.tab.team')}</h2><span class="sp" />{count !== undefined && <span class="t12 f">{t('train.team.count', { n: count })}</span>}</div>
    {roster.problem.value && <div class="pad-s"><Told problem={roster.problem.value} again={roster.again} reading /></div>}
    {count === 0 ? <Empty title={t('train.team.none')} /> : count !== undefined && <Data of={read}>{whole => <Rows whole={whole} roster={roster} count={count} done={() => { roster.again(); void read.refresh() }} />}</Data>}</section>
}

function Rows({ whole, roster, count, done }: { whole: Whole; roster: Roster; count: number; done: () => void }) {
  const t = useT('train')
  const vouching = useMemo(() => ({ open: signal(false), who: signal<Someone | null>(null) }), [])
  const went = useMemo(() => ({ open: signal(false), who: signal<Someone | null>(null) }), [])
  void roster.version.value
  const columns: Col<Someone>[] = [
    { name: t('train.team.who'), cell: one => <Person name={one.name ?? one.id} kind={one.kind} /> },
    { name: t('train.team.holds'), cell: one => <Holds person={one} /> },
    { name: t('train.team.middle'), cell: one => <Middle attempts={whole.attempts.filter(of => of.person === one.id)} courses={whole.courses} /> },
    { name: t('train.team.do'), cell: one => <span class="row g3"><Button size="sm" kind="quiet" aria-label={t('train.went.of', { name: one.name ?? one.id })} onClick={() => { went.who.value = one; went.open.value = true }}>{t('train.went')}</Button>
      {may('VOUCH', 'team') && one.id !== boot.me?.person?.id && <Button size="sm" aria-label={t('train.vouch.for', { name: one.name ?? one.id })} onClick={() => { vouching.who.value = one; vouching.open.value = true }}>{t('train.vouch')}</Button>}</span> },
  ]
  return <div class="tr-wide"><Table sticky label={t('train.tab.team')} columns={columns} count={count} get={roster.get} need={roster.need} rowKey={one => one.id} />
    {went.who.value && <Went key={went.who.value.id} open={went.open} person={went.who.value} courses={whole.courses} />}
    {vouching.who.value && <Vouch key={vouching.who.value.id} open={vouching.open} person={vouching.who.value} courses={whole.courses} done={done} />}</div>
}

// In one line, what ends first before the rest; all of it stands behind "Getting on".
function Holds({ person }: { person: Someone }) {
  const t = useT('train')
  const now = serverNow()
  const held = heldBy(person, now)
  if (held.length === 0) return <span class="f">–</span>
  const rest = held.length - HOLDS_SHOWN
  return <span class="row g3">{held.slice(0, HOLDS_SHOWN).map(one => <span key={one.name}>{one.name}{one.until !== undefined && <> <Tag {...at(one.until) - now <= SOON_MS && { tone: 'warn' as const }}>{t('train.team.until', { day: day(at(one.until), lang.value) })}</Tag></>}</span>)}
    {rest > 0 && <span class="f" title={held.slice(HOLDS_SHOWN).map(one => one.name).join(', ')}>{t('train.team.more', { n: rest })}</span>}</span>
}

function Middle({ attempts, courses }: { attempts: readonly Attempt[]; courses: readonly Course[] }) {
  const t = useT('train')
  if (attempts.length === 0) return <span class="f">–</span>
  return <span class="row g3">{attempts.map(one => {
    const course = courses.find(of => of.id === one.course)
    return <span key={one.id}>{course ? <Link to={`/train/c/${encodeURIComponent(course.id)}`}>{course.title}</Link> : one.course}, {t('train.of', { n: one.answered, of: course?.asked ?? one.answered })}</span>
  })}</span>
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
