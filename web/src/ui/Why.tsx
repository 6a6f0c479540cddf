import { common, lang } from '../lib/i18n.ts'
import type { Limit } from '../lib/model.ts'
import { format, parse } from '../lib/money.ts'
import { at, day } from '../lib/time.ts'

/** All limits of an option, the smallest first and bold: it decides. */
export function Why({ limits, currency, summary, budgetName }: { limits: Limit[]; currency: string; summary: string; budgetName: (budget: string) => string }) {
  return <details class="why"><summary>{summary}</summary>
    <ol>{limits.map((limit, i) => <li key={i}>{i === 0 ? <b><Line limit={limit} currency={currency} budgetName={budgetName} /></b> : <Line limit={limit} currency={currency} budgetName={budgetName} />}</li>)}</ol>
  </details>
}

function money(text: string | undefined, currency: string): string {
  const found = text === undefined ? null : parse(text, currency)
  return found ? format(found, lang.value, 'short') : ''
}

function Line({ limit, currency, budgetName }: { limit: Limit; currency: string; budgetName: (budget: string) => string }) {
  const amount = money(limit.amount, currency)
  const rule = limit.text && <span lang="en">{limit.text}</span>
  if (limit.of !== 'budget') return <>{amount && common('common.limit.rule', { amount })}{amount && rule ? ': ' : ''}{rule}</>
  const values = { budget: budgetName(limit.budget ?? ''), left: money(limit.left ?? limit.amount, currency), of: money(limit.amount_of, currency), until: limit.until ? day(at(limit.until), lang.value) : '' }
  if (!limit.amount_of) return <>{common('common.limit.left', values)}</>
  return <>{limit.until ? common('common.limit.budget.until', values) : common('common.limit.budget', values)}</>
}
