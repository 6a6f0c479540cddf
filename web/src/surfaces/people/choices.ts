// What a person's fields may be: the teams there are, the tiers and budgets of the live policy.
import { computed, type ReadonlySignal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import { call, pages, Problem } from '../../lib/api.ts'
import { useT } from '../../lib/i18n.ts'
import type { Team, Terms } from '../../lib/model.ts'
import { resource, useResource, type Resource } from '../../lib/resource.ts'

interface Choice { value: string; text: string }
export interface Choices { teams: ReadonlySignal<Choice[]>; tiers: ReadonlySignal<Choice[]>; terms: ReadonlySignal<Terms | null | undefined>; all: Resource<Team[]> }

export async function readTeams(signal: AbortSignal): Promise<Team[]> {
  const items: Team[] = []
  for await (const page of pages('listTeams', { query: { limit: 500 }, signal })) items.push(...page.items)
  return items
}

async function readTerms(signal: AbortSignal): Promise<Terms | null> {
  try {
    return await call('getTerms', { signal })
  } catch (error) {
    if (error instanceof Problem && error.kind === 'not-found') return null
    throw error
  }
}

export function useChoices(): Choices {
  const t = useT('people')
  const all = useResource(() => resource(readTeams, { kinds: ['team.changed', 'person.*'], quiet: 500 }), [])
  const terms = useResource(() => resource(readTerms, { kinds: ['policy.*'] }), [])
  return useMemo(() => ({
    all, terms: terms.data,
    teams: computed(() => [{ value: '', text: t('people.noteam') }, ...(all.data.value ?? []).map(one => ({ value: one.id, text: one.name ? `${one.path} (${one.name})` : one.path }))]),
    tiers: computed(() => [{ value: '', text: t('people.notier') }, ...(terms.data.value?.tiers ?? []).map(value => ({ value, text: value }))]),
  }), [all, terms])
}
