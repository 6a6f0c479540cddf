/* What similar cases got and how they ended: dots of amounts, not an average alone; and what is unusual about this one. */
import { useT } from '../../lib/i18n.ts'
import type { Evidence } from '../../lib/model.ts'
import { cmp, parse, type Money } from '../../lib/money.ts'
import { lang } from '../../lib/i18n.ts'
import { Dots, Icon, Kv, Skeleton } from '../../ui/index.ts'
import { currency } from './desk.ts'
import { enoughCases, stoodShare } from './give.ts'
import { amountText, short, type T } from './words.ts'

const percent = (value: number): string => new Intl.NumberFormat(lang.value, { style: 'percent', maximumFractionDigits: 0 }).format(value)

function amounts(evidence: Evidence): Money[] {
  return (evidence.amounts ?? []).map((text) => parse(text, currency)).filter((value): value is Money => value !== null)
}

/** "94% at $180, 95% at $249"; over all of them where the amounts say nothing. */
function ended(t: T, evidence: Evidence): string | null {
  const near = (evidence.near ?? []).filter((one) => one.count >= enoughCases)
  if (near.length > 0) {
    return near.map((one) => t('desk.like.at', { share: percent(one.stood / one.count), amount: amountText(one.amount) })).join(', ')
  }
  const all = stoodShare(evidence)
  return all === null ? null : percent(all / 100)
}

export function Similar({ evidence, asked }: { evidence: Evidence | null | undefined; asked: Money | null }) {
  const t = useT('desk')
  if (evidence === undefined) {
    return <><h3>{t('desk.like.heading')}</h3><Skeleton rows={['w80', 'h44']} /></>
  }
  if (evidence === null || evidence.count < enoughCases) {
    const count = evidence?.count ?? 0
    return <><h3>{t('desk.like.heading')}</h3><p class="t13 m">{count === 0 ? t('desk.like.none') : t('desk.like.few', { n: count })}</p></>
  }
  if (evidence.withheld !== undefined) {
    return <><h3>{t('desk.like.title', { n: evidence.count })}</h3><p class="t13 m">{t('desk.like.withheld')}</p></>
  }
  const values = amounts(evidence)
  const median = evidence.median === undefined ? null : parse(evidence.median, currency)
  const max = values.reduce((most, value) => (cmp(value, most) > 0 ? value : most), asked ?? median ?? { minor: 0n, currency })
  const how = ended(t, evidence)
  const label = median === null ? '' : t('desk.like.chart', { n: evidence.count, median: short(median), low: amountText(evidence.p25 ?? evidence.median), high: amountText(evidence.p75 ?? evidence.median) })
  return <>
    <h3>{t('desk.like.title', { n: evidence.count })}</h3>
    {median !== null && values.length > 0 && max.minor > 0n && <Dots values={values} median={median} max={max} label={label} {...(asked === null ? {} : { asked })} />}
    {how !== null && <div class="mt4"><Kv rows={[{ name: t('desk.like.ended'), value: how }]} /></div>}
  </>
}

const codes = { 'reversed-before': 'desk.usual.reversed', 'third-in-30-days': 'desk.usual.third', 'many-agents': 'desk.usual.agents' } as const

export function Unusual({ evidence }: { evidence: Evidence | null | undefined }) {
  const t = useT('desk')
  if (evidence === undefined || evidence === null || evidence.unusual === undefined) {
    return null
  }
  const known = evidence.unusual.map((code) => (code in codes ? codes[code as keyof typeof codes] : null)).filter((key) => key !== null)
  if (known.length === 0) {
    return <p class="t12 m mt5 row g3"><Icon name="shield" small />{t('desk.usual.none')}</p>
  }
  return <>{known.map((key) => <p key={key} class="t12 warn-t mt5 row g3"><Icon name="flag" small />{t(key)}</p>)}</>
}
