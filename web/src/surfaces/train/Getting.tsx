// How somebody gets on with a course: then and now, and real cases since beside before. Said in a sentence, with "too early to say"
// where so; no points.
import type { CourseProgress } from '../../lib/api-types.ts'
import { call } from '../../lib/api.ts'
import { lang, useT } from '../../lib/i18n.ts'
import { format, parse } from '../../lib/money.ts'
import { resource, useResource } from '../../lib/resource.ts'
import { Kv } from '../../ui/index.ts'

type T = ReturnType<typeof useT<'getting'>>
type Since = NonNullable<CourseProgress['since']>
interface Row { name: string; value: string }

const amount = (text: string, currency: string): string => {
  const money = parse(text, currency)
  return money ? format(money, lang.value, 'short') : text
}
const point = (text: string): string => new Intl.NumberFormat(lang.value, { maximumFractionDigits: 1, minimumFractionDigits: 1 }).format(Number(text))

/** What is known, in the order in which it is read. Pure but for the language. */
export function rowsOf(t: T, is: CourseProgress): Row[] {
  const { last, first, since } = is
  if (!last) return []
  const rows = [{ name: t('getting.right'), value: first ? t('getting.right.was', { n: last.right, of: last.of, was: first.right, wasOf: first.of }) : t('getting.right.of', { n: last.right, of: last.of }) }]
  if (last.apart !== undefined && last.currency) {
    const now = Number(last.apart) === 0 ? t('getting.amount.works') : t('getting.amount.off', { amount: amount(last.apart, last.currency) })
    rows.push({ name: t('getting.amount'), value: first?.apart !== undefined ? t('getting.was', { now, was: amount(first.apart, last.currency) }) : now })
  }
  return since ? [...rows, { name: t('getting.since'), value: sentence(t, since) }] : rows
}

function sentence(t: T, { rating, asked, days }: Since): string {
  const says = [
    rating && [t('getting.rated', { now: point(rating.now), was: point(rating.was) }), rating.says] as const,
    asked && [t('getting.asked', { n: asked.now, of: asked.n, was: asked.was, wasOf: asked.was_n }), asked.says] as const,
  ].filter(one => one !== undefined).map(([words, how]) => how === 'early' || how === 'alike' ? t(`getting.says.${how}`, { words }) : words)
  if (says.length === 0) return t('getting.since.none')
  return [...says, t('getting.days', { n: days })].join(' ')
}

export function Getting({ course, person, titled = false, heading }: { course: string; person?: string; titled?: boolean; heading: string }) {
  const t = useT('getting')
  const read = useResource(() => resource(signal => call('courseProgress', { path: { id: course }, query: { ...person !== undefined && { person } }, signal }), { kinds: ['attempt.finished', 'certificate.*'] }), [course, person])
  const rows = read.data.value ? rowsOf(t, read.data.value) : []
  if (rows.length === 0) return null
  const since = read.data.value?.since ? rows.pop() : undefined // a sentence of its own, not a figure
  const all = <><Kv rows={rows} />{since && <p class="t13 mt4"><span class="m">{since.name}:</span> {since.value}</p>}</>
  return titled ? <section aria-label={heading}><h3 class="t13 w5">{heading}</h3>{all}</section>
    : <section class="card" aria-labelledby="tr-on"><div class="hd"><h2 id="tr-on">{heading}</h2></div><div class="pad">{all}</div></section>
}
