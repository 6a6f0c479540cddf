// The queue of a week, or what waits, or the appeals: a list with the reason for each, and one of them beside it.
import { signal, type Signal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import type { Review, ReviewPage } from '../../lib/api-types.ts'
import { call } from '../../lib/api.ts'
import { useT } from '../../lib/i18n.ts'
import { resource, useResource } from '../../lib/resource.ts'
import { setQuery } from '../../lib/router.ts'
import { may } from '../../shell/rights.ts'
import { Button, Csv, Empty, Person, Table, Tag, type Col } from '../../ui/index.ts'
import { Data, useSaving } from '../people/form.tsx'
import { lazy } from '../policy/lazy.tsx'
import { Told } from '../policy/told.tsx'
import { gave, money, why, type Wanted } from './reviews.ts'

const One = lazy<{ id: string; next: () => void; changed: () => void }>(() => import('./One.tsx').then(part => part.One))
const Shares = lazy<{ open: Signal<boolean>; team: string }>(() => import('./Shares.tsx').then(part => part.Shares))

const asked = (wanted: Wanted) => ({
  ...wanted.team !== '' && { team: wanted.team }, ...wanted.tab === 'appeals' ? { appealed: true, limit: 200 } : wanted.week === 'open' ? { waits: true, limit: 200 } : { week: wanted.week },
})
const load = (wanted: Wanted, signal: AbortSignal): Promise<ReviewPage> => call('listReviews', { query: asked(wanted), signal })

export function Queue({ wanted }: { wanted: Wanted }) {
  const t = useT('reviews')
  const read = useResource(() => resource(signal => load(wanted, signal), { kinds: ['review.*'], quiet: 500 }), [wanted.tab, wanted.team, wanted.week])
  const shares = useMemo(() => signal(false), [])
  const choose = (id: string) => setQuery({ one: id })
  return <Data of={read}>{page => {
    const { items } = page
    const next = () => {
      const from = items.findIndex(one => one.id === wanted.one)
      const after = [...items.slice(from + 1), ...items.slice(0, Math.max(0, from))].find(one => one.may?.includes('send'))
      setQuery({ one: after?.id ?? null })
    }
    return <section class="card" aria-labelledby="rv-queue">
      <div class="hd wraps"><h2 id="rv-queue">{t(wanted.tab === 'appeals' ? 'reviews.tab.appeals' : 'reviews.queue')}</h2><span class="sp" />{wanted.tab === 'queue' && items.length > 0 && <span class="t12 f">{counted(t, items)}</span>}{items.length > 0 && <Csv path="/v1/reviews" query={asked(wanted)} of={t('reviews.queue')} />}
        {wanted.team !== '' && may('REVIEW', 'team') && <Button size="sm" onClick={() => { shares.value = true }}>{t('reviews.shares')}</Button>}</div>
      {items.length === 0 && wanted.one === '' ? <None wanted={wanted} drawn={() => void read.refresh()} /> : <div class="rv"><div class="rv-wide"><List items={items} chosen={wanted.one} choose={choose} /></div>
        <div>{wanted.one === '' ? <p class="pad t13 m">{t('reviews.queue.choose')}</p> : <One key={wanted.one} id={wanted.one} next={next} changed={() => void read.refresh()} />}</div></div>}
      {shares.value && <Shares open={shares} team={wanted.team} />}
    </section>
  }}</Data>
}

function counted(t: ReturnType<typeof useT<'reviews'>>, items: readonly Review[]): string {
  const random = items.filter(one => one.why === 'random').length
  return t('reviews.queue.of', { n: items.length, random, chosen: items.filter(one => one.why !== 'random' && one.why !== 'picked').length, done: items.filter(one => one.state !== 'open').length })
}

function List({ items, chosen, choose }: { items: readonly Review[]; chosen: string; choose: (id: string) => void }) {
  const t = useT('reviews')
  const columns: Col<Review>[] = [
    { name: t('reviews.case'), cell: one => one.case ? <span class="nw">#{one.case}</span> : <span class="f">–</span> },
    { name: t('reviews.agent'), cell: one => <Person name={one.agent_name ?? one.agent ?? ''} /> },
    { name: t('reviews.gave'), cell: one => gave(t, one) },
    { name: t('reviews.amount'), right: true, cell: one => one.amount && one.verdict === 'granted' ? money(one.amount, one.currency) : <span class="f">–</span> },
    { name: t('reviews.why'), cell: one => why(t, one) },
    { name: t('reviews.state'), cell: one => <State one={one} /> },
  ]
  return <Table label={t('reviews.queue')} columns={columns} count={items.length} get={row => items[row]} rowKey={one => one.id} open={one => choose(one.id)} mark={one => one.id === chosen ? 'on' : undefined} />
}

function State({ one }: { one: Review }) {
  const t = useT('reviews')
  if (one.appeal?.state === 'open') return <Tag tone="warn">{t('reviews.appeal')}</Tag>
  if (one.scenario) return <Tag tone="can">{t('reviews.scenario.is')}</Tag>
  if (one.may?.includes('send') && one.state === 'done') return <Tag tone="ask">{t('reviews.state.waits.second')}</Tag>
  return one.state === 'done' ? <Tag tone="can">{t('reviews.state.done')}</Tag> : <span class="f nw">{t(`reviews.state.${one.state ?? 'open'}`)}</span>
}

function None({ wanted, drawn }: { wanted: Wanted; drawn: () => void }) {
  const t = useT('reviews')
  const saving = useSaving()
  const draw = async () => { if (await saving.run(() => call('drawReviews', { body: { team: wanted.team, week: wanted.week } }))) drawn() }
  if (wanted.tab === 'appeals') return <Empty title={t('reviews.queue.none.appeals')} />
  return <Empty title={t('reviews.queue.none')}><p>{t('reviews.queue.none.text')}</p>
    {wanted.team !== '' && wanted.week !== 'open' && may('REVIEW', 'team') && <p><Button kind="pri" busy={saving.busy.value ? t('common.saving') : undefined} onClick={() => void draw()}>{t('reviews.draw')}</Button></p>}
    {saving.problem.value && <Told problem={saving.problem.value} />}</Empty>
}
