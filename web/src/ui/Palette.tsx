// Find or do: everything that has a key, and what the surfaces can find (people, cases), in one field.
import type { Signal } from '@preact/signals'
import { useEffect, useId, useRef, useState } from 'preact/hooks'
import { announce } from '../lib/dom.ts'
import { common } from '../lib/i18n.ts'
import { perform, registered, shown, type KeyAct } from '../lib/keys.ts'
import { Icon, type IconName } from './Icon.tsx'

export interface Found { group: 'do' | 'go'; icon: IconName; says: string; hint?: string; run: () => void }
export type Provider = (q: string, signal: AbortSignal) => Promise<Found[]>

const QUIET_MS = 120
const SHOWN_MAX = 40

/** Whether every word of a question stands in a text. */
export function matches(q: string, text: string): boolean {
  const bare = text.toLowerCase()
  return q.toLowerCase().split(/\s+/).every(word => bare.includes(word))
}

function acts(q: string): Found[] {
  const seen = new Set<string>()
  return registered.value.filter(act => !act.id.startsWith('palette.') && act.name !== '' && !seen.has(act.id) && seen.add(act.id) && (act.when?.() ?? true) && matches(q, act.name)).map(fromAct)
}

function fromAct(act: KeyAct): Found {
  return { group: act.id.startsWith('go.') ? 'go' : 'do', icon: act.id.startsWith('go.') ? 'right' : 'play', says: act.name, hint: shown(act.id), run: () => perform(act) }
}

export function Palette({ open, providers }: { open: Signal<boolean>; providers: Provider[] }) {
  return open.value ? <Opened open={open} providers={providers} /> : null
}

function useFound(q: string, providers: Provider[]): Found[] {
  const [found, setFound] = useState<Found[]>([])
  useEffect(() => {
    const own = new AbortController()
    const timer = setTimeout(() => {
      void Promise.allSettled(providers.map(provider => provider(q, own.signal))).then(all => {
        if (!own.signal.aborted) setFound(all.flatMap(one => one.status === 'fulfilled' ? one.value : []))
      })
    }, QUIET_MS)
    return () => {
      clearTimeout(timer)
      own.abort()
    }
  }, [q])
  return found
}

function Opened({ open, providers }: { open: Signal<boolean>; providers: Provider[] }) {
  const [q, setQ] = useState('')
  const [at, setAt] = useState(0)
  const id = useId()
  const box = useRef<HTMLDialogElement>(null)
  const found = useFound(q.trim(), providers)
  const all = [...acts(q.trim()), ...found]
  const list = [...all.filter(row => row.group === 'do'), ...all.filter(row => row.group === 'go')].slice(0, SHOWN_MAX)
  const current = Math.min(at, list.length - 1)
  useModal(box, open)
  useEffect(() => announce(common('common.palette.found', { n: list.length })), [list.length])
  useEffect(() => box.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' }), [current])
  const run = (row: Found | undefined) => {
    if (!row) return
    open.value = false
    row.run()
  }
  const key = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (step !== 0 && list.length > 0) setAt((current + step + list.length) % list.length)
    else if (event.key === 'Enter') run(list[current])
    else return
    event.preventDefault()
  }
  return <dialog ref={box} class="pal" aria-label={common('common.palette.name')} onCancel={event => { event.preventDefault(); open.value = false }} onMouseDown={event => { if (event.target === box.current) open.value = false }}>
    <div class="qi"><Icon name="search" /><input role="combobox" aria-label={common('common.palette.name')} aria-expanded="true" aria-controls={`${id}-l`} aria-autocomplete="list" autocomplete="off" spellcheck={false}
      aria-activedescendant={list.length > 0 ? `${id}-${current}` : undefined} placeholder={common('common.palette.hint')} value={q} onInput={event => { setQ(event.currentTarget.value); setAt(0) }} onKeyDown={key} /></div>
    <ul id={`${id}-l`} role="listbox" aria-label={common('common.palette.name')}>{list.map((row, i) => <li key={i} id={`${id}-${i}`} role="option" aria-selected={i === current}
      onMouseMove={() => setAt(i)} onClick={() => run(row)}><Icon name={row.icon} small /><span class="grow ell">{row.says}</span>{row.hint && <kbd class="kbd">{row.hint}</kbd>}</li>)}</ul>
    {list.length === 0 && <p class="none">{common('common.palette.none')}</p>}
    <div class="ft" aria-hidden="true"><span>↑↓ {common('common.palette.choose')}</span><span>↵ {common('common.palette.open')}</span><span>Esc {common('common.close')}</span></div>
  </dialog>
}

function useModal(box: { current: HTMLDialogElement | null }, open: Signal<boolean>): void {
  useEffect(() => {
    const element = box.current!
    const before = document.activeElement as HTMLElement | null
    element.showModal()
    element.querySelector('input')?.focus()
    return () => {
      element.close()
      if (before?.isConnected && (document.activeElement === document.body || document.activeElement === null)) before.focus()
    }
  }, [open])
}
