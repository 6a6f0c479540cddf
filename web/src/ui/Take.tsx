// To take along: the same figures as CSV, the page on paper, and what a sheet needs to be read by itself: of whom, of when, what the
// words mean.
import { boot } from '../lib/boot.ts'
import { common, lang } from '../lib/i18n.ts'
import { at, clock, day, serverNow } from '../lib/time.ts'
import { Button } from './Button.tsx'

/** path: of the API, with what is asked for; the answer comes as a file. of: what it holds, for whoever hears it. */
export function Csv({ path, query, of }: { path: string; query?: Record<string, string | number | boolean | undefined>; of: string }) {
  const asked = new URLSearchParams(Object.entries(query ?? {}).flatMap(([name, value]) => value === undefined || value === '' ? [] : [[name, String(value)]]))
  asked.set('format', 'csv')
  return <a class="btn xs no-print" href={`${path}?${asked}`} download aria-label={common('common.csv.of', { of })}>CSV</a>
}

export function Print() {
  return <Button class="no-print" onClick={() => window.print()}>{common('common.print')}</Button>
}

/** since, until: moments (until: now); neither: it is of no time. */
export interface SheetProps { title: string; team?: string | undefined; since?: string | undefined; until?: string | undefined; words: [string, string][] }

/** Above and below what is printed, on paper alone. The words come last. */
export function SheetHead({ title, team, since, until }: Omit<SheetProps, 'words'>) {
  const now = serverNow()
  const period = since === undefined ? undefined : common('common.print.period', { from: day(at(since), lang.value), to: day(until === undefined ? now : at(until), lang.value) })
  return <div class="print-only sheet-head">
    <p class="sheet-t">{title}</p>
    <p>{[boot.settings.organization, team === undefined ? undefined : team === '' ? common('common.print.teams') : common('common.print.team', { team }), period].filter(Boolean).join(' · ')}</p>
    <p class="sheet-s">{common('common.print.at', { at: `${day(now, lang.value)} ${clock(now, lang.value)}`, who: boot.me?.person?.name ?? boot.me?.actor ?? '' })}</p>
  </div>
}

export function SheetWords({ words }: Pick<SheetProps, 'words'>) {
  return <div class="print-only sheet-words"><p class="sheet-b">{common('common.print.words')}</p><dl>{words.map(([word, means]) => [<dt key={`${word}w`}>{word}</dt>, <dd key={`${word}m`}>{means}</dd>])}</dl></div>
}
