// The parts of the surface, and which right each needs.
import type { Reach } from '../../lib/model.ts'
import type { Right } from '../../shell/rights.ts'

const all = [
  { id: 'people', group: 'who', right: 'SEE_PEOPLE', reach: 'team' }, { id: 'teams', group: 'who', right: 'SEE_PEOPLE', reach: 'team' }, { id: 'import', group: 'who', right: 'CHANGE_PEOPLE', reach: 'all' },
  { id: 'tiers', group: 'who', right: 'SEE_POLICY', reach: 'own' }, { id: 'signin', group: 'who', right: 'SETTINGS', reach: 'all' },
  { id: 'frame', group: 'links', right: 'SETTINGS', reach: 'all' }, { id: 'tokens', group: 'links', right: 'TOKENS', reach: 'all' }, { id: 'webhooks', group: 'links', right: 'WEBHOOKS', reach: 'all' }, { id: 'mail', group: 'links', right: 'SETTINGS', reach: 'all' },
  { id: 'alerts', group: 'here', right: 'SETTINGS', reach: 'all' }, { id: 'language', group: 'here', right: 'SETTINGS', reach: 'all' }, { id: 'about', group: 'here', right: 'SETTINGS', reach: 'all' },
] as const

export type PartId = (typeof all)[number]['id']
export type PartGroup = (typeof all)[number]['group']
export interface PartRow { id: PartId; group: PartGroup }

export function partsFor(may: (right: Right, reach: Reach) => boolean): PartRow[] {
  return all.filter(one => may(one.right, one.reach))
}

/** The part that an address names, if it is there for the caller; else the first that is. */
export function partOf(parts: readonly PartRow[], named: string | undefined): PartId {
  return (parts.find(one => one.id === named) ?? parts[0])?.id ?? 'tiers'
}
