// Amounts: whole minor units as bigint, with a currency. No floating point comes near them; `share` alone gives a number, for
// the widths of drawings.
import { currencyDigits } from './api-types.ts'
import type { Lang } from './i18n.ts'

export interface Money { readonly minor: bigint; readonly currency: string }

const digitsByCode = new Map(Object.entries(currencyDigits).flatMap(([digits, codes]) => codes.split(' ').map(code => [code, Number(digits)] as const)))

export function digitsOf(currency: string): number {
  return digitsByCode.get(currency) ?? 2
}

function scale(currency: string): bigint {
  return 10n ** BigInt(digitsOf(currency))
}

function compose(whole: string, part: string, currency: string): Money {
  return { minor: BigInt(whole) * scale(currency) + BigInt(part.padEnd(digitsOf(currency), '0') || '0'), currency }
}

/** An amount as the server writes it, with exactly the currency's digits (or none); null for anything else. */
export function parse(text: string, currency: string): Money | null {
  const match = /^(\d{1,19})(?:\.(\d{1,4}))?$/.exec(text)
  if (!match) return null
  const part = match[2] ?? ''
  if (part !== '' && part.length !== digitsOf(currency)) return null
  return compose(match[1]!, part, currency)
}

/** As the server reads it. */
export function wire(money: Money): string {
  const digits = digitsOf(money.currency)
  const sign = money.minor < 0n ? '-' : ''
  const text = (money.minor < 0n ? -money.minor : money.minor).toString().padStart(digits + 1, '0')
  return digits === 0 ? sign + text : `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`
}

export type Unread = 'empty' | 'not-a-number' | 'too-many-digits' | 'negative'

// Which mark is the decimal one: the language's, unless the other one alone can be meant ("80.00" typed by a German).
function parts(text: string, currency: string, lang: Lang): { whole: string; part: string } | null {
  const [decimal, group] = lang === 'de' ? [',', '.'] : ['.', ',']
  const grouped = text.split(decimal)
  if (grouped.length > 2) return null
  const [whole = '', part] = grouped
  if (part === undefined && whole.includes(group)) return byGroup(whole, group, currency)
  if (whole.includes(group) && !groupsFit(whole, group)) return null
  return { whole: whole.split(group).join(''), part: part ?? '' }
}

function groupsFit(whole: string, group: string): boolean {
  return /^\d{1,3}$/.test(whole.split(group)[0]!) && whole.split(group).slice(1).every(piece => /^\d{3}$/.test(piece))
}

// Only the language's grouping mark is there: groups of three are groups; else one mark stands for the decimal one.
function byGroup(whole: string, group: string, currency: string): { whole: string; part: string } | null {
  if (groupsFit(whole, group)) return { whole: whole.split(group).join(''), part: '' }
  const pieces = whole.split(group)
  if (pieces.length !== 2 || digitsOf(currency) === 0) return null
  return { whole: pieces[0]!, part: pieces[1]! }
}

/** An amount as people type it: "80", "80,00", "1.910,00", "$80". */
export function read(text: string, currency: string, lang: Lang): Money | Unread {
  const bare = text.replace(/[\s\u00a0\u202f'’]/g, '').replace(/^[\p{Sc}]|[\p{Sc}]$/gu, '').replace(new RegExp(`^${currency}|${currency}$`, 'i'), '')
  if (bare === '') return 'empty'
  if (/^[-−]/.test(bare)) return 'negative'
  const found = parts(bare, currency, lang)
  if (!found || !/^\d{0,15}$/.test(found.whole) || !/^\d*$/.test(found.part) || (found.whole === '' && found.part === '')) return 'not-a-number'
  if (found.part.length > digitsOf(currency)) return 'too-many-digits'
  return compose(found.whole || '0', found.part, currency)
}

type Form = 'exact' | 'short' | 'change'
const formats = new Map<string, Intl.NumberFormat>()

function formatter(currency: string, lang: Lang, form: Form, whole: boolean): Intl.NumberFormat {
  const name = `${currency} ${lang} ${form} ${whole}`
  let format = formats.get(name)
  if (!format) {
    const digits = whole ? 0 : digitsOf(currency)
    format = new Intl.NumberFormat(lang, {
      style: 'currency', currency, currencyDisplay: 'narrowSymbol', minimumFractionDigits: digits, maximumFractionDigits: digits,
      signDisplay: form === 'change' ? 'exceptZero' : 'auto',
    })
    formats.set(name, format)
  }
  return format
}

/** For people. exact: all digits; short: no minor digits when they are nought; change: with its sign, a real minus. */
export function format(money: Money, lang: Lang, form: Form): string {
  const whole = form === 'short' && money.minor % scale(money.currency) === 0n
  // Intl takes a decimal text as it is, to the last digit; TypeScript's types know it as a numeric literal.
  return formatter(money.currency, lang, form, whole).format(wire(money) as `${number}`).replace('-', '−')
}

/** The sign of a currency beside a field, and on which side a language has it. */
export function signOf(currency: string, lang: Lang): { text: string; before: boolean } {
  const pieces = formatter(currency, lang, 'exact', false).formatToParts(1)
  const at = pieces.findIndex(piece => piece.type === 'currency')
  return { text: pieces[at]?.value ?? currency, before: at === 0 }
}

/** A text for an amount field: the language's decimal mark, no grouping, no sign of the currency. */
export function typed(money: Money, lang: Lang): string {
  return lang === 'de' ? wire(money).replace('.', ',') : wire(money)
}

function same(a: Money, b: Money): void {
  if (a.currency !== b.currency) throw new TypeError(`${a.currency} and ${b.currency} do not mix`)
}

export function add(a: Money, b: Money): Money {
  same(a, b)
  return { minor: a.minor + b.minor, currency: a.currency }
}

export function sub(a: Money, b: Money): Money {
  same(a, b)
  return { minor: a.minor - b.minor, currency: a.currency }
}

export function cmp(a: Money, b: Money): -1 | 0 | 1 {
  same(a, b)
  return a.minor < b.minor ? -1 : a.minor > b.minor ? 1 : 0
}

export function least(...all: Money[]): Money {
  return all.reduce((smallest, one) => cmp(one, smallest) < 0 ? one : smallest)
}

export const zero = (currency: string): Money => ({ minor: 0n, currency })

/** How much of the whole a part is, 0..100 with two decimals: for widths only. */
export function share(part: Money, whole: Money): number {
  same(part, whole)
  if (whole.minor <= 0n || part.minor <= 0n) return 0
  return part.minor >= whole.minor ? 100 : Number(part.minor * 10000n / whole.minor) / 100
}
