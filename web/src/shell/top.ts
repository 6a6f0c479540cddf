// What a surface hands to the frame around it: its title and what stands beside it, numbers for the rail, things to find.
import { signal, type ReadonlySignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useEffect, useLayoutEffect } from 'preact/hooks'
import { setTitle } from '../lib/alarm.ts'
import { common } from '../lib/i18n.ts'
import type { Surface } from '../lib/router.ts'
import type { Provider } from '../ui/Palette.tsx'

interface Top { title: string; slot: ComponentChildren }

const state = signal<Top>({ title: '', slot: null })
export const top: ReadonlySignal<Top> = state

/** The surface's title (the page's h1) and what stands beside it. */
export function useTop(title: string, slot: ComponentChildren = null): void {
  useLayoutEffect(() => {
    state.value = { title, slot }
    setTitle(`${title} · ${common('common.product')}`)
  })
}

const numbers = signal<Partial<Record<Surface, { n: number; quiet: boolean }>>>({})
export const counts: ReadonlySignal<Partial<Record<Surface, { n: number; quiet: boolean }>>> = numbers

/** The number beside a surface's name in the rail; 0 takes it away. */
export function setCount(surface: Surface, n: number, quiet = false): void {
  const old = numbers.value[surface]
  if (old?.n !== n || old.quiet !== quiet) numbers.value = { ...numbers.value, [surface]: { n, quiet } }
}

const finders = signal<readonly Provider[]>([])
export const providers: ReadonlySignal<readonly Provider[]> = finders

/** Something that "Find or do" can find while the component is there. */
export function useProvider(provider: Provider): void {
  useEffect(() => {
    finders.value = [...finders.value, provider]
    return () => { finders.value = finders.value.filter(one => one !== provider) }
  }, [provider])
}

/** Whether an overlay of the shell is open. */
export const paletteOpen = signal(false)
export const accountOpen = signal(false)
export const keysOpen = signal(false)

export const openAccount = (): void => { accountOpen.value = true }
export const openKeys = (): void => { keysOpen.value = true }
