// Budgets that would have run dry: which, whose, since when, and what met them empty; those that are newly so come first.
import { useSignal } from '@preact/signals'
import { lang, useT } from '../../lib/i18n.ts'
import type { DryBudget, Replayed } from '../../lib/model.ts'
import { at, when } from '../../lib/time.ts'
import { Button, Tag } from '../../ui/index.ts'
import { money } from './figures.ts'

const FIRST = 5

export function Dry({ is }: { is: Replayed }) {
  const t = useT('policy')
  const all = useSignal(false)
  const { dry } = is
  const number = (n: number) => new Intl.NumberFormat(lang.value).format(n)
  const rows = all.value ? dry.items : dry.items.slice(0, FIRST)
  return <><hr class="hr" />
    <div class="pane-h"><h3 id="dry">{t('policy.dry.title')}</h3><Tag {...dry.newly > 0 && dry.compared && { tone: 'warn' as const }}>{number(dry.newly + dry.both)}</Tag>
      {dry.total > 0 && <span class="f">{dry.compared ? t('policy.dry.sums', { newly: dry.newly, gone: dry.no_longer, n: dry.requests, was: dry.requests_before ?? 0 }) : t('policy.dry.sums.was', { n: dry.requests })}</span>}</div>
    {dry.total === 0 ? <p class="pad t13 m">{t('policy.dry.none')}</p>
      : <div class="wide-t" tabIndex={0} role="region" aria-labelledby="dry" data-scrolls><table class="tbl dense dry">
        <thead><tr><th scope="col">{t('policy.dry.budget')}</th><th scope="col">{t('policy.dry.whose')}</th><th scope="col">{t('policy.dry.first')}</th><th scope="col" class="r">{t('policy.dry.requests')}</th><th scope="col" class="r">{t('policy.dry.amount')}</th><th scope="col">{t('policy.dry.change')}</th></tr></thead>
        <tbody>{rows.map(row => <Row key={`${row.budget} ${Object.values(row.scope).join(' ')}`} row={row} compared={dry.compared} />)}</tbody></table></div>}
    {dry.total > FIRST && <div class="pad-s row wrap"><Button size="sm" aria-expanded={all.value} onClick={() => { all.value = !all.value }}>{all.value ? t('policy.dry.fewer') : t('policy.dry.more', { n: dry.items.length - FIRST })}</Button>
      {all.value && dry.total > dry.items.length && <span class="t12 m">{t('policy.dry.beyond', { n: dry.total - dry.items.length })}</span>}</div>}</>
}

function Row({ row, compared }: { row: DryBudget; compared: boolean }) {
  const t = useT('policy')
  const number = (n: number) => new Intl.NumberFormat(lang.value).format(n)
  const parts = Object.entries(row.scope).map(([kind, of]) => kind === 'agent' ? row.name ?? of : of)
  const months = row.window !== 'rolling' && row.window !== 'for-good' && row.windows > 1 ? t(`policy.dry.windows.${row.window}`, { n: row.windows }) : ''
  return <tr>
    <td>{row.budget}{row.label && <span class="sub" lang="en">{row.label}</span>}</td>
    <td>{parts.length > 0 ? parts.join(', ') : t('policy.dry.everybody')}</td>
    <td>{when(at(row.first_at), lang.value)}{months && <span class="sub">{months}</span>}</td>
    <td class="r">{number(row.requests)}</td>
    <td class="r">{money(row.amount)}</td>
    <td>{!compared ? '' : row.side === 'before' ? <Tag tone="can">{t('policy.dry.gone')}</Tag> : row.side === 'both' ? t('policy.dry.was', { n: row.before?.requests ?? 0 }) : <Tag tone="warn">{t('policy.dry.new')}</Tag>}</td>
  </tr>
}
