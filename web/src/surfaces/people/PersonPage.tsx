// One person: who they are, what they may do in sentences, whether they are here, and what they leave behind.
import { batch, signal, type Signal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import { call, callFull } from '../../lib/api.ts'
import { boot } from '../../lib/boot.ts'
import { lang, messages, useT } from '../../lib/i18n.ts'
import type { Person as PersonRow, Role } from '../../lib/model.ts'
import { parse, typed } from '../../lib/money.ts'
import { printing } from '../../lib/printing.ts'
import { resource, useResource, type Resource } from '../../lib/resource.ts'
import { Link } from '../../lib/router.ts'
import { at, when } from '../../lib/time.ts'
import { may } from '../../shell/rights.ts'
import { Avatar, Button, Check, faultAt, Field, type Fault, Note, Print, Select, SheetHead, SheetWords, Tag, TextArea, toast } from '../../ui/index.ts'
import { Told } from '../policy/told.tsx'
import { useChoices, type Choices } from './choices.ts'
import { Card, Data, Keep, submit, useSaving } from './form.tsx'
import { GiveOn } from './GiveOn.tsx'
import { InviteLink } from './Invite.tsx'
import { PersonRoom } from './PersonRoom.tsx'
import { lazy } from '../policy/lazy.tsx'
import { changeOf, fieldsOf, limitsOf, type Fields } from './person.ts'
import { Presence } from './Presence.tsx'

const PersonTalks = lazy<{ person: PersonRow }>(() => Promise.all([import('../reviews/PersonTalks.tsx'), messages('reviews')]).then(([part]) => part.PersonTalks))

const Version = lazy<{ id: string }>(() => Promise.all([import('../train/Version.tsx'), messages('getting')]).then(([part]) => part.Version))

const Room = lazy<{ agent: string; bare: boolean }>(() => Promise.all([import('../track/Room.tsx'), messages('room')]).then(([part]) => part.Room))

export interface Loaded { person: PersonRow; etag: string | null }

export const roles: readonly Role[] = ['lead', 'policy', 'people', 'quality', 'auditor', 'admin']

export function PersonPage({ id }: { id: string }) {
  const t = useT('people')
  const loaded = useResource(() => resource<Loaded>(async abort => {
    const { body, etag } = await callFull('getPerson', { path: { id }, signal: abort })
    return { person: body, etag }
  }, { kinds: ['person.*', 'presence.changed', 'signin.set', 'text.erased', 'case.opened', 'case.changed'], when: ({ body }) => [body.person, body.subject, body.owner, body.before].includes(id) }), [id])
  const words = (['tier', 'talk', 'lowering'] as const).map((word): [string, string] => [t(`people.word.${word}`), t(`people.word.${word}.text`)])
  return <>
    <p class="crumb no-print"><Link to="/people/people">{t('people.part.people')}</Link></p>
    <Data of={loaded}>{is => <><SheetHead title={is.person.name ?? id} team={is.person.team_path ?? is.person.team ?? ''} /><Head person={is.person} />
      <div class="gr2"><div class="col g6"><Who loaded={loaded} is={is} />{!is.person.active && <GiveOn person={is.person} />}<PersonTalks key={id} person={is.person} /></div>
        <div class="col g6">{!printing.value && <><SignIn person={is.person} /><Presence person={is.person} changed={() => void loaded.refresh()} /></>}{is.person.kind === 'ai' && <Version key={id} id={id} />}<PersonRoom id={id} />{may('ROOM', 'team') && is.person.active && <Room key={id} agent={id} bare />}</div></div><SheetWords words={words} /></>}</Data>
  </>
}

function Head({ person }: { person: PersonRow }) {
  const t = useT('people')
  return <div class="row p-head"><Avatar name={person.name ?? person.id} kind={person.kind} here={person.active && person.online === true} size="l" />
    <div class="grow"><h2>{person.name ?? person.id}</h2><p class="t13 m">{[person.id, person.tier, person.team_path ?? person.team].filter(Boolean).join(' · ')}</p>
      <p class="t13 m">{known(person, t).join(' · ')}</p></div>
    {person.kind !== 'human' && <Tag>{t(`people.kind.${person.kind}`)}</Tag>}{!person.active && <Tag tone="line">{t('people.left')}</Tag>}<Print /></div>
}

/** What the record knows of where somebody is and what they have; what it does not know is not said. */
function known(person: PersonRow, t: ReturnType<typeof useT<'people'>>): string[] {
  const seen = person.active && person.online ? t('people.online') : person.seen ? t('people.signin.seen', { at: when(at(person.seen), lang.value) }) : ''
  return [seen, person.open_cases ? t('people.cases.n', { n: person.open_cases }) : ''].filter(Boolean)
}

function SignIn({ person }: { person: PersonRow }) {
  const t = useT('people')
  if (!may('CHANGE_PEOPLE', 'all') || !person.active || person.kind !== 'human' || (person.roles.includes('admin') && !may('SETTINGS', 'all'))) return null
  return <Card title={t('people.signin.title')}><div class="pad-s col">
    {person.can_sign_in !== undefined && <p class="t13">{t(person.can_sign_in ? 'people.signin.can' : 'people.signin.not')}</p>}
    <p class="t12 m">{t('people.invite.text')}</p><div><InviteLink person={person} /></div></div></Card>
}

const names = ['name', 'email', 'phone', 'team', 'tier', 'kind', 'manager', 'hired', 'left', 'holds'] as const
type Form = Record<(typeof names)[number], Signal<string>> & { roles: Record<Role, Signal<boolean>>; amounts: Signal<Record<string, string>>; times: Signal<Record<string, string>>; before: Fields; etag: string | null }

function formOf(is: Loaded): Form {
  const before = fieldsOf(is.person, amount => {
    const money = parse(amount, boot.me?.currency ?? 'USD')
    return money ? typed(money, lang.value) : amount
  })
  const texts = Object.fromEntries(names.map(name => [name, signal(before[name])])) as Record<(typeof names)[number], Signal<string>>
  return { ...texts, roles: Object.fromEntries(roles.map(role => [role, signal(before.roles.includes(role))])) as Record<Role, Signal<boolean>>, amounts: signal(before.amounts), times: signal(before.times), before, etag: is.etag }
}

function typedIn(form: Form): Fields {
  const texts = Object.fromEntries(names.map(name => [name, form[name].value])) as Record<(typeof names)[number], string>
  return { ...texts, roles: roles.filter(role => form.roles[role].value), amounts: form.amounts.value, times: form.times.value }
}

function Who({ loaded, is }: { loaded: Resource<Loaded>; is: Loaded }) {
  const t = useT('people')
  const choices = useChoices()
  const saving = useSaving()
  const form = useMemo(() => signal(formOf(is)), [])
  const changedElsewhere = useMemo(() => signal(false), [])
  const now = form.value
  const { person } = is
  useEffect(() => { // what another one changed comes in, unless something is being typed here
    const mine = changeOf(now.before, typedIn(now), {})
    if (Object.keys(mine).length === 0) form.value = formOf(is)
    else if (is.etag !== now.etag) changedElsewhere.value = true
  }, [is.etag])
  if (printing.value || !may('CHANGE_PEOPLE', 'all')) return <Facts person={person} />
  const limits = limitsOf(typedIn(now), boot.me?.currency ?? 'USD', lang.value)
  const change = changeOf(now.before, typedIn(now), limits.budgets)
  const keep = async () => {
    if (Object.keys(change).length === 0 || limits.faults.length > 0) return
    const answer = await saving.run(() => callFull('changePerson', { path: { id: person.id }, body: change, ...(now.etag !== null && { ifMatch: now.etag }) }), t('people.kept', { name: person.name ?? person.id }))
    if (answer) batch(() => {
      form.value = formOf({ person: answer.body, etag: answer.etag })
      loaded.set(() => ({ person: answer.body, etag: answer.etag }))
    })
    else if (saving.problem.value?.kind === 'changed') changedElsewhere.value = true
  }
  const theirs = async () => {
    await loaded.refresh()
    if (loaded.data.value) form.value = formOf(loaded.data.value)
    changedElsewhere.value = false
  }
  const errors = saving.problem.value?.errors
  return <><Card title={t('people.who')}><form class="pad col g5" onSubmit={submit(() => void keep())}>
    {changedElsewhere.value && <Note kind="warn" icon="users" live>{t('people.changed')} <Button size="sm" onClick={() => void theirs()}>{t('people.changed.read')}</Button></Note>}
    <div class="half"><Field label={t('people.name')} value={now.name} maxLength={200} autocomplete="off" fault={faultAt(errors, 'name')} /><Field label={t('people.email')} value={now.email} type="email" autocomplete="off" fault={faultAt(errors, 'email')} /></div>
    <div class="half"><Select label={t('people.team')} value={now.team} options={choices.teams.value} fault={faultAt(errors, 'team')} /><Select label={t('people.tier')} value={now.tier} options={withOwn(choices.tiers.value, now.tier.value)} fault={faultAt(errors, 'tier')} /></div>
    <div class="half"><Field label={t('people.hired')} value={now.hired} type="date" fault={faultAt(errors, 'hired_at')} /><Field label={t('people.leaves')} value={now.left} type="date" hint={t('people.leaves.hint')} fault={faultAt(errors, 'left_at')} /></div>
    <div class="half"><Select label={t('people.kind')} value={now.kind} options={(['human', 'ai', 'service'] as const).map(value => ({ value, text: t(`people.kind.${value}`) }))} /><Manager value={now.manager} fault={faultAt(errors, 'manager')} /></div>
    <div class="half"><Field label={t('people.phone')} value={now.phone} type="tel" maxLength={40} autocomplete="off" hint={t('people.phone.hint')} fault={faultAt(errors, 'phone')} /></div>
    <TextArea label={t('people.holds')} value={now.holds} rows={2} hint={t('people.holds.hint')} fault={faultAt(errors, 'holds')} />
    <fieldset class="roles"><legend class="lbl">{t('people.roles')}</legend>{roles.map(role => <Check key={role} label={t(`people.role.${role}`)} hint={t(`people.role.${role}.hint`)} value={now.roles[role]} />)}</fieldset>
    <Limits form={now} choices={choices} faults={limits.faults} />
    <Keep saving={saving}><span class="t12 f">{t(Object.keys(change).length === 0 ? 'people.same' : 'people.record')}</span></Keep>
  </form></Card><Leaving person={person} etag={now.etag} loaded={loaded} /></>
}

const withOwn = (options: { value: string; text: string }[], own: string) => options.some(one => one.value === own) ? options : [...options, { value: own, text: own }]

function Manager({ value, fault }: { value: Signal<string>; fault: Fault | undefined }) {
  const t = useT('people')
  const found = useMemo(() => signal<{ id: string; name?: string }[]>([]), [])
  const look = async () => {
    const q = value.value.trim()
    if (q.length < 2) return
    found.value = await call('names', { query: { q } }).then(answer => answer.items, () => [])
  }
  return <div><Field label={t('people.manager')} value={value} list="people-managers" autocomplete="off" fault={fault} onInput={() => void look()} hint={t('people.manager.hint')} />
    <datalist id="people-managers">{found.value.map(one => <option key={one.id} value={one.id}>{one.name}</option>)}</datalist></div>
}

function Limits({ form, choices, faults }: { form: Form; choices: Choices; faults: string[] }) {
  const t = useT('people')
  const own = (choices.terms.value?.budgets ?? []).filter(one => one.per.length === 1 && one.per[0] === 'agent')
  const rows = [...own, ...Object.keys({ ...form.before.amounts, ...form.before.times }).filter(name => !own.some(one => one.name === name)).map(name => ({ name, label: name }))]
  if (rows.length === 0) return null
  const set = (of: Signal<Record<string, string>>, name: string, text: string) => { of.value = { ...of.value, [name]: text } }
  return <fieldset class="limits"><legend class="lbl">{t('people.limits')}</legend><p class="t12 f">{t('people.limits.hint')}</p>
    {rows.map(one => <div key={one.name} class="lim"><span class="t13 grow">{one.label}{faults.includes(one.name) && <span class="fault"> {t('people.limits.fault')}</span>}</span>
      <input class="in" inputMode="decimal" aria-label={t('people.limits.amount', { budget: one.label })} placeholder={t('people.limits.as')} value={form.amounts.value[one.name] ?? ''} aria-invalid={faults.includes(one.name) || undefined} onInput={event => set(form.amounts, one.name, event.currentTarget.value)} />
      <input class="in" inputMode="numeric" aria-label={t('people.limits.times', { budget: one.label })} placeholder={t('people.limits.times.as')} value={form.times.value[one.name] ?? ''} onInput={event => set(form.times, one.name, event.currentTarget.value)} /></div>)}
  </fieldset>
}

function Facts({ person }: { person: PersonRow }) {
  const t = useT('people')
  const rows: [string, string | undefined][] = [[t('people.email'), person.email], [t('people.phone'), person.phone], [t('people.team'), person.team_path ?? person.team], [t('people.tier'), person.tier], [t('people.manager'), person.manager],
    [t('people.holds'), person.holds.map(one => one.name).join(', ')], [t('people.roles'), person.roles.map(role => t(`people.role.${role}`)).join(', ')]]
  return <Card title={t('people.who')}><dl class="kv pad">{rows.filter(([, value]) => value).map(([name, value]) => [<dt key={`${name}n`}>{name}</dt>, <dd key={`${name}v`}>{value}</dd>])}</dl></Card>
}

// Leaving ends sessions, tokens and links at once; what was done stays. It can be taken back here.
function Leaving({ person, etag, loaded }: { person: PersonRow; etag: string | null; loaded: Resource<Loaded> }) {
  const t = useT('people')
  const saving = useSaving()
  if (person.id === boot.me?.person?.id) return null
  const set = async (active: boolean) => {
    const answer = await saving.run(() => callFull('changePerson', { path: { id: person.id }, body: { active }, ...(etag !== null && { ifMatch: etag }) }))
    await loaded.refresh()
    if (answer) toast({ says: t(active ? 'people.back.done' : 'people.leave.done', { name: person.name ?? person.id }), ...(!active && { act: { name: t('common.undo'), run: () => void call('changePerson', { path: { id: person.id }, body: { active: true } }).then(() => loaded.refresh(), () => loaded.refresh()) } }) })
  }
  return <Card title={t(person.active ? 'people.leave.title' : 'people.left')}><div class="pad col"><p class="t13 m">{t(person.active ? 'people.leave.text' : 'people.back.text')}</p>
    <div><Button busy={saving.busy.value ? t('common.saving') : undefined} onClick={() => void set(!person.active)}>{t(person.active ? 'people.leave.do' : 'people.back.do')}</Button></div>
    {saving.problem.value && <Told problem={saving.problem.value} />}</div></Card>
}
