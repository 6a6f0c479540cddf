// A decision is picked for review, with a reason: from wherever it is read. It stands under "All that wait".
import type { Signal } from '@preact/signals'
import { call } from '../../lib/api.ts'
import { useT } from '../../lib/i18n.ts'
import { go } from '../../lib/router.ts'
import { toast } from '../../ui/index.ts'
import { Reason } from './Reason.tsx'

export function Pick({ open, decision }: { open: Signal<boolean>; decision: string }) {
  const t = useT('reviews')
  const send = async (reason: string) => {
    const review = await call('pickReview', { body: { decision, reason } })
    const one = `/reviews?week=open&team=&one=${encodeURIComponent(review.id)}`
    toast({ says: t(review.pick_reason === reason ? 'reviews.pick.done' : 'reviews.pick.there'), act: { name: t('reviews.pick.open'), run: () => go(one) } })
  }
  return <Reason open={open} title={t('reviews.pick')} text={t('reviews.pick.text')} label={t('reviews.pick.why')} name={`pick-${decision}`} send={send} />
}
