/* The team's room, least first: who has little left, who gives nothing. Both are reasons to look, in the same words. */
import { signal, type Signal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import { Amount, Avatar, Button, Dialog, Note, Ruler, Select, Skeleton, Tag } from '../../ui/index.ts'
import { call, callFull, pages, Problem } from '../../lib/api.ts'
import { boot } from '../../lib/boot.ts'
import { lang, useT } from '../../lib/i18n.ts'
import type { Budget } from '../../lib/model.ts'
import { cmp, parse, read, typed as fieldText, wire } from '../../lib/money.ts'
import { resource, useResource, type Resource } from '../../lib/resource.ts'
import { say } from './Answer.tsx'
import { currency, me } from './desk.ts'
import { teamRoom, type Line, type TeamRoom } from './share.ts'
import { PartFailed } from './Part.tsx'
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
    <span class="ell">{line.name}{line.kind === 'ai' && <> <Tag>{t('common.ai')}</Tag></>}{plain && <span class="f t12"> {line.label}</span>}</span>
    <progress class={line.low ? 'bar low' : 'bar can'} max={100} value={line.share} aria-label={bar} />
    <span class="r nw">{short(line.left)}</span>
    {says !== null && <small>{says}</small>}
  </li>
}

interface MoreState { line: Signal<string>; amount: Signal<string>; fault: Signal<string>; problem: Signal<string>; busy: Signal<boolean> }

/** Room only grows here: taking some away is an act of its own, with a reason and an end, and not the desk's. */
function MoreRoom({ open, lines, done }: { open: Signal<boolean>; lines: Line[]; done: () => void }) {
  const t = useT('desk')
  const state = useMemo<MoreState>(() => ({
    line: signal(lines[0]?.person ?? ''), amount: signal(lines[0] === undefined ? '' : fieldText(lines[0].amount, lang.value)), fault: signal(''), problem: signal(''), busy: signal(false),
  }), [])
  const line = lines.find((one) => one.person === state.line.value) ?? lines[0]
  if (line === undefined) {
    return null
  }
  const value = read(state.amount.value, currency, lang.value)
  const grows = typeof value !== 'string' && cmp(value, line.amount) > 0
  const choose = (): void => {
    const next = lines.find((one) => one.person === state.line.value)
    state.amount.value = next === undefined ? '' : fieldText(next.amount, lang.value)
    state.fault.value = state.problem.value = ''
  }
  const give = async (): Promise<void> => {
    if (!grows) {
      state.fault.value = t('desk.more.fault', { amount: short(line.amount) })
      return
    }
    state.busy.value = true
    try {
      const { body: person, etag } = await callFull('getPerson', { path: { id: line.person } })
      const before = parse(person.budgets?.[line.budget]?.amount ?? wire(line.amount), currency)
      if (before !== null && cmp(value, before) <= 0) {
        throw new Problem({ status: 412 })
      }
      const limit = { ...person.budgets?.[line.budget], amount: wire(value) }
      await call('changePerson', { path: { id: line.person }, body: { budgets: { ...person.budgets, [line.budget]: limit } }, ...(etag === null ? {} : { ifMatch: etag }) })
      open.value = false
      say(t('desk.more.done', { name: line.name, amount: short(value) }))
      done()
    } catch (problem) {
      if (!(problem instanceof Problem)) {
        throw problem
      }
      state.problem.value = problem.kind === 'changed' || problem.kind === 'conflict' ? t('desk.more.first', { name: line.name }) : t('desk.did.not', { detail: problem.detail })
      done()
    } finally {
      state.busy.value = false
    }
  }
  const footer = <>
    <Button kind="quiet" onClick={() => { open.value = false }}>{t('desk.way.back')}</Button>
    <Button kind="pri" busy={state.busy.value ? t('desk.do.sending') : undefined} onClick={() => void give()}>{grows ? t('desk.more.send', { amount: short(value) }) : t('desk.more.send.plain')}</Button>
  </>
  const options = lines.map((one) => ({ value: one.person, text: t('desk.more.option', { name: one.name, label: one.label, amount: short(one.amount) }) }))
  return <Dialog open={open} title={t('desk.team.more')} footer={footer}>
    <Select label={t('desk.more.who')} value={state.line} options={options} onChange={choose} hint={t('desk.more.hint', { left: short(line.left), amount: short(line.amount) })} />
    <div><span class="lbl" aria-hidden="true">{t('desk.more.new')}</span>
      <Amount value={state.amount} currency={currency} label={t('desk.more.new')} fault={state.fault.value !== '' && !grows ? state.fault.value : undefined} /></div>
    <p class="t12 m">{t('desk.more.holds')}</p>
    {state.problem.value !== '' && <Note kind="bad" live>{state.problem.value}</Note>}
  </Dialog>
}
