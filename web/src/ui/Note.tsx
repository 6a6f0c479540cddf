import type { ComponentChildren } from 'preact'
import { Icon, type IconName } from './Icon.tsx'

const icons: Record<'can' | 'ask' | 'warn' | 'bad' | 'kudos', IconName> = { can: 'check', ask: 'user', warn: 'clock', bad: 'warn', kudos: 'heart' }

/** Something said in place. `live`: it is read when it appears. */
export function Note({ kind, icon, live, children }: { kind: 'can' | 'ask' | 'warn' | 'bad' | 'kudos'; icon?: IconName; live?: boolean; children: ComponentChildren }) {
  return <div class={`note ${kind}`} role={live ? 'status' : undefined}><Icon name={icon ?? icons[kind]} /><div class="grow">{children}</div></div>
}
