// The change of a proposal in words, as Track, a person's page and the panel say it.
import type { RoomProposal } from '../../lib/api-types.ts'
import { boot } from '../../lib/boot.ts'
import { lang, type KeyOf, type Translate } from '../../lib/i18n.ts'
import { format, parse } from '../../lib/money.ts'

function limit(one: RoomProposal, text: string): string {
  const read = one.kind === 'amount' ? parse(text, boot.me?.currency ?? 'USD') : null
  return read ? format(read, lang.value, 'short') : text
}

export function changeOf(one: RoomProposal, t: Translate<KeyOf<'room'>>): string {
  const before = one.before ?? ''
  if (one.kind !== 'tier') return t(`room.change.${one.kind}`, { budget: one.budget ?? '', before: limit(one, before), after: limit(one, one.after) })
  return before === '' ? t('room.change.first', { after: one.after }) : t('room.change.tier', { before, after: one.after })
}
