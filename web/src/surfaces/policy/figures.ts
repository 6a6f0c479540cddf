// Figures of a replay as people read them: signs, shares, sums.
import { boot } from '../../lib/boot.ts'
import { lang } from '../../lib/i18n.ts'
import { format, parse, sub, zero, type Money } from '../../lib/money.ts'
import { figures } from './values.ts'

const currency = () => boot.me?.currency ?? 'USD'

/** An amount of the server, which may be below nought: what was taken back counts too. */
export function sum(text: string): Money {
  const below = text.startsWith('-')
  const money = parse(below ? text.slice(1) : text, currency()) ?? zero(currency())
  return below ? { ...money, minor: -money.minor } : money
}

export const money = (text: string): string => format(sum(text), lang.value, 'short')

export const moneyChange = (before: string, after: string): string => format(sub(sum(after), sum(before)), lang.value, 'change')

export const asChange = (text: string): string => format(sum(text), lang.value, 'change')

/** +109, −3, 0. */
export const signed = (n: number): string => new Intl.NumberFormat(lang.value, { signDisplay: 'exceptZero' }).format(n).replace('-', '−')

export const moreShare = (n: number, of: number): string => new Intl.NumberFormat(lang.value, { style: 'percent', maximumFractionDigits: of < n * 100 ? 0 : 1 }).format(n / of)

/** A path as people say it: without the section that it is in. */
export const shortPath = (path: string): string => path.replace(/^(?:grants|rails|routes|budgets|actions)\./, '').replaceAll('.', ' ')

/** What of a value changed: of a long one the one number that is another. */
export function valuesOf(before = '', after = ''): { before: string; after: string } {
  const [was, is] = [figures(before), figures(after)]
  const other = is.flatMap((one, i) => was[i] && (was[i].amount !== one.amount || was[i].unit !== one.unit) ? [i] : [])
  const rest = (text: string, all: typeof was) => all.reduceRight((left, one) => left.slice(0, one.from) + left.slice(one.to), text)
  if (was.length !== is.length || other.length !== 1 || rest(before, was) !== rest(after, is)) return { before, after }
  const of = (text: string, one: typeof was[number]) => text.slice(one.from, one.to)
  return { before: of(before, was[other[0]!]!), after: of(after, is[other[0]!]!) }
}
