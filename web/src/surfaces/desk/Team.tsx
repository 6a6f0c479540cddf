/* The team's room, least first: who has little left, who gives nothing. Both are reasons to look, in the same words. */
import { signal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import { Avatar, Button, Ruler, Skeleton, Tag } from '../../ui/index.ts'
import { call, pages } from '../../lib/api.ts'
import { boot } from '../../lib/boot.ts'
import { lang, useT } from '../../lib/i18n.ts'
import type { Budget } from '../../lib/model.ts'
import { resource, useResource, type Resource } from '../../lib/resource.ts'
import { currency, me } from './desk.ts'
import { teamRoom, type Line, type TeamRoom } from './share.ts'
import { PartFailed } from './Part.tsx'
import { MoreRoom } from './parts.ts'
import { dayText, short } from './words.ts'

const linesMost = 12
const pageRows = 200
const peopleMost = 1000
const kinds = ['decision', 'hold.*', 'decision.reversed', 'person.changed', 'policy.*']

/** Whoever reaches everybody looks at their own team here; without a team, at all. */
function teamWanted(): string | undefined {
  return boot.me?.rights['SEE_BUDGETS'] === 'all' ? boot.me.person?.team : undefined
}

export interface TeamBudgets { members: Budget[]; own: Budget[] }

export function loadTeam(): Resource<TeamBudgets> {
  return resource<TeamBudgets>(async (abort) => {
    const members: Budget[] = []
    for await (const page of pages('listBudgets', { query: { of: 'members', team: teamWanted(), limit: pageRows }, signal: abort })) {
      members.push(...page.items)
      if (members.length >= peopleMost) {
        break
      }
    }
    const own = me === '' ? [] : (await call('listBudgets', { query: { agent: me }, signal: abort })).items
    return { members, own: own.filter((budget) => budget.scope['agent'] === me && budget.per.length === 1) }
  }, { kinds, quiet: 800 })
}

function monthText(team: TeamRoom): string | null {
  return team.together?.window === 'month' ? new Intl.DateTimeFormat(lang.value, { month: 'long', timeZone: boot.me?.time_zone ?? 'UTC' }).format(Date.now()) : null
}

export function Team() {
  const t = useT('desk')
  const budgets = useResource(loadTeam, [])
  const all = useMemo(() => signal(false), [])
  const more = useMemo(() => signal(false), [])
  const data = budgets.data.value
  if (data === undefined) {
    return <section class="card" aria-labelledby="team"><div class="hd"><h2 id="team">{t('desk.team.title')}</h2></div>
      <div class="pad-s">{budgets.problem.value !== null ? <PartFailed problem={budgets.problem.value} again={budgets.refresh} /> : budgets.slow.value && <Skeleton rows={['w80', 'h28', 'w60', 'h28', 'w80']} />}</div></section>
  }
  const team = teamRoom(data.members, currency, me)
  const own = teamRoom(data.own.map((budget) => ({ ...budget, name: me })), currency, '').lines[0]
  const month = monthText(team)
  const shown = all.value ? team.lines : team.lines.slice(0, linesMost)
  const each = team.together?.each ?? null
  const mayChange = boot.me?.rights['CHANGE_PEOPLE'] === 'all' && team.lines.length > 0
  return <section class="card" aria-labelledby="team">
    <div class="hd"><h2 id="team">{month === null ? t('desk.team.title') : t('desk.team.month', { month })}</h2><span class="sp" />
      <span class="t12 f">{each === null ? t('desk.team.left') : t('desk.team.each', { amount: short(each) })}</span></div>
    <div class="pad-s">
      {team.together !== null && <Sum name={t('desk.team.together', { n: team.together.people })} left={team.together.left} amount={team.together.amount} />}
      {own !== undefined && <div class={team.together === null ? '' : 'mt5'}><Sum name={t('desk.team.own')} left={own.left} amount={own.amount} /></div>}
      {team.together === null && own === undefined && <p class="t13 m">{t('desk.team.none')}</p>}
    </div>
    {shown.length > 0 && <><hr class="hr" /><ul class="lees">{shown.map((line) => <Person key={line.person} line={line} plain={line.label !== team.together?.label} />)}</ul></>}
    {(team.lines.length > linesMost || mayChange) && <div class="pad-s col">
      {team.lines.length > linesMost && !all.value && <Button size="sm" kind="quiet" wide onClick={() => { all.value = true }}>{t('desk.team.all', { n: team.lines.length - linesMost })}</Button>}
      {mayChange && <Button size="sm" wide onClick={() => { more.value = true }}>{t('desk.team.more')}</Button>}
    </div>}
    {more.value && <MoreRoom open={more} lines={team.lines} done={() => void budgets.refresh()} />}
  </section>
}

function Sum({ name, left, amount }: { name: string; left: Line['left']; amount: Line['amount'] }) {
  const t = useT('desk')
  return <>
    <div class="row t13"><span>{name}</span><span class="sp" /><span class="nw"><b>{short(left)}</b> <span class="f">{t('desk.team.of', { amount: short(amount) })}</span></span></div>
    <div class="mt2"><Ruler left max={amount} own={left} label={t('desk.team.bar', { name, left: short(left), amount: short(amount) })} /></div>
  </>
}

function Person({ line, plain }: { line: Line; plain: boolean }) {
  const t = useT('desk')
  const bar = t('desk.team.bar', { name: line.name, left: short(line.left), amount: short(line.amount) })
  const low = line.low ? (line.until === undefined ? t('desk.team.low.plain') : t('desk.team.low', { day: dayText(line.until) })) : null
  const says = line.idle ? t('desk.team.idle', { n: line.days }) : low !== null && line.left.minor === 0n ? low : null
  return <li class={line.idle ? 'lee flag' : 'lee'}>
    <Avatar name={line.name} kind={line.kind} size="s" />
    <span class="ell">{line.name}{line.kind === 'ai' && <> <Tag>{t('desk.decided.ai')}</Tag></>}{plain && <span class="f t12"> {line.label}</span>}</span>
    <progress class={line.low ? 'bar low' : 'bar can'} max={100} value={line.share} aria-label={bar} />
    <span class="r nw">{short(line.left)}</span>
    {says !== null && <small>{says}</small>}
  </li>
}
