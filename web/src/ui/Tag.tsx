import type { ComponentChildren } from 'preact'

export type Tone = 'can' | 'ask' | 'warn' | 'bad' | 'kudos' | 'line'

/** A word in a small box: the word says it, the colour comes second. */
export function Tag({ tone, children }: { tone?: Tone; children: ComponentChildren }) {
  return <span class={tone ? `tag ${tone}` : 'tag'}>{children}</span>
}

/** A dot beside a word; never alone. */
export function Dot({ tone }: { tone?: 'can' | 'ask' | 'warn' | 'bad' }) {
  return <span class={tone ? `dot ${tone}` : 'dot'} aria-hidden="true" />
}
