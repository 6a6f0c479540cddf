// One review: what happened and why it is looked at, the questions, a note that the agent reads.
import { signal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import type { Review } from '../../lib/api-types.ts'
import { call } from '../../lib/api.ts'
import { lang, messages, useT } from '../../lib/i18n.ts'
import { useKeys } from '../../lib/keys.ts'
import { resource, useResource } from '../../lib/resource.ts'
import { Link } from '../../lib/router.ts'
import { at, when } from '../../lib/time.ts'
import { may } from '../../shell/rights.ts'
import { Button, Note, Seg, Tag, TextArea, toast } from '../../ui/index.ts'
import { Data, useSaving } from '../people/form.tsx'
import { lazy } from '../policy/lazy.tsx'
import { Told } from '../policy/told.tsx'
import { Answers } from './Answers.tsx'
import { Reason } from './Reason.tsx'
import { draftOf, type Draft } from './draft.ts'
import { gave, money, QUESTIONS, questions, why } from './reviews.ts'

const Planned = lazy<{ id: string }>(() => Promise.all([import('./Planned.tsx'), messages('plan')]).then(([part]) => part.Planned))

export function One({ id, next, changed }: { id: string; next: () => void; changed: () => void }) {
  const read = useResource(() => resource(signal => call('getReview', { path: { id }, signal })), [id])
  return <Data of={read}>{review => <Whole key={review.id} review={review} take={one => { read.set(() => one); changed() }} refresh={() => { void read.refresh(); changed() }} next={next} />}</Data>
}

interface Props { review: Review; take: (review: Review) => void; refresh: () => void; next: () => void }

function Whole(props: Props) {
  const t = useT('reviews')
  const { review } = props
  const may_ = review.may ?? []
  return <div class="pad col g5">
    <div><h3 class="rv-h">{review.case ? `#${review.case}` : t('reviews.one.nocase')}, {review.agent_name ?? review.agent}</h3>
      <p class="t13">{gave(t, review)}{review.amount && review.verdict === 'granted' ? `, ${money(review.amount, review.currency)}` : ''}. {why(t, review)}.</p>
      <p class="t12 f">{review.happened && when(at(review.happened), lang.value)}{review.customer ? `, ${review.customer}` : ''}
        {review.decision && <> · <Link to={`/desk/decisions?one=${encodeURIComponent(review.decision)}`}>{t('reviews.one.open')}</Link></>}</p>
      <p class="row wrap g3">{review.second && <Tag>{t('reviews.state.second')}</Tag>}{review.scenario && <Tag tone="can">{t('reviews.scenario.is')}</Tag>}{review.stands?.state === 'reversed' && <Tag tone="warn">{t('reviews.stands.reversed')}</Tag>}</p></div>
    {review.pick_reason && <blockquote class="t13">{review.pick_reason}</blockquote>}
    {review.blind && <Note kind="ask">{t('reviews.blind')}</Note>}
    {review.case && <Planned id={review.case} />}
    <Answers review={review} />
    {may_.includes('send') && <Form {...props} />}
    {may_.includes('decide') && <Decide {...props} />}
    <Acts {...props} />
  </div>
}

/** The questions, for an answer or for an appeal. */
function Rubric({ draft }: { draft: Pick<Draft, 'values'> }) {
  const t = useT('reviews')
  return <div class="rub">{questions.map(name => [<span key={`${name}q`}>{t(`reviews.q.${name}`)}</span>,
    <Seg key={`${name}a`} label={t(`reviews.q.${name}`)} value={draft.values[name]} options={QUESTIONS[name].map(value => ({ value, text: t(`reviews.a.${name}.${value}` as 'reviews.a.kept.yes') }))} />])}</div>
}

function Form({ review, take, next }: Props) {
  const t = useT('reviews')
  const saving = useSaving()
  const draft = useMemo(() => draftOf(review), [])
  const missing = useMemo(() => signal(false), [])
  useEffect(() => draft.dispose, [])
  const who = review.agent_name ?? review.agent ?? ''
  const send = async () => {
    missing.value = !draft.whole.value
    if (missing.value) return
    const done = await saving.run(() => call('sendReview', { path: { id: review.id }, body: draft.answer() }), t('reviews.sent', { agent: who }))
    if (!done) return
    draft.forget()
    take(done)
    next()
  }
  useKeys([{ id: 'review.send', keys: 'mod+enter', name: t('reviews.send'), always: true, run: () => void send() }])
  return <div class="col g5" role="group" aria-label={t('reviews.queue')}>
    <Rubric draft={draft} />
    <TextArea label={t('reviews.note', { agent: who })} value={draft.note} rows={4} maxLength={4000} hint={t('reviews.note.hint')} />
    {missing.value && !draft.whole.value && <p class="fault">{t('reviews.send.need')}</p>}
    <div class="row wrap g4"><Button kind="pri" keyId="review.send" busy={saving.busy.value ? t('common.saving') : undefined} onClick={() => void send()}>{t('reviews.send')}</Button>
      <span class="t12 f" role="status">{draft.state.value !== '' && t(`reviews.draft.${draft.state.value}`)}</span></div>
    {saving.problem.value && <Told problem={saving.problem.value} />}
  </div>
}

/** An appeal, decided by somebody who did not review it. */
function Decide({ review, take }: Props) {
  const t = useT('reviews')
  const saving = useSaving()
  const said = useMemo(() => signal(''), [])
  const values = useMemo(() => Object.fromEntries(questions.map(name => [name, signal('')])) as Draft['values'], [])
  const whole = questions.every(name => values[name].value !== '')
  const decide = async (outcome: 'stands' | 'changed') => {
    if (said.value.trim() === '' || (outcome === 'changed' && !whole)) return
    const answer = Object.fromEntries(questions.map(name => [name, values[name].value]))
    const done = await saving.run(() => call('decideReviewAppeal', { path: { id: review.id }, body: { outcome, text: said.value.trim(), ...outcome === 'changed' && { answer } } }))
    if (done) take(done)
  }
  return <section class="col g5" aria-label={t('reviews.decide')}><h3 class="rv-h">{t('reviews.decide')}</h3>
    <TextArea label={t('reviews.decide.text')} value={said} maxLength={4000} /><p class="t12 f">{t('reviews.decide.hint')}</p><Rubric draft={{ values }} />
    <div class="row wrap g4"><Button onClick={() => void decide('stands')}>{t('reviews.decide.stands')}</Button><Button onClick={() => void decide('changed')}>{t('reviews.decide.changed')}</Button></div>
    {saving.problem.value && <Told problem={saving.problem.value} />}</section>
}

function Acts({ review, take, refresh, next }: Props) {
  const t = useT('reviews')
  const saving = useSaving()
  const skip = useMemo(() => signal(false), [])
  const back = useMemo(() => signal(false), [])
  const may_ = review.may ?? []
  const mark = async () => {
    const done = await saving.run(() => call('markReview', { path: { id: review.id }, body: { marked: review.scenario !== true } }))
    if (done) take(done)
  }
  const second = async () => {
    const done = await saving.run(() => call('secondReview', { path: { id: review.id }, body: {} }), t('reviews.second.done'))
    if (done) take(done)
  }
  const given = review.decision && review.verdict === 'granted' && (review.stands?.state === 'final' || review.stands?.state === 'held')
  return <div class="row wrap g4">
    {may_.includes('scenario') && <Button onClick={() => void mark()}>{t(review.scenario ? 'reviews.scenario.not' : 'reviews.scenario')}</Button>}
    {may_.includes('second') && <Button onClick={() => void second()}>{t('reviews.second')}</Button>}
    {may('COACH', 'team') && review.agent && <Link class="btn" to={`/people/p/${encodeURIComponent(review.agent)}`}>{t('reviews.talk')}</Link>}
    {given && may('REVERSE', 'team') && <Button onClick={() => { back.value = true }}>{t('reviews.correct')}</Button>}
    <span class="sp" />{may_.includes('skip') && <Button kind="quiet" onClick={() => { skip.value = true }}>{t('reviews.skip')}</Button>}
    {saving.problem.value && <Told problem={saving.problem.value} />}
    <Reason open={skip} title={t('reviews.skip')} text={t('reviews.skip.text')} label={t('reviews.skip.why')} name={`skip-${review.id}`} send={async reason => { take(await call('skipReview', { path: { id: review.id }, body: { reason } })); next() }} />
    <Reason open={back} title={t('reviews.correct')} text={t('reviews.correct.text')} label={t('reviews.correct.why')} name={`back-${review.id}`}
      send={async reason => { await call('reverseDecision', { path: { id: review.decision! }, body: { reason } }); toast({ says: t('reviews.correct.done') }); refresh() }} />
  </div>
}
