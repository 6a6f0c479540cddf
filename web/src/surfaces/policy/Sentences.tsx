// A policy in words: sections of rules. A rule's line is a button that opens it in the text.
import { common } from '../../lib/i18n.ts'
import type { Explained } from '../../lib/model.ts'
import { Button } from '../../ui/index.ts'

export type Section = Explained['sections'][number]

interface Piece { text: string; list?: string[] }

/** The server's sentences: plain lines, and lines that begin with "  - " as a list under the one before. */
export function pieces(text: string): Piece[] {
  const made: Piece[] = []
  for (const line of text.split('\n').filter(one => one.trim() !== '')) {
    const last = made.at(-1)
    if (!/^\s+- /.test(line) || !last) made.push({ text: line.trim() })
    else last.list = [...(last.list ?? []), line.replace(/^\s+- /, '')]
  }
  return made
}

/** The rule that a line of the text belongs to: the last one that begins at it or above. */
export function ruleAt(sections: readonly Section[], line: number): string | null {
  const before = sections.flatMap(section => section.rules).filter(rule => rule.line !== undefined && rule.line <= line)
  const near = before.sort((a, b) => (a.line ?? 0) - (b.line ?? 0)).at(-1)
  return near === undefined ? null : keyOf(near)
}

export const keyOf = (rule: Section['rules'][number]): string => `${rule.id}:${rule.line ?? 0}`

export function Words({ text }: { text: string }) {
  return <>{pieces(text).map((piece, i) => <div key={i}>{piece.text}{piece.list && <ul>{piece.list.map((one, j) => <li key={j}>{one}</li>)}</ul>}</div>)}</>
}

/** The sentences are the server's own words, in English. */
export function Sentences({ sections, open, current }: { sections: readonly Section[]; open?: (line: number) => void; current?: string | null }) {
  return <div class="say" lang="en">{sections.map((section, i) => <section key={i}>
    <h3>{section.title}</h3>
    <ol>{section.rules.map((rule, j) => <li key={j} class={current === keyOf(rule) ? 'on' : undefined}>
      <div><Words text={rule.text} />{rule.id && <span class="id">{rule.id}</span>}</div>
      {open && rule.line !== undefined && <Line line={rule.line} open={open} />}
    </li>)}</ol>
  </section>)}</div>
}

function Line({ line, open }: { line: number; open: (line: number) => void }) {
  return <Button size="xs" kind="quiet" onClick={() => open(line)}>{common('common.code.line', { n: String(line) })}</Button>
}
