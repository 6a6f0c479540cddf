// A text of many lines with numbers and marks: a plain field over the numbers. Tab leaves it; Ctrl ] and Ctrl [ indent.
import type { Signal } from '@preact/signals'
import type { RefObject } from 'preact'
import { useEffect, useId, useRef } from 'preact/hooks'
import { setLength } from '../lib/dom.ts'
import { common } from '../lib/i18n.ts'
import type { Finding } from '../lib/model.ts'

export interface CodeAreaProps { value: Signal<string>; findings: Finding[]; readOnly?: boolean; label: string; goTo: Signal<number | null>; marked?: readonly number[]; onLine?: (line: number) => void; notes?: readonly LineNote[]; look?: Signal<number | null> }
/** Words behind a line of the text; whoever listens has them elsewhere. */
export interface LineNote { line: number; text: string; tone: 'bad' | 'warn' | 'on' }

const LINE_PX = 20
const PAD_PX = 8
const STEP = '  '

/** Where a line begins and ends in a text; lines count from 1. */
export function lineSpan(text: string, line: number): { start: number; end: number } {
  let start = 0
  for (let n = 1; n < line; n += 1) {
    const next = text.indexOf('\n', start)
    if (next < 0) break
    start = next + 1
  }
  const end = text.indexOf('\n', start)
  return { start, end: end < 0 ? text.length : end }
}

/** The line that a position is on, from 1. */
export function lineAt(text: string, position: number): number {
  return text.slice(0, position).split('\n').length
}

/** A text with the lines of a selection moved by two spaces, and where the selection is then. */
export function indented(text: string, from: number, to: number, out: boolean): { text: string; from: number; to: number } {
  const first = lineSpan(text, lineAt(text, from)).start
  const last = lineSpan(text, lineAt(text, to)).end
  const lines = text.slice(first, last).split('\n')
  const moved = lines.map(line => out ? line.replace(/^ {1,2}/, '') : STEP + line)
  const change = (n: number) => moved.slice(0, n).join('\n').length - lines.slice(0, n).join('\n').length
  return { text: text.slice(0, first) + moved.join('\n') + text.slice(last), from: Math.max(first, from + change(1)), to: to + change(lines.length) }
}

function mark(findings: Finding[], marked: readonly number[] | undefined, line: number): string | undefined {
  const here = findings.filter(finding => finding.line === line)
  if (here.some(finding => finding.severity === 'error')) return 'bad'
  return here.length > 0 ? 'warn' : marked?.includes(line) ? 'on' : undefined
}

export function CodeArea({ value, findings, readOnly, label, goTo, marked, onLine, notes, look }: CodeAreaProps) {
  const id = useId()
  const field = useRef<HTMLTextAreaElement>(null)
  const lines = useRef<HTMLPreElement>(null)
  const behind = useRef<HTMLPreElement>(null)
  const follow = () => {
    const { scrollTop, scrollLeft } = field.current!
    setLength(lines.current!, 'translate', `0 ${-scrollTop}px`)
    if (behind.current) setLength(behind.current, 'translate', `${-scrollLeft}px ${-scrollTop}px`)
  }
  useEffect(() => goTo.subscribe(line => {
    const area = field.current
    if (line === null || !area) return
    const { start, end } = lineSpan(area.value, line)
    area.focus()
    area.setSelectionRange(start, end)
    area.scrollTop = Math.max(0, (line - 1) * LINE_PX + PAD_PX - area.clientHeight / 3)
    goTo.value = null
  }), [goTo])
  // A line that is meant elsewhere comes into sight; the focus stays there.
  useEffect(() => look?.subscribe(line => {
    const area = field.current
    if (line !== null && area) area.scrollTop = Math.max(0, (line - 1) * LINE_PX + PAD_PX - area.clientHeight / 3)
  }), [look])
  const key = (event: KeyboardEvent) => {
    if (!(event.ctrlKey || event.metaKey) || (event.key !== ']' && event.key !== '[') || readOnly) return
    event.preventDefault()
    const area = field.current!
    const next = indented(area.value, area.selectionStart, area.selectionEnd, event.key === '[')
    value.value = area.value = next.text
    area.setSelectionRange(next.from, next.to)
  }
  const count = value.value.split('\n').length
  return <div class="ca">
    <div class="ca-box"><pre aria-hidden="true" ref={lines}>{Array.from({ length: count }, (_, i) => <span key={i} class={mark(findings, marked, i + 1)}>{i + 1}</span>)}</pre>
      {notes && notes.length > 0 && <Behind value={value.value} notes={notes} box={behind} follow={follow} />}
      <textarea ref={field} aria-label={label} wrap="off" spellcheck={false} autocapitalize="off" autocomplete="off" readOnly={readOnly} value={value.value} aria-invalid={findings.some(finding => finding.severity === 'error') || undefined}
        aria-describedby={findings.length > 0 ? `${id}-l` : `${id}-k`} onScroll={follow} onKeyDown={key} onInput={event => { value.value = event.currentTarget.value }}
        onSelect={() => onLine?.(lineAt(field.current!.value, field.current!.selectionStart))} /></div>
    <p class="vh" id={`${id}-k`}>{common('common.code.keys')}</p>
    {findings.length > 0 && <ul class="ca-list" id={`${id}-l`}>{findings.map((finding, i) => <li key={i} class={finding.severity === 'error' ? 'bad' : 'warn'}><Place finding={finding} goTo={goTo} />
      <span lang="en">{finding.message}{finding.hint ? ` ${finding.hint}` : ''}</span></li>)}</ul>}
  </div>
}

// The lines that have words behind them, under the field: their own text keeps the place free.
function Behind({ value, notes, box, follow }: { value: string; notes: readonly LineNote[]; box: RefObject<HTMLPreElement | null>; follow: () => void }) {
  useEffect(follow, [])
  const by = new Map(notes.map(note => [note.line, note]))
  const last = Math.max(...by.keys())
  return <pre class="ca-notes" aria-hidden="true" ref={box}>{value.split('\n').slice(0, last).map((text, i) => {
    const note = by.get(i + 1)
    return <span key={i} class={note?.tone}>{note && <><s>{text}</s><i>{note.text}</i></>}</span>
  })}</pre>
}

function Place({ finding, goTo }: { finding: Finding; goTo: Signal<number | null> }) {
  const line = finding.line
  if (line === undefined) return <span>{finding.severity === 'error' ? common('common.code.error') : common('common.code.warning')}</span>
  return <button type="button" class="btn xs" onClick={() => { goTo.value = line }}>{common('common.code.line', { n: String(line) })}</button>
}
