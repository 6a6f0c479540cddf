/* What an answer comes to: the amounts on the buttons, what each does to budgets, what the agent can do without it.
 * Pure; amounts are bigint minor units throughout (lib/money.ts). */
import { cmp, least, parse, read, sub, zero, type Money } from '../../lib/money.ts'
import type { Lang } from '../../lib/i18n.ts'
import type { Amount, Approval, BudgetEffect, Evidence, Option } from '../../lib/model.ts'

/** Fewer than this many similar cases say nothing about the next. */
export const enoughCases = 5
export const holdsMost = 10
export const holdMs = 120_000

export function money(text: Amount | undefined, currency: string): Money | null {
  return text === undefined ? null : parse(text, currency)
}

/** The most that this approver may give of it: what was asked, or less where their own room ends before. */
export function mostOf(approval: Approval, currency: string): Money | null {
  const asked = money(approval.amount, currency)
  const own = money(approval.mine?.most, currency)
  return asked !== null && own !== null ? least(asked, own) : asked
}

/** What half of the similar cases got, where it is another answer than all of it; nothing when it would say little. */
export function middleOf(evidence: Evidence | undefined, most: Money | null): Money | null {
  const middle = evidence === undefined || most === null ? null : money(evidence.median, most.currency)
  if (evidence === undefined || most === null || middle === null || evidence.count < enoughCases) {
    return null
  }
  return middle.minor > 0n && cmp(middle, most) < 0 ? middle : null
}

export type AmountFault = 'empty' | 'not-a-number' | 'too-many-digits' | 'negative' | 'nothing' | 'more-than-asked'

/** What was typed into the amount's field. */
export function typed(text: string, asked: Money, lang: Lang): Money | AmountFault {
  const value = read(text, asked.currency, lang)
  if (typeof value === 'string') {
    return value
  }
  if (value.minor === 0n) {
    return 'nothing'
  }
  return cmp(value, asked) > 0 ? 'more-than-asked' : value
}

export interface EffectRow { name: string; from: Money; to: Money; until?: string; low: boolean }

/** What each budget has before and after: only those with an amount. Never below nothing: there the answer would not be given. */
export function effectRows(effects: readonly BudgetEffect[], amount: Money): EffectRow[] {
  const rows: EffectRow[] = []
  for (const effect of effects) {
    const left = money(effect.left, amount.currency)
    if (left === null) {
      continue
    }
    const all = money(effect.amount, amount.currency)
    const to = cmp(left, amount) < 0 ? zero(amount.currency) : sub(left, amount)
    const scope = Object.entries(effect.scope).filter(([per]) => per !== 'organization' && per !== 'agent').map(([, id]) => id)
    const name = effect.label ?? effect.budget
    rows.push({
      name: scope.length === 0 ? name : `${name} · ${scope.join(', ')}`, from: left, to, low: all !== null && all.minor > 0n && to.minor * 100n < all.minor * 15n,
      ...(effect.until === undefined ? {} : { until: effect.until }),
    })
  }
  return rows
}

/** What the agent can give of the same remedy without anybody: the most, when it has an amount. */
export function agentCan(approval: Approval): Option | null {
  return approval.can?.find((option) => option.action === approval.action) ?? null
}

/** A link that may be shown as one: only http and https, with the host named. */
export function link(text: string): { href: string; host: string } | null {
  try {
    const url = new URL(text)
    return url.protocol === 'https:' || url.protocol === 'http:' ? { href: url.href, host: url.host } : null
  } catch {
    return null
  }
}

export function links(evidence: string | string[] | undefined): string[] {
  return evidence === undefined ? [] : Array.isArray(evidence) ? evidence : [evidence]
}

/** How similar cases ended: which share of them stood as given and did not come back. In hundredths, rounded; null: not known. */
export function stoodShare(evidence: Evidence): number | null {
  const ended = evidence.ended
  if (ended === undefined) {
    return null
  }
  const all = ended.stood + ended.less + ended.reversed + ended.came_back
  return all === 0 ? null : Math.round((100 * ended.stood) / all)
}

export interface FactShown { name: string; label: string; value: string }

/** The facts that the policy read, flat and by their labels; lists with commas, what has no value left out. */
export function factsShown(facts: Record<string, unknown> | undefined, labels: ReadonlyMap<string, string>, say: (value: unknown) => string): FactShown[] {
  const found: FactShown[] = []
  const walk = (value: unknown, path: string): void => {
    if (value !== null && typeof value === 'object' && !Array.isArray(value) && !labels.has(path)) {
      for (const [key, inner] of Object.entries(value)) {
        walk(inner, path === '' ? key : `${path}.${key}`)
      }
      return
    }
    if (value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0)) {
      return
    }
    found.push({ name: path, label: labels.get(path) ?? path, value: Array.isArray(value) ? value.map(say).join(', ') : say(value) })
  }
  walk(facts ?? {}, '')
  return found
}

/** Another way needs a remedy or words: what goes to the server, or null while neither is there. */
export type OtherAnswer = { op: 'approve'; body: { action: string; amount?: Amount; note?: string } } | { op: 'decline'; body: { note: string } }

export function otherAnswer(choice: { action: string; amount: Amount | null } | null, words: string): OtherAnswer | null {
  const note = words.trim()
  if (choice !== null && choice.action !== '') {
    return { op: 'approve', body: { action: choice.action, ...(choice.amount === null ? {} : { amount: choice.amount }), ...(note === '' ? {} : { note }) } }
  }
  return note === '' ? null : { op: 'decline', body: { note } }
}

/** The approver's last own notes, newest first, each once. */
export function keepNote(notes: readonly string[], note: string, most = 5): string[] {
  const text = note.trim()
  return text === '' ? [...notes] : [text, ...notes.filter((other) => other !== text)].slice(0, most)
}
