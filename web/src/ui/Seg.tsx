import type { Signal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useId } from 'preact/hooks'

export interface SegProps<T extends string> { value: Signal<T>; options: { value: T; text: ComponentChildren }[]; label: string; as?: 'radios' | 'tabs'; onChange?: (value: T) => void; panel?: string }

/** A choice of one among a few: radios, or tabs over a part of the page (`panel` is that part's id). */
export function Seg<T extends string>(props: SegProps<T>) {
  return props.as === 'tabs' ? <Tabs {...props} /> : <Radios {...props} />
}

function Radios<T extends string>({ value, options, label, onChange }: SegProps<T>) {
  const name = useId()
  const choose = (next: T) => {
    value.value = next
    onChange?.(next)
  }
  return <div class="seg" role="radiogroup" aria-label={label}>{options.map(option => <label key={option.value}>
    <input type="radio" name={name} value={option.value} checked={value.value === option.value} onChange={() => choose(option.value)} />{option.text}
  </label>)}</div>
}

const moves: Record<string, number> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }

function Tabs<T extends string>({ value, options, label, onChange, panel }: SegProps<T>) {
  const id = useId()
  const choose = (next: T) => {
    value.value = next
    onChange?.(next)
  }
  const key = (event: KeyboardEvent) => {
    const at = options.findIndex(option => option.value === value.value)
    const to = event.key === 'Home' ? 0 : event.key === 'End' ? options.length - 1 : moves[event.key] ? (at + moves[event.key]! + options.length) % options.length : -1
    const next = options[to]
    if (!next) return
    event.preventDefault()
    choose(next.value)
    document.getElementById(`${id}-${next.value}`)?.focus()
  }
  return <div class="seg" role="tablist" aria-label={label} onKeyDown={key}>{options.map(option => {
    const chosen = value.value === option.value
    return <button key={option.value} type="button" id={`${id}-${option.value}`} role="tab" aria-selected={chosen} aria-controls={panel} tabIndex={chosen ? 0 : -1} onClick={() => choose(option.value)}>{option.text}</button>
  })}</div>
}
