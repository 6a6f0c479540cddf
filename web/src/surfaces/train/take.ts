// Taking a course, apart from its drawing: where one goes on, how far one is, and what an answer was worth. Pure.
import type { AttemptAnswer, CourseItem } from '../../lib/api-types.ts'
import { isAsked } from './kinds.tsx'

export type Worth = 'full' | 'part' | 'none'
export type Mark = Worth | 'kept' | 'open'

export function worth(credit: string): Worth {
  const percent = Number(credit)
  return percent >= 100 ? 'full' : percent > 0 ? 'part' : 'none'
}

/** What is known of a question. An essay is kept, not graded. */
export function markOf(answer: AttemptAnswer | undefined): Mark {
  if (!answer) return 'open'
  if (answer.grade?.graded === false) return 'kept'
  return worth(answer.grade?.credit ?? answer.credit ?? '0')
}

/** The item after the last one that was answered: pages before it were read. The number of items: all is answered. */
export function goesOnAt(items: readonly CourseItem[], answers: ReadonlyMap<string, AttemptAnswer>): number {
  const last = items.findLastIndex(item => item.id !== undefined && answers.has(item.id))
  return last + 1
}

export interface Progress { done: number; of: number; right: number; left: number[] }

/** left: items that were not answered yet. */
export function progress(items: readonly CourseItem[], answers: ReadonlyMap<string, AttemptAnswer>): Progress {
  const marks = items.map(item => isAsked(item) ? markOf(answers.get(item.id!)) : null)
  const count = (fits: (mark: Mark) => boolean) => marks.filter(mark => mark !== null && fits(mark)).length
  return { done: count(mark => mark !== 'open'), of: count(() => true), right: count(mark => mark === 'full'), left: marks.flatMap((mark, i) => mark === 'open' ? [i] : []) }
}
