// Who works here, as the list needs it: everybody that the caller may see, narrowed here; room left by person.
import { call, pages } from '../../lib/api.ts'
import type { Budget, Person } from '../../lib/model.ts'
import { parse, share } from '../../lib/money.ts'

export const PEOPLE_MAX = 5000
const PAGE = 500

export interface Filter { q: string; kind: string; tier: string; role: string; team: string; who: string }
export interface Roster { items: Person[]; more: boolean }

async function readSome(team: string, active: boolean, signal: AbortSignal): Promise<Roster> {
  const items: Person[] = []
  for await (const page of pages('listPeople', { query: { limit: PAGE, active, ...(team && { team }) }, signal })) {
    items.push(...page.items)
    if (items.length >= PEOPLE_MAX) return { items, more: Boolean(page.next) }
  }
  return { items, more: false }
}

/** who: '' or 'here' those who work here, 'left' those who did, 'all' both: the server gives one or the other. */
export async function readRoster(team: string, who: string, signal: AbortSignal): Promise<Roster> {
  if (who !== 'all') return readSome(team, who !== 'left', signal)
  const [here, left] = await Promise.all([readSome(team, true, signal), readSome(team, false, signal)])
  return { items: [...here.items, ...left.items].sort((a, b) => (a.name ?? a.id).localeCompare(b.name ?? b.id)), more: here.more || left.more }
}

const small = (text: string | undefined): string => (text ?? '').toLowerCase()

export function narrowed(people: readonly Person[], filter: Filter): Person[] {
  const words = small(filter.q).split(/\s+/).filter(word => word !== '')
  return people.filter(one => (filter.who === 'all' || one.active === (filter.who !== 'left'))
    && (filter.kind === '' || one.kind === filter.kind) && (filter.tier === '' || one.tier === filter.tier) && (filter.role === '' || one.roles.some(role => role === filter.role))
    && words.every(word => [one.id, one.name, one.email, one.team_path].some(text => small(text).includes(word))))
}

export interface Left { text: string; part: number; label: string }

export async function readLeft(team: string, signal: AbortSignal): Promise<Map<string, Budget>> {
  const tightest = new Map<string, Budget>()
  let read = 0
  for await (const page of pages('listBudgets', { query: { of: 'members', limit: PAGE, ...(team && { team }) }, signal })) {
    for (const one of page.items) {
      const person = one.scope['agent']
      const before = person === undefined ? undefined : tightest.get(person)
      if (person !== undefined && one.left !== undefined && one.amount !== undefined && (!before || partOf(one) < partOf(before))) tightest.set(person, one)
    }
    read += page.items.length
    if (read >= PEOPLE_MAX) break
  }
  return tightest
}

/** How much of a budget is left, 0..100. */
export function partOf(budget: Budget, currency = 'USD'): number {
  const [left, whole] = [parse(budget.left ?? '', currency), parse(budget.amount ?? '', currency)]
  return left && whole ? share(left, whole) : 100
}

/** Certificates as one types them: "billing-101@2026-12-31", one a line. */
export function holdsText(holds: Person['holds']): string {
  return holds.map(one => one.until ? `${one.name}@${one.until.slice(0, 10)}` : one.name).join('\n')
}

export function holdsOf(text: string): string[] {
  return text.split(/[\n;,]/).map(one => one.trim()).filter(one => one !== '')
}

export async function openCasesOf(person: string, signal: AbortSignal): Promise<{ id: string; subject?: string; version: number }[]> {
  const { items } = await call('listCases', { query: { owner: person, limit: 200 }, signal })
  return items.filter(one => one.state !== 'closed')
}
