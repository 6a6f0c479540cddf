// Keys: everything that has one is registered here, so that the palette and the list of keys know it, and people can change it.
// Single keys work only outside fields; inside a foreign frame only once the panel was touched.
import { computed, signal, type ReadonlySignal, type Signal } from '@preact/signals'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { framed } from './boot.ts'
import { isBoolean, stored } from './store.ts'

export interface KeyAct { id: string; keys: string; name: string; when?: () => boolean; run: (event: KeyboardEvent) => void; always?: boolean }

const SEQUENCE_MS = 1000
export const mac = /Mac|iPhone|iPad/.test(navigator.platform)

type Changes = Record<string, string>
const isChanges = (x: unknown): x is Changes => typeof x === 'object' && x !== null && Object.values(x).every(value => typeof value === 'string')
const changes = stored<Changes>('keys', {}, isChanges)
const acts = signal<readonly { readonly list: readonly KeyAct[] }[]>([])

/** Whether keys without Ctrl do anything; people who dictate turn them off. */
export const singleKeys: Signal<boolean> = stored('single-keys', true, isBoolean)
/** Everything that has a key now; what came last comes first. */
export const registered: ReadonlySignal<readonly KeyAct[]> = computed(() => acts.value.flatMap(group => group.list))

function keysOf(act: KeyAct): string {
  return changes.value[act.id] ?? act.keys
}

/** The keys that an act has now. */
export function keyed(act: KeyAct): string {
  return keysOf(act)
}

/** Another key for an act; null gives the first one back. */
export function rebind(id: string, keys: string | null): void {
  const { [id]: _, ...others } = changes.value
  changes.value = keys === null ? others : { ...others, [id]: keys }
}

/** The act that has these keys already, if there is one beside `id`. */
export function taken(id: string, keys: string): KeyAct | undefined {
  return registered.value.find(act => act.id !== id && keysOf(act) === keys)
}

const signs: Record<string, string> = { enter: '↵', escape: 'Esc', arrowup: '↑', arrowdown: '↓', arrowleft: '←', arrowright: '→', ' ': '␣' }

/** Keys for people: "Ctrl ↵" or "⌘ ↵". */
export function inWords(keys: string): string {
  return keys.split(' ').map(step => step.split('+').map(key => key === 'mod' ? (mac ? '⌘' : 'Ctrl') : key === 'shift' ? '⇧' : signs[key] ?? key.toUpperCase()).join(' ')).join(' ')
}

/** The keys of an act as people read them; empty when it has none. */
export function shown(id: string): string {
  const act = registered.value.find(one => one.id === id)
  return act ? inWords(keysOf(act)) : ''
}

/** The keys of an act for `aria-keyshortcuts`. */
export function shortcut(id: string): string | undefined {
  const act = registered.value.find(one => one.id === id)
  if (!act || keysOf(act).includes(' ')) return undefined
  return keysOf(act).split('+').map(key => key === 'mod' ? (mac ? 'Meta' : 'Control') : key.length === 1 ? key : key[0]!.toUpperCase() + key.slice(1)).join('+')
}

/** A key press in the form that acts are written in; empty for a modifier alone. */
export function spelled(event: KeyboardEvent): string {
  const key = event.key.toLowerCase()
  if (['control', 'shift', 'alt', 'meta', 'altgraph', 'dead', 'process'].includes(key)) return ''
  const mod = event.ctrlKey || event.metaKey ? 'mod+' : ''
  const shift = event.shiftKey && (mod !== '' || key.length > 1) ? 'shift+' : ''
  return mod + shift + key
}

function inField(target: EventTarget | null): boolean {
  const element = target instanceof Element ? target : null
  const field = element?.closest('input, select, textarea, [contenteditable]:not([contenteditable="false"])')
  return field !== null && field !== undefined && !(field instanceof HTMLInputElement && ['checkbox', 'radio', 'button', 'submit'].includes(field.type))
}

// A dialog that is open has the keys: only what was registered inside it counts, and that is what came last.
function dialogOpen(): boolean {
  return document.querySelector('dialog[open]') !== null
}

let touched = !framed
const touch = () => { touched = true }
addEventListener('pointerdown', touch, { once: true, capture: true })
addEventListener('focusin', touch, { once: true, capture: true })

let begun = ''
let begunAt = 0

function allowed(act: KeyAct, step: string, event: KeyboardEvent): boolean {
  if (act.when && !act.when()) return false
  if (step.startsWith('mod+') || step === 'escape') return act.always === true || !inField(event.target)
  if (event.altKey || inField(event.target)) return act.always === true
  return singleKeys.value && touched && !(dialogOpen() && act.always !== true)
}

// Enter and space belong to the button or link that has the focus.
function belongsToFocus(step: string, event: KeyboardEvent): boolean {
  return (step === 'enter' || step === ' ') && event.target instanceof Element && event.target.closest('a, button, summary, input, select, textarea') !== null
}

function pressed(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing) return
  const step = spelled(event)
  if (step === '' || belongsToFocus(step, event)) return
  const sequence = begun !== '' && event.timeStamp - begunAt < SEQUENCE_MS ? `${begun} ${step}` : ''
  begun = ''
  const candidates = registered.value.filter(act => allowed(act, step, event))
  const act = (sequence && candidates.find(one => keysOf(one) === sequence)) || candidates.find(one => keysOf(one) === step)
  if (act) {
    event.preventDefault()
    act.run(event)
  } else if (candidates.some(one => keysOf(one).startsWith(step + ' '))) {
    begun = step
    begunAt = event.timeStamp
  }
}

document.addEventListener('keydown', pressed)

/** Registers acts while the component is there: as soon as it stands in the page, before it is painted, so that no press is lost. */
export function useKeys(list: KeyAct[]): void {
  const latest = useRef(list)
  latest.current = list
  const shape = list.map(act => `${act.id}\t${act.keys}\t${act.name}`).join('\n')
  useLayoutEffect(() => {
    const group = {
      list: list.map(act => ({
        ...act, run: (event: KeyboardEvent) => latest.current.find(one => one.id === act.id)?.run(event),
        when: () => { const now = latest.current.find(one => one.id === act.id); return now !== undefined && (now.when?.() ?? true) },
      })),
    }
    acts.value = [group, ...acts.value]
    return () => { acts.value = acts.value.filter(one => one !== group) }
  }, [shape])
}

/** Runs an act by name: the palette does. */
export function perform(act: KeyAct): void {
  act.run(new KeyboardEvent('keydown'))
}
