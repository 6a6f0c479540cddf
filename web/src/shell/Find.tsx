// What "Find or do" finds everywhere: surfaces, people, cases, reference pages.
import type { Signal } from '@preact/signals'
import { call } from '../lib/api.ts'
import { boot } from '../lib/boot.ts'
import { common } from '../lib/i18n.ts'
import { go } from '../lib/router.ts'
import { matches, Palette, type Provider } from '../ui/Palette.tsx'
import { entries } from './entries.ts'
import { may } from './rights.ts'
import { providers } from './top.ts'

const CASE = /^#?([\p{L}\p{N}][\p{L}\p{N}_.:-]{0,199})$/u

// The surfaces that have no key of their own; the others are among the acts.
const findPlaces: Provider = q => {
  const places = entries().filter(entry => entry.surface === 'setup').map(entry => ({ group: 'go' as const, icon: entry.icon, says: entry.name, run: () => go(`/${entry.surface}`) }))
  return Promise.resolve(places.filter(row => matches(q, row.says)))
}

const findPeople: Provider = async (q, signal) => {
  if (q.length < 2 || !may('SEE_PEOPLE', 'team')) return []
  const { items } = await call('names', { query: { q }, signal })
  return items.map(one => ({ group: 'go' as const, icon: 'user' as const, says: one.name ?? one.id, hint: one.team_name ?? '', run: () => go(`/people/p/${encodeURIComponent(one.id)}`) }))
}

const findCase: Provider = async (q, signal) => {
  const id = CASE.exec(q)?.[1]
  if (!id || id.length < 2 || !/^#|\d/.test(q) || !boot.signed_in) return []
  try {
    const found = await call('getCase', { path: { id }, signal })
    return [{ group: 'go', icon: 'chat', says: common('common.find.case', { id: found.id, subject: found.subject ?? '' }), run: () => go(`/panel?case=${encodeURIComponent(found.id)}`) }]
  } catch {
    return []
  }
}

const findPages: Provider = async (q, signal) => {
  if (q.length < 2 || !boot.signed_in) return []
  const { items } = await call('listPages', { query: { q, limit: 5 }, signal })
  return items.map(one => ({ group: 'go' as const, icon: 'policy' as const, says: one.title, run: () => go(`/train/pages/${encodeURIComponent(one.slug)}`) }))
}

export function Find({ open }: { open: Signal<boolean> }) {
  return <Palette open={open} providers={[findPlaces, findPeople, findCase, findPages, ...providers.value]} />
}
