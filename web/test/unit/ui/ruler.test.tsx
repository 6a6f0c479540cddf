import { signal } from '@preact/signals'
import { render } from 'preact'
import { describe, expect, it } from 'vitest'
import { parse, wire, type Money } from '../../../src/lib/money.ts'
import { Ruler } from '../../../src/ui/Ruler.tsx'
import { end, percent, pointed, stepped, thousandth, within } from '../../../src/ui/ruler.ts'

const usd = (text: string) => parse(text, 'USD')!
const shape = { max: usd('57.00'), own: usd('57.00'), ask: usd('249.00') }

describe('the scale', () => {
  it('ends where somebody can still say yes', () => expect([wire(end(shape)), wire(end({ max: usd('57.00'), own: usd('57.00') }))]).toEqual(['249.00', '57.00']))
  it('has the positions of the drawing', () => expect([percent(usd('57.00'), shape), percent(usd('40.00'), shape), thousandth(usd('40.00'), shape)]).toEqual([22.89, 16.06, 161]))
  it('holds what is beyond its ends', () => expect([wire(within(usd('300.00'), shape)), wire(within({ minor: -5n, currency: 'USD' }, shape))]).toEqual(['249.00', '0.00']))
})

describe('the keys', () => {
  const from = usd('40.00')
  it.each([
    ['ArrowRight', false, '41.00'], ['ArrowUp', true, '50.00'], ['ArrowLeft', false, '39.00'], ['ArrowDown', true, '30.00'], ['PageUp', false, '65.00'], ['PageDown', false, '15.00'], ['Home', false, '0.00'], ['End', false, '249.00'],
  ] as const)('%s, shift %s: %s', (key, shift, is) => expect(wire(stepped(key, shift, from, shape)!)).toBe(is))
  it('leave other keys alone', () => expect(stepped('a', false, from, shape)).toBeNull())
  it('keep odd cents within the ends', () => expect([wire(stepped('PageDown', false, usd('0.50'), shape)!), wire(stepped('ArrowRight', false, usd('248.50'), shape)!)]).toEqual(['0.00', '249.00']))
  it('move currencies without minor digits by ones', () => {
    const yen = { max: parse('500', 'JPY')!, own: parse('500', 'JPY')! }
    expect(stepped('ArrowRight', false, parse('7', 'JPY')!, yen)?.minor).toBe(8n)
  })
})

describe('the pointer', () => {
  it('gives whole units', () => { for (let i = 0; i <= 100; i += 1) expect(pointed(i / 100, shape).minor % 100n).toBe(0n) })
  it('catches both ends and the border of one\'s own room', () => expect([0.999, 1, 0.2289, 0.232, 0, -1, 2].map(part => wire(pointed(part, shape)))).toEqual(['249.00', '249.00', '57.00', '57.00', '0.00', '0.00', '249.00']))
  it('never leaves a scale with an odd end', () => {
    const odd = { max: usd('12.34'), own: usd('12.34') }
    for (let i = 0; i <= 50; i += 1) expect(pointed(i / 50, odd).minor <= 1234n).toBe(true)
  })
})

describe('the slider', () => {
  function show(value: ReturnType<typeof signal<Money>>) {
    const box = document.body.appendChild(document.createElement('div'))
    render(<Ruler max={usd('57.00')} own={usd('57.00')} ask={{ max: usd('249.00'), who: 'Dana' }} value={value as never} size="big" label="Amount" />, box)
    return box.querySelector('[role=slider]')!
  }
  it('says who decides', async () => {
    const value = signal(usd('40.00'))
    const thumb = show(value as never)
    expect(thumb.getAttribute('aria-valuetext')).toBe('$40, you decide')
    value.value = usd('174.00')
    await new Promise(resolve => setTimeout(resolve, 20))
    expect([thumb.getAttribute('aria-valuetext'), thumb.getAttribute('aria-valuenow')]).toEqual(['$174, Dana decides', '699'])
  })
  it('moves by keys', () => {
    const value = signal(usd('40.00'))
    show(value as never).dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true, cancelable: true }))
    expect(wire(value.value)).toBe('41.00')
  })
})
