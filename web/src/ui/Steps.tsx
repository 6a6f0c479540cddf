import { lang } from '../lib/i18n.ts'
import { clockSeconds } from '../lib/time.ts'

export interface Step { state: 'done' | 'now' | 'next'; text: string; at?: number | undefined }

/** What was, what is, what comes: each with its time. */
export function Steps({ items }: { items: Step[] }) {
  return <ol class="steps">{items.map((item, i) => <li key={i} class={item.state} aria-current={item.state === 'now' ? 'step' : undefined}>
    <span>{item.text}</span>{item.at !== undefined && <time dateTime={new Date(item.at).toISOString()}>{clockSeconds(item.at, lang.value)}</time>}
  </li>)}</ol>
}
