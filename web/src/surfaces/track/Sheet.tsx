// Of whom a printed page of Track is, in its head.
import { boot } from '../../lib/boot.ts'
import { SheetHead } from '../../ui/index.ts'

interface HeadProps { title: string; team?: string | undefined; since?: string | undefined; until?: string | undefined }

/** No team: nobody's page, such as one agent's chart; an empty one: all, or what a lead sees, which is their own. */
export function Head({ team, ...rest }: HeadProps) {
  const own = boot.me?.rights['SEE_STATS'] === 'team' ? boot.me.person?.team ?? '' : ''
  return <SheetHead {...rest} team={team === undefined ? undefined : team || own} />
}
