import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { add, cmp, digitsOf, format, least, parse, read, share, sub, typed, wire, zero } from '../../../src/lib/money.ts'

const currencies = [...readFileSync('../src/base/currency.def', 'utf8').matchAll(/^LW_CURRENCY\((\w+), (\d), /gm)].map(([, code, digits]) => ({ code: code!, digits: Number(digits) }))
const usd = (text: string) => parse(text, 'USD')!

// The same row of numbers each run.
function numbers(seed: number): () => number {
  let state = seed
  return () => (state = (state * 48271) % 2147483647)
}

describe('currencies', () => {
  it('have the digits of the server', () => {
    expect(currencies.length).toBeGreaterThan(150)
    for (const { code, digits } of currencies) expect([code, digitsOf(code)]).toEqual([code, digits])
  })
  it('are all read and written back, to the last digit', () => {
    for (const { code, digits } of currencies) {
      const text = digits === 0 ? '1234567890123' : `1234567890123.${'9'.repeat(digits)}`
      expect(wire(parse(text, code)!)).toBe(text)
      expect(format(parse(text, code)!, 'en', 'exact')).toContain('1,234,567,890,123')
    }
  })
})

describe('parse', () => {
  it('takes 10,000 decimals as BigInt has them', () => {
    const next = numbers(7)
    for (let i = 0; i < 10000; i += 1) {
      const [whole, part] = [BigInt(next()) * BigInt(next()) % 10n ** 17n, next() % 100]
      const text = `${whole}.${String(part).padStart(2, '0')}`
      const money = usd(text)
      expect(money.minor).toBe(whole * 100n + BigInt(part))
      expect(wire(money)).toBe(text)
    }
  })
  it.each(['', '.', '1.', '.5', '1.5', '1.555', '-1.00', '+1.00', '1,00', '1e3', ' 1.00', '12345678901234567890', 'NaN', '0x10'])('takes nothing else: %j', text => {
    expect(parse(text, 'USD')).toBeNull()
  })
  it('takes whole amounts without digits', () => {
    expect(usd('80').minor).toBe(8000n)
    expect(parse('80.0', 'JPY')).toBeNull()
  })
})

describe('read', () => {
  it.each([
    ['80', 'en', '80.00'], ['80.5', 'en', '80.50'], ['80.50', 'en', '80.50'], ['$80', 'en', '80.00'], ['1,910.00', 'en', '1910.00'], ['1,910', 'en', '1910.00'], ['.5', 'en', '0.50'],
    ['80,00', 'de', '80.00'], ['1.910,00', 'de', '1910.00'], ['1.910', 'de', '1910.00'], ['80.00', 'de', '80.00'], ['80,5', 'de', '80.50'], ['80 €', 'de', '80.00'], ['USD 80', 'en', '80.00'], ['80,00', 'en', '80.00'],
    ['1 910,00', 'de', '1910.00'], ["1'910.00", 'en', '1910.00'],
  ] as const)('%j in %s is %s', (text, lang, is) => {
    const money = read(text, 'USD', lang)
    expect(typeof money === 'object' && wire(money)).toBe(is)
  })
  it.each([
    ['', 'empty'], ['  ', 'empty'], ['$', 'empty'], ['-5', 'negative'], ['−5', 'negative'], ['80.001', 'too-many-digits'], ['abc', 'not-a-number'], ['8.0.0', 'not-a-number'], ['1,2,3', 'not-a-number'], ['12,34.00', 'not-a-number'], ['1e5', 'not-a-number'],
  ])('%j: %s', (text, is) => expect(read(text, 'USD', 'en')).toBe(is))
  it('knows currencies without minor digits', () => {
    expect(read('80.5', 'JPY', 'en')).toBe('too-many-digits')
    expect(read('1,910', 'JPY', 'en')).toEqual({ minor: 1910n, currency: 'JPY' })
  })
  it('takes back what a field shows', () => {
    for (const lang of ['en', 'de'] as const) for (const text of ['0.01', '1910.00', '57.30']) expect(read(typed(usd(text), lang), 'USD', lang)).toEqual(usd(text))
  })
})

describe('format', () => {
  it.each([['57.00', 'exact', '$57.00'], ['57.00', 'short', '$57'], ['57.50', 'short', '$57.50'], ['1940.00', 'change', '+$1,940.00'], ['0.00', 'change', '$0.00']] as const)('%s %s: %s', (text, form, is) => {
    expect(format(usd(text), 'en', form)).toBe(is)
  })
  it('writes a real minus', () => expect(format({ minor: -580n, currency: 'USD' }, 'en', 'change')).toBe('−$5.80'))
  it('is German in German', () => expect(format(usd('1910.00'), 'de', 'exact').replace(/\s/g, ' ')).toBe('1.910,00 $'))
  it('keeps amounts that no float can', () => expect(format(usd('9007199254740993.01'), 'en', 'exact')).toBe('$9,007,199,254,740,993.01'))
})

describe('arithmetic', () => {
  it('adds, takes away, compares', () => {
    expect(wire(add(usd('0.10'), usd('0.20')))).toBe('0.30')
    expect(wire(sub(usd('57.00'), usd('40.00')))).toBe('17.00')
    expect(wire(sub(usd('0.00'), usd('0.05')))).toBe('-0.05')
    expect([cmp(usd('1.00'), usd('2.00')), cmp(usd('2.00'), usd('2.00')), cmp(usd('3.00'), usd('2.00'))]).toEqual([-1, 0, 1])
    expect(wire(least(usd('3.00'), usd('1.00'), usd('2.00')))).toBe('1.00')
  })
  it('mixes no currencies', () => {
    for (const mix of [add, sub, cmp, share]) expect(() => mix(usd('1.00'), parse('1', 'JPY')!)).toThrow(TypeError)
  })
  it('gives widths between 0 and 100', () => {
    expect(share(usd('57.00'), usd('200.00'))).toBe(28.5)
    expect([share(zero('USD'), usd('1.00')), share(usd('2.00'), usd('1.00')), share(usd('1.00'), zero('USD'))]).toEqual([0, 100, 0])
  })
})
