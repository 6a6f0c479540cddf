import type { Kind } from '../lib/model.ts'

/** The letters of a name; of an id when there is no name. */
export function initials(name: string): string {
  const words = name.trim().split(/[\s._-]+/).filter(word => /[\p{L}\p{N}]/u.test(word))
  const first = [...(words[0] ?? '?')]
  if (words.length < 2) return first.slice(0, 2).join('')
  return (first[0]! + [...words.at(-1)!][0]!).toUpperCase()
}

/** A circle is a person, a square an AI agent; a ring means here now. Hidden from screen readers: a name stands beside it. */
export function Avatar({ name, kind = 'human', here, size }: { name: string; kind?: Kind | undefined; here?: boolean | undefined; size?: 's' | 'l' }) {
  return <span class={['av', size, kind !== 'human' && 'ai', here && 'on'].filter(Boolean).join(' ')} aria-hidden="true">{initials(name)}</span>
}
