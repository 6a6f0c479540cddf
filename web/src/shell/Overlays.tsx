// What lies over or behind every page: patterns for drawings, the two regions that are read aloud, toasts, dialogs of the shell.
import { signal, type Signal } from '@preact/signals'
import type { ComponentType } from 'preact'
import { useEffect } from 'preact/hooks'
import { hear } from '../lib/dom.ts'
import { common } from '../lib/i18n.ts'
import { useKeys } from '../lib/keys.ts'
import { Patterns, Toasts } from '../ui/index.ts'
import { accountOpen, keysOpen, openKeys } from './top.ts'

export type Overlay = ComponentType<{ open: Signal<boolean> }>

// Dialogs that few open come when they are opened.
export function useLazy(open: Signal<boolean>, kept: Signal<{ part: Overlay } | null>, load: () => Promise<Overlay>): Overlay | null {
  const wanted = open.value
  useEffect(() => {
    if (wanted && !kept.value) void load().then(part => { kept.value = { part } }, () => { open.value = false })
  }, [wanted])
  return wanted ? kept.value?.part ?? null : null
}

const account = signal<{ part: Overlay } | null>(null)
const keys = signal<{ part: Overlay } | null>(null)

export function Overlays() {
  const Account = useLazy(accountOpen, account, async () => (await import('./Account.tsx')).Account)
  const Keys = useLazy(keysOpen, keys, async () => (await import('./Keys.tsx')).KeysDialog)
  useKeys([{ id: 'keys.show', keys: '?', name: common('common.keys.show'), run: openKeys }])
  return <>
    <Patterns />
    <div class="vh" aria-live="polite" ref={element => hear('polite', element)} />
    <div class="vh" aria-live="assertive" ref={element => hear('assertive', element)} />
    <Toasts />
    {Account && <Account open={accountOpen} />}{Keys && <Keys open={keysOpen} />}
  </>
}
