// A case that lies with somebody else and does not move: the person, the ways to reach them, and the chain of who had it before. Nobody has to be asked for the permission to write to an owner.
import { useSignal, type Signal } from '@preact/signals'
import { Avatar, Button, Dialog, forget, Icon, Note, Tag, TextArea, toast } from '../../ui/index.ts'
import { lang, rich, useT } from '../../lib/i18n.ts'
import type { CaseOwner, Contact } from '../../lib/model.ts'
import { at, day, when } from '../../lib/time.ts'
import type { CaseStore, Host } from './case.ts'
import type { Stale } from './model.ts'
import { contactName, ownerWord, TakeIt } from './OwnerLine.tsx'
import { firstName, telOf, type T } from './words.ts'

function presence(t: T, contact: Contact): string {
  if (!contact.active) return t('panel.owner.left')
  if (contact.state === 'away') {
    const until = contact.until ? t('panel.owner.away-until', { day: when(at(contact.until), lang.value) }) : t('panel.owner.away')
    return contact.deputy ? `${until} ${t('panel.owner.deputy', { name: contact.deputy.name ?? contact.deputy.person })}` : until
  }
  return contact.online ? t('panel.owner.online') : t('panel.owner.here')
}

/** One line, straight to the owner. */
export function MessageDialog({ open, owner, store }: { open: Signal<boolean>; owner: CaseOwner; store: CaseStore }) {
  const t = useT('panel')
  const text = useSignal('')
  const fault = useSignal('')
  const name = ownerWord(owner)
  const draft = `panel-message-${store.id}`
  const send = async (): Promise<void> => {
    if (text.value.trim() === '') {
      fault.value = t('panel.owner.message-missing')
      return
    }
    open.value = false
    if (!(await store.message(text.value.trim(), t('panel.owner.message', { name })))) return
    forget(draft)
    text.value = ''
    toast({ says: t('panel.owner.told', { name }) })
  }
  const footer = (
    <>
      <Button kind="quiet" onClick={() => (open.value = false)}>{t('panel.leave')}</Button>
      <Button kind="pri" onClick={() => void send()}>{t('panel.owner.send')}</Button>
    </>
  )
  return (
    <Dialog open={open} title={t('panel.owner.message', { name })} draft={draft} footer={footer}>
      <TextArea name="note" label={t('panel.owner.message-label', { case: store.id })} value={text} rows={3} fault={fault.value || undefined} />
    </Dialog>
  )
}

function Moves({ owner, stale }: { owner: CaseOwner; stale: Stale }) {
  const t = useT('panel')
  return (
    <div class="mt5">
      <Note kind="warn" icon="clock">
        {rich(stale.days > 0 || !owner.promise ? t('panel.owner.still', { n: stale.days }) : t('panel.owner.over', { day: day(at(owner.promise), lang.value) }))} {stale.days > 0 && stale.promised !== null && t('panel.owner.promised', { n: stale.promised })} {owner.nudges > 0 && t('panel.owner.nudged', { n: owner.nudges })}
      </Note>
    </div>
  )
}

function Chain({ owner, t }: { owner: CaseOwner; t: T }) {
  const says = (step: CaseOwner['chain'][number]): string => {
    const by = step.by_name ?? (/^(token:|leeway$)/.test(step.by) ? t('panel.chain.system') : step.by)
    const note = step.note ? t('panel.chain.note', { note: step.note }) : ''
    if (step.kind === 'opened') return t('panel.chain.opened', { name: by }) + note
    if (step.kind === 'nudged') return t('panel.chain.nudged', { name: by }) + note
    const to = step.owner_name ?? step.owner ?? step.department
    return (step.kind === 'handed' && to ? t('panel.chain.handed', { name: by, to }) : t('panel.chain.changed', { name: by })) + note
  }
  return (
    <ol class="steps">
      {owner.chain.map((step, i) => (
        <li key={i} class={i === owner.chain.length - 1 ? 'now' : 'done'} aria-current={i === owner.chain.length - 1 ? 'step' : undefined}>
          <span>{says(step)}</span><time dateTime={step.at}>{day(at(step.at), lang.value)}</time>
        </li>
      ))}
    </ol>
  )
}

/** The case lies with somebody else and does not move. */
export function OwnerCard({ owner, stale, store, host }: { owner: CaseOwner; stale: Stale; store: CaseStore; host: Host }) {
  const t = useT('panel')
  const who = owner.owner
  const name = who ? contactName(who) : undefined
  const writing = useSignal(false)
  const where = who?.team_name ?? owner.department?.name ?? owner.department?.id
  return (
    <>
      <div class="pn-sec">
        <h3>{t('panel.owner.title')}</h3>
        <div class="own">
          {who ? <Avatar name={name!} kind={who.kind} here={who.online} size="l" /> : <Avatar name={where ?? '?'} size="l" />}
          <div>
            <b class="w6">{name ?? where ?? t('panel.owner.nobody')}</b>{name && where ? `, ${where}` : ''} {who && who.kind !== 'human' && <Tag>AI</Tag>}
            <div class="t12 m">{owner.since && t('panel.owner.since', { day: day(at(owner.since), lang.value) })} {who && presence(t, who)}</div>
          </div>
        </div>
        <Moves owner={owner} stale={stale} />
        <div class="acts3 mt5">
          {owner.may.includes('nudge') && <Button kind="pri" onClick={() => (writing.value = true)}><Icon name="chat" small />{t('panel.owner.message', { name: ownerWord(owner) })}</Button>}
          {who?.phone && <a class="btn" href={telOf(who.phone)}><Icon name="phone" small />{who.phone}</a>}
          {who?.email && <a class="btn" href={`mailto:${who.email}?subject=${encodeURIComponent('#' + owner.id)}`}><Icon name="mail" small />{t('panel.owner.mail')}</a>}
          {owner.may.includes('take') && <TakeIt owner={owner} store={store} host={host} />}
        </div>
        <MessageDialog open={writing} owner={owner} store={store} />
        {who && <p class="t12 f mt4">{t('panel.owner.straight', { name: firstName(name!) })}</p>}
      </div>
      {owner.chain.length !== 0 && <div class="pn-sec"><h3>{t('panel.owner.chain')}</h3><Chain owner={owner} t={t} /></div>}
    </>
  )
}

