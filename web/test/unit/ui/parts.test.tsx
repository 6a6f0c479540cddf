import { signal } from '@preact/signals'
import { render, type ComponentChild } from 'preact'
import { describe, expect, it, vi } from 'vitest'
import { lang } from '../../../src/lib/i18n.ts'
import { parse } from '../../../src/lib/money.ts'
import { Avatar, initials } from '../../../src/ui/Avatar.tsx'
import { Button } from '../../../src/ui/Button.tsx'
import { indented, lineAt, lineSpan } from '../../../src/ui/CodeArea.tsx'
import { CodeArea } from '../../../src/ui/CodeArea.tsx'
import { place } from '../../../src/ui/chart/Dots.tsx'
import { Effect } from '../../../src/ui/Effect.tsx'
import { Field, faultAt } from '../../../src/ui/Field.tsx'
import { matches } from '../../../src/ui/Palette.tsx'
import { Seg } from '../../../src/ui/Seg.tsx'
import { Steps } from '../../../src/ui/Steps.tsx'
import { Table } from '../../../src/ui/Table.tsx'
import { Toasts, toast } from '../../../src/ui/Toast.tsx'
import { Why } from '../../../src/ui/Why.tsx'

const usd = (text: string) => parse(text, 'USD')!
const tick = () => new Promise(resolve => setTimeout(resolve, 30))

function show(what: ComponentChild): HTMLElement {
  const box = document.body.appendChild(document.createElement('div'))
  render(what, box)
  return box
}

describe('initials', () => {
  it.each([['Ben Ruiz', 'BR'], ['Dana van der Whitfield', 'DW'], ['Iris', 'Ir'], ['desk-ai', 'DA'], ['  ', '?'], ['Élan Ørsted', 'ÉØ']])('of %j: %s', (name, is) => expect(initials(name)).toBe(is))
  it('stand in a square for who is no human', () => expect(show(<Avatar name="Iris" kind="ai" here />).firstElementChild!.className).toBe('av ai on'))
})

describe('a button', () => {
  it('says what it does meanwhile, and does nothing then', () => {
    const clicked = vi.fn()
    const button = show(<Button busy="Refunding…" onClick={clicked}>Refund $40</Button>).querySelector('button')!
    button.click()
    expect([button.textContent, button.getAttribute('aria-busy'), button.disabled, clicked.mock.calls.length]).toEqual(['Refunding…', 'true', false, 0])
  })
  it('does what it says', () => {
    const clicked = vi.fn()
    show(<Button kind="pri" size="lg" onClick={clicked}>Go</Button>).querySelector('button')!.click()
    expect(clicked).toHaveBeenCalledOnce()
  })
})

describe('what an act does', () => {
  it('is drawn with an arrow and read in words', () => {
    const box = show(<Effect rows={[{ name: 'Your November', from: usd('57.00'), to: usd('17.00') }, { name: 'After it', text: 'Tell the customer' }]} />)
    expect(box.querySelector('.vh')!.textContent).toBe('from $57 to $17')
    expect([...box.querySelectorAll('dd')].at(-1)!.textContent).toBe('Tell the customer')
  })
  it('has its limits, the smallest first', () => {
    const box = show(<Why currency="USD" summary="Why up to $57" budgetName={name => `budget ${name}`} limits={[
      { of: 'budget', budget: 'rep-month', left: '57.00', amount_of: '200.00', until: '2026-12-01T00:00:00Z' }, { of: 'up_to', amount: '100.00' }, { of: 'when', text: 'the customer is gold' },
    ]} />)
    const lines = [...box.querySelectorAll('li')].map(line => line.textContent)
    expect(lines).toEqual(['budget rep-month: $57 of $200 left until Tue 1 Dec', 'The rule gives up to $100', 'the customer is gold'])
    expect(box.querySelector('b')!.textContent).toBe(lines[0])
  })
})

describe('a field', () => {
  it('names its fault', () => {
    const value = signal('x')
    const box = show(<Field label="Id" value={value} fault={faultAt([{ at: 'id', message: 'is taken' }], 'id')} hint="short" />)
    const input = box.querySelector('input')!
    expect(input.getAttribute('aria-invalid')).toBe('true')
    expect(input.getAttribute('aria-describedby')!.split(' ').map(id => document.getElementById(id)!.textContent)).toEqual(['is taken', 'short'])
    expect(box.querySelector('label')!.htmlFor).toBe(input.id)
  })
  it('marks a fault of the server in its language when the page has another', () => {
    const value = signal('x')
    const langs = (own: string) => [...show(<><Field label="Id" value={value} fault={faultAt([{ at: 'id', message: 'is taken' }], 'id')} /><Field label="Name" value={value} fault={own} /></>).querySelectorAll('.fault')].map(fault => fault.getAttribute('lang'))
    expect(langs('too long')).toEqual([null, null])
    lang.value = 'de'
    expect(langs('zu lang')).toEqual(['en', null])
    lang.value = 'en'
  })
})

describe('tabs', () => {
  it('move by arrows and have one stop', async () => {
    const value = signal<'case' | 'me'>('case')
    const box = show(<Seg as="tabs" value={value} label="Show" options={[{ value: 'case', text: 'Case' }, { value: 'me', text: 'Me' }]} />)
    const key = (name: string) => box.querySelector('[role=tablist]')!.dispatchEvent(new KeyboardEvent('keydown', { key: name, bubbles: true, cancelable: true }))
    key('ArrowRight')
    await tick()
    expect([value.value, [...box.querySelectorAll('[role=tab]')].map(tab => tab.getAttribute('tabindex'))]).toEqual(['me', ['-1', '0']])
    key('ArrowRight')
    expect(value.value).toBe('case')
    key('End')
    expect(value.value).toBe('me')
  })
})

describe('steps', () => {
  it('know where it stands', () => {
    const box = show(<Steps items={[{ state: 'done', text: 'Asked', at: Date.parse('2026-03-02T10:31:06Z') }, { state: 'now', text: 'Dana is reading it' }, { state: 'next', text: 'then Marcus' }]} />)
    expect([...box.querySelectorAll('li')].map(item => item.getAttribute('aria-current'))).toEqual([null, 'step', null])
    expect(box.querySelector('time')!.textContent).toBe('11:31:06')
  })
})

describe('a table', () => {
  const rows = Array.from({ length: 30 }, (_, i) => ({ id: `r${i}` }))
  function table(open = vi.fn()) {
    const box = show(<Table label="Rows" count={rows.length} get={i => rows[i]} rowKey={row => row.id} open={open} columns={[{ name: 'Id', cell: row => row.id }]} />)
    const at = () => (document.activeElement as HTMLElement).dataset.row
    const key = (name: string) => document.activeElement!.dispatchEvent(new KeyboardEvent('keydown', { key: name, bubbles: true, cancelable: true }))
    return { box, at, key, open }
  }
  it('has one tab stop', () => expect(table().box.querySelectorAll('tr[tabindex="0"]').length).toBe(1))
  it('moves by keys and opens', async () => {
    const { box, at, key, open } = table()
    box.querySelector<HTMLElement>('tr[tabindex="0"]')!.focus()
    const seen: (string | undefined)[] = []
    for (const name of ['ArrowDown', 'j', 'k', 'PageDown', 'End', 'ArrowDown', 'Home', 'ArrowUp']) {
      key(name)
      await tick()
      seen.push(at())
    }
    expect(seen).toEqual(['1', '2', '1', '11', '29', '29', '0', '0'])
    key('Enter')
    expect(open).toHaveBeenCalledWith(rows[0])
  })
})

describe('the code', () => {
  const text = 'a: 1\nb:\n  c: 2\n'
  it('knows lines', () => expect([lineSpan(text, 2), lineAt(text, 6), lineAt(text, 0), lineSpan(text, 99)]).toEqual([{ start: 5, end: 7 }, 2, 1, { start: 15, end: 15 }]))
  it('moves lines in and out', () => {
    expect(indented(text, 5, 10, false).text).toBe('a: 1\n  b:\n    c: 2\n')
    expect(indented('  a\n b\nc', 0, 8, true).text).toBe('a\nb\nc')
    expect(indented(text, 0, 0, false)).toEqual({ text: '  a: 1\nb:\n  c: 2\n', from: 2, to: 2 })
  })
  it('goes to the line of a finding', async () => {
    const [value, goTo] = [signal(text), signal<number | null>(null)]
    const box = show(<CodeArea value={value} goTo={goTo} label="Policy" findings={[{ severity: 'error', code: 'x', line: 3, message: 'no such fact' }]} />)
    await tick()
    box.querySelector<HTMLButtonElement>('.ca-list button')!.click()
    const area = box.querySelector('textarea')!
    expect([area.selectionStart, area.selectionEnd, goTo.value]).toEqual([8, 14, null])
    expect(box.querySelectorAll('pre .bad').length).toBe(1)
  })
})

describe('dots', () => {
  it('lie at their amounts, on top of each other where they meet', () => {
    const dots = place([usd('100.00'), usd('0.00'), usd('100.00'), usd('50.00')], usd('100.00'), 220)
    expect(dots.map(dot => dot.y)).toEqual([0, 0, 0, 1])
    expect(dots[0]!.x).toBe(10)
    expect(Math.abs(dots[3]!.x - 210)).toBeLessThan(7)
  })
})

describe('the palette', () => {
  it('finds by all words, in any order', () => expect([matches('ana de', 'Desk of Ana'), matches('ana x', 'Desk of Ana'), matches('', 'anything')]).toEqual([true, false, true]))
})

describe('toasts', () => {
  it('come one at a time, and their act runs once', async () => {
    const box = show(<Toasts />)
    const undo = vi.fn()
    const first = toast({ says: 'Refunded $40', act: { name: 'Undo', run: undo } })
    const second = toast({ says: 'Second' })
    await tick()
    expect(box.textContent).toContain('Refunded $40')
    expect(box.textContent).not.toContain('Second')
    box.querySelector('button')!.click()
    await first.done
    await tick()
    expect(undo).toHaveBeenCalledOnce()
    expect(box.textContent).toContain('Second')
    second.close()
    await tick()
    expect(box.textContent).toBe('')
  })
})
