// The parts of Train, each by the first word of its address behind /train; each comes when it is opened. `tab`: it stands beside My path.
import type { ComponentType } from 'preact'
import { messages } from '../../lib/i18n.ts'
import { may } from '../../shell/rights.ts'
import { lazy } from '../policy/lazy.tsx'

export interface PartProps { id: string }
const plans = () => Promise.all([import('./Plans.tsx'), messages('plan'), messages('plans')]).then(([part]) => part)
/** What stands below the courses in Write. */
export const PlanList = lazy<{ now?: string }>(() => plans().then(part => part.PlanList))

interface Part { tab?: 'path' | 'growing' | 'pages' | 'huddle' | 'team' | 'write' | 'pulse'; may: () => boolean; shows: ComponentType<PartProps> }

export const PARTS: Record<string, Part> = {
  path: { tab: 'path', may: () => true, shows: lazy<PartProps>(() => import('./Path.tsx').then(part => part.Path)) },
  huddle: { tab: 'huddle', may: () => may('SEE_HUDDLES'), shows: lazy<PartProps>(() => Promise.all([import('./Huddle.tsx'), messages('huddle')]).then(([part]) => part.Huddle)) },
  pages: { tab: 'pages', may: () => true, shows: lazy<PartProps>(() => Promise.all([import('./Pages.tsx'), messages('pages')]).then(([part]) => part.Pages)) },
  growing: { tab: 'growing', may: () => may('GROW'), shows: lazy<PartProps>(() => Promise.all([import('./Growing.tsx'), messages('growing')]).then(([part]) => part.Growing)) },
  team: { tab: 'team', may: () => may('LEARN', 'team'), shows: lazy<PartProps>(() => import('./Team.tsx').then(part => part.Team)) },
  write: { tab: 'write', may: () => may('WRITE_COURSES', 'all'), shows: lazy<PartProps>(() => import('./Write.tsx').then(part => part.Write)) },
  pulse: { tab: 'pulse', may: () => may('LISTEN', 'team'), shows: lazy<PartProps>(() => Promise.all([import('./Pulse.tsx'), messages('pulse')]).then(([part]) => part.Pulse)) },
  plan: { tab: 'write', may: () => may('WRITE_COURSES', 'all'), shows: lazy<PartProps>(() => plans().then(part => part.Plan)) },
  read: { may: () => true, shows: lazy<PartProps>(() => import('./Reads.tsx').then(part => part.Reads)) },
  c: { may: () => may('LEARN'), shows: lazy<PartProps>(() => import('./Path.tsx').then(part => part.Path)) },
}
