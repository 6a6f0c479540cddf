import type { ComponentChildren } from 'preact'

/** A choice among a few, pressed or not. `hint` stands quieter beside it. */
export function Chip({ pressed, kind, hint, onClick, children }: { pressed?: boolean | undefined; kind?: 'ask' | undefined; hint?: string | undefined; onClick: () => void; children: ComponentChildren }) {
  return <button type="button" class={kind ? `chip ${kind}` : 'chip'} aria-pressed={pressed} onClick={onClick}>{children}{hint && <small>{hint}</small>}</button>
}
