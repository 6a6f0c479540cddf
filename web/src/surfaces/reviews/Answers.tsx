// What reviewers said, what the agent answered, and the appeal: as both sides read it.
import type { Review } from '../../lib/api-types.ts'
import { useT } from '../../lib/i18n.ts'
import { Tag } from '../../ui/index.ts'
import { dayOf, questions } from './reviews.ts'

export function Answers({ review }: { review: Review }) {
  const t = useT('reviews')
  const who = review.agent_name ?? review.agent ?? ''
  return <div class="col g5">
    {review.answers.map(one => <div key={`${one.reviewer}-${one.at}`} class="rv-said">
      <p class="t12 f">{one.reviewer_name ?? one.reviewer} · {dayOf(one.at)}{one.appeal && <> <Tag>{t('reviews.answer.appeal')}</Tag></>}</p>
      <dl class="rv-ans">{questions.map(name => [<dt key={`${name}q`}>{t(`reviews.q.${name}`)}</dt>, <dd key={`${name}a`}>{t(`reviews.a.${name}.${one[name]}` as 'reviews.a.kept.yes')}</dd>])}</dl>
      {one.note && <blockquote class="t13">{one.note}</blockquote>}
    </div>)}
    {review.reply && <div class="rv-said"><p class="t12 f">{t('reviews.reply', { agent: who })}</p><blockquote class="t13">{review.reply}</blockquote></div>}
    {review.appeal && <div class="rv-said"><p class="t12 f">{t(`reviews.appeal.${review.appeal.state}`, { agent: who })}</p>
      {review.appeal.text && <blockquote class="t13">{review.appeal.text}</blockquote>}{review.appeal.note && <blockquote class="t13">{review.appeal.note}</blockquote>}</div>}
  </div>
}
