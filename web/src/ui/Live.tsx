import type { ComponentChildren } from 'preact'
import { common, lang } from '../lib/i18n.ts'
import { again, live } from '../lib/live.ts'
import { clock } from '../lib/time.ts'
import { Button } from './Button.tsx'
import { Dot } from './Tag.tsx'

/** Whether the page hears of what happens: Live, Catching up, or Offline since when. */
export function Live({ children }: { children?: ComponentChildren }) {
  const { is, since } = live.value
  if (is === 'live') return <span class="live" role="status"><Dot tone="can" />{common('common.live')}{children}</span>
  if (is === 'catching-up') return <span class="live" role="status"><Dot />{common('common.catching-up')}{children}</span>
  return <span class="live" role="status"><Dot tone="warn" />{common('common.offline', { since: clock(since, lang.value) })} <Button size="xs" kind="quiet" onClick={again}>{common('common.try-now')}</Button></span>
}
