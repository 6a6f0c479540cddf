// How far the person reaches. The server decides each time; this only leaves out what would lead nowhere.
import { boot } from '../lib/boot.ts'
import type { Reach } from '../lib/model.ts'

export type Right = 'DECIDE' | 'CLAIM_FACTS' | 'SETTLE' | 'REVERSE' | 'APPROVE' | 'SEE_DECISIONS' | 'SEE_BUDGETS' | 'SEE_STATS' | 'SEE_TO_CAUSES' | 'ROOM' | 'SEE_NOTES' | 'CHANGE_CASES' | 'SEE_PEOPLE'
  | 'CHANGE_PEOPLE' | 'SET_PRESENCE' | 'SEE_POLICY' | 'CHANGE_POLICY' | 'REVIEW' | 'SEE_REVIEWS' | 'COACH' | 'SEE_COACHING' | 'SEE_HUDDLES' | 'LOWER' | 'LEARN' | 'GROW' | 'WRITE_COURSES' | 'VOUCH' | 'TOKENS' | 'WEBHOOKS' | 'SETTINGS' | 'LISTEN' | 'ERASE' | 'JOURNAL'

const order: readonly Reach[] = ['none', 'own', 'team', 'all']

export function reach(right: Right): Reach {
  return boot.me?.rights[right] ?? 'none'
}

/** Whether a right reaches at least so far. */
export function may(right: Right, at: Reach = 'own'): boolean {
  return order.indexOf(reach(right)) >= order.indexOf(at) && reach(right) !== 'none'
}
