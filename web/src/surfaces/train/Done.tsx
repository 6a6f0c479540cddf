// A course that was taken to its end: whether it was passed, and what that opened.
import { useEffect, useRef } from 'preact/hooks'
import type { Attempt, Course } from '../../lib/api-types.ts'
import { lang, useT } from '../../lib/i18n.ts'
import { at, day } from '../../lib/time.ts'
import { Button, Icon } from '../../ui/index.ts'
import { Opens } from './Opens.tsx'

const DAY_MS = 86_400_000

export function Done({ course, attempt, again }: { course: Course; attempt: Attempt; again: () => void }) {
  const t = useT('train')
  const head = useRef<HTMLHeadingElement>(null)
  useEffect(() => head.current?.focus({ preventScroll: true }), [])
  const passed = attempt.state === 'passed'
  const until = course.valid_days && attempt.finished_at ? day(at(attempt.finished_at) + course.valid_days * DAY_MS, lang.value) : null
  return <article class="card scn"><div class="pad col g5">
    <h2 class="t20" ref={head} tabIndex={-1}>{passed && <span class="can-t"><Icon name="award" /></span>} {t(passed ? 'train.done.passed' : 'train.done.not', { title: course.title })}</h2>
    <p>{t('train.done.percent', { n: attempt.percent ?? 0, pass: course.pass })} {passed ? course.certificate && (until ? t('train.done.until', { certificate: course.certificate, day: until }) : t('train.done.holds', { certificate: course.certificate })) : t('train.done.again')}</p>
    {!passed && <div><Button kind="pri" onClick={again}>{t('train.begin.again')}</Button></div>}</div>
    {passed && <><div class="hd"><h3>{t('train.done.opened')}</h3></div><Opens course={course} held /></>}</article>
}
