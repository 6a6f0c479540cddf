// Words. Every text of the console stands in i18n/<area>.<language>.json; an area's messages come with its surface. A language
// can be changed without reloading the page.
import { signal, type Signal } from '@preact/signals'
import { h, type ComponentChildren } from 'preact'
import { loaders, type Areas } from '../i18n/index.ts'
import { boot } from './boot.ts'
import { setCookie } from './store.ts'

export type Lang = 'en' | 'de'
export type Messages = Record<string, string>
export type Values = Record<string, string | number>
export type Translate<K extends string> = (key: K, values?: Values) => string
export type Area = keyof Areas
export type KeyOf<A extends Area> = A extends Area ? keyof Areas[A] & string : never

export const lang: Signal<Lang> = signal(boot.lang)

const loaded = signal<Messages>({})
const areas = new Set<Area>()
const rules = new Map<Lang, Intl.PluralRules>()

function plural(of: Lang, n: number): string {
  let found = rules.get(of)
  if (!found) rules.set(of, found = new Intl.PluralRules(of))
  return found.select(n)
}

// {n|one:# case|other:# cases}
function choose(body: string, values: Values, of: Lang): string {
  const [name = '', ...forms] = body.split('|')
  const value = Number(values[name])
  const word = plural(of, value)
  const form = forms.find(one => one.startsWith(word + ':')) ?? forms.find(one => one.startsWith('other:')) ?? ''
  return form.slice(form.indexOf(':') + 1).replaceAll('#', new Intl.NumberFormat(of).format(value))
}

/** Puts values into a message. What is missing stays as it is written: it shows. */
export function fill(message: string, values: Values, of: Lang): string {
  return message.replace(/\{([^{}]+)\}/g, (whole, body: string) => {
    if (body.includes('|')) return choose(body, values, of)
    const value = values[body]
    return value === undefined ? whole : typeof value === 'number' ? new Intl.NumberFormat(of).format(value) : value
  })
}

function translate(key: string, values: Values = {}): string {
  return fill(loaded.value[key] ?? key, values, lang.value)
}

async function load(area: Area, of: Lang): Promise<Messages> {
  return (await loaders[area][of]()).default
}

/** Brings an area's messages; 'common' is always among them. */
export async function messages<A extends Area>(area: A): Promise<Translate<KeyOf<A> | KeyOf<'common'>>> {
  const missing = [...new Set<Area>(['common', area])].filter(one => !areas.has(one))
  const found = await Promise.all(missing.map(one => load(one, lang.value)))
  if (missing.length > 0) {
    missing.forEach(one => areas.add(one))
    loaded.value = Object.assign({}, loaded.value, ...found) as Messages
  }
  return translate
}

/** The words of an area, whose messages the router has already brought. */
export function useT<A extends Area>(_area: A): Translate<KeyOf<A> | KeyOf<'common'>> {
  return translate
}

/** The words that are always there. */
export const common: Translate<KeyOf<'common'>> = translate

/** **bold** becomes bold; everything else stays text. */
export function rich(text: string): ComponentChildren {
  return text.split('**').map((piece, i) => i % 2 === 1 ? h('b', null, piece) : piece)
}

/** Another language, at once and in all later pages. */
export async function setLang(next: Lang): Promise<void> {
  const all = await Promise.all([...areas].map(area => load(area, next)))
  loaded.value = Object.assign({}, ...all) as Messages
  lang.value = next
  document.documentElement.lang = next
  setCookie('lw_lang', next)
}
