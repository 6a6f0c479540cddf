// Everybody that the caller may see, narrowed by words and marks that stand in the address.
import { useMemo } from 'preact/hooks'
import { signal } from '@preact/signals'
import { boot } from '../../lib/boot.ts'
import { lang, useT } from '../../lib/i18n.ts'
import type { Budget, Person as PersonRow } from '../../lib/model.ts'
import { format, parse } from '../../lib/money.ts'
import { resource, useResource } from '../../lib/resource.ts'
import { go, place, setQuery } from '../../lib/router.ts'
import { may } from '../../shell/rights.ts'
import { useKeys } from '../../lib/keys.ts'
import { Empty, Icon, Person, Seg, Skeleton, Table, Tag, type Col } from '../../ui/index.ts'
import { Told } from '../policy/told.tsx'
import { narrowed, partOf, PEOPLE_MAX, readLeft, readRoster, type Filter } from './roster.ts'

const LOW = 15

function filterOf(query: URLSearchParams): Filter {
  const text = (name: string) => query.get(name) ?? ''
  return { q: text('q'), kind: text('kind'), tier: text('tier'), role: text('role'), team: text('team'), who: text('who') }
}

export function People() {
  const t = useT('people')
  const filter = filterOf(place.value.query)
  const roster = useResource(() => resource(abort => readRoster(filter.team, filter.who, abort), { kinds: ['person.*', 'presence.changed', 'signin.set'], quiet: 500 }), [filter.team, filter.who])
  const left = useResource(() => resource(abort => may('SEE_BUDGETS', 'team') ? readLeft(filter.team, abort) : Promise.resolve(new Map<string, Budget>()), { kinds: ['decision', 'hold.*', 'decision.reversed'], quiet: 1000 }), [filter.team])
  const all = roster.data.value
  const rows = useMemo(() => all ? narrowed(all.items, filter).sort(byName) : [], [all, place.value])
  return <section class="card" aria-label={t('people.part.people')}>
    <Narrow filter={filter} all={all?.items ?? []} count={rows.length} />
    {roster.problem.value && <div class="pad-s"><Told problem={roster.problem.value} again={() => void roster.refresh()} reading /></div>}
    {!all && roster.slow.value && <div class="pad"><Skeleton rows={['h28', 'h28', 'h28', 'h28']} /></div>}
    {all && rows.length === 0 && <Empty title={t('people.none')}>{t('people.none.text')}</Empty>}
    {rows.length > 0 && <Table sticky label={t('people.part.people')} columns={columns(t, left.data.value)} count={rows.length} get={i => rows[i]} rowKey={one => one.id} open={one => go(`/people/p/${encodeURIComponent(one.id)}`)} />}
    {all?.more && <p class="pad-s t12 f">{t('people.more', { n: PEOPLE_MAX })}</p>}
  </section>
}

const byName = (a: PersonRow, b: PersonRow): number => (a.name ?? a.id).localeCompare(b.name ?? b.id)

function columns(t: ReturnType<typeof useT<'people'>>, left: Map<string, Budget> | undefined): Col<PersonRow>[] {
  const rows: Col<PersonRow>[] = [
    { name: t('people.name'), cell: one => <Person name={one.name ?? one.id} kind={one.kind} here={one.active && one.online === true} /> },
    { name: t('people.tier'), cell: one => one.active ? one.tier ?? <span class="f">–</span> : <Tag tone="line">{t('people.left')}</Tag> },
    { name: t('people.team'), cell: one => one.team_path ?? one.team ?? <span class="f">–</span> },
    { name: t('people.holds'), cell: one => <span class="ell holds">{one.holds.map(hold => hold.name).join(', ') || <span class="f">–</span>}</span> },
    { name: t('people.roles'), cell: one => one.roles.map(role => t(`people.role.${role}`)).join(', ') || <span class="f">–</span> },
  ]
  if (left && left.size > 0) rows.push({ name: t('people.room'), right: true, cell: one => <Room budget={left.get(one.id)} /> })
  return rows
}

function Room({ budget }: { budget: Budget | undefined }) {
  const currency = boot.me?.currency ?? 'USD'
  const money = parse(budget?.left ?? '', currency)
  if (!budget || !money) return <span class="f">–</span>
  const part = partOf(budget, currency)
  return <span class="lee2"><progress class={part < LOW ? 'bar low' : 'bar can'} max={100} value={part} aria-hidden="true" />{format(money, lang.value, 'short')}</span>
}

function Narrow({ filter, all, count }: { filter: Filter; all: PersonRow[]; count: number }) {
  const t = useT('people')
  const who = useMemo(() => signal(filter.who || 'here'), [])
  const tiers = [...new Set(all.flatMap(one => one.tier ?? []))].sort()
  const teams = [...new Set([filter.team, ...all.flatMap(one => one.team ?? [])].filter(one => one !== ''))].sort()
  useKeys([{ id: 'people.filter', keys: '/', name: t('people.filter'), run: event => { event.preventDefault(); document.getElementById('people-q')?.focus() } }])
  const select = (name: 'kind' | 'tier' | 'role' | 'team', options: { value: string; text: string }[]) => <span class="selw"><select class="in" aria-label={t(`people.${name === 'role' ? 'roles' : name}`)} value={filter[name]} onChange={event => setQuery({ [name]: event.currentTarget.value || null })}>
    <option value="">{t(`people.any.${name}`)}</option>{options.map(one => <option key={one.value} value={one.value}>{one.text}</option>)}</select><Icon name="down" small /></span>
  return <div class="hd narrow-row">
    <h2>{t('people.part.people')}</h2><span class="f t13" role="status">{t('people.count', { n: count })}</span><Seg value={who} label={t('people.active')} onChange={next => setQuery({ who: next === 'here' ? null : next })} options={[{ value: 'here', text: t('people.who.here') }, { value: 'left', text: t('people.who.left') }, { value: 'all', text: t('people.who.all') }]} /><span class="sp" />
    <input id="people-q" class="in q" type="search" placeholder={t('people.filter')} aria-label={t('people.filter')} value={filter.q} onInput={event => setQuery({ q: event.currentTarget.value || null })} />
    {select('team', teams.map(value => ({ value, text: value })))}{select('tier', tiers.map(value => ({ value, text: value })))}
    {select('kind', (['human', 'ai', 'service'] as const).map(value => ({ value, text: t(`people.kind.${value}`) })))}
    {select('role', (['lead', 'policy', 'people', 'quality', 'auditor', 'admin'] as const).map(value => ({ value, text: t(`people.role.${value}`) })))}
  </div>
}
