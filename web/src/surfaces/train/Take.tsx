// Taking a course: pages and questions one after the other. Every answer is kept by the server before it is told what it was worth, so
// stopping anywhere costs nothing. By keyboard alone: number keys pick, Enter answers and goes on.
import { signal, useSignal } from '@preact/signals'
import { useEffect, useLayoutEffect, useMemo, useRef } from 'preact/hooks'
import type { AnswerNew, Attempt, AttemptAnswer, Course, CourseItem } from '../../lib/api-types.ts'
import { call, Problem } from '../../lib/api.ts'
import { boot } from '../../lib/boot.ts'
import { announce } from '../../lib/dom.ts'
import { lang, useT } from '../../lib/i18n.ts'
import { useKeys } from '../../lib/keys.ts'
import { resource, useResource } from '../../lib/resource.ts'
import { at, serverNow, when } from '../../lib/time.ts'
import { Button, Note, Rich } from '../../ui/index.ts'
import { Data, submit, useSaving } from '../people/form.tsx'
import { Told } from '../policy/told.tsx'
import { Done } from './Done.tsx'
import { isAsked, KINDS } from './kinds.tsx'
import { Result } from './Result.tsx'
import { goesOnAt, markOf, progress } from './take.ts'

/** went: how far the attempt is after another answer. */
export interface Props { course: Course; open: Attempt | undefined; changed: () => void; went: (attempt: string, answered: number, saved: number) => void }
interface Whole { course: Course; attempt: Attempt }

/** The attempt with its answers, and the course as it was when it was begun. */
async function bring(id: string, abort: AbortSignal): Promise<Whole> {
  const attempt = await call('getAttempt', { path: { id }, signal: abort })
  return { attempt, course: await call('getCourse', { path: { id: attempt.course }, query: { version: attempt.version }, signal: abort }) }
}

export function Take({ course, open, changed, went }: Props) {
  const begun = useSignal(open?.id ?? '')
  if (begun.value === '') return <Begin course={course} begun={id => { begun.value = id; changed() }} />
  return <Open key={begun.value} id={begun.value} changed={changed} went={went} again={() => { begun.value = '' }} />
}

function Begin({ course, begun }: { course: Course; begun: (id: string) => void }) {
  const t = useT('train')
  const saving = useSaving()
  const start = async () => {
    const made = await saving.run(() => call('startAttempt', { path: { id: course.id }, body: {} }))
    if (made) begun(made.id)
  }
  useKeys([{ id: 'train.next', keys: 'enter', name: t('train.begin'), run: () => void start() }])
  return <article class="card scn" aria-labelledby="tr-title"><div class="pad col g5"><h2 class="t20" id="tr-title">{course.title}</h2>
    <p class="m">{[t('train.about.asked', { n: course.asked }), course.questions > 0 && t('train.about.pass', { n: course.pass }), course.tries && t('train.about.tries', { n: course.tries }), course.valid_days && t('train.about.valid', { n: course.valid_days })].filter(Boolean).join(' ')}</p>
    <p class="t13 m">{t('train.about.kept')}</p>
    <div><Button kind="pri" size="lg" keyId="train.next" busy={saving.busy.value ? t('common.saving') : undefined} onClick={() => void start()}>{t(course.mine.holds ? 'train.begin.again' : 'train.begin')}</Button></div>
    {saving.problem.value && <Told problem={saving.problem.value} />}</div></article>
}

function Open({ id, changed, went, again }: { id: string; changed: () => void; went: Props['went']; again: () => void }) {
  const read = useResource(() => resource(signal => bring(id, signal)), [id])
  return <Data of={read}>{whole => whole.attempt.state === 'open'
    ? <Steps key={whole.attempt.id} whole={whole} over={attempt => { read.set(() => ({ ...whole, attempt })); changed() }} refresh={() => void read.refresh()} went={went} />
    : <Done course={whole.course} attempt={whole.attempt} again={again} />}</Data>
}

function Steps({ whole, over, refresh, went }: { whole: Whole; over: (attempt: Attempt) => void; refresh: () => void; went: Props['went'] }) {
  const t = useT('train')
  const { course, attempt } = whole
  const items = course.items ?? []
  const answers = useMemo(() => signal<ReadonlyMap<string, AttemptAnswer>>(new Map((attempt.answers ?? []).map(one => [one.question, one]))), [])
  const saved = useSignal(attempt.saved_at ? at(attempt.saved_at) : 0)
  const step = useSignal(goesOnAt(items, answers.peek()))
  const card = useRef<HTMLDivElement>(null)
  const first = useRef(true)
  useLayoutEffect(() => { // before anybody can press the next key
    if (!first.current) {
      card.current?.focus({ preventScroll: true })
      card.current?.closest('article')?.scrollIntoView({ block: 'start' })
    }
    first.current = false
  }, [step.value])
  const put = (answer: AttemptAnswer, ms: number) => {
    answers.value = new Map(answers.value).set(answer.question, answer)
    saved.value = ms
    went(attempt.id, progress(items, answers.value).done, ms)
  }
  const item = items[step.value]
  const far = progress(items, answers.value)
  const to = (n: number) => { step.value = Math.max(0, Math.min(items.length, n)) }
  const number = items.slice(0, step.value + 1).filter(isAsked).length
  return <article class="card scn" aria-labelledby="tr-title"><div class="pad">
    <div class="row wrap"><span class="t12 f" id="tr-title">{course.title}</span><span class="sp" /><span class="t12 f" role="status">{saved.value > 0 ? t('train.saved', { time: when(saved.value, lang.value) }) : t('train.saved.none')}</span></div>
    <Far items={items} answers={answers.value} now={step.value} label={farIn(t, far)} />
    <div ref={card} tabIndex={-1} class="step" role="group" aria-label={item === undefined ? t('train.finish') : isAsked(item) ? t('train.question', { n: number, of: far.of }) : t('train.page')}>
      {item === undefined ? <Finish attempt={attempt} far={far} items={items} to={to} over={over} />
        : isAsked(item) ? <Question key={`${item.id}`} item={item} course={course} attempt={attempt} answer={answers.value.get(item.id!)} number={number} of={far.of} put={put} next={() => to(step.value + 1)} back={step.value > 0 ? () => to(step.value - 1) : undefined} refresh={refresh} />
          : <Read key={step.value} item={item} next={() => to(step.value + 1)} back={step.value > 0 ? () => to(step.value - 1) : undefined} />}
    </div></div></article>
}

const farIn = (t: ReturnType<typeof useT<'train'>>, { done, of, right }: ReturnType<typeof progress>): string => t('train.far', { done, of, right })

function Far({ items, answers, now, label }: { items: readonly CourseItem[]; answers: ReadonlyMap<string, AttemptAnswer>; now: number; label: string }) {
  const classes = { full: 'ok', kept: 'ok', part: 'no', none: 'no', open: '' }
  return <div class="prog mt4" role="img" aria-label={label}>{items.flatMap((item, i) => isAsked(item) ? [<i key={i} class={i === now ? 'now' : classes[markOf(answers.get(item.id!))]} />] : [])}</div>
}

function Read({ item, next, back }: { item: CourseItem; next: () => void; back: (() => void) | undefined }) {
  const t = useT('train')
  useKeys([{ id: 'train.next', keys: 'enter', name: t('train.next'), run: next }])
  return <>{item.title && <h3 class="t20">{item.title}</h3>}{item.text && <Rich {...item.text} />}
    <div class="row mt6"><Button kind="pri" size="lg" keyId="train.next" onClick={next}>{t('train.next')}</Button>{back && <Button kind="quiet" onClick={back}>{t('train.back')}</Button>}</div></>
}

interface QuestionProps { item: CourseItem; course: Course; attempt: Attempt; answer: AttemptAnswer | undefined; number: number; of: number; put: (answer: AttemptAnswer, ms: number) => void; next: () => void; back: (() => void) | undefined; refresh: () => void }

const ESSAY_MS = 800

function Question({ item, course, attempt, answer, number, of, put, next, back, refresh }: QuestionProps) {
  const t = useT('train')
  const kind = KINDS[item.kind]!
  const currency = course.currency ?? boot.me?.currency ?? 'USD'
  const given = useMemo(() => signal<AnswerNew | null>(answer?.response ?? null), [])
  const saving = useSaving()
  const missing = useSignal(false)
  const told = useRef<HTMLParagraphElement>(null)
  const about = `q-${number}`
  const graded = answer?.grade?.graded === true
  const settled = answer !== undefined && !kind.free
  const keep = async (): Promise<boolean> => {
    if (given.value === null) return false
    const kept = await saving.run(() => call('answerQuestion', { path: { id: attempt.id, question: item.id! }, body: given.value }))
    if (kept) put(kept, serverNow())
    else if (saving.problem.value?.kind === 'conflict') refresh()
    return kept !== null
  }
  useWriting(kind.free === true, given, () => keep())
  useLayoutEffect(() => { if (settled && told.current) told.current.focus({ preventScroll: true }) }, [settled])
  const act = async () => {
    if (settled) return next()
    missing.value = given.value === null && !kind.free
    if (missing.value) return announce(t('train.need'))
    if (given.value !== null && !await keep()) return
    if (kind.free) next()
  }
  const count = settled ? 0 : Math.min(9, kind.keys?.(item) ?? 0)
  useKeys([
    { id: 'train.next', keys: 'enter', name: t(settled ? 'train.next' : 'train.answer'), run: () => void act() },
    ...Array.from({ length: count }, (_, i) => ({ id: `train.pick.${i + 1}`, keys: String(i + 1), name: t('train.key.pick', { n: i + 1 }), run: () => { given.value = kind.pick!(i + 1, given.value, item) } })),
  ])
  return <form onSubmit={submit(() => void act())} noValidate>
    <h3 class="t12 f">{t('train.question', { n: number, of })}{item.title && <> · {item.title}</>}</h3>
    <div id={about} class="q-text">{item.text && <Rich {...item.text} />}</div>
    {settled ? <><p ref={told} tabIndex={-1} role="status" class={`q-told ${graded ? markOf(answer) : ''}`}>{t(`train.told.${markOf(answer) as 'full'}`)}</p><Result item={item} answer={answer} currency={currency} /></>
      : <kind.Asks item={item} given={given} currency={currency} about={about} />}
    {missing.value && given.value === null && <p class="fault">{t('train.need')}</p>}
    {saving.problem.value && !(saving.problem.value instanceof Problem && saving.problem.value.kind === 'conflict') && <div class="mt4"><Told problem={saving.problem.value} /></div>}
    <div class="row wrap mt6"><Button kind="pri" size="lg" type="submit" keyId="train.next" busy={saving.busy.value && !kind.free ? t('common.saving') : undefined}>{t(settled || kind.free ? 'train.next' : 'train.answer')}</Button>
      {back && <Button kind="quiet" onClick={back}>{t('train.back')}</Button>}{!settled && !kind.free && <Button kind="quiet" onClick={next}>{t('train.later')}</Button>}</div>
  </form>
}

// What is written at length is kept as it is written.
function useWriting(on: boolean, given: { value: AnswerNew | null }, keep: () => Promise<boolean>): void {
  const text = given.value?.text
  const first = useRef(text)
  useEffect(() => {
    if (!on || text === undefined || text === first.current) return
    const timer = setTimeout(() => { first.current = text; void keep() }, ESSAY_MS)
    return () => clearTimeout(timer)
  }, [on, text])
}

function Finish({ attempt, far, items, to, over }: { attempt: Attempt; far: ReturnType<typeof progress>; items: readonly CourseItem[]; to: (n: number) => void; over: (attempt: Attempt) => void }) {
  const t = useT('train')
  const saving = useSaving()
  const finish = async () => {
    const done = await saving.run(() => call('finishAttempt', { path: { id: attempt.id }, body: {} }))
    if (done) over(done)
  }
  useKeys([{ id: 'train.next', keys: 'enter', name: t('train.finish'), run: () => void finish() }])
  return <div class="col g5"><h3 class="t20">{t('train.finish.head')}</h3><p>{farIn(t, far)}</p>
    {far.left.length > 0 && <Note kind="warn" icon="info">{t('train.finish.left', { n: far.left.length })} <span class="row wrap g3">{far.left.slice(0, 20).map(i => <Button key={i} size="xs" onClick={() => to(i)}>{t('train.finish.to', { n: items.slice(0, i + 1).filter(isAsked).length })}</Button>)}</span></Note>}
    <div class="row"><Button kind="pri" size="lg" keyId="train.next" busy={saving.busy.value ? t('common.saving') : undefined} onClick={() => void finish()}>{t('train.finish')}</Button><Button kind="quiet" onClick={() => to(items.length - 1)}>{t('train.back')}</Button></div>
    {saving.problem.value && <Told problem={saving.problem.value} />}</div>
}
