// How far the first run is. What is done is what the server sees; each step can be left, and taken up again.
import type { Setup } from '../../lib/model.ts'

export const names = ['policy', 'people', 'you', 'first'] as const
export type StepName = (typeof names)[number]
export interface Progress { name: StepName; done: boolean }

export function progressOf(setup: Setup): Progress[] {
  const done: Record<StepName, boolean> = { policy: setup.policy > 0, people: setup.people.active > 1, you: setup.me_ready, first: setup.decided }
  return names.map(name => ({ name, done: done[name] }))
}

/** The step to show: the one that was asked for, else the first that is not done; when all are, the last. */
export function stepOf(setup: Setup, asked: string | null): StepName {
  const named = names.find(name => name === asked)
  return named ?? progressOf(setup).find(step => !step.done)?.name ?? 'first'
}

export function after(name: StepName): StepName {
  return names[Math.min(names.indexOf(name) + 1, names.length - 1)]!
}
