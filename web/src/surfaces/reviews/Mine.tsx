// In the panel's Me: what was said of one's own decisions, to answer and to appeal, and what one agreed with one's lead.
import { signal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import type { Review } from '../../lib/api-types.ts'
import { call } from '../../lib/api.ts'
import { useT } from '../../lib/i18n.ts'
import { resource, useResource } from '../../lib/resource.ts'
import { Button, TextArea } from '../../ui/index.ts'
import { Data, submit, useSaving } from '../people/form.tsx'
import { Told } from '../policy/told.tsx'
import { Answers } from './Answers.tsx'
import { dayOf, gave, money } from './reviews.ts'
import { Talks, useTalks } from './Talks.tsx'

export function Mine({ me }: { me: string }) {
  const t = useT('reviews')
  const talks = useTalks(me)
  const reviews = useResource(() => resource(signal => call('listReviews', { query: { agent: me, state: 'done', limit: 20 }, signal }), { kinds: ['review.*'], quiet: 500 }), [me])
  const items = reviews.data.value?.items ?? []
  const renew = (review: Review) => reviews.set(old => ({ ...old, items: old.items.map(one => one.id === review.id ? review : one) }))
  return <>
    {(talks.data.value?.items.length ?? 0) > 0 && <div class="pn-sec"><h3>{t('reviews.coach.title.mine')}</h3><p class="t12 f">{t('reviews.coach.text')}</p><Talks talks={talks} person={me} begin={false} /></div>}
    <div class="pn-sec"><h3>{t('reviews.mine')}</h3><Data of={reviews}>{() => items.length === 0 ? <p class="t13 m">{t('reviews.mine.none')}</p> : items.map(one => <Said key={one.id} review={one} renew={renew} />)}</Data></div>
  </>
}

function Said({ review, renew }: { review: Review; renew: (review: Review) => void }) {
  const t = useT('reviews')
  const saving = useSaving()
  const may = review.may ?? []
  const path = { id: review.id }
  const send = async (op: 'replyReview' | 'appealReview', text: string) => {
    const done = await saving.run(() => call(op, { path, body: { text } }), t('reviews.mine.sent'))
    if (done) renew(done)
  }
  return <details class="why talk"><summary>{review.case ? `#${review.case}` : t('reviews.one.nocase')}, {gave(t, review)}{review.amount && review.verdict === 'granted' ? `, ${money(review.amount, review.currency)}` : ''} · {review.happened && dayOf(review.happened)}</summary>
    <div class="col g5"><Answers review={review} />
      {may.includes('reply') && <Write label={t('reviews.mine.reply.label')} act={t('reviews.mine.reply')} send={text => send('replyReview', text)} />}
      {may.includes('appeal') && <Write label={t('reviews.mine.appeal.label')} act={t('reviews.mine.appeal')} hint={t('reviews.mine.appeal.hint')} send={text => send('appealReview', text)} />}
      {saving.problem.value && <Told problem={saving.problem.value} />}</div>
  </details>
}

function Write({ label, act, hint, send }: { label: string; act: string; hint?: string; send: (text: string) => Promise<void> }) {
  const text = useMemo(() => signal(''), [])
  return <form class="col g3" onSubmit={submit(() => { if (text.value.trim() !== '') void send(text.value.trim()) })}><TextArea label={label} value={text} rows={2} maxLength={4000} hint={hint} /><div><Button size="sm" type="submit">{act}</Button></div></form>
}
