// What would open next for oneself: calm, without a number that adds anything up, and shown to nobody else.
import type { MyTrack, RoomOwn } from '../../lib/api-types.ts'
import { rich, useT } from '../../lib/i18n.ts'
import { changeOf } from '../track/room.ts'

type Missing = NonNullable<RoomOwn['near']>['missing'][number]

export function Next({ mine }: { mine: MyTrack }) {
  const t = useT('room')
  const { proposal, near } = mine.room
  if (!proposal && !near) return null
  const says = (one: Missing): string => {
    if (one.test === 'holds') return t('room.own.holds', { names: (one.holds ?? []).join(', ') })
    if ((one.test === 'asks' || one.test === 'reviews') && one.have >= one.need) return t(`room.own.${one.test}.share`)
    return t(`room.own.${one.test}`, { have: one.have, need: one.need })
  }
  return <div class="pn-sec"><h3>{t('room.own.title')}</h3>
    {proposal ? <p class="t13 m">{t('room.own.ready', { change: changeOf(proposal, t) })}</p> : near && <>
      <p class="t13 m">{rich(t('room.own.near', { after: `**${near.after}**` }))}</p>
      <ul class="plain t13">{near.missing.map(one => <li key={one.test}>{says(one)}</li>)}</ul>
      <p class="t12 f">{t('room.own.alone')}</p></>}
  </div>
}
