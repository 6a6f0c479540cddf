import { h, type ComponentChildren } from 'preact'
import { useMemo } from 'preact/hooks'
import { marked, type Kid } from '../lib/markup.ts'

export interface RichProps { text: string; format: 'moodle' | 'html' | 'plain' | 'markdown'; flat?: boolean }

/** What an author wrote, drawn element by element: no text becomes a program. `flat`: within a line, so without blocks around it. */
export function Rich({ text, format, flat }: RichProps) {
  const kids = useMemo(() => marked(text, format), [text, format])
  return flat ? <>{kids.map((kid, i) => drawn(kid, i, true))}</> : <div class="md">{kids.map((kid, i) => drawn(kid, i, false))}</div>
}

/** Parts of a text that was taken apart already. */
export function Kids({ kids }: { kids: readonly Kid[] }) {
  return <>{kids.map((kid, i) => drawn(kid, i, false))}</>
}

const FLAT = new Set(['b', 'i', 'code', 'sub', 'sup', 'a', 'br'])

function drawn(kid: Kid, key: number, flat: boolean): ComponentChildren {
  if (typeof kid === 'string') return kid
  const kids = kid.kids.map((one, i) => drawn(one, i, flat))
  if (flat && !FLAT.has(kid.tag)) return <span key={key}>{kids} </span>
  if (kid.tag === 'a') return <a key={key} href={kid.href ?? ''} {...!kid.href?.startsWith('/') && { target: '_blank', rel: 'noreferrer' }}>{kids}</a>
  if (kid.tag === 'pre') return <pre key={key} tabIndex={0}><code>{kids}</code></pre>
  return h(kid.tag, { key }, ...kids)
}
