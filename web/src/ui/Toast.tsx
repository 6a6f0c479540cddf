// One word at a time at the bottom left: what was done, with a way back. It waits while it is looked at.
import { signal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { useKeys } from '../lib/keys.ts'
import { common } from '../lib/i18n.ts'
import { Icon, type IconName } from './Icon.tsx'

export interface ToastOptions { says: string | (() => string); for?: number; act?: { name: string; run: () => void }; icon?: IconName }
export interface Toasted { close(): void; done: Promise<void> }

interface Entry extends ToastOptions { id: number; finish: () => void }

const FOR_MS = 8000
// A word that nothing can be done about makes place for the next one, as soon as it could be read.
const READ_MS = 1500
const TICK_MS = 250
const queue = signal<readonly Entry[]>([])
let count = 0

/** Says something, after whatever is being said. `done` is when it is gone. */
export function toast(options: ToastOptions): Toasted {
  const id = ++count
  let finish = () => {}
  const done = new Promise<void>(resolve => { finish = resolve })
  const close = () => {
    queue.value = queue.value.filter(entry => entry.id !== id)
    finish()
  }
  queue.value = [...queue.value, { ...options, id, finish: close }]
  return { close, done }
}

/** Where toasts appear; once a page. */
export function Toasts() {
  const entry = queue.value[0]
  return <div class="toasts" role="status">{entry && <Shown key={entry.id} entry={entry} />}</div>
}

function Shown({ entry }: { entry: Entry }) {
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => {
    let left = entry.for ?? FOR_MS
    const timer = setInterval(() => {
      if (box.current?.matches(':hover, :focus-within')) return
      left -= TICK_MS
      const waited = (entry.for ?? FOR_MS) - left
      if (left <= 0 || (!entry.act && queue.value.length > 1 && waited >= READ_MS)) entry.finish()
    }, TICK_MS)
    return () => clearInterval(timer)
  }, [entry])
  const run = () => {
    entry.finish()
    entry.act?.run()
  }
  useKeys(entry.act ? [{ id: 'common.undo', keys: 'z', name: entry.act.name, run }] : [])
  return <div class="toast" ref={box}>
    <Icon name={entry.icon ?? (entry.act ? 'undo' : 'check')} small /><span>{typeof entry.says === 'function' ? entry.says() : entry.says}</span><span class="sp" />
    {entry.act ? <button type="button" onClick={run}>{entry.act.name}</button> : <button type="button" onClick={entry.finish}>{common('common.close')}</button>}
  </div>
}
