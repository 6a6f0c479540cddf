// What is read once for all cases: the names of the live policy, and what the agent may do. Both are read anew when they change.
import { computed, type ReadonlySignal } from '@preact/signals'
import { call, Problem } from '../../lib/api.ts'
import { boot } from '../../lib/boot.ts'
import type { Authority, Terms } from '../../lib/model.ts'
import { resource, type Resource } from '../../lib/resource.ts'

const me = boot.me?.person?.id ?? boot.me?.actor ?? ''

function absent<T>(load: Promise<T>): Promise<T | null> {
  return load.catch((problem: unknown) => {
    if (problem instanceof Problem && problem.kind === 'not-found') return null
    throw problem
  })
}

let kept: { terms: Resource<Terms | null>; authority: Resource<Authority | null> } | undefined

/** Made when the panel is first shown to somebody who is signed in. */
export function shared(): { terms: Resource<Terms | null>; authority: Resource<Authority | null> } {
  kept ??= {
    terms: resource((abort) => absent(call('getTerms', { signal: abort })), { kinds: ['policy.*'] }),
    authority: resource((abort) => absent(call('getAuthority', { signal: abort })), {
      kinds: ['policy.*', 'person.changed'], when: (e) => e.kind.startsWith('policy.') || e.body.person === me,
    }),
  }
  return kept
}

export const terms: ReadonlySignal<Terms | undefined> = computed(() => shared().terms.data.value ?? undefined)

/** A budget with the length of its window, which the policy's terms know. */
export function withOver<B extends { budget: string; over?: string }>(budget: B): B {
  const over = budget.over ?? terms.value?.budgets.find((one) => one.name === budget.budget)?.over
  return over === undefined ? budget : { ...budget, over }
}
