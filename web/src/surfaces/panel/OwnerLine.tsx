// Who has the case, in one line on the list: you, somebody else, or nobody yet. What it opens comes with the later parts.
import { useSignal } from '@preact/signals'
import { Avatar, Button, Icon } from '../../ui/index.ts'
import { lang, useT } from '../../lib/i18n.ts'
import type { CaseOwner, Contact } from '../../lib/model.ts'
import { at, when } from '../../lib/time.ts'
import type { CaseStore, Host } from './case.ts'
import { later } from './later.ts'
import { firstName } from './words.ts'

export const contactName = (contact: Contact): string => contact.name ?? contact.person

/** Whom a message about a case goes to, in a word. */
export function ownerWord(owner: CaseOwner): string {
  return owner.owner ? firstName(contactName(owner.owner)) : (owner.department?.name ?? owner.department?.id ?? '')
}

export function TakeIt({ owner, store, host, size }: { owner: CaseOwner | null; store: CaseStore; host: Host; size?: 'xs' }) {
  const t = useT('panel')
  const back = owner?.chain.some((step) => step.owner === host.me) === true
  const says = owner?.owner || back ? t('panel.owner.take-back') : t('panel.owner.take')
  const run = (): void => { if (store.busy.value === null) void (owner ? store.take('', says) : store.open(says)) }
  return <Button {...(size && { size })} onClick={run}><Icon name="user" small />{says}</Button>
}

/** One line on the list: you, somebody else, or nobody yet. */
export function OwnerLine({ store, host }: { store: CaseStore; host: Host }) {
  const t = useT('panel')
  const handing = useSignal(false)
  const writing = useSignal(false)
  const parts = handing.value || writing.value ? later() : null
  const owner = store.owner.data.value
  if (owner === undefined) return null
  const who = owner?.owner
  const mine = who?.person === host.me
  const may = owner?.may ?? []
  return (
    <div class="pn-sec">
      <h3>{t('panel.owner.title')}</h3>
      <div class="row g5 wrap">
        {who && <Avatar name={contactName(who)} kind={who.kind} here={who.online} size="s" />}
        <span class="t13">
          {!owner || (!who && !owner.department) ? t('panel.owner.nobody') : !who ? t('panel.owner.department', { name: owner.department!.name ?? owner.department!.id }) : mine ? t('panel.owner.you', { since: when(at(owner.since ?? owner.opened), lang.value) }) : t('panel.owner.somebody', { name: contactName(who), since: when(at(owner.since ?? owner.opened), lang.value) })}
        </span>
        <span class="sp" />
        {mine && may.includes('hand-over') && <Button size="xs" onClick={() => (handing.value = true)}>{t('panel.owner.hand-over')}</Button>}
        {!mine && owner && (who || owner.department) && may.includes('nudge') && <Button size="xs" onClick={() => (writing.value = true)}><Icon name="chat" small />{t('panel.owner.message', { name: ownerWord(owner) })}</Button>}
        {!mine && (!owner || may.includes('take')) && <TakeIt owner={owner} store={store} host={host} size="xs" />}
      </div>
      {owner && parts && <parts.Handover open={handing} store={store} />}
      {owner && parts && <parts.MessageDialog open={writing} owner={owner} store={store} />}
    </div>
  )
}
