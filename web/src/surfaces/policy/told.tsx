// What did not work, in place: what the server says of it, what it says of single fields and lines, and a way to go on.
import type { ComponentChildren } from 'preact'
import { Problem } from '../../lib/api.ts'
import { common } from '../../lib/i18n.ts'
import { Button, Note } from '../../ui/index.ts'

/** Runs something that asks the server; what goes wrong comes back as a Problem, whatever else is our own mistake. */
export async function tried<T>(run: () => Promise<T>): Promise<T | Problem> {
  try {
    return await run()
  } catch (error) {
    if (error instanceof Problem) return error
    throw error
  }
}

export function Told({ problem, again, reading, children }: { problem: Problem; again?: () => void; reading?: boolean; children?: ComponentChildren }) {
  return <Note kind="bad" live>
    {problem.kind === 'offline' ? common(reading ? 'common.offline.read' : 'common.offline.act') : problem.errors.length < 2 && <span lang="en">{problem.detail || problem.title}</span>}
    {problem.errors.length > 1 && <ul class="told" lang="en">{problem.errors.map((error, i) => <li key={i}>{error.at ? `${error.at}: ` : ''}{error.message}</li>)}</ul>}
    {children}
    {again && <div class="mt2"><Button size="sm" onClick={again}>{common('common.try-now')}</Button></div>}
  </Note>
}
