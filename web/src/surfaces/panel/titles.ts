// What the bar says while somebody has a question of ours, and when it is answered.
import { lang } from '../../lib/i18n.ts'
import type { Approval } from '../../lib/model.ts'
import { length } from '../../lib/time.ts'
import type { AnswerKind } from './model.ts'
import { amountOf } from './reduce.ts'
import { firstName, short, wordsOf, type T } from './words.ts'

export const answererOf = (approval: Approval): string => firstName(approval.answer?.name ?? approval.answer?.by ?? '')

export function answerTitle(t: T, approval: Approval, kind: AnswerKind): string {
  const name = answererOf(approval)
  if (kind === 'nobody' || kind === 'nobody-yes') return t('panel.answered.nobody')
  if (kind === 'other-way') return t('panel.answered.other-way', { name })
  return kind === 'other-action' ? t('panel.answered.opened', { name }) : t('panel.answered.title', { name })
}

export function waitedSays(t: T, approval: Approval): string {
  const waited = approval.answer?.waited_usec
  return waited === undefined ? '' : t('panel.answered.in', { span: length(Math.max(1000, waited / 1000), lang.value) })
}

export function askedFor(t: T, approval: Approval, currency: string): string {
  const what = approval.label ?? wordsOf(approval.action)
  const amount = amountOf(approval.amount, currency)
  return amount ? t('panel.waiting.asked', { what, amount: short(amount, lang.value) }) : t('panel.waiting.asked-bare', { what })
}
