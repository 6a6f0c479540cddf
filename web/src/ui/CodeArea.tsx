// A text of many lines with numbers and marks: a plain field over the numbers. Tab leaves it; Ctrl ] and Ctrl [ indent.
import type { Signal } from '@preact/signals'
import { useEffect, useId, useRef } from 'preact/hooks'
import { setLength } from '../lib/dom.ts'
import { common } from '../lib/i18n.ts'
import type { Finding } from '../lib/model.ts'

export interface CodeAreaProps { value: Signal<string>; findings: Finding[]; readOnly?: boolean; label: string; goTo: Signal<number | null>; marked?: readonly number[]; onLine?: (line: number) => void }

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

export function CodeArea({ value, findings, readOnly, label, goTo, marked, onLine }: CodeAreaProps) {
  const id = useId()
  const field = useRef<HTMLTextAreaElement>(null)
  const lines = useRef<HTMLPreElement>(null)
  const follow = () => setLength(lines.current!, 'translate', `0 ${-field.current!.scrollTop}px`)
  useEffect(() => goTo.subscribe(line => {
    const area = field.current
    if (line === null || !area) return
    const { start, end } = lineSpan(area.value, line)
    area.focus()
    area.setSelectionRange(start, end)
    area.scrollTop = Math.max(0, (line - 1) * LINE_PX + PAD_PX - area.clientHeight / 3)
    goTo.value = null
  }), [goTo])
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
      <textarea ref={field} aria-label={label} wrap="off" spellcheck={false} autocapitalize="off" autocomplete="off" readOnly={readOnly} value={value.value} aria-invalid={findings.some(finding => finding.severity === 'error') || undefined}
        aria-describedby={findings.length > 0 ? `${id}-l` : `${id}-k`} onScroll={follow} onKeyDown={key} onInput={event => { value.value = event.currentTarget.value }}
        onSelect={() => onLine?.(lineAt(field.current!.value, field.current!.selectionStart))} /></div>
    <p class="vh" id={`${id}-k`}>{common('common.code.keys')}</p>
    {findings.length > 0 && <ul class="ca-list" id={`${id}-l`}>{findings.map((finding, i) => <li key={i} class={finding.severity === 'error' ? 'bad' : 'warn'}><Place finding={finding} goTo={goTo} />
      <span lang="en">{finding.message}{finding.hint ? ` ${finding.hint}` : ''}</span></li>)}</ul>}
  </div>
}

function Place({ finding, goTo }: { finding: Finding; goTo: Signal<number | null> }) {
  const line = finding.line
  if (line === undefined) return <span>{finding.severity === 'error' ? common('common.code.error') : common('common.code.warning')}</span>
  return <button type="button" class="btn xs" onClick={() => { goTo.value = line }}>{common('common.code.line', { n: String(line) })}</button>
}
