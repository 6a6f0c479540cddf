/* What stands beside the queue: the team's room, cases that do not move, the day by hours. */
import type { Today } from '../../lib/model.ts'
import type { Resource } from '../../lib/resource.ts'
import { ByHour } from './ByHour.tsx'
import { Stale } from './Stale.tsx'
import { Team } from './Team.tsx'

export function Aside({ today }: { today: Resource<Today> }) {
  return <><Team /><Stale /><ByHour today={today} /></>
}
