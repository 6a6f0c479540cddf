// People as they are typed in the first run, and the table that the server takes.
import { line } from '../../lib/csv.ts'

export interface Row { name: string; email: string; team: string; tier: string; manager: string }

export const blank = (): Row => ({ name: '', email: '', team: '', tier: '', manager: '' })
const columns = ['name', 'email', 'team', 'tier', 'manager'] as const

/** A name without signs and spaces, for an id. */
export function plain(text: string): string {
  return text.normalize('NFKD').replace(/ß/g, 'ss').replace(/[^\p{L}\p{N}\s-]/gu, '').replace(/\p{M}/gu, '').trim().toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '')
}

/** An id for each row that has a name: the first name when it is free, else the whole one, else with a number. */
export function idsOf(rows: readonly Row[], taken: readonly string[]): string[] {
  const used = new Set(taken)
  return rows.map((row, i) => {
    if (row.name.trim() === '') return ''
    const whole = plain(row.name) || `person-${i + 1}`
    const tries = [whole.split('-')[0]!, whole, ...Array.from({ length: rows.length + taken.length + 1 }, (_, n) => `${whole}-${n + 2}`)]
    const id = tries.find(one => !used.has(one))!
    used.add(id)
    return id
  })
}

/** Somebody who is there already. */
export interface Known { id: string; name?: string | undefined }

const alike = (a: string, b: string) => a.trim().toLowerCase() === b.trim().toLowerCase()

/** Who a manager is: a name or an id of another row, or of somebody who is there already; null: nobody. */
export function managerOf(text: string, rows: readonly Row[], ids: readonly string[], known: readonly Known[]): string | null {
  const want = text.trim()
  const at = rows.findIndex((row, i) => ids[i] !== '' && (ids[i] === want || alike(row.name, want)))
  return at >= 0 ? ids[at]! : known.find(one => one.id === want)?.id ?? known.find(one => alike(one.name ?? '', want))?.id ?? null
}

const MAIL = /^[^@\s]+@[^@\s]+$/

/** A cell that does not fit, by the index of its row. */
export interface Misfit { row: number; column: 'name' | 'email' | 'manager' }

/** What does not fit in the rows that say something. */
export function misfits(rows: readonly Row[], ids: readonly string[], known: readonly Known[]): Misfit[] {
  return rows.flatMap((row, i) => {
    const found: Misfit[] = []
    if (ids[i] === '') return columns.some(column => row[column].trim() !== '') ? [{ row: i, column: 'name' }] : found
    if (row.email.trim() !== '' && !MAIL.test(row.email.trim())) found.push({ row: i, column: 'email' })
    if (row.manager.trim() !== '' && managerOf(row.manager, rows, ids, known) === null) found.push({ row: i, column: 'manager' })
    return found
  })
}

/** What the server reads; columns that nobody filled are left out, so that they change nothing. */
export function csvOf(rows: readonly Row[], ids: readonly string[], known: readonly Known[]): string {
  const said = rows.filter((_, i) => ids[i] !== '')
  const used = columns.filter(column => said.some(row => row[column].trim() !== ''))
  const body = rows.flatMap((row, i) => ids[i] === '' ? [] : [line([ids[i]!, ...used.map(column => column === 'manager' ? managerOf(row.manager, rows, ids, known) ?? row.manager.trim() : row[column].trim())])])
  return line(['id', ...used]) + body.join('')
}
