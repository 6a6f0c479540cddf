// Everybody that the caller may see, narrowed by words and marks that stand in the address.
import { signal } from '@preact/signals'
import { useEffect, useMemo, useRef } from 'preact/hooks'
import { boot } from '../../lib/boot.ts'
import { lang, useT } from '../../lib/i18n.ts'
import { useKeys } from '../../lib/keys.ts'
import type { Budget, Person as PersonRow } from '../../lib/model.ts'
import { format, parse } from '../../lib/money.ts'
import { go, place, setQuery } from '../../lib/router.ts'
import { at, when } from '../../lib/time.ts'
import { may } from '../../shell/rights.ts'
import { Empty, Icon, Person, Seg, Skeleton, Table, Tag, type Col } from '../../ui/index.ts'
import { Told } from '../policy/told.tsx'
import { useChoices } from './choices.ts'
import { filterOf, partOf, PEOPLE_MAX, rosterOf, type Filter, type Roster } from './roster.ts'

const LOW = 15
const TYPED_MS = 200

export function People() {
  const t = useT('people')
  const filter = filterOf(place.value.query)
  const roster = useRoster(filter)
  const count = roster.count.value
  return <section class="card" aria-label={t('people.part.people')}>
    <Narrow filter={filter} count={count} />
    {roster.problem.value && <div class="pad-s"><Told problem={roster.problem.value} again={roster.again} reading /></div>}
    {count === undefined && roster.problem.value === null && <div class="pad"><Skeleton rows={['h28', 'h28', 'h28', 'h28']} /></div>}
    {count === 0 && <Empty title={t('people.none')}>{t('people.none.text')}</Empty>}
    {count !== undefined && count > 0 && <Rows key={roster.id} roster={roster} count={count} />}
    {count === PEOPLE_MAX && <p class="pad-s t12 f">{t('people.more', { n: PEOPLE_MAX })}</p>}
  </section>
}

// While another filter is read for the first time, what the one before found stays on the screen.
function useRoster(filter: Filter): Roster {
  const name = JSON.stringify(filter)
  const room = may('SEE_BUDGETS', 'team')
  const made = useMemo(() => rosterOf(filter, room), [name])
  const shown = useRef(made)
  const old = shown.current
  const isThere = made.count.value !== undefined || made.problem.value !== null
  useEffect(() => { if (isThere && old !== made) { shown.current = made; old.dispose() } }, [isThere, made])
  useEffect(() => () => { if (shown.current !== made) made.dispose() }, [made])
  useEffect(() => () => shown.current.dispose(), [])
  return isThere ? made : old
}

function Rows({ roster, count }: { roster: Roster; count: number }) {
  const t = useT('people')
  void roster.version.value
  return <Table sticky label={t('people.part.people')} columns={columns(t, roster)} count={count} get={roster.get} need={roster.need} rowKey={one => one.id} open={one => go(`/people/p/${encodeURIComponent(one.id)}`)} />
}

function columns(t: ReturnType<typeof useT<'people'>>, roster: Roster): Col<PersonRow>[] {
  const none = <span class="f">–</span>
  const rows: Col<PersonRow>[] = [
    { name: t('people.name'), cell: one => <Person name={one.name ?? one.id} kind={one.kind} here={one.active && one.online === true} /> },
    { name: t('people.tier'), cell: one => one.active ? one.tier ?? none : <Tag tone="line">{t('people.left')}</Tag> },
    { name: t('people.team'), cell: one => one.team_path ?? one.team ?? none },
    { name: t('people.seen'), cell: one => <Seen person={one} /> },
    { name: t('people.cases'), right: true, cell: one => one.open_cases === undefined || one.open_cases === 0 ? none : <span class={one.active ? undefined : 'warn-t'}>{one.open_cases}</span> },
  ]
  if (may('SEE_BUDGETS', 'team')) rows.push({ name: t('people.room'), right: true, cell: one => <Room budget={roster.left(one.id)} /> })
  rows.push(
    { name: t('people.roles'), cell: one => one.roles.map(role => t(`people.role.${role}`)).join(', ') || none },
    { name: t('people.holds'), cell: one => <span class="ell holds">{one.holds.map(hold => hold.name).join(', ') || none}</span> },
  )
  return rows
}

/** Whether somebody has a page open now; else when the record saw them last, if it did. */
export function Seen({ person }: { person: PersonRow }) {
  const t = useT('people')
  if (person.active && person.online) return <>{t('people.online')}</>
  return person.seen ? <>{when(at(person.seen), lang.value)}</> : <span class="f">–</span>
}

function Room({ budget }: { budget: Budget | undefined }) {
  const currency = boot.me?.currency ?? 'USD'
  const money = parse(budget?.left ?? '', currency)
  if (!budget || !money) return <span class="f">–</span>
  const part = partOf(budget, currency)
  return <span class="lee2"><progress class={part < LOW ? 'bar low' : 'bar can'} max={100} value={part} aria-hidden="true" />{format(money, lang.value, 'short')}</span>
}

// Words wait for a pause in the typing; another address (Back, a link) writes them anew.
function Words({ q }: { q: string }) {
  const t = useT('people')
  const typed = useMemo(() => signal(q), [])
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  const told = useRef(q)
  useEffect(() => {
    if (q !== told.current) typed.value = told.current = q
  }, [q])
  useEffect(() => () => clearTimeout(timer.current), [])
  const tell = () => {
    told.current = typed.value.trim()
    setQuery({ q: told.current || null })
  }
  const type = (text: string) => {
    typed.value = text
    clearTimeout(timer.current)
    timer.current = setTimeout(tell, TYPED_MS)
  }
  return <input id="people-q" class="in q" type="search" placeholder={t('people.filter')} aria-label={t('people.filter')} maxLength={200} value={typed.value} onInput={event => type(event.currentTarget.value)} />
}

function Narrow({ filter, count }: { filter: Filter; count: number | undefined }) {
  const t = useT('people')
  const choices = useChoices()
  const who = useMemo(() => signal(filter.who || 'here'), [filter.who])
  const named = (options: { value: string; text: string }[], own: string) => own === '' || options.some(one => one.value === own) ? options : [...options, { value: own, text: own }]
  const teams = choices.teams.value.filter(one => one.value !== '')
  const tiers = choices.tiers.value.filter(one => one.value !== '')
  useKeys([{ id: 'people.filter', keys: '/', name: t('people.filter'), run: event => { event.preventDefault(); document.getElementById('people-q')?.focus() } }])
  const select = (name: 'kind' | 'tier' | 'role' | 'team', options: { value: string; text: string }[]) => <span class="selw"><select class="in" aria-label={t(`people.${name === 'role' ? 'roles' : name}`)} value={filter[name]} onChange={event => setQuery({ [name]: event.currentTarget.value || null })}>
    <option value="">{t(`people.any.${name}`)}</option>{named(options, filter[name]).map(one => <option key={one.value} value={one.value} selected={one.value === filter[name]}>{one.text}</option>)}</select><Icon name="down" small /></span>
  return <div class="hd narrow-row">
    <h2>{t('people.part.people')}</h2><span class="f t13" role="status">{count === undefined ? '' : t('people.count', { n: count })}</span><Seg value={who} label={t('people.active')} onChange={next => setQuery({ who: next === 'here' ? null : next })} options={[{ value: 'here', text: t('people.who.here') }, { value: 'left', text: t('people.who.left') }, { value: 'all', text: t('people.who.all') }]} /><span class="sp" />
    <Words q={filter.q} />
    {select('team', teams)}{select('tier', tiers)}
    {select('kind', (['human', 'ai', 'service'] as const).map(value => ({ value, text: t(`people.kind.${value}`) })))}
    {select('role', (['lead', 'policy', 'people', 'quality', 'auditor', 'admin'] as const).map(value => ({ value, text: t(`people.role.${value}`) })))}
  </div>
}
