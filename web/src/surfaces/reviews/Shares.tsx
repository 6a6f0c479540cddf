// How many a team looks at, and how many of them at random; what the last half year proposes.
import { signal, type Signal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import type { ReviewShares } from '../../lib/api-types.ts'
import { call } from '../../lib/api.ts'
import { useT } from '../../lib/i18n.ts'
import { resource, useResource } from '../../lib/resource.ts'
import { Button, Dialog, Field } from '../../ui/index.ts'
import { Data, useSaving } from '../people/form.tsx'
import { Told } from '../policy/told.tsx'

export function Shares({ open, team }: { open: Signal<boolean>; team: string }) {
  const t = useT('reviews')
  const read = useResource(() => resource(abort => call('getReviewShares', { query: { team }, signal: abort })), [team])
  return <Dialog open={open} title={t('reviews.shares.title')}><Data of={read}>{is => <Form is={is} team={team} done={() => { open.value = false }} />}</Data></Dialog>
}

function Form({ is, team, done }: { is: ReviewShares; team: string; done: () => void }) {
  const t = useT('reviews')
  const saving = useSaving()
  const number = useMemo(() => signal(String(is.number)), [])
  const percent = useMemo(() => signal(String(is.random_percent)), [])
  const { proposed } = is
  const keep = async () => {
    const body = { team, number: Number(number.value), random_percent: Number(percent.value) }
    if (await saving.run(() => call('setReviewShares', { body }), t('reviews.shares.done'))) done()
  }
  return <form class="col g5" onSubmit={event => { event.preventDefault(); void keep() }}>
    <div class="half"><Field label={t('reviews.shares.number')} value={number} type="number" min="1" max="200" inputMode="numeric" /><Field label={t('reviews.shares.random')} value={percent} type="number" min="20" max="100" inputMode="numeric" /></div>
    {proposed.number === undefined ? <p class="t13 m">{t('reviews.shares.few')}</p>
      : <div class="col g3"><p class="t13 m">{t('reviews.shares.proposed', { n: proposed.number, percent: proposed.random_percent ?? 0 })}</p>
        <div><Button size="sm" onClick={() => { number.value = String(proposed.number); percent.value = String(proposed.random_percent) }}>{t('reviews.shares.take')}</Button></div></div>}
    <p class="t12 f">{t('reviews.shares.found', { a: proposed.random.trouble, b: proposed.random.sent, c: proposed.chosen.trouble, d: proposed.chosen.sent })}</p>
    <div><Button kind="pri" type="submit" busy={saving.busy.value ? t('common.saving') : undefined}>{t('common.save')}</Button></div>
    {saving.problem.value && <Told problem={saving.problem.value} />}
  </form>
}
