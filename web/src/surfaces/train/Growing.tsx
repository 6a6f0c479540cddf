// Growing: the room to learn outside, one's own courses with their money, hours and certificates; for whoever leads people, theirs.
// Spending speaks as giving does: what it does to the room before the act, at once or to a named person, and a way back.
import { signal, useSignal, type Signal } from '@preact/signals'
import { useMemo, useRef } from 'preact/hooks'
import type { AskOption, Growing as Mine, GrowingCourse as Course, GrowingTeam, Option, Terms } from '../../lib/api-types.ts'
import { call } from '../../lib/api.ts'
import { boot } from '../../lib/boot.ts'
import { lang, useT } from '../../lib/i18n.ts'
import { useKeys } from '../../lib/keys.ts'
import { cmp, format, parse, read, sub, wire, type Money } from '../../lib/money.ts'
import { resource, useResource } from '../../lib/resource.ts'
import { calendarDay, dayName, serverNow } from '../../lib/time.ts'
import { may } from '../../shell/rights.ts'
import { Amount, Button, Check, Dialog, Effect, Empty, Field, Icon, Person, Ruler, Select, Table, Tag, TextArea, toast, type Col, type EffectRow, type Tone } from '../../ui/index.ts'
import { Data, submit, useSaving } from '../people/form.tsx'
import { Told } from '../policy/told.tsx'

type T = ReturnType<typeof useT<'growing'>>
interface Whole { mine: Mine; options: Option[]; asks: AskOption[]; terms: Terms }

const KINDS = ['approval.*', 'decision', 'decision.*', 'hold.*', 'certificate.*']
const MINUTES = 60

async function load(signal: AbortSignal): Promise<Whole> {
  const [mine, can, terms] = await Promise.all([call('getGrowing', { signal }), call('options', { body: { for: 'agent', detail: true }, signal }), call('getTerms', { signal })])
  return { mine, options: can.options, asks: can.asks ?? [], terms }
}

const shown = (money: Money): string => format(money, lang.value, 'short')
const amount = (text: string | undefined, currency: string): string => {
  const money = text === undefined ? null : parse(text, currency)
  return money ? shown(money) : ''
}
const hours = (t: T, minutes: number): string => t(minutes % MINUTES === 0 ? 'growing.hours.whole' : 'growing.hours.part', { h: Math.floor(minutes / MINUTES), m: minutes % MINUTES })

export function Growing() {
  const t = useT('growing')
  const all = useResource(() => resource(load, { kinds: KINDS }), [])
  const again = (): void => void all.refresh()
  return <Data of={all}>{whole => <div class="col g6">
    <div class="tr-two"><Room whole={whole} /><Hours mine={whole.mine} again={again} /></div>
    <Courses whole={whole} again={again} />
    {may('GROW', 'team') && <Team currency={whole.terms.currency ?? ''} />}
    <p class="t12 f">{t('growing.seen')}</p>
  </div>}</Data>
}

// --- the room ---

/** What each option draws on, as it stands. */
function Room({ whole }: { whole: Whole }) {
  const t = useT('growing')
  const currency = whole.terms.currency ?? ''
  const rows = whole.options.flatMap(one => one.effect ?? []).filter((one, i, list) => one.amount !== undefined && list.findIndex(other => other.budget === one.budget) === i)
  return <section class="card" aria-labelledby="gw-room"><div class="hd"><h2 id="gw-room">{t('growing.room')}</h2></div><div class="pad col g4">
    {whole.options.length === 0 && <p class="t13 m">{whole.asks.length === 0 ? t('growing.room.none') : t('growing.room.ask')}</p>}
    {rows.map(one => {
      const [left, of] = [parse(one.left ?? '0', currency), parse(one.amount!, currency)]
      if (!left || !of) return null
      const label = t('growing.room.left', { left: shown(left), of: shown(of) })
      return <div key={one.budget} class="col g3"><div class="row t13"><span>{one.label ?? whole.terms.budgets.find(of => of.name === one.budget)?.label ?? one.budget}</span><span class="sp" /><b class="w5">{label}</b></div><Ruler left max={of} own={left} label={label} /></div>
    })}
    <p class="t12 m">{whole.mine.target_minutes ? t('growing.target', { done: hours(t, whole.mine.minutes), of: hours(t, whole.mine.target_minutes) }) : t('growing.done', { done: hours(t, whole.mine.minutes) })}</p>
  </div></section>
}

// --- hours ---

// "1:30", "1.5", "90m": minutes. Whole minutes, no part of one.
function minutesOf(text: string): number | null {
  const clock = /^(\d{1,2}):([0-5]\d)$/.exec(text.trim())
  const part = /^(\d{1,2})(?:[.,](\d))?$/.exec(text.trim())
  const plain = /^(\d{1,4}) ?m(?:in)?$/.exec(text.trim())
  const found = clock ? Number(clock[1]) * MINUTES + Number(clock[2]) : part ? Number(part[1]) * MINUTES + Number(part[2] ?? 0) * 6 : plain ? Number(plain[1]) : 0
  return found >= 1 && found <= 24 * MINUTES ? found : null
}

function Hours({ mine, again }: { mine: Mine; again: () => void }) {
  const t = useT('growing')
  const field = useRef<HTMLInputElement>(null)
  const form = useMemo(() => ({ time: signal(''), day: signal(calendarDay(serverNow())), course: signal(mine.items.find(one => one.state === 'under_way')?.id ?? ''), bad: signal(false) }), [])
  const saving = useSaving()
  useKeys([{ id: 'growing.hours', keys: 'h', name: t('growing.hours.log'), run: () => field.current?.focus() }])
  const log = async (): Promise<void> => {
    const minutes = minutesOf(form.time.value)
    form.bad.value = minutes === null
    if (minutes === null) { field.current?.focus(); return }
    const made = await saving.run(() => call('addGrowingHours', { body: { minutes, day: form.day.value, ...form.course.value !== '' && { course: form.course.value } } }), t('growing.hours.logged', { time: hours(t, minutes) }))
    if (made) { form.time.value = ''; again() }
  }
  const out = (id: string): void => void saving.run(() => call('removeGrowingHours', { path: { id } }), t('growing.hours.gone')).then(again)
  const titles = mine.items.filter(one => one.state !== 'given_up')
  return <section class="card" aria-labelledby="gw-hours"><div class="hd"><h2 id="gw-hours">{t('growing.hours')}</h2><span class="sp" /><span class="t12 f">{mine.year}</span></div>
    <form class="pad col g4" onSubmit={submit(() => void log())}>
      <div class="tr-log"><Field label={t('growing.hours.time')} hint={t('growing.hours.hint')} value={form.time} input={field} maxLength={8} inputMode="decimal" autocomplete="off" fault={form.bad.value && minutesOf(form.time.value) === null ? t('growing.hours.bad') : undefined} />
        <Field label={t('growing.hours.day')} value={form.day} type="date" required />
        {titles.length > 0 && <Select label={t('growing.hours.course')} value={form.course} options={[{ value: '', text: t('growing.hours.other') }, ...titles.map(one => ({ value: one.id, text: one.title ?? one.id }))]} />}</div>
      <div><Button type="submit" busy={saving.busy.value ? t('common.saving') : undefined}>{t('growing.hours.log')}</Button></div>
      {saving.problem.value && <Told problem={saving.problem.value} />}
    </form>
    {mine.hours.length > 0 && <ul class="tr-list">{mine.hours.slice(0, 8).map(one => <li key={one.id}><span>{dayName(one.day, lang.value)}</span><span class="ell">{mine.items.find(of => of.id === one.course)?.title ?? ''}</span><b class="w5 nw">{hours(t, one.minutes)}</b>
      <Button size="xs" kind="quiet" aria-label={t('growing.hours.out', { day: dayName(one.day, lang.value), time: hours(t, one.minutes) })} onClick={() => out(one.id)}><Icon name="close" small /></Button></li>)}</ul>}
  </section>
}

// --- courses ---

const TONES: Partial<Record<Course['state'], Tone>> = { asked: 'ask', agreed: 'can', under_way: 'can', finished: 'kudos' }

function Courses({ whole, again }: { whole: Whole; again: () => void }) {
  const t = useT('growing')
  const adding = useSignal(false)
  return <section class="card" aria-labelledby="gw-courses"><div class="hd"><h2 id="gw-courses">{t('growing.courses')}</h2><span class="sp" /><Button size="sm" onClick={() => { adding.value = true }}>{t('growing.add')}</Button></div>
    {whole.mine.items.length === 0 ? <Empty title={t('growing.none')}>{t('growing.none.text')}</Empty> : <ul class="tr-grow">{whole.mine.items.map(one => <li key={one.id}><Row course={one} whole={whole} again={again} /></li>)}</ul>}
    <Write open={adding} currency={whole.terms.currency ?? ''} again={again} /></section>
}

function about(t: T, one: Course, currency: string): string {
  const money = one.spent !== undefined ? t('growing.spent', { amount: amount(one.spent, currency) }) : one.money === 'back' ? t('growing.back') : one.price !== undefined ? amount(one.price, currency) : ''
  const days = [one.from, one.to].filter(text => text !== undefined).map(text => dayName(text, lang.value)).join(' – ')
  return [one.provider, days, one.planned_minutes > 0 ? hours(t, one.planned_minutes) : '', money].filter(text => text).join(' · ')
}

function Row({ course, whole, again }: { course: Course; whole: Whole; again: () => void }) {
  const t = useT('growing')
  const saving = useSaving()
  const finishing = useSignal(false)
  const name = course.title ?? course.id
  const move = (state: 'under_way' | 'given_up', money: boolean): void => void saving.run(() => call('moveGrowing', { path: { id: course.id }, body: { state, ...money && { money_back: true, reason: t('growing.up.reason') } } })).then(done => { if (done) again() })
  const over = course.state === 'finished' || course.state === 'given_up'
  return <>
    <div class="row wrap"><b class="w5">{course.link ? <a href={course.link} target="_blank" rel="noopener noreferrer">{name}</a> : name}</b><Tag {...TONES[course.state] && { tone: TONES[course.state]! }}>{t(`growing.state.${course.state}`)}</Tag></div>
    <p class="t12 m">{about(t, course, whole.terms.currency ?? '')}</p>
    {course.note && <p class="t13">{course.note}</p>}
    {course.certificate && <p class="row wrap g3 t13"><Icon name="cap" small />{course.certificate.name} {course.certificate.expires && t('growing.until', { day: dayName(course.certificate.expires, lang.value) })} {course.certificate.holds ? <Tag tone="can">{t('growing.holds', { name: course.certificate.holds })}</Tag> : t('growing.waits')}</p>}
    {!over && course.price !== undefined && course.money !== 'agreed' && course.money !== 'asked' && <Spend course={course} whole={whole} again={again} />}
    <div class="row wrap g3">
      {(course.state === 'agreed' || course.state === 'wished') && (course.price === undefined || course.money === 'agreed') && <Button size="sm" onClick={() => move('under_way', false)}>{t('growing.begin')}</Button>}
      {(course.state === 'under_way' || (course.state === 'finished' && !course.certificate)) && <Button size="sm" onClick={() => { finishing.value = true }}>{course.state === 'finished' ? t('growing.brought') : t('growing.finish')}</Button>}
      {!over && <Button size="sm" kind="quiet" onClick={() => move('given_up', course.money === 'agreed')}>{course.money === 'agreed' ? t('growing.up.back') : t('growing.up')}</Button>}
    </div>
    {saving.problem.value && <Told problem={saving.problem.value} />}
    <Finish open={finishing} course={course} again={again} />
  </>
}

// --- the price ---

/** The effect before the act; within the room at once, beyond it to a person. */
function Spend({ course, whole, again }: { course: Course; whole: Whole; again: () => void }) {
  const t = useT('growing')
  const currency = whole.terms.currency ?? ''
  const saving = useSaving()
  const price = parse(course.price!, currency)
  const within = price && whole.options.find(one => { const most = one.up_to === undefined ? null : parse(one.up_to, currency); return one.up_to === undefined || (most !== null && cmp(price, most) <= 0) })
  const ask = whole.asks[0]
  if (!price) return null
  const rows: EffectRow[] = (within?.effect ?? []).flatMap(one => {
    const left = one.left === undefined ? null : parse(one.left, currency)
    return left && cmp(price, left) <= 0 ? [{ name: one.label ?? one.budget, from: left, to: sub(left, price) }] : []
  })
  const spend = async (action: string): Promise<void> => {
    const undo = boot.settings.undo_seconds
    const made = await saving.run(() => call('spendGrowing', { path: { id: course.id }, body: { action, amount: wire(price), ...within && undo > 0 && { undo: `${undo}s` } } }))
    if (!made) return
    const decision = made.decision
    if (decision.verdict === 'ask') await saving.run(() => call('ask', { path: { id: decision.id }, body: {} }), t('growing.asked'))
    else if (decision.verdict === 'granted') toast({ says: t('growing.given', { amount: shown(price) }), ...undo > 0 && { for: undo * 1000, act: { name: t('growing.undo'), run: () => void saving.run(() => call('releaseHold', { path: { id: decision.id }, body: {} })).then(again) } } })
    again()
  }
  const action = within?.action ?? ask?.action
  return <div class="col g3 tr-spend">
    {within && rows.length > 0 && <Effect rows={rows} />}
    {action === undefined ? <p class="t13 m">{t('growing.nobody')}</p>
      : <div><Button kind={within ? 'pri' : 'ask'} busy={saving.busy.value ? t('common.saving') : undefined} onClick={() => void spend(action)}>{within ? t('growing.spend', { amount: shown(price) }) : ask?.first?.name ? t('growing.ask', { name: ask.first.name, amount: shown(price) }) : t('growing.ask.who', { amount: shown(price) })}</Button></div>}
    {saving.problem.value && <Told problem={saving.problem.value} />}
  </div>
}

// --- forms ---

interface FormProps { open: Signal<boolean>; again: () => void }

function Write({ open, currency, again }: FormProps & { currency: string }) {
  const t = useT('growing')
  const f = useMemo(() => ({ title: signal(''), provider: signal(''), link: signal(''), price: signal(''), from: signal(''), to: signal(''), planned: signal(''), note: signal(''), shared: signal(false), bad: signal('') }), [])
  const saving = useSaving()
  const send = async (): Promise<void> => {
    const price = f.price.value.trim() === '' ? undefined : read(f.price.value, currency, lang.value)
    f.bad.value = f.title.value.trim() === '' ? 'title' : typeof price === 'string' ? 'price' : ''
    if (f.bad.value !== '' || typeof price === 'string') return
    const text = { title: f.title.value, provider: f.provider.value, link: f.link.value, note: f.note.value, from: f.from.value, to: f.to.value }
    const body = { ...text, shared: f.shared.value, ...price && { price: wire(price) }, planned_minutes: minutesPlanned(f.planned.value) }
    const made = await saving.run(() => call('addGrowing', { body }))
    if (!made) return
    open.value = false
    for (const one of [f.title, f.provider, f.link, f.price, f.from, f.to, f.planned, f.note]) one.value = ''
    again()
  }
  return <Dialog open={open} title={t('growing.add')} footer={<><Button kind="pri" busy={saving.busy.value ? t('common.saving') : undefined} onClick={() => void send()}>{t('growing.keep')}</Button><Button onClick={() => { open.value = false }}>{t('common.close')}</Button></>}>
    <form class="col g4" onSubmit={submit(() => void send())}>
      <Field label={t('growing.title')} value={f.title} maxLength={500} required autocomplete="off" fault={f.bad.value === 'title' ? t('growing.title.need') : undefined} />
      <Field label={t('growing.provider')} value={f.provider} maxLength={500} autocomplete="off" />
      <Field label={t('growing.link')} value={f.link} type="url" maxLength={2000} placeholder="https://" autocomplete="off" />
      <div><span class="lbl">{t('growing.price')}</span><Amount label={t('growing.price')} value={f.price} currency={currency} fault={f.bad.value === 'price' ? t('growing.price.bad') : undefined} /></div>
      <div class="tr-log"><Field label={t('growing.from')} value={f.from} type="date" /><Field label={t('growing.to')} value={f.to} type="date" /><Field label={t('growing.planned')} value={f.planned} inputMode="numeric" maxLength={4} autocomplete="off" /></div>
      <TextArea label={t('growing.note')} value={f.note} rows={2} maxLength={4000} /><Check label={t('growing.share')} value={f.shared} />
      <button type="submit" hidden />{saving.problem.value && <Told problem={saving.problem.value} />}
    </form></Dialog>
}

const minutesPlanned = (text: string): number => /^\d{1,4}$/.test(text.trim()) ? Number(text) * MINUTES : 0

function Finish({ open, course, again }: FormProps & { course: Course }) {
  const t = useT('growing')
  const f = useMemo(() => ({ name: signal(''), issuer: signal(''), issued: signal(calendarDay(serverNow())), expires: signal(''), evidence: signal('') }), [])
  const saving = useSaving()
  const send = async (): Promise<void> => {
    const name = f.name.value.trim()
    const certificate = { name, issuer: f.issuer.value, issued: f.issued.value, expires: f.expires.value, evidence: f.evidence.value }
    const made = await saving.run(() => call('moveGrowing', { path: { id: course.id }, body: { state: 'finished', ...name !== '' && { certificate } } }))
    if (made) { open.value = false; again() }
  }
  return <Dialog open={open} title={t('growing.finish.of', { title: course.title ?? '' })} footer={<><Button kind="pri" busy={saving.busy.value ? t('common.saving') : undefined} onClick={() => void send()}>{t('growing.finish')}</Button><Button onClick={() => { open.value = false }}>{t('common.close')}</Button></>}>
    <div class="col g4"><p class="t13 m">{t('growing.finish.text')}</p>
      <Field label={t('growing.cert')} hint={t('growing.cert.hint')} value={f.name} maxLength={500} autocomplete="off" /><Field label={t('growing.issuer')} value={f.issuer} maxLength={500} autocomplete="off" />
      <div class="tr-log"><Field label={t('growing.issued')} value={f.issued} type="date" /><Field label={t('growing.expires')} value={f.expires} type="date" /></div>
      <Field label={t('growing.evidence')} value={f.evidence} type="url" maxLength={2000} placeholder="https://" autocomplete="off" />{saving.problem.value && <Told problem={saving.problem.value} />}</div></Dialog>
}

// --- whom one leads ---

type Line = GrowingTeam['people'][number]

function Team({ currency }: { currency: string }) {
  const t = useT('growing')
  const all = useResource(() => resource(signal => call('getGrowingTeam', { signal }), { kinds: KINDS }), [])
  const vouching = useMemo(() => ({ open: signal(false), course: signal<Course | null>(null) }), [])
  return <Data of={all}>{team => {
    const columns: Col<Line>[] = [
      { name: t('growing.who'), cell: one => <Person name={one.name ?? one.person} kind="human" /> },
      { name: t('growing.courses'), cell: one => one.items.length === 0 ? <span class="f">–</span> : <ul class="tr-holds">{one.items.map(of => <li key={of.id}>{of.title} <Tag {...TONES[of.state] && { tone: TONES[of.state]! }}>{t(`growing.state.${of.state}`)}</Tag> {of.spent !== undefined && amount(of.spent, currency)}
        {of.certificate && !of.certificate.holds && may('VOUCH', 'team') && <Button size="xs" aria-label={t('growing.vouch.of', { name: one.name ?? one.person, title: of.title ?? '' })} onClick={() => { vouching.course.value = of; vouching.open.value = true }}>{t('growing.vouch')}</Button>}{of.certificate?.holds && <Tag tone="can">{of.certificate.holds}</Tag>}</li>)}</ul> },
      { name: t('growing.hours'), right: true, cell: one => hours(t, one.minutes) },
    ]
    return <section class="card" aria-labelledby="gw-team"><div class="hd"><h2 id="gw-team">{t('growing.team')}</h2><span class="sp" /><span class="t12 f">{team.year}</span></div>
      {team.people.length === 0 ? <Empty title={t('growing.team.none')} /> : <div class="tr-wide" data-scrolls tabIndex={0} role="group" aria-label={t('growing.team')}><Table label={t('growing.team')} columns={columns} count={team.people.length} get={row => team.people[row]} rowKey={one => one.person} /></div>}
      {vouching.course.value && <Vouch key={vouching.course.value.id} open={vouching.open} course={vouching.course.value} again={() => void all.refresh()} />}</section>
  }}</Data>
}

function Vouch({ open, course, again }: FormProps & { course: Course }) {
  const t = useT('growing')
  const f = useMemo(() => ({ name: signal(''), until: signal(course.certificate?.expires ?? ''), reason: signal('') }), [])
  const saving = useSaving()
  const send = async (): Promise<void> => {
    const made = await saving.run(() => call('vouchGrowing', { path: { id: course.id }, body: { certificate: f.name.value.trim(), reason: f.reason.value.trim(), ...f.until.value !== '' && { until: f.until.value } } }))
    if (made) { open.value = false; again() }
  }
  return <Dialog open={open} title={t('growing.vouch')} footer={<><Button kind="pri" busy={saving.busy.value ? t('common.saving') : undefined} onClick={() => void send()}>{t('growing.vouch')}</Button><Button onClick={() => { open.value = false }}>{t('common.close')}</Button></>}>
    <div class="col g4"><p class="t13 m">{[course.certificate?.name, course.certificate?.issuer].filter(text => text).join(', ')} {course.certificate?.evidence && <a href={course.certificate.evidence} target="_blank" rel="noopener noreferrer">{t('growing.evidence')}</a>}</p>
      <Field label={t('growing.vouch.as')} hint={t('growing.vouch.hint')} value={f.name} maxLength={200} required autocomplete="off" /><Field label={t('growing.expires')} value={f.until} type="date" />
      <TextArea label={t('growing.vouch.reason')} value={f.reason} rows={2} maxLength={2000} />{saving.problem.value && <Told problem={saving.problem.value} />}</div></Dialog>
}
