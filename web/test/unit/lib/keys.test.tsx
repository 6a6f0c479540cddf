import { render } from 'preact'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { inWords, rebind, registered, shown, singleKeys, spelled, taken, useKeys, type KeyAct } from '../../../src/lib/keys.ts'

const ran: string[] = []
let box: HTMLElement

function Acts({ list }: { list: KeyAct[] }) {
  useKeys(list)
  return <div><input id="field" /><button id="button">b</button></div>
}

const act = (id: string, keys: string, more: Partial<KeyAct> = {}): KeyAct => ({ id, keys, name: id, run: () => ran.push(id), ...more })

async function show(...list: KeyAct[]): Promise<void> {
  render(<Acts list={list} />, box)
  await vi.waitFor(() => expect(registered.value.map(one => one.id).join()).toBe(list.map(one => one.id).join()))
}

function press(key: string, more: KeyboardEventInit = {}, on: Element = document.body): boolean {
  return on.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more }))
}

beforeEach(() => {
  ran.length = 0
  box = document.body.appendChild(document.createElement('div'))
})
afterEach(() => {
  render(null, box)
  singleKeys.value = true
})

describe('keys', () => {
  it('run what they are for, and nothing else happens', async () => {
    await show(act('one', 'a'))
    expect(press('a')).toBe(false)
    expect(press('b')).toBe(true)
    expect(ran).toEqual(['one'])
  })
  it('are the newest ones when two have the same', async () => {
    const other = document.body.appendChild(document.createElement('div'))
    await show(act('one', 'a'))
    render(<Acts list={[act('two', 'a')]} />, other)
    await vi.waitFor(() => expect(registered.value.length).toBe(2))
    press('a')
    render(null, other)
    await vi.waitFor(() => expect(registered.value.length).toBe(1))
    press('a')
    expect(ran).toEqual(['two', 'one'])
  })
  it('rest in fields, but for those with Ctrl that are always there', async () => {
    await show(act('one', 'a'), act('send', 'mod+enter', { always: true }), act('bold', 'mod+b'))
    const field = box.querySelector('#field')!
    press('a', {}, field)
    press('Enter', { ctrlKey: true }, field)
    press('b', { ctrlKey: true }, field)
    expect(ran).toEqual(['send'])
  })
  it('can be off, but for those with Ctrl', async () => {
    await show(act('one', 'a'), act('send', 'mod+enter'))
    singleKeys.value = false
    press('a')
    press('Enter', { ctrlKey: true })
    expect(ran).toEqual(['send'])
  })
  it('leave Enter to the button that has the focus', async () => {
    await show(act('open', 'enter'))
    press('Enter', {}, box.querySelector('#button')!)
    press('Enter')
    expect(ran).toEqual(['open'])
  })
  it('can be two, one after the other, within a second', async () => {
    await show(act('desk', 'g d'), act('d', 'd'))
    press('g')
    press('d')
    expect(ran).toEqual(['desk'])
    press('d')
    expect(ran).toEqual(['desk', 'd'])
  })
  it('do nothing where an act says so', async () => {
    await show(act('one', 'a', { when: () => false }))
    expect(press('a')).toBe(true)
    expect(ran).toEqual([])
  })
  it('with Alt or in a composition are not ours', async () => {
    await show(act('one', 'a'))
    press('a', { altKey: true })
    press('a', { isComposing: true })
    expect(ran).toEqual([])
  })
  it('stay within a dialog that is open', async () => {
    await show(act('one', 'a'), act('undo', 'mod+z', { always: true }))
    const dialog = document.body.appendChild(document.createElement('dialog'))
    dialog.setAttribute('open', '')
    press('a')
    press('z', { ctrlKey: true })
    expect(ran).toEqual(['undo'])
  })
  it('can be others', async () => {
    await show(act('one', 'a'), act('two', 'b'))
    expect(taken('one', 'b')?.id).toBe('two')
    rebind('one', 'x')
    press('a')
    press('x')
    expect(ran).toEqual(['one'])
    expect(shown('one')).toBe('X')
    rebind('one', null)
    expect(shown('one')).toBe('A')
  })
})

describe('the words of keys', () => {
  it.each([['mod+enter', 'Ctrl ↵'], ['g d', 'G D'], ['?', '?'], ['escape', 'Esc'], ['mod+k', 'Ctrl K']])('%s: %s', (keys, is) => expect(inWords(keys)).toBe(is))
  it.each([
    [{ key: 'A' }, 'a'], [{ key: 'Enter', ctrlKey: true }, 'mod+enter'], [{ key: 'k', metaKey: true }, 'mod+k'], [{ key: '?', shiftKey: true }, '?'], [{ key: 'Shift', shiftKey: true }, ''], [{ key: 'Tab', shiftKey: true }, 'shift+tab'],
  ])('%j is %s', (init, is) => expect(spelled(new KeyboardEvent('keydown', init))).toBe(is))
})
