// Write: a course as its folder of files, each a text with its findings; beside it the course as people will see it.
import { computed, effect, signal, useSignal, type Signal } from '@preact/signals'
import { useEffect, useMemo, useRef } from 'preact/hooks'
import type { AnswerNew, Course, CourseChecked, CourseFinding } from '../../lib/api-types.ts'
import { call, Problem } from '../../lib/api.ts'
import { boot } from '../../lib/boot.ts'
import { useT } from '../../lib/i18n.ts'
import { resource, useResource } from '../../lib/resource.ts'
import { go, Link, place } from '../../lib/router.ts'
import { Button, CodeArea, Empty, Field, Icon, Note, Rich } from '../../ui/index.ts'
import { Data, submit, useSaving } from '../people/form.tsx'
import { Told, tried } from '../policy/told.tsx'
import { changesOf, dropped, findingsOf, fresh, NAME, ordered, reportOf, save, unpublished, type Files, type ReadQuestion } from './files.ts'
import { KINDS } from './kinds.tsx'
import { PlanList } from './parts.tsx'
import { useRested } from './rested.ts'

export function Write({ id }: { id: string }) {
  return id === '' ? <div class="col g6"><All /><PlanList /></div> : <One key={id} id={id} />
}

function All() {
  const t = useT('train')
  const read = useResource(() => resource(signal => call('listCourses', { signal })), [])
  const name = useSignal('')
  const fault = useSignal(false)
  const begin = () => {
    fault.value = !NAME.test(name.value.trim())
    if (!fault.value) go(`/train/write/${encodeURIComponent(name.value.trim())}`)
  }
  return <Data of={read}>{({ items }) => <section class="card tr-all" aria-labelledby="tr-write"><div class="hd"><h2 id="tr-write">{t('train.write')}</h2></div>
    {items.length === 0 ? <Empty title={t('train.path.none')} /> : <nav class="path" aria-labelledby="tr-write">{items.map(one => <Link key={one.id} to={`/train/write/${encodeURIComponent(one.id)}`}><Icon name="policy" /><b>{one.title}</b><span class="t12 f">{t('train.write.version', { n: one.version })}</span><small>{one.id}</small></Link>)}</nav>}
    <form class="pad row wrap" onSubmit={submit(begin)}><Field label={t('train.write.new')} hint={t('train.write.new.hint')} value={name} maxLength={100} autocomplete="off" fault={fault.value ? t('train.write.new.bad') : undefined} /><Button type="submit">{t('train.write.begin')}</Button></form></section>}</Data>
}

/** Its newest files; none of a course that is not there yet. */
async function published(id: string, signal: AbortSignal): Promise<{ version: number; files: Files }> {
  const { items } = await call('listCourses', { signal })
  return items.some(one => one.id === id) ? call('getCourseFiles', { path: { id }, signal }) : { version: 0, files: {} }
}

function One({ id }: { id: string }) {
  const read = useResource(() => resource(signal => published(id, signal)), [id])
  return <Data of={read}>{is => <Editor key={`${id} ${is.version}`} id={id} version={is.version} before={is.files} done={() => void read.refresh()} />}</Data>
}

interface Checked { findings: readonly CourseFinding[]; questions: readonly ReadQuestion[]; course: Course | null; stale: boolean; problem: Problem | null }

// What stands there is checked when the fingers rest; the last course that was whole stays in sight meanwhile.
function useChecked(files: Signal<Files>): Signal<Checked> {
  const is = useMemo(() => signal<Checked>({ findings: [], questions: [], course: null, stale: false, problem: null }), [])
  useRested(() => ({ files: files.value }), async (body, signal) => {
    const found = await tried<CourseChecked>(() => call('checkCourse', { body, signal })).catch(() => null)
    if (signal.aborted || found === null) return
    is.value = found instanceof Problem ? { ...is.peek(), problem: found } : { findings: found.findings, questions: found.questions, course: found.course ?? is.peek().course, stale: found.course === undefined, problem: null }
  })
  return is
}

function Editor({ id, version, before, done }: { id: string; version: number; before: Files; done: () => void }) {
  const t = useT('train')
  const kept = useMemo(() => unpublished(id), [])
  const files = useMemo(() => signal<Files>(kept.peek() ?? (version === 0 ? fresh(id, boot.me?.currency ?? 'USD') : before)), [])
  const asked = place.peek().query.get('file') ?? ''
  const chosen = useSignal(asked in files.peek() ? asked : 'course.yaml')
  const text = useMemo(() => signal(files.peek()[chosen.peek()] ?? ''), [])
  const goTo = useMemo(() => signal<number | null>(null), [])
  const changes = useMemo(() => computed(() => changesOf(before, files.value)), [])
  const checked = useChecked(files)
  const names = Object.keys(files.value).sort((a, b) => Number(b === 'course.yaml') - Number(a === 'course.yaml') || a.localeCompare(b))
  const put = (next: Files) => { files.value = next; kept.value = Object.keys(changesOf(before, next)).length > 0 ? next : null }
  useEffect(() => effect(() => {
    const now = text.value
    if (files.peek()[chosen.peek()] !== undefined && files.peek()[chosen.peek()] !== now) put({ ...files.peek(), [chosen.peek()]: now })
  }), [])
  const choose = (name: string) => { chosen.value = name; text.value = files.peek()[name] ?? '' }
  const count = (name: string) => checked.value.findings.filter(one => one.file === name).length
  const any = [...changes.value.added, ...changes.value.changed, ...changes.value.gone].length > 0
  return <div class="tr-ed">
    <section class="card" aria-labelledby="tr-files"><div class="hd"><h2 id="tr-files">{t('train.write.files')}</h2></div>
      <nav class="path" aria-labelledby="tr-files">{names.map(name => <button type="button" key={name} aria-current={name === chosen.value ? 'true' : undefined} onClick={() => choose(name)}><Icon name="policy" /><b>{name}</b>{count(name) > 0 ? <span class="tag bad">{count(name)}</span> : <span />}</button>)}</nav>
      <Files_ files={files} put={put} choose={choose} chosen={chosen.value} /></section>
    <section class="card tr-text" aria-label={chosen.value}><div class="pad"><CodeArea value={text} findings={findingsOf(checked.value.findings, chosen.value)} label={chosen.value} goTo={goTo} /></div>
      <Report checked={checked.value} file={chosen.value} goTo={goTo} />
      {checked.value.problem && <div class="pad-s"><Told problem={checked.value.problem} /></div>}
      <Publish id={id} version={version} files={files} any={any} errors={checked.value.stale} changes={changes.value} forget={() => { kept.value = null }} done={done} /></section>
    <section class="card tr-seen" aria-labelledby="tr-seen"><div class="hd"><h2 id="tr-seen">{t('train.write.seen')}</h2></div>{checked.value.stale && <div class="pad-s"><Note kind="warn" live>{t('train.write.stale')}</Note></div>}{checked.value.course && <Seen course={checked.value.course} />}</section>
  </div>
}

// Line by line: what was read of the file that is open, and what is to be mended.
function Report({ checked, file, goTo }: { checked: Checked; file: string; goTo: Signal<number | null> }) {
  const t = useT('train')
  const lines = reportOf({ findings: [...checked.findings], questions: [...checked.questions] }, file)
  if (lines.length === 0) return null
  return <details class="pad-s t13 tr-report"><summary>{t('train.report', { n: lines.filter(one => one.question).length })}</summary><ol>{lines.map(({ line, finding, question }, i) => <li key={i}>
    <Button size="xs" aria-label={t('train.report.line', { n: line })} onClick={() => { goTo.value = line }}>{line}</Button> {question
      ? <span>{t(`train.kind.${question.kind}`)}{question.answers > 0 && `, ${t('train.report.answers', { n: question.answers })}`}{question.title && `: ${question.title}`}</span>
      : <span class={finding!.severity === 'error' ? 'bad-t' : 'f'}>{finding!.message}{finding!.hint && `; ${finding!.hint}`}</span>}</li>)}</ol></details>
}

function Files_({ files, put, choose, chosen }: { files: Signal<Files>; put: (next: Files) => void; choose: (name: string) => void; chosen: string }) {
  const t = useT('train')
  const input = useRef<HTMLInputElement>(null)
  const name = useSignal('')
  const fault = useSignal(false)
  const add = () => {
    const made = name.value.trim()
    fault.value = !NAME.test(made) || !/\.(md|gift|yaml)$/.test(made) || made in files.peek()
    if (fault.value) return
    put(ordered({ ...files.peek(), [made]: '' }, made))
    name.value = ''
    choose(made)
  }
  const take = async (list: FileList | null) => {
    let next = files.peek()
    let last = chosen
    for (const file of [...list ?? []]) if (NAME.test(file.name) && /\.(md|gift|yaml|txt)$/.test(file.name)) {
      const as = file.name.replace(/\.txt$/, '.gift')
      next = ordered({ ...next, [as]: await file.text() }, as)
      last = as
    }
    put(next)
    choose(last in next ? last : chosen)
    if (input.current) input.current.value = ''
  }
  const drop = () => {
    put(dropped(files.peek(), chosen))
    choose('course.yaml')
  }
  return <div class="pad-s col g5"><form class="row wrap" onSubmit={submit(add)}><Field label={t('train.write.add')} value={name} placeholder="more.gift" autocomplete="off" fault={fault.value ? t('train.write.add.bad') : undefined} /><Button size="sm" type="submit">{t('train.write.add.do')}</Button></form>
    <div class="row wrap g3"><Button size="sm" onClick={() => input.current?.click()}>{t('train.write.import')}</Button><Button size="sm" onClick={() => Object.entries(files.peek()).forEach(([file, text]) => save(file, text))}>{t('train.write.export')}</Button>
      {chosen !== 'course.yaml' && <Button size="sm" kind="quiet" onClick={drop}>{t('train.write.drop', { name: chosen })}</Button>}</div>
    <input ref={input} type="file" multiple hidden accept=".md,.gift,.yaml,.txt" aria-label={t('train.write.import')} onChange={event => void take(event.currentTarget.files)} /></div>
}

function Publish({ id, version, files, any, errors, changes, forget, done }: { id: string; version: number; files: Signal<Files>; any: boolean; errors: boolean; changes: ReturnType<typeof changesOf>; forget: () => void; done: () => void }) {
  const t = useT('train')
  const saving = useSaving()
  const send = async () => {
    const made = await saving.run(() => call('publishCourse', { body: { files: files.peek() } }))
    if (!made) return
    forget()
    if (made.course !== id) go(`/train/write/${encodeURIComponent(made.course)}`)
    else done()
  }
  const says = (['added', 'changed', 'gone'] as const).flatMap(how => changes[how].length > 0 ? [t(`train.write.${how}`, { names: changes[how].join(', ') })] : [])
  return <div class="pad col g5"><p class="t13 m" role="status">{any ? says.join(' ') : t('train.write.same', { n: version })}</p>
    {any && <div><Button kind="pri" busy={saving.busy.value ? t('common.saving') : undefined} onClick={() => void send()}>{t('train.write.publish', { n: version + 1 })}</Button>{errors && <span class="t12 f"> {t('train.write.first')}</span>}</div>}
    {saving.problem.value && <Told problem={saving.problem.value} />}</div>
}

// Questions as they will be asked; what is picked here goes nowhere.
function Seen({ course }: { course: Course }) {
  const t = useT('train')
  return <div class="pad col g7"><h3 class="t20">{course.title}</h3>{(course.items ?? []).map((item, i) => <div key={`${i} ${item.kind} ${item.id ?? ''}`} class="tr-item">{item.title && <p class="t12 f">{item.title}</p>}<div id={`seen-${i}`}>{item.text && <Rich {...item.text} />}</div><Asked item={item} about={`seen-${i}`} currency={course.currency ?? boot.me?.currency ?? 'USD'} /></div>)}
    {(course.items ?? []).length === 0 && <p class="m">{t('train.write.empty')}</p>}</div>
}

function Asked({ item, about, currency }: { item: NonNullable<Course['items']>[number]; about: string; currency: string }) {
  const given = useMemo(() => signal<AnswerNew | null>(null), [])
  const kind = KINDS[item.kind]
  return kind && item.id !== undefined ? <kind.Asks item={item} given={given} currency={currency} about={about} /> : null
}
