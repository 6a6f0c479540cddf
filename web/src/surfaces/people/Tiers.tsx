// What each tier may give without asking, as the live policy has it. It is changed there and nowhere else.
import { call, Problem } from '../../lib/api.ts'
import { boot } from '../../lib/boot.ts'
import { lang, useT } from '../../lib/i18n.ts'
import type { PolicyTiers } from '../../lib/model.ts'
import { format, parse } from '../../lib/money.ts'
import { resource, useResource } from '../../lib/resource.ts'
import { Link } from '../../lib/router.ts'
import { may } from '../../shell/rights.ts'
import { Empty } from '../../ui/index.ts'
import { Card, Data } from './form.tsx'

type Cell = PolicyTiers['rows'][number]['cells'][number]

async function read(signal: AbortSignal): Promise<PolicyTiers | null> {
  try {
    return await call('policyTiers', { signal })
  } catch (error) {
    if (error instanceof Problem && error.kind === 'not-found') return null
    throw error
  }
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

function money(amount: string): string {
  const found = parse(amount, boot.me?.currency ?? 'USD')
  return found ? format(found, lang.value, 'short') : amount
}

export function Tiers() {
  const t = useT('people')
  const tiers = useResource(() => resource(read, { kinds: ['policy.*', 'person.*'], quiet: 500 }), [])
  const is = tiers.data.value
  return <Card title={t('people.part.tiers')} side={<>{is && <span class="f t12">{t('people.tiers.from', { n: is.policy })}</span>}<Link class="btn sm" to={may('CHANGE_POLICY', 'all') ? '/policy/edit' : '/policy'}>{t(may('CHANGE_POLICY', 'all') ? 'people.tiers.change' : 'people.tiers.read')}</Link></>}>
    <Data of={tiers}>{found => found === null ? <Empty title={t('people.tiers.none')}>{t('people.tiers.none.text')}</Empty> : <div class="scrolls" tabIndex={0} role="group" aria-label={t('people.part.tiers')} data-scrolls>
      <table class="tbl mx"><thead><tr><th scope="col">{t('people.tiers.can')}</th>{found.tiers.map(one => <th key={one.name} scope="col">{capital(one.name)}<small>{t('people.count', { n: one.people })}{one.ai > 0 ? `, ${t('people.tiers.ai', { n: one.ai })}` : ''}</small></th>)}</tr></thead>
        <tbody>{found.rows.map(row => <tr key={row.action}><th scope="row" lang="en">{row.label}</th>{row.cells.map((cell, i) => <td key={i}><One cell={cell} /></td>)}</tr>)}
          {found.budgets.map(row => <tr key={row.name}><th scope="row"><span lang="en">{row.label}</span></th>{row.cells.map((cell, i) => <td key={i}>{cell === null ? '–' : money(cell)}</td>)}</tr>)}</tbody></table></div>}</Data>
  </Card>
}

function One({ cell }: { cell: Cell }) {
  const t = useT('people')
  const needs = cell.needs && cell.needs.length > 0 ? <small lang="en"> {cell.needs.join(', ')}</small> : null
  if (cell.most !== undefined) return <>{money(cell.most)}{needs}</>
  if (cell.text) return <><span lang="en">{cell.text}</span>{needs}</>
  if (cell.any) return <>{t('people.any')}{needs}</>
  return cell.ask ? <span class="o">{t('people.tiers.asks')}</span> : <span class="f">–</span>
}
