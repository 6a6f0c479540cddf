// Tables as files. Spreadsheets take = + - @ at the start of a cell for a formula: such a text gets a ' before it.
const NUMBER = /^-?\d+(\.\d+)?$/

export function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) && !NUMBER.test(text) ? `'${text}` : text
  return /[",\n\r;]/.test(safe) || safe !== text ? `"${safe.replaceAll('"', '""')}"` : safe
}

export function line(cells: string[]): string {
  return cells.map(cell).join(',') + '\r\n'
}

/** Writes rows into a file that the browser saves; answers how many. */
export async function saveCsv(name: string, header: string[], rows: AsyncIterable<string[]>): Promise<number> {
  // The mark at the start tells spreadsheets that it is UTF-8.
  const parts: string[] = ['\ufeff' + line(header)]
  let count = 0
  for await (const row of rows) {
    parts.push(line(row))
    count += 1
  }
  const url = URL.createObjectURL(new Blob(parts, { type: 'text/csv' }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 10000)
  return count
}
