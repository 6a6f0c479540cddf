import { readFileSync, readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { fill } from '../../../src/lib/i18n.ts'

const folder = 'src/i18n/'
const areas = [...new Set(readdirSync(folder).filter(name => name.endsWith('.json')).map(name => name.split('.')[0]!))]
const load = (area: string, lang: string) => JSON.parse(readFileSync(`${folder}${area}.${lang}.json`, 'utf8')) as Record<string, string>
const all = areas.map(area => ({ area, en: load(area, 'en'), de: load(area, 'de') }))
const names = (text: string) => [...text.matchAll(/\{([^{}|]+)[^{}]*\}/g)].map(match => match[1]!).sort()

// Words that tell somebody off. What they would say is said as what can be done instead.
const banned = /\b(denied|reject(ed|s)?|declined?|not authori[sz]ed|unauthori[sz]ed|exceed(ed|s)?|insufficient|error \d+|abgelehnt|verweigert|nicht autorisiert|nicht berechtigt|überschritten|unzureichend|Fehler \d+)\b/i

// German says Sie, and one word for each thing (docs/decisions/console.md): these are the words that others stand for.
const familiar = /\b(du|dich|dir|dein(e[mnrs]?)?|euch|euer)\b/i
const second = /\b(Tisch\w*|Regelung\w*|Fassung\w*|Ids?|(un)?gesichert\w*|Verwaltung|Administrator\w*|Mail(s|adresse|server)?|Leistung|Fakten|Rahmen|Protokoll|Zeichnung\w*|Probe|Leute|unterschrieben|zu richten)\b(?!-)/

describe('German', () => {
  const texts = all.flatMap(({ de }) => Object.entries(de))
  it('says Sie', () => expect(texts.filter(([, text]) => familiar.test(text))).toEqual([]))
  it('has one word for a thing', () => expect(texts.filter(([, text]) => second.test(text.replaceAll(/E-Mails?(-Server|-Adresse)?|in einem Rahmen/g, '')))).toEqual([]))
})

describe.each(all)('messages of $area', ({ area, en, de }) => {
  it('stand in both languages', () => expect(Object.keys(de).sort()).toEqual(Object.keys(en).sort()))
  it('are named by their area', () => expect(Object.keys(en).filter(key => !key.startsWith(area + '.'))).toEqual([]))
  it('have the same values to fill in', () => expect(Object.keys(en).filter(key => names(en[key]!).join() !== names(de[key] ?? '').join())).toEqual([]))
  it('never tell anybody off', () => expect(Object.entries({ ...en, ...Object.fromEntries(Object.entries(de).map(([key, text]) => [`de ${key}`, text])) }).filter(([, text]) => banned.test(text))).toEqual([]))
  it('are short', () => expect([...Object.values(en), ...Object.values(de)].filter(text => text.length > 160)).toEqual([]))
  it('are not much longer in German', () => expect(Object.keys(en).filter(key => en[key]!.length > 20 && de[key]!.length > 1.8 * en[key]!.length)).toEqual([]))
  it('have bold marks in pairs', () => expect([...Object.values(en), ...Object.values(de)].filter(text => text.split('**').length % 2 === 0)).toEqual([]))
})

describe('filling in', () => {
  it.each([
    ['{n|one:# case|other:# cases}', { n: 1 }, 'en', '1 case'], ['{n|one:# case|other:# cases}', { n: 1200 }, 'en', '1,200 cases'], ['{n|one:# Fall|other:# Fälle}', { n: 1200 }, 'de', '1.200 Fälle'],
    ['{a} and {b}', { a: 'x', b: '{a}' }, 'en', 'x and {a}'], ['{a}', {}, 'en', '{a}'], ['{n} rows', { n: 3000 }, 'en', '3,000 rows'],
  ] as const)('%j with %j in %s', (message, values, lang, is) => expect(fill(message, values, lang)).toBe(is))
})
