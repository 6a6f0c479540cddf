// "did you mean X?" as a change of the text: the word that a finding stands on becomes X.
import type { Finding } from '../../lib/model.ts'

export interface Fix { line: number; word: string; from: number; to: number }

const MEANT = /did you mean ["'“]([^"'”]+)["'”]/

/** The change that a finding's hint offers; null when it offers none, or when what it means is not there any more. */
export function fixOf(source: string, finding: Finding): Fix | null {
  const word = MEANT.exec(finding.hint ?? '')?.[1]
  if (word === undefined || finding.line === undefined || finding.column === undefined) return null
  const lines = source.split('\n')
  const text = lines[finding.line - 1]
  if (text === undefined) return null
  const start = lines.slice(0, finding.line - 1).reduce((sum, one) => sum + one.length + 1, 0)
  const wrong = /["'“]([^"'”]+)["'”]/.exec(finding.message)?.[1]
  const named = wrong === undefined ? -1 : nearest(text, wrong, finding.column - 1)
  const there = named >= 0 ? { at: named, length: wrong!.length } : wordAt(text, finding.column - 1)
  return there === null ? null : { line: finding.line, word, from: start + there.at, to: start + there.at + there.length }
}

// Where a text stands in a line: at the column, or next after it, or at all.
function nearest(text: string, wrong: string, column: number): number {
  const after = text.indexOf(wrong, Math.max(0, column))
  return after >= 0 ? after : text.indexOf(wrong)
}

function wordAt(text: string, column: number): { at: number; length: number } | null {
  const found = /^[\p{L}\p{N}_.-]+/u.exec(text.slice(column))
  return found ? { at: column, length: found[0].length } : null
}

export function fixed(source: string, fix: Fix): string {
  return source.slice(0, fix.from) + fix.word + source.slice(fix.to)
}
