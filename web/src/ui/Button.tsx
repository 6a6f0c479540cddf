import type { ComponentChildren, HTMLAttributes, TargetedMouseEvent } from 'preact'
import { inWords, registered, shortcut, shown } from '../lib/keys.ts'

export type ButtonProps = Omit<HTMLAttributes<HTMLButtonElement>, 'size' | 'disabled'> & {
  kind?: 'pri' | 'ask' | 'quiet'; size?: 'xs' | 'sm' | 'lg'; wide?: boolean; busy?: string | undefined; keyId?: string; keyShown?: string
  type?: 'button' | 'submit'; form?: string; name?: string; value?: string; children?: ComponentChildren
}

/** Verb, object, amount. While `busy` it says so instead and does nothing; it keeps the focus and is never grey. */
export function Button({ kind, size, wide, busy, keyId, keyShown, children, class: more, onClick, type = 'button', ...rest }: ButtonProps) {
  const names = ['btn', kind, size, wide && 'wide', more].filter(Boolean).join(' ')
  const keys = keyId ? shown(keyId) || (registered.value, keyShown ? inWords(keyShown) : '') : ''
  const click = (event: TargetedMouseEvent<HTMLButtonElement>) => {
    if (busy) event.preventDefault()
    else if (typeof onClick === 'function') onClick(event)
  }
  return <button {...rest as object} type={type} class={names} aria-busy={busy ? true : undefined} aria-keyshortcuts={keyId ? shortcut(keyId) : undefined} onClick={click}>
    {busy ?? children}{keys && !busy && <kbd aria-hidden="true">{keys}</kbd>}
  </button>
}
