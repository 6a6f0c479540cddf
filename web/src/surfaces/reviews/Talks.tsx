// Coaching: the talks between somebody and their lead, as both see them: what was said, what they agreed, what changed since.
import { signal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import type { Coaching, OwnFigures, OwnMeasure } from '../../lib/api-types.ts'
import { call } from '../../lib/api.ts'
import { boot } from '../../lib/boot.ts'
import { lang, useT } from '../../lib/i18n.ts'
import { format, parse, zero } from '../../lib/money.ts'
import { resource, useResource, type Resource } from '../../lib/resource.ts'
import { at, calendarDay, serverNow } from '../../lib/time.ts'
import { Button, Field, Tag, TextArea } from '../../ui/index.ts'
import { Data, submit, useSaving, type Saving } from '../people/form.tsx'
import { Told } from '../policy/told.tsx'
import { dayOf } from './reviews.ts'

const FEW = 10 // decisions; with fewer nothing is said of a change
const CLOSE = 0.1 // of the difference at the beginning: about the same

export interface Talking { items: Coaching[] }

export function useTalks(person: string): Resource<Talking> {
  return useResource(() => resource<Talking>(signal => call('listCoaching', { query: { person, limit: 50 }, signal }), { kinds: ['coaching.*'], when: ({ body }) => body.person === person }), [person])
}

export function Talks({ talks, person, begin }: { talks: Resource<Talking>; person: string; begin: boolean }) {
  const t = useT('reviews')
  const renew = (talk: Coaching) => talks.set(old => ({ items: old.items.map(one => one.id === talk.id ? talk : one) }))
  return <Data of={talks}>{({ items }) => <div class="col">
    {items.length === 0 && <p class="pad t13 m">{t('reviews.coach.none')}</p>}
    {items.map(talk => <Talk key={talk.id} talk={talk} renew={renew} />)}
    {begin && <details class="why talk" open={!items.some(one => one.state === 'open')}><summary>{t('reviews.coach.begin')}</summary><Begin person={person} begun={() => void talks.refresh()} /></details>}
  </div>}</Data>
}

function Failed({ saving }: { saving: Saving }) {
  return saving.problem.value ? <Told problem={saving.problem.value} /> : null
}

function Talk({ talk, renew }: { talk: Coaching; renew: (talk: Coaching) => void }) {
  const t = useT('reviews')
  const saving = useSaving()
  const may = talk.may
  const put = async (run: () => Promise<Coaching>) => {
    const done = await saving.run(run)
    if (done) renew(done)
    return done !== null
  }
  const path = { id: talk.id }
  return <section class="talk" aria-label={t('reviews.coach.opened', { lead: talk.lead_name ?? talk.lead, person: talk.person_name ?? talk.person, day: dayOf(talk.opened) })}>
    <p class="t12 f">{t('reviews.coach.opened', { lead: talk.lead_name ?? talk.lead, person: talk.person_name ?? talk.person, day: dayOf(talk.opened) })}
      {talk.closed ? <> · {t('reviews.coach.closed', { day: dayOf(talk.closed) })}</> : talk.due ? <> <Tag tone="warn">{t('reviews.coach.due')}</Tag></> : talk.follow_up && <> · {t('reviews.coach.follow.at', { day: dayOf(talk.follow_up) })}</>}</p>
    {talk.notes.map(note => <div key={note.at + note.by} class="talk-said"><p class="t12 f">{note.by_name ?? note.by} · {dayOf(note.at)}</p><p class="t13 talk-text">{note.text ?? t('reviews.coach.erased')}</p></div>)}
    {talk.steps.length > 0 && <ul class="talk-steps" aria-label={t('reviews.coach.steps')}>{talk.steps.map(step => <li key={step.place}><label class="check">
      <input type="checkbox" checked={step.done !== undefined} disabled={!may.includes('tick')} onChange={event => { const done = event.currentTarget.checked; void put(() => call('tickCoaching', { path: { id: talk.id, place: String(step.place) }, body: { done } })) }} />
      <span>{step.text ?? t('reviews.coach.erased')} <span class="t12 f">{step.done ? t('reviews.coach.step.done', { day: dayOf(step.done) }) : step.due ? t('reviews.coach.step.by', { day: dayOf(step.due) }) : ''}</span></span></label></li>)}</ul>}
    <Since talk={talk} />
    {may.includes('note') && <Words label={t('reviews.coach.note')} act={t('reviews.coach.note.add')} send={text => put(() => call('noteCoaching', { path, body: { text } }))} />}
    {may.includes('agree') && <Step send={(text, due) => put(() => call('agreeCoaching', { path, body: { text, ...due !== '' && { due } } }))} />}
    {may.includes('close') && <Ends talk={talk} put={put} />}
    <Failed saving={saving} />
  </section>
}

function Words({ label, act, send }: { label: string; act: string; send: (text: string) => Promise<boolean> }) {
  const text = useMemo(() => signal(''), [])
  const go = async () => { if (text.value.trim() !== '' && await send(text.value.trim())) text.value = '' }
  return <form class="col g3" onSubmit={submit(() => void go())}><TextArea label={label} value={text} rows={2} maxLength={4000} /><div><Button size="sm" type="submit">{act}</Button></div></form>
}

function Step({ send }: { send: (text: string, due: string) => Promise<boolean> }) {
  const t = useT('reviews')
  const text = useMemo(() => signal(''), [])
  const due = useMemo(() => signal(''), [])
  const go = async () => { if (text.value.trim() !== '' && await send(text.value.trim(), due.value)) text.value = due.value = '' }
  return <form class="talk-row" onSubmit={submit(() => void go())}><Field label={t('reviews.coach.step')} value={text} maxLength={400} autocomplete="off" /><Field label={t('reviews.coach.step.day')} value={due} type="date" min={calendarDay(serverNow())} /><Button size="sm" type="submit">{t('reviews.coach.step.add')}</Button></form>
}

function Ends({ talk, put }: { talk: Coaching; put: (run: () => Promise<Coaching>) => Promise<boolean> }) {
  const t = useT('reviews')
  const date = useMemo(() => signal(talk.follow_up ? calendarDay(at(talk.follow_up)) : ''), [talk.follow_up])
  const path = { id: talk.id }
  return <form class="talk-row" onSubmit={submit(() => void put(() => call('followUpCoaching', { path, body: { at: date.value === '' ? null : date.value } })))}>
    <Field label={t('reviews.coach.follow')} value={date} type="date" min={calendarDay(serverNow())} /><Button size="sm" type="submit">{t('reviews.coach.follow.set')}</Button>
    <Button size="sm" kind="quiet" onClick={() => void put(() => call('closeCoaching', { path, body: {} }))}>{t('reviews.coach.close')}</Button></form>
}

function Begin({ person, begun }: { person: string; begun: () => void }) {
  const t = useT('reviews')
  const saving = useSaving()
  const note = useMemo(() => signal(''), [])
  const step = useMemo(() => signal(''), [])
  const date = useMemo(() => signal(''), [])
  const go = async () => {
    if (note.value.trim() === '' && step.value.trim() === '') return
    const body = { person, ...note.value.trim() !== '' && { note: note.value.trim() }, ...step.value.trim() !== '' && { steps: [{ text: step.value.trim() }] }, ...date.value !== '' && { follow_up: date.value } }
    if (!await saving.run(() => call('openCoaching', { body }))) return
    note.value = step.value = date.value = ''
    begun()
  }
  return <form class="col g5" onSubmit={submit(() => void go())}>
    <TextArea label={t('reviews.coach.note')} value={note} rows={3} maxLength={4000} />
    <Field label={t('reviews.coach.step')} value={step} maxLength={400} autocomplete="off" /><Field label={t('reviews.coach.follow')} value={date} type="date" min={calendarDay(serverNow())} />
    <div><Button kind="pri" type="submit" busy={saving.busy.value ? t('common.saving') : undefined}>{t('reviews.coach.begin')}</Button></div><Failed saving={saving} />
  </form>
}

// --- what changed since ---

const MEASURES = ['amount', 'given', 'asked'] as const
const currency = (): string => boot.me?.currency ?? 'USD'

function money(text: string, form: 'short' | 'change'): string {
  const below = text.startsWith('-')
  const read = parse(below ? text.slice(1) : text, currency()) ?? zero(currency())
  return format(below ? { ...read, minor: -read.minor } : read, lang.value, form)
}

function figure(name: typeof MEASURES[number], is: OwnMeasure | undefined, t: ReturnType<typeof useT<'reviews'>>): string {
  if (!is) return '–'
  const percent = (text: string, sign: 'auto' | 'exceptZero') => new Intl.NumberFormat(lang.value, { style: 'percent', maximumFractionDigits: 0, signDisplay: sign }).format(Number(text)).replace('-', '−')
  const value = name === 'amount' ? money(is.value, 'short') : percent(is.value, 'auto')
  return is.difference === undefined ? value : t('reviews.coach.vs', { value, difference: name === 'amount' ? money(is.difference, 'change') : percent(is.difference, 'exceptZero') })
}

/** Words before numbers: nearer to what such cases call for, or further, or too little to say. */
function verdict(talk: Coaching, since: OwnFigures, t: ReturnType<typeof useT<'reviews'>>): string {
  const name = talk.measure ?? 'amount'
  const then = talk.before?.[name]?.difference
  const now = since[name]?.difference
  if (since.decisions < FEW || now === undefined) return t('reviews.coach.few', { n: since.decisions })
  if (then === undefined) return t('reviews.coach.nobase')
  const change = Math.abs(Number(now)) - Math.abs(Number(then))
  if (Math.abs(change) <= CLOSE * Math.max(Math.abs(Number(then)), 0.01)) return t('reviews.coach.about')
  return t(change < 0 ? 'reviews.coach.closer' : 'reviews.coach.further')
}

function Since({ talk }: { talk: Coaching }) {
  const t = useT('reviews')
  const read = useResource(() => resource(signal => call('coachingSince', { path: { id: talk.id }, signal })), [talk.id])
  const since = read.data.value
  if (!since) return null
  const count = (n: number | undefined) => n === undefined ? '–' : new Intl.NumberFormat(lang.value).format(n)
  return <div class="col g3"><h3 class="talk-h">{t('reviews.coach.since')}</h3><p class="t13">{verdict(talk, since, t)}</p>
    {(since.decisions > 0 || talk.before) && <details class="why"><summary>{t('reviews.coach.table')}</summary><table class="tbl dense" aria-label={t('reviews.coach.table')}>
      <thead><tr><th scope="col">{t('reviews.coach.measure')}</th><th scope="col">{t('reviews.coach.before')}</th><th scope="col">{t('reviews.coach.after')}</th></tr></thead>
      <tbody><tr><th scope="row">{t('reviews.coach.m.decisions')}</th><td>{count(talk.before?.decisions)}</td><td>{count(since.decisions)}</td></tr>
        {MEASURES.map(name => <tr key={name}><th scope="row">{t(`reviews.coach.m.${name}`)}</th><td>{figure(name, talk.before?.[name], t)}</td><td>{figure(name, since[name], t)}</td></tr>)}</tbody></table>
      <p class="t12 f">{t('reviews.coach.noproof')}</p></details>}
  </div>
}
