// The figures that a lead sees about somebody, for that somebody: first, and in words. And what is asked of them.
import { call } from '../../lib/api.ts'
import { lang, rich, useT } from '../../lib/i18n.ts'
import { resource, useResource } from '../../lib/resource.ts'
import type { MyTrack, TrackShareCompared, TrackAmountCompared } from '../../lib/api-types.ts'
import { Asked } from '../../ui/Asked.tsx'
import { amountOf } from './reduce.ts'
import { Next } from './Next.tsx'
import { short } from './words.ts'
import type { Host } from './case.ts'

type Where = 'in' | 'less' | 'more'

const where = (is: TrackShareCompared | TrackAmountCompared | undefined): Where => !is || is.outside_20 === 0 ? 'in' : is.outside_20 < 0 ? 'less' : 'more'
const percent = (share: number): string => new Intl.NumberFormat(lang.value, { style: 'percent', maximumFractionDigits: 0 }).format(share)

function Figures({ mine, host }: { mine: MyTrack; host: Host }) {
  const t = useT('panel')
  const me = mine.track.agents[0]
  const money = (text: string | undefined): string => { const read = amountOf(text?.replace(/^-/, ''), host.currency); return read ? short(read, lang.value) : '' }
  if (!me) return <p class="t13 m">{t('panel.mine.none')}</p>
  const { reviews } = mine
  return <ul class="plain t13">
    <li>{rich(t('panel.mine.given', { n: me.decisions, each: money(me.each ?? '0') }))} {me.amount_compared && t(`panel.mine.amount.${where(me.amount_compared)}`, { expected: money(me.amount_compared.expected) })}</li>
    <li>{rich(t('panel.mine.asked', { share: percent(Number(me.asked_share ?? 0)) }))} {me.asked_compared && t(`panel.mine.share.${where(me.asked_compared)}`, { expected: percent(Number(me.asked_compared.expected)) })}</li>
    <li>{reviews.sent === 0 ? t('panel.mine.reviews.none') : t('panel.mine.reviews', { n: reviews.sent, right: reviews.right, little: reviews.too_little, much: reviews.too_much })}</li>
    {mine.unused && <li>{rich(t('panel.mine.unused', { room: money(mine.unused.room), n: mine.unused.unchanged }))} <span class="f">{t('panel.mine.unused.alone')}</span></li>}
  </ul>
}

/** What is asked of the agent: nothing where nothing is. */
export function Questions({ host }: { host: Host }) {
  const t = useT('panel')
  const asked = useResource(() => resource(signal => call('listQuestions', { query: { agent: host.me, state: 'open' }, signal }).then(page => page.items), { kinds: ['question.*'] }), [])
  const items = asked.data.value ?? []
  if (items.length === 0) return null
  return <div class="pn-sec col g3"><h3>{t('panel.mine.questions')}</h3><p class="t13 m">{t('panel.mine.questions.text')}</p>
    {items.map(one => <Asked key={one.id} one={one} framed done={() => { void asked.refresh() }} />)}</div>
}

export function Own({ host }: { host: Host }) {
  const t = useT('panel')
  const mine = useResource(() => resource<MyTrack>(signal => call('myTrack', { signal })), []).data.value
  if (!mine) return null
  return <><Next mine={mine} /><div class="pn-sec"><h3>{t('panel.mine.title', { n: mine.track.days })}</h3><Figures mine={mine} host={host} /><p class="t12 f">{t('panel.mine.lead')}</p></div></>
}
