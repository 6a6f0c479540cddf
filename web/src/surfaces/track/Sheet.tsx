// What a printed page of Track says of itself: of whom, and of which days.
import { boot } from '../../lib/boot.ts'
import { lang, useT } from '../../lib/i18n.ts'
import { at, day, serverNow } from '../../lib/time.ts'
import { SheetHead } from '../../ui/index.ts'

/** A lead who names no team means their own. */
export const teamShown = (team: string | undefined): string => team || (boot.me?.rights['SEE_STATS'] === 'team' ? boot.me.person?.team ?? '' : '')

export function Head({ title, team, since, until }: { title: string; team?: string | undefined; since?: string | undefined; until?: string | undefined }) {
  const t = useT('track')
  const period = since === undefined ? undefined : t('track.sheet.period', { from: day(at(since), lang.value), to: day(until === undefined ? serverNow() : at(until), lang.value) })
  return <SheetHead title={title} team={team} period={period} />
}
