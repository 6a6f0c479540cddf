// Small things that a browser keeps: a choice, an outbox, own notes. Each person has their own; all tabs see the same; a browser
// that keeps nothing (private windows, full storage) costs the memory, never an error.
import { signal, type Signal } from '@preact/signals'
import { boot } from './boot.ts'

export const person = boot.me?.person?.id ?? boot.me?.actor ?? ''

function key(name: string): string {
  return `lw-${name}:${person}`
}

function load<T>(name: string, initial: T, check: (x: unknown) => x is T): T {
  try {
    const text = localStorage.getItem(name)
    const value: unknown = text === null ? initial : JSON.parse(text)
    return check(value) ? value : initial
  } catch {
    return initial
  }
}

function save(name: string, value: unknown): void {
  try {
    localStorage.setItem(name, JSON.stringify(value))
  } catch {
    // kept for this page only
  }
}

/** A signal that is remembered under a name, for this person, in all tabs. */
export function stored<T>(name: string, initial: T, check: (x: unknown) => x is T): Signal<T> {
  const full = key(name)
  const kept = signal(load(full, initial, check))
  let last = JSON.stringify(kept.value)
  kept.subscribe(value => {
    const text = JSON.stringify(value)
    if (text === last) return
    last = text
    save(full, value)
  })
  addEventListener('storage', event => {
    if (event.key !== full) return
    const value = load(full, initial, check)
    last = JSON.stringify(value)
    kept.value = value
  })
  return kept
}

export const isText = (x: unknown): x is string => typeof x === 'string'
export const isBoolean = (x: unknown): x is boolean => typeof x === 'boolean'
export const isTexts = (x: unknown): x is string[] => Array.isArray(x) && x.every(isText)

/** A cookie that the server reads when it makes the page: language and theme, so that the first paint is right. */
export function setCookie(name: string, value: string): void {
  document.cookie = `${name}=${value}; Path=/; Max-Age=31536000; SameSite=Lax`
}
