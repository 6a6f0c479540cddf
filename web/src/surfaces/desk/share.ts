/* The team's room: one line a person, by the budget of theirs that is tightest. Pure. */
import { add, cmp, parse, share, zero, type Money } from '../../lib/money.ts'
import type { Budget, Kind } from '../../lib/model.ts'

/** Under this share little is left, and the line says so by its colour and its place. */
export const lowShare = 15
/** Nothing given in so many working days is worth a talk: earlier it says nothing. */
export const idleDays = 10

export interface Line {
  person: string; name: string; kind: Kind; budget: string; label: string
  left: Money; amount: Money; share: number; low: boolean; idle: boolean; days: number
  until?: string
}

export interface TeamRoom {
  lines: Line[]
  /** Of the budget that most of them have: all together. */
  together: { label: string; left: Money; amount: Money; people: number; each: Money | null; window: string } | null
}

interface Room { budget: Budget; person: string; left: Money; amount: Money }

function rooms(items: readonly Budget[], currency: string): Room[] {
  const found: Room[] = []
  for (const budget of items) {
    const person = budget.scope['agent']
    const left = budget.left === undefined ? null : parse(budget.left, currency)
    const amount = budget.amount === undefined ? null : parse(budget.amount, currency)
    if (person !== undefined && left !== null && amount !== null && amount.minor > 0n) {
      found.push({ budget, person, left, amount })
    }
  }
  return found
}

function lineOf(mine: readonly Room[], all: readonly Budget[]): Line {
  const tight = mine.reduce((best, room) => (share(room.left, room.amount) < share(best.left, best.amount) ? room : best))
  const own = all.filter((budget) => budget.scope['agent'] === tight.person)
  const days = Math.max(0, ...own.map((budget) => budget.active_days ?? 0))
  const part = share(tight.left, tight.amount)
  return {
    person: tight.person, name: tight.budget.name ?? tight.person, kind: tight.budget.kind ?? 'human',
    budget: tight.budget.budget, label: tight.budget.label ?? tight.budget.budget, left: tight.left, amount: tight.amount,
    share: part, low: part < lowShare, idle: days >= idleDays && own.every((budget) => budget.times === 0), days,
    ...(tight.budget.until === undefined ? {} : { until: tight.budget.until }),
  }
}

function together(found: readonly Room[], currency: string): TeamRoom['together'] {
  const by = new Map<string, Room[]>()
  for (const room of found) {
    by.set(room.budget.budget, [...(by.get(room.budget.budget) ?? []), room])
  }
  const most = [...by.values()].reduce<Room[]>((best, some) => (some.length > best.length ? some : best), [])
  const first = most[0]
  if (first === undefined) {
    return null
  }
  const sum = (of: (room: Room) => Money): Money => most.reduce((all, room) => add(all, of(room)), zero(currency))
  const same = most.every((room) => cmp(room.amount, first.amount) === 0)
  return {
    label: first.budget.label ?? first.budget.budget, left: sum((room) => room.left), amount: sum((room) => room.amount),
    people: most.length, each: same ? first.amount : null, window: first.budget.window,
  }
}

/** Least share left first; whoever asks (`me`) has a line of their own elsewhere. */
export function teamRoom(items: readonly Budget[], currency: string, me: string): TeamRoom {
  const found = rooms(items, currency).filter((room) => room.person !== me)
  const by = new Map<string, Room[]>()
  for (const room of found) {
    by.set(room.person, [...(by.get(room.person) ?? []), room])
  }
  const lines = [...by.values()].map((mine) => lineOf(mine, items))
  lines.sort((a, b) => a.share - b.share || (a.name < b.name ? -1 : 1))
  return { lines, together: together(found, currency) }
}
