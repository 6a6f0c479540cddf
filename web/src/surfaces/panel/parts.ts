// The screens that no first look needs: one chunk, brought right after the first paint (later.ts).
import { messages } from '../../lib/i18n.ts'
import { lazy } from '../policy/lazy.tsx'
import type { LookProps } from '../../pages/Look.tsx'
import type { PlanProps } from './Plan.tsx'

export { Answered } from './Answered.tsx'
export { Beyond, Failed } from './Failed.tsx'
export { Handover } from './Handover.tsx'
export { Me, PanelReads } from './Me.tsx'
export { Offline } from './Offline.tsx'
export { MessageDialog, OwnerCard } from './Owner.tsx'
export { Waiting } from './Waiting.tsx'

/** Looking something up, with words of its own. */
export const Look = lazy<LookProps>(() => Promise.all([import('../../pages/Look.tsx'), messages('pages')]).then(([part]) => part.Look))

/** The plan of the case, with words of its own. */
export const Plan = lazy<PlanProps>(() => Promise.all([import('./Plan.tsx'), messages('plan')]).then(([part]) => part.Plan))

/** Practice comes when it is opened. */
export const Practice = lazy<object>(() => Promise.all([import('./Practice.tsx'), messages('practice')]).then(([part]) => part.Practice))
