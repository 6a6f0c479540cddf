// The huddle: a team's page of a week, read by the team, made and published by its lead, put on paper. Editing comes when it is wanted.
import { signal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import type { Huddle as Page, HuddleCase, HuddleCause, HuddleFigures, HuddleList, HuddleSection, HuddleThanks, HuddleVersion } from '../../lib/api-types.ts'
import { call, callFull, Problem } from '../../lib/api.ts'
import { boot } from '../../lib/boot.ts'
import { lang, useT } from '../../lib/i18n.ts'
import { format, parse } from '../../lib/money.ts'
import { resource, useResource } from '../../lib/resource.ts'
import { place, setQuery } from '../../lib/router.ts'
import { at, day, dayName, length } from '../../lib/time.ts'
import { Button, Empty, Note, Print, Select, SheetHead, Tag, toast } from '../../ui/index.ts'
import { Data, useSaving } from '../people/form.tsx'
import { lazy } from '../policy/lazy.tsx'
import { Told } from '../policy/told.tsx'
import { compared } from './compared.ts'
import type { EditProps } from './HuddleEdit.tsx'
import { isWeek, weeksBack } from './weeks.ts'

const Edit = lazy<EditProps>(() => import('./HuddleEdit.tsx').then(part => part.HuddleEdit))

const WEEKS = 16
const percent = (share: string): string => new Intl.NumberFormat(lang.value, { style: 'percent', maximumFractionDigits: 0 }).format(Number(share))

export function money(text: string, currency = 'USD'): string {
  const value = parse(text, currency)
  return value === null ? text : format(value, lang.value, 'exact')
}

/** Why a case is proposed, as a sentence. */
export function Why({ of, currency }: { of: HuddleCase; currency: string | undefined }) {
  const t = useT('huddle')
  const values = { n: of.similar ?? 0, given: of.given ?? 0, median: money(of.median ?? '0', currency), high: money(of.high ?? '0', currency), wait: length((of.waited_seconds ?? 0) * 1000, lang.value) }
  const hard = of.hard?.map(one => t(`huddle.hard.${one}`)).join(', ') ?? ''
  return <span>{of.why === 'thanked' && of.by_customer ? t('huddle.why.thanked.customer') : t(`huddle.why.${of.why}`, { ...values, hard })}</span>
}

export const whatOf = (of: HuddleCase, currency: string | undefined): string => [of.action_label ?? of.action, of.cause_label ?? of.cause, of.amount && money(of.amount, currency)].filter(Boolean).join(' · ')

function Case({ of, page }: { of: HuddleCase; page: Page }) {
  const t = useT('huddle')
  const brilliant = of.kind === 'brilliant'
  return <section class="hud-case" data-kind={of.kind}>
    <h4><Tag tone={brilliant ? 'can' : 'ask'}>{t(`huddle.kind.${of.kind}`)}</Tag> {brilliant && of.agent_name}</h4>
    <p class="t13 w6">{whatOf(of, page.currency)}</p>
    <p class="t13 m"><Why of={of} currency={page.currency} /></p>
    {of.text && <blockquote>{of.text}</blockquote>}
    {page.writes && <p class="t12 f no-print">{t('huddle.only-you', { case: of.case ?? of.of ?? '', name: of.agent_name ?? '' })}</p>}
  </section>
}

function Figures({ of, currency }: { of: HuddleFigures | HuddleCause; currency: string | undefined }) {
  const t = useT('huddle')
  return <>{t('huddle.cases', { n: of.cases })}{of.amount && `, ${money(of.amount, currency)}`}{of.rating && `, ${t('huddle.rated', { share: percent(of.rating), n: of.ratings })}`}</>
}

function Causes({ page }: { page: Page }) {
  const t = useT('huddle')
  const causes = page.causes?.filter(one => !one.left_out) ?? []
  if (page.withheld) return <p class="t13 m">{t('huddle.withheld')}</p>
  if (causes.length === 0) return <p class="t13 m">{t('huddle.causes.none')}</p>
  return <><div class="hud-wide" data-scrolls tabIndex={0} role="group" aria-label={t('huddle.section.causes')}><table class="tbl"><thead><tr><th scope="col">{t('huddle.cause')}</th><th scope="col">{t('huddle.week.this')}</th><th scope="col">{t('huddle.week.before')}</th></tr></thead>
    <tbody>{causes.map(one => <tr key={one.cause ?? ''}><th scope="row" class="w6">{one.cause_label ?? one.cause ?? t('huddle.cause.none')}{one.few && ' *'}</th><td><Figures of={one} currency={page.currency} /></td><td><Figures of={one.before} currency={page.currency} /></td></tr>)}</tbody></table></div>
    {causes.some(one => one.few) && <p class="t12 f">{t('huddle.few')}</p>}</>
}

function Version({ of }: { of: HuddleVersion }) {
  const t = useT('huddle')
  return <section class="ackd col g3"><h4>{t('huddle.version', { n: of.version })}{of.note && `: ${of.note}`}</h4>
    {of.reason && <p class="t13">{t('huddle.version.why', { reason: of.reason })}</p>}
    {of.changes.flatMap((one, i) => one.words.map(word => <p key={`${i}${word.rule}`} class="t13" lang="en">{word.before === undefined ? <ins>{word.after}</ins> : word.after === undefined ? <del>{word.before}</del>
      : compared(word.before, word.after).map((part, k) => part.is === 'same' ? part.text : part.is === 'old' ? <del key={k}>{part.text}</del> : <ins key={k}>{part.text}</ins>)}</p>))}
    {of.people > 0 && <p class="t12 f">{of.unread === 0 ? t('huddle.read.all') : t('huddle.read.not', { n: of.unread, of: of.people })}</p>}</section>
}

const Said = ({ of }: { of: HuddleThanks }) => {
  const t = useT('huddle')
  return <section class="hud-case"><h4>{of.customer || !of.by_name ? t('huddle.thanks.customer', { to: of.to_name ?? '' }) : t('huddle.thanks.by', { to: of.to_name ?? '', by: of.by_name })}</h4><blockquote>{of.words}</blockquote></section>
}

function Section({ name, page }: { name: HuddleSection; page: Page }) {
  const t = useT('huddle')
  const versions = page.versions?.filter(one => !one.left_out) ?? []
  const thanks = page.thanks?.filter(one => !one.left_out) ?? []
  const empty = <p class="t13 m">{t(`huddle.none.${name}`)}</p>
  return <section class="col g4" aria-labelledby={`hud-${name}`}><h3 id={`hud-${name}`}>{t(`huddle.section.${name}`)}</h3>
    {name === 'cases' ? page.cases?.length ? <div class="hud-three">{page.cases.map(one => <Case key={one.kind + (one.of ?? one.action ?? '')} of={one} page={page} />)}</div> : empty
      : name === 'causes' ? <Causes page={page} />
        : name === 'changes' ? versions.length ? versions.map(one => <Version key={one.version} of={one} />) : empty
          : thanks.length ? <div class="hud-three">{thanks.map(one => <Said key={one.id} of={one} />)}</div> : empty}</section>
}

function Sheet({ page, edit, publish, saving }: { page: Page; edit: () => void; publish: () => void; saving: ReturnType<typeof useSaving> }) {
  const t = useT('huddle')
  const state = page.state === 'published' ? t('huddle.published', { name: page.published_by_name ?? page.published_by ?? '', day: day(at(page.published_at ?? ''), lang.value) }) : t(page.over ? 'huddle.draft' : 'huddle.draft.running')
  const copy = () => { void navigator.clipboard.writeText(page.markdown).then(() => toast({ says: t('huddle.copied') })) }
  return <article class="card hud" aria-labelledby="hud-title">
    <SheetHead title={t('huddle.title', { week: page.week })} team={page.team_name ?? page.team} since={page.from} until={new Date(at(page.until) - 1).toISOString()} />
    <div class="hd wraps"><h2 id="hud-title">{page.team_name ?? page.team}, {page.week}</h2><span class="sp" /><span class="row wrap g3 no-print">
      {page.writes && <Button size="sm" onClick={edit}>{t(page.state === 'published' ? 'huddle.correct' : 'huddle.edit')}</Button>}
      {page.writes && (page.state === 'draft' || page.changed) && <Button size="sm" kind="pri" busy={saving.busy.value ? t('huddle.publishing') : undefined} onClick={publish}>{t(page.state === 'draft' ? 'huddle.publish' : 'huddle.publish.again')}</Button>}
      <Button size="sm" kind="quiet" onClick={copy}>{t('huddle.copy')}</Button></span></div>
    <div class="pad col g6"><p class="t12 f">{t('huddle.days', { from: dayName(page.first_day, lang.value), to: dayName(page.last_day, lang.value) })}. {state}</p>
      {saving.problem.value && <Told problem={saving.problem.value} />}
      {page.writes && page.changed && <Note kind="ask">{t('huddle.changed')}</Note>}
      {page.words && <p class="hud-words">{page.words}</p>}
      {page.sections.map(name => <Section key={name} name={name} page={page} />)}
      {page.writes && !!page.quiet?.length && <p class="t12 f no-print">{t('huddle.quiet', { names: page.quiet.map(one => one.name).join(', ') })}</p>}</div>
  </article>
}

interface Loaded { page: Page | null; etag: string | null }

function One({ team, week }: { team: string; week: string }) {
  const t = useT('huddle')
  const state = useMemo(() => ({ editing: signal(false), draft: signal(false) }), [team, week])
  const saving = useSaving()
  const path = { team, week }
  const load = async (abort: AbortSignal): Promise<Loaded> => {
    try {
      const { body, etag } = await callFull('getHuddle', { path, ...state.draft.value && { query: { draft: true } }, signal: abort })
      return { page: body, etag }
    } catch (problem) {
      if (problem instanceof Problem && problem.kind === 'not-found') return { page: null, etag: null }
      throw problem
    }
  }
  const read = useResource(() => resource(load, { kinds: ['huddle.published'], when: () => !state.editing.value }), [team, week])
  const show = (draft: boolean, editing: boolean) => { state.draft.value = draft; void read.refresh().then(() => { state.editing.value = editing }) }
  return <Data of={read}>{({ page, etag }) => {
    if (page === null) return <div class="card"><Empty title={t('huddle.not-there')}>{t('huddle.not-there.text')}</Empty></div>
    const publish = async () => {
      const done = await saving.run(() => call('publishHuddle', { path, body: {}, ...etag !== null && { ifMatch: etag } }), t('huddle.publish.done', { team: page.team_name ?? page.team }))
      if (done) show(false, false)
    }
    if (state.editing.value) return <Edit page={page} etag={etag} done={saved => show(saved, false)} />
    return <Sheet page={page} saving={saving} edit={() => show(true, true)} publish={() => void publish()} />
  }}</Data>
}

function Chosen({ list }: { list: HuddleList }) {
  const t = useT('huddle')
  const asked = place.value.query
  const own = boot.me?.person?.team
  const team = list.teams.find(one => one.team === asked.get('team')) ?? list.teams.find(one => one.team === own) ?? list.teams[0]
  if (team === undefined) return <div class="card"><Empty title={t('huddle.not-there')}>{t('huddle.not-there.text')}</Empty></div>
  const states = new Map(list.items.filter(one => one.team === team.team).map(one => [one.week, one.state]))
  const week = isWeek(asked.get('week') ?? '') ? asked.get('week')! : team.writes ? list.last_week : [...states.keys()][0] ?? list.last_week
  const weeks = [...new Set([...weeksBack(list.this_week, WEEKS), week])].sort().reverse()
  const choice = { team: signal(team.team), week: signal(week) }
  return <div class="col g6"><div class="row g4 no-print hud-choice">
    {list.teams.length > 1 && <Select label={t('huddle.team')} value={choice.team} options={list.teams.map(one => ({ value: one.team, text: one.name ?? one.team }))} onChange={event => setQuery({ team: event.currentTarget.value })} />}
    <Select label={t('huddle.week')} value={choice.week} options={weeks.map(value => ({ value, text: states.has(value) ? `${value} · ${t(`huddle.state.${states.get(value)!}`)}` : value }))} onChange={event => setQuery({ week: event.currentTarget.value })} />
    <span class="sp" /><Print /></div>
    <One key={`${team.team} ${week}`} team={team.team} week={week} /></div>
}

export function Huddle() {
  const list = useResource(() => resource(signal => call('listHuddles', { signal }), { kinds: ['huddle.published'] }), [])
  return <Data of={list}>{value => <Chosen list={value} />}</Data>
}
