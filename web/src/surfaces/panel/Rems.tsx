// "You can do now": rows with a number key, what it is, the most of it, and a line that says why or who decides beyond.
import { Icon } from '../../ui/index.ts'
import { lang, useT } from '../../lib/i18n.ts'
import type { Evidence } from '../../lib/model.ts'
import type { Remedy } from './model.ts'
import { endedWell, takesAmount } from './reduce.ts'
import { answersIn, askedName, short } from './words.ts'

export const ROWS_WITH_KEYS = 9

export interface RemsProps {
  rows: readonly Remedy[]
  best: string | null
  evidence: ReadonlyMap<string, Evidence>
  /** Absent: the rows are only read (while there is no line). */
  open?: (row: Remedy) => void
  /** Rows that somebody opened for this case, with their name. */
  unlocked?: { action: string; by: string }
}

function Most({ row }: { row: Remedy }) {
  const t = useT('panel')
  if (!row.option) return <span class="most askc">{t('panel.row.ask', { name: askedName(t, row.ask?.first) })}</span>
  if (row.own) return <span class="most">{t('panel.row.up-to', { amount: short(row.own, lang.value) })}</span>
  return <span class="most">{takesAmount(row) ? t('panel.row.any') : t('panel.row.no-amount')}</span>
}

function Detail({ row, best, evidence, unlocked }: { row: Remedy; best: boolean; evidence: Evidence | undefined; unlocked: string | undefined }) {
  const t = useT('panel')
  const well = best ? endedWell(evidence) : null
  const says: preact.JSX.Element[] = []
  if (unlocked) says.push(<b key="by">{t('panel.row.unlocked', { name: unlocked })} </b>)
  if (well !== null) says.push(<b key="well">{t('panel.row.well', { n: well, count: evidence!.count })} </b>)
  if (row.option && row.ask && row.own) says.push(<span key="more">{t('panel.row.more', { amount: short(row.own, lang.value), who: answersIn(t, row.ask, lang.value) })}</span>)
  else if (!row.option && row.ask) says.push(<span key="ask">{answersIn(t, row.ask, lang.value)}</span>)
  else if (row.option?.why) says.push(<span key="why" lang={lang.value === 'en' ? undefined : 'en'}>{row.option.why}</span>)
  return says.length !== 0 ? <span class="det">{says}</span> : null
}

export function Rems({ rows, best, evidence, open, unlocked }: RemsProps) {
  return (
    <ul class="rems">
      {rows.map((row, i) => (
        <li key={row.key} class={row.key === best || row.action === unlocked?.action ? 'rem best' : 'rem'}>
          <button type="button" disabled={!open} onClick={() => open?.(row)} data-action={row.action} aria-keyshortcuts={open && i < ROWS_WITH_KEYS ? String(i + 1) : undefined}>
            <span class={i < ROWS_WITH_KEYS ? 'kbd' : 'kbd none'} aria-hidden="true">{i < ROWS_WITH_KEYS ? i + 1 : ''}</span>
            <span class={open ? 'what' : 'what m'}>{row.label}</span>
            <Most row={row} />
            {open ? <Icon name="right" small /> : <span />}
            <Detail row={row} best={row.key === best} evidence={evidence.get(row.action)} unlocked={row.action === unlocked?.action ? unlocked.by : undefined} />
          </button>
        </li>
      ))}
    </ul>
  )
}
