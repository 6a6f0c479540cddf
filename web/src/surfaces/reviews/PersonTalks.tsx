// On a person's page, for whoever leads them: coaching, and apart from it what was lowered.
import { signal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import type { Lowering } from '../../lib/api-types.ts'
import { call } from '../../lib/api.ts'
import { boot } from '../../lib/boot.ts'
import { lang, useT } from '../../lib/i18n.ts'
import type { Person } from '../../lib/model.ts'
import { resource, useResource } from '../../lib/resource.ts'
import { at, calendarDay, day, serverNow } from '../../lib/time.ts'
import { may } from '../../shell/rights.ts'
import { Button, Csv, Field, Select, Tag, TextArea } from '../../ui/index.ts'
import { useChoices } from '../people/choices.ts'
import { Card, Data, submit, useSaving } from '../people/form.tsx'
import { Told } from '../policy/told.tsx'
import { Talks, useTalks } from './Talks.tsx'

export function PersonTalks({ person }: { person: Person }) {
  const own = person.id === boot.me?.person?.id
  return <>{(own || may('COACH', 'team')) && person.kind === 'human' && <Coached person={person} own={own} />}{(own || may('LOWER', 'team')) && <Lowerings person={person} own={own} />}</>
}

function Coached({ person, own }: { person: Person; own: boolean }) {
  const t = useT('reviews')
  const talks = useTalks(person.id)
  if (talks.problem.value?.kind === 'forbidden') return null
  return <Card title={t('reviews.coach.title')} text={t('reviews.coach.text')} side={<Csv path="/v1/coaching" query={{ person: person.id, limit: 500 }} of={t('reviews.coach.title')} />}><Talks talks={talks} person={person.id} begin={!own && person.active} /></Card>
}

function Lowerings({ person, own }: { person: Person; own: boolean }) {
  const t = useT('reviews')
  const read = useResource(() => resource(signal => call('listLowerings', { query: { person: person.id }, signal }), { kinds: ['lowering.*'], when: ({ body }) => body.person === person.id }), [person.id])
  const busy = (read.data.value?.items ?? []).some(one => one.state !== 'ended')
  return <Card title={t('reviews.lower.title')} text={t('reviews.lower.text')}><Data of={read}>{({ items }) => <div class="col">
    {items.length === 0 && <p class="pad t13 m">{t('reviews.lower.none')}</p>}
    {items.map(one => <Row key={one.id} one={one} done={() => void read.refresh()} />)}
    {!own && !busy && person.active && <Ask person={person} done={() => void read.refresh()} />}
  </div>}</Data></Card>
}

function Row({ one, done }: { one: Lowering; done: () => void }) {
  const t = useT('reviews')
  const saving = useSaving()
  const act = async (op: 'confirmLowering' | 'endLowering') => { if (await saving.run(() => call(op, { path: { id: one.id }, body: {} }))) done() }
  return <section class="talk" aria-label={one.words}>
    <p class="t13"><b class="w6">{one.words}</b> <Tag tone={one.state === 'in_force' ? 'warn' : 'line'}>{t(`reviews.lower.state.${one.state}`)}</Tag></p>
    <p class="t12 f">{t('reviews.lower.until', { day: day(at(one.until) - 1, lang.value), by: one.by_name ?? one.by })}</p>{one.reason && <p class="t13 talk-text">{one.reason}</p>}
    <div class="row wrap g4">{one.may.includes('confirm') && <Button size="sm" onClick={() => void act('confirmLowering')}>{t('reviews.lower.confirm')}</Button>}
      {one.may.includes('end') && <Button size="sm" kind="quiet" onClick={() => void act('endLowering')}>{t(one.state === 'asked' ? 'reviews.lower.decline' : 'reviews.lower.end')}</Button>}</div>
    {saving.problem.value && <Told problem={saving.problem.value} />}
  </section>
}

function Ask({ person, done }: { person: Person; done: () => void }) {
  const t = useT('reviews')
  const saving = useSaving()
  const choices = useChoices()
  const tier = useMemo(() => signal(person.tier ?? ''), [])
  const reason = useMemo(() => signal(''), [])
  const date = useMemo(() => signal(''), [])
  const go = async () => {
    if (reason.value.trim() === '' || date.value === '' || tier.value === (person.tier ?? '')) return
    if (await saving.run(() => call('askLowering', { body: { person: person.id, to: { tier: tier.value }, until: date.value, reason: reason.value.trim() } }), t('reviews.lower.asked'))) done()
  }
  return <details class="why talk"><summary>{t('reviews.lower.ask')}</summary><form class="col g5" onSubmit={submit(() => void go())}>
    <Select label={t('reviews.lower.tier')} value={tier} options={choices.tiers.value} /><TextArea label={t('reviews.lower.reason', { name: person.name ?? person.id })} value={reason} rows={2} maxLength={4000} />
    <Field label={t('reviews.lower.day')} value={date} type="date" min={calendarDay(serverNow())} />
    <div><Button type="submit" busy={saving.busy.value ? t('common.saving') : undefined}>{t('reviews.lower.ask')}</Button></div>{saving.problem.value && <Told problem={saving.problem.value} />}
  </form></details>
}
