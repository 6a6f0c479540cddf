import { beforeEach, describe, expect, it, vi } from 'vitest'
import { titled } from '../../../src/lib/alarm.ts'
import { cell, line } from '../../../src/lib/csv.ts'
import { fromChatwoot, fromHost, fromZendesk, hintOf } from '../../../src/lib/frame.ts'
import { fits } from '../../../src/lib/live.ts'
import { read } from '../../../src/lib/router.ts'
import { stored, isBoolean } from '../../../src/lib/store.ts'
import { ago, clock, clockSeconds, day, serverNow, span, wait, when } from '../../../src/lib/time.ts'
import { trusted } from '../../../src/lib/trusted.ts'
import { range, Slots } from '../../../src/lib/virt.ts'

describe('csv', () => {
  it.each([['plain', 'plain'], ['a,b', '"a,b"'], ['say "hi"', '"say ""hi"""'], ['=1+1', '"\'=1+1"'], ['@x', '"\'@x"'], ['-5.00', '-5.00'], ['-5.00+1', '"\'-5.00+1"'], ['two\nlines', '"two\nlines"']])('%j', (text, is) => expect(cell(text)).toBe(is))
  it('ends lines as spreadsheets want', () => expect(line(['a', 'b;c'])).toBe('a,"b;c"\r\n'))
})

describe('rows in sight', () => {
  it('are those of the box and some around', () => expect(range({ rows: 100000, height: 32, around: 10, top: 32000, box: 640 })).toEqual({ from: 990, to: 1030, before: 31680, after: 98970 * 32 }))
  it('stay within the list', () => {
    expect(range({ rows: 5, height: 32, around: 10, top: 0, box: 640 })).toEqual({ from: 0, to: 5, before: 0, after: 0 })
    expect(range({ rows: 0, height: 32, around: 10, top: 0, box: 640 })).toEqual({ from: 0, to: 0, before: 0, after: 0 })
  })
  it('are right when the list shrank under them', () => {
    const shrunk = range({ rows: 20, height: 32, around: 2, top: 9999, box: 320 })
    expect(shrunk.from).toBeLessThan(20)
    expect(shrunk.to).toBe(20)
  })
  it('always add up to the whole list', () => {
    for (let top = 0; top < 3400; top += 17) {
      const view = range({ rows: 100, height: 32, around: 3, top, box: 200 })
      expect(view.before + (view.to - view.from) * 32 + view.after).toBe(3200)
    }
  })
})

describe('elements of rows', () => {
  const taken = (slots: Slots, from: number, to: number) => slots.take(from, to).map(({ row, slot }) => `${row}:${slot}`).join(' ')
  it('stay with their rows after a step', () => {
    const slots = new Slots()
    expect(taken(slots, 10, 14)).toBe('10:0 11:1 12:2 13:3')
    expect(taken(slots, 11, 15)).toBe('11:1 12:2 13:3 14:4')
    expect(taken(slots, 10, 14)).toBe('10:5 11:1 12:2 13:3')
  })
  it('take other rows after a jump, in order, and grow no more than the rows do', () => {
    const slots = new Slots()
    slots.take(0, 4)
    expect(taken(slots, 100, 104)).toBe('100:0 101:1 102:2 103:3')
    expect(taken(slots, 103, 107)).toBe('103:0 104:1 105:2 106:3')
    expect(taken(slots, 0, 5)).toBe('0:0 1:1 2:2 3:3 4:4')
    expect(taken(slots, 0, 0)).toBe('')
  })
})

describe('times', () => {
  const at = Date.parse('2026-03-02T10:31:06Z')
  it('are the organization\'s', () => expect([clock(at, 'en'), clockSeconds(at, 'de')]).toEqual(['11:31', '11:31:06']))
  it('have a year only when it is another', () => expect([day(at, 'en'), day(Date.parse('2025-11-24T12:00:00Z'), 'en'), day(at, 'de')]).toEqual(['Mon 2 Mar', 'Mon 24 Nov 2025', 'Mo. 2. März']))
  it('have a day only when it is another', () => expect([when(at, 'en'), when(at - 86400000, 'en')]).toEqual(['11:31', 'Sun 1 Mar 11:31']))
  it.each([[38000, '0:38'], [84000, '1:24'], [83001, '1:24'], [3730000, '1:02:10'], [0, '0:00'], [-5, '0:00']])('%d ms to wait: %s', (ms, is) => expect(wait(ms)).toBe(is))
  it.each([[0, 'en', 'now'], [4500, 'en', '4 s'], [12 * 60000, 'en', '12 min'], [7 * 86400000, 'en', '7 days'], [7 * 86400000, 'de', '7 Tage'], [0, 'de', 'jetzt'], [4500, 'de', '4 s']] as const)('%d ms ago in %s: %s', (ms, lang, is) => expect(ago(serverNow() - ms, lang)).toBe(is))
  it.each([[38000, 'about 40 s'], [1000, 'about 5 s'], [120000, '2 min']])('%d ms long: %s', (ms, is) => expect(span(ms, 'en')).toBe(is))
})

describe('addresses', () => {
  const at = (path: string) => read(new URL(path, 'http://leeway.test'))
  it('are surfaces with their parts', () => {
    expect(at('/desk/approvals/apr_1?x=2')).toMatchObject({ surface: 'desk', parts: ['approvals', 'apr_1'] })
    expect(at('/people/p/j%C3%B6rg')?.parts).toEqual(['p', 'jörg'])
  })
  it('of nothing are nothing', () => expect(at('/nowhere')).toBeNull())
})

describe('kinds of events', () => {
  it('fit by name or by family', () => expect([fits(['approval.*'], 'approval.opened'), fits(['approval.*'], 'approvals'), fits(['decision'], 'decision'), fits(['decision'], 'decision.reversed'), fits(['*'], 'x')]).toEqual([true, false, true, false, true]))
})

describe('the title', () => {
  it('carries the number once', () => expect([titled('Desk', 3), titled('(3) Desk', 4), titled('(3) Desk', 0)]).toEqual(['(3) Desk', '(4) Desk', 'Desk']))
})

describe('hints of the page around', () => {
  it('of Chatwoot', () => expect(fromChatwoot({ event: 'appContext', data: { conversation: { id: 42, channel: 'Channel::Email' }, contact: { id: 7, name: 'Hannah' }, currentAgent: { id: 1 }, is_dark: true } })).toEqual({ case: '42', customer: '7', name: 'Hannah', channel: 'Channel::Email', theme: 'dark' }))
  it('of Zendesk', () => expect(fromZendesk({ id: 'leeway-ticket', result: { 'ticket.id': 48213, 'ticket.subject': 'Crib', 'ticket.requester.id': 3, 'ticket.requester.name': 'H', 'currentUser.locale': 'de-DE' } })).toEqual({ case: '48213', subject: 'Crib', customer: '3', name: 'H', lang: 'de' }))
  it('of any other host', () => expect(fromHost({ leeway: 'case', case: 'c7', customer: 'k3', theme: 'light' })).toEqual({ case: 'c7', customer: 'k3', theme: 'light' }))
  it('of nobody', () => expect([fromChatwoot({ event: 'other' }), fromZendesk({ id: 'x', result: {} }), fromHost({ case: 'c7' })]).toEqual([null, null, null]))
  it('are short texts of known names', () => expect(hintOf({ case: 'x'.repeat(401), customer: { id: 1 }, name: '  Ana ', agent: 'root', theme: 'pink', lang: 'fr' })).toEqual({ name: 'Ana' }))
})

describe('the worker\'s address', () => {
  it('is ours', () => expect(trusted('/assets/hub-AB12CD34.js')).toContain('/assets/hub-AB12CD34.js'))
  it.each(['https://evil.test/assets/hub-AB12CD34.js', '/assets/main-AB12CD34.js', 'data:text/javascript,1', '/assets/hub-AB12CD34.js?x', '//evil.test/assets/hub-AB12CD34.js'])('is no other: %s', url => expect(() => trusted(url)).toThrow(TypeError))
})

describe('what a browser keeps', () => {
  beforeEach(() => localStorage.clear())
  it('is kept for a person, and checked when it is read', () => {
    stored('a', false, isBoolean).value = true
    expect(localStorage.getItem('lw-a:ana')).toBe('true')
    expect(stored('a', false, isBoolean).value).toBe(true)
    localStorage.setItem('lw-a:ana', '"no boolean"')
    expect(stored('a', false, isBoolean).value).toBe(false)
    localStorage.setItem('lw-a:ana', '{broken')
    expect(stored('a', false, isBoolean).value).toBe(false)
  })
  it('costs no error where nothing can be kept', () => {
    const full = vi.spyOn(Storage.prototype, 'setItem').mockImplementation(() => { throw new DOMException('full', 'QuotaExceededError') })
    const kept = stored('b', false, isBoolean)
    kept.value = true
    expect(kept.value).toBe(true)
    full.mockRestore()
  })
})
