// Weeks as ISO 8601 names them ("2026-W47"): going back from one to the next. Days alone, so no zone is asked.
const DAY_MS = 86400000
const FORM = /^(\d{4})-W(\d{2})$/

function mondayOf(week: string): number {
  const [, year, number] = FORM.exec(week)?.map(Number) ?? []
  const fourth = Date.UTC(year ?? 0, 0, 4) // always in week 1
  return fourth - ((new Date(fourth).getUTCDay() + 6) % 7) * DAY_MS + ((number ?? 1) - 1) * 7 * DAY_MS
}

function nameOf(monday: number): string {
  const year = new Date(monday + 3 * DAY_MS).getUTCFullYear()
  const number = Math.round((monday - mondayOf(`${year}-W01`)) / (7 * DAY_MS)) + 1
  return `${year}-W${String(number).padStart(2, '0')}`
}

export const isWeek = (text: string): boolean => FORM.test(text) && nameOf(mondayOf(text)) === text

/** So many weeks, the newest first. */
export function weeksBack(from: string, count: number): string[] {
  const monday = mondayOf(from)
  return Array.from({ length: count }, (_, i) => nameOf(monday - i * 7 * DAY_MS))
}
