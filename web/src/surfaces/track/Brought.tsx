// What it all brought: the window beside the time before it, and who stays. It shows what moved, never why.
import type { ComponentChildren } from 'preact'
import type { Brought, BroughtFigure, BroughtValue, StayingGroup } from '../../lib/api-types.ts'
import { call } from '../../lib/api.ts'
import { lang, useT } from '../../lib/i18n.ts'
import { resource, useResource } from '../../lib/resource.ts'
import { Link } from '../../lib/router.ts'
import { length } from '../../lib/time.ts'
import { Csv, Empty, Skeleton, Table, type Col } from '../../ui/index.ts'
import { Told } from '../policy/told.tsx'
import { change, count, money, percent, points, type Wanted } from './track.ts'

const KINDS = ['rating.recorded', 'customer.outcome', 'case.changed', 'approval.approved', 'person.changed', 'person.removed']
const QUIET_MS = 30_000

const load = (wanted: Wanted, signal: AbortSignal): Promise<Brought> => call('trackBrought', { query: { days: Number(wanted.days), ...wanted.team !== '' && { team: wanted.team } }, signal })

export function WhatItBrought({ wanted }: { wanted: Wanted }) {
  const read = useResource(() => resource(signal => load(wanted, signal), { kinds: KINDS, quiet: QUIET_MS }), [wanted.days, wanted.team])
  const t = useT('track')
  const brought = read.data.value
  return <>
    <section class="card c12" aria-labelledby="brought"><div class="hd wraps"><h2 id="brought">{t('track.brought')}</h2><span class="sp" /><span class="t12 f">{t('track.brought.beside', { n: Number(wanted.days) })}</span><Csv path="/v1/track/brought" query={{ days: wanted.days, team: wanted.team }} of={t('track.brought')} /></div>
      {brought ? <Figures brought={brought} wanted={wanted} /> : read.problem.value ? <div class="pad"><Told problem={read.problem.value} again={() => { void read.refresh() }} reading /></div> : <div class="pad"><Skeleton rows={['h28', 'h28', 'h28', 'w80']} /></div>}</section>
    <section class="card c12" aria-labelledby="staying"><div class="hd wraps"><h2 id="staying">{t('track.staying')}</h2><span class="sp" /><span class="t12 f">{t('track.staying.by')}</span><Csv path="/v1/track/brought" query={{ days: wanted.days, team: wanted.team }} of={t('track.staying')} /></div>
      {brought ? <Staying brought={brought} /> : <div class="pad"><Skeleton rows={['h28', 'h28', 'w80']} /></div>}</section>
  </>
}

// On a narrow screen the table scrolls within its card.
const Wide = ({ label, children }: { label: string; children: ComponentChildren }) => <div class="wide" role="group" aria-label={label} tabIndex={0}>{children}</div>

const number = (value: number, sign: boolean): string => new Intl.NumberFormat(lang.value, { maximumFractionDigits: 2, ...sign && { signDisplay: 'exceptZero' } }).format(value).replace('-', '−')

function seconds(value: number, sign: boolean): string {
  const says = length(Math.abs(value) * 1000, lang.value)
  return value < 0 ? `−${says}` : sign && value > 0 ? `+${says}` : says
}

/** As its kind is written; a change with its sign. */
export function written(kind: BroughtFigure['kind'], value: string | number | undefined, sign = false): string {
  if (value === undefined) return '–'
  if (kind === 'share') return (sign ? points : percent)(Number(value))
  if (kind === 'money') return (sign ? change : money)(String(value))
  return kind === 'seconds' ? seconds(Number(value), sign) : number(Number(value), sign)
}

function Figures({ brought, wanted }: { brought: Brought; wanted: Wanted }) {
  const t = useT('track')
  const list = (one: BroughtFigure) => `/track/brought/${one.figure}?${new URLSearchParams({ days: wanted.days, ...wanted.team !== '' && { team: wanted.team } })}`
  const there = brought.figures.filter(one => one.now.n > 0 || one.before.n > 0)
  if (there.length === 0) return <Empty title={t('track.brought.none')}>{t('track.brought.none.text')}</Empty>
  const range = (kind: BroughtFigure['kind'], value: BroughtValue, sign: boolean) => value.low === undefined ? '–' : t('track.brought.range', { low: written(kind, value.low, sign), high: written(kind, value.high, sign) })
  const columns: Col<BroughtFigure>[] = [
    { name: t('track.brought.figure'), cell: one => <span title={t(`track.brought.${one.figure}.hint`)}>{t(`track.brought.${one.figure}`)}</span> },
    { name: t('track.brought.before'), right: true, cell: one => written(one.kind, one.before.value) },
    { name: t('track.brought.now'), right: true, cell: one => <b>{written(one.kind, one.now.value)}</b> },
    { name: t('track.brought.change'), right: true, cell: one => written(one.kind, one.change.value, true) },
    { name: t('track.brought.within'), right: true, cell: one => <span class="f">{range(one.kind, one.change, true)}</span> },
    { name: t('track.brought.of'), right: true, cell: one => one.now.n === 0 ? <span class="f">0</span> : <Link class="lnk" to={list(one)} aria-label={`${count(one.now.n)}, ${t('track.cases.of', { what: t(`track.brought.${one.figure}`) })}`}>{count(one.now.n)}</Link> },
  ]
  return <><Wide label={t('track.brought')}><Table dense label={t('track.brought')} columns={columns} count={there.length} get={row => there[row]} rowKey={one => one.figure} /></Wide>
    <p class="pad-s t12 f">{t('track.brought.says', { n: brought.repeat_contact_days })}</p></>
}

function Staying({ brought }: { brought: Brought }) {
  const t = useT('track')
  const { whole, tiers, hidden, differ } = brought.staying
  if (whole.people === 0) return <Empty title={t('track.staying.none')}>{t('track.staying.none.text')}</Empty>
  const rows: StayingGroup[] = [whole, ...tiers]
  const after = (one: StayingGroup, i: number) => {
    const is = one.after[i]
    return is?.share === undefined ? '–' : <><b>{percent(Number(is.share))}</b> <span class="f">{t('track.brought.range', { low: percent(Number(is.low)), high: percent(Number(is.high)) })}</span></>
  }
  const columns: Col<StayingGroup>[] = [
    { name: t('track.staying.tier'), cell: one => one === whole ? <b>{t('track.staying.all')}</b> : one.tier ?? t('track.staying.notier') },
    { name: t('track.staying.people'), right: true, cell: one => count(one.people) },
    { name: t('track.staying.left'), right: true, cell: one => count(one.left) },
    ...whole.after.map((year, i): Col<StayingGroup> => ({ name: t('track.staying.after', { n: year.years }), right: true, cell: one => after(one, i) })),
  ]
  return <><Wide label={t('track.staying')}><Table dense label={t('track.staying')} columns={columns} count={rows.length} get={row => rows[row]} rowKey={one => one === whole ? '' : `tier ${one.tier ?? ''}`} /></Wide>
    <p class="pad-s t12 f">{differ && <>{t('track.staying.differ', { p: percent(differ.p) })} </>}{t('track.staying.says')}{hidden > 0 && <> {t('track.staying.hidden', { n: hidden })}</>}</p></>
}
