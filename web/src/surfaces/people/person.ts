// A person's fields as they are typed, and what of them is another than the server has.
import type { Amount, OwnLimit, Person, PersonChange, Role } from './types.ts'
import { read, type Money, wire } from '../../lib/money.ts'
import type { Lang } from '../../lib/i18n.ts'
import { at, calendarDay } from '../../lib/time.ts'
import { holdsOf, holdsText } from './roster.ts'

export interface Fields { name: string; email: string; phone: string; team: string; tier: string; kind: string; manager: string; hired: string; left: string; holds: string; roles: Role[]; amounts: Record<string, string>; times: Record<string, string> }

export function fieldsOf(person: Person, typed: (amount: Amount) => string): Fields {
  const budgets = Object.entries(person.budgets ?? {})
  return {
    name: person.name ?? '', email: person.email ?? '', phone: person.phone ?? '', team: person.team ?? '', tier: person.tier ?? '', kind: person.kind, manager: person.manager ?? '', hired: person.hired_at ? calendarDay(at(person.hired_at)) : '', left: person.left_at ? calendarDay(at(person.left_at)) : '',
    holds: holdsText(person.holds), roles: [...person.roles],
    amounts: Object.fromEntries(budgets.flatMap(([name, own]) => own.amount === undefined ? [] : [[name, typed(own.amount)]])), times: Object.fromEntries(budgets.flatMap(([name, own]) => own.times === undefined ? [] : [[name, String(own.times)]])),
  }
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

/** Own limits as typed; a budget whose amount is none is named. */
export function limitsOf(fields: Fields, currency: string, lang: Lang): { budgets: Record<string, OwnLimit>; faults: string[] } {
  const budgets: Record<string, OwnLimit> = {}
  const faults: string[] = []
  for (const name of new Set([...Object.keys(fields.amounts), ...Object.keys(fields.times)])) {
    const money: Money | string = read(fields.amounts[name] ?? '', currency, lang)
    const times = (fields.times[name] ?? '').trim()
    if (typeof money === 'string' && money !== 'empty' || times !== '' && !/^\d{1,9}$/.test(times)) faults.push(name)
    else if (typeof money !== 'string' || times !== '') budgets[name] = { ...(typeof money !== 'string' && { amount: wire(money) }), ...(times !== '' && { times: Number(times) }) }
  }
  return { budgets, faults }
}

/** Only what changes; null takes something away. */
export function changeOf(before: Fields, after: Fields, budgets: Record<string, OwnLimit> | null): PersonChange {
  const text = (name: 'name' | 'email' | 'phone' | 'team' | 'tier' | 'manager') => after[name].trim() === before[name] ? {} : { [name]: after[name].trim() || null }
  return {
    ...text('name'), ...text('email'), ...text('phone'), ...text('team'), ...text('tier'), ...text('manager'),
    ...(after.kind !== before.kind && { kind: after.kind as Person['kind'] }), ...(after.hired !== before.hired && { hired_at: after.hired || null }), ...(after.left !== before.left && { left_at: after.left || null }),
    ...(!same(holdsOf(after.holds), holdsOf(before.holds)) && { holds: holdsOf(after.holds) }), ...(!same([...after.roles].sort(), [...before.roles].sort()) && { roles: after.roles }),
    ...(budgets && (!same(after.amounts, before.amounts) || !same(after.times, before.times)) && { budgets }),
  }
}
