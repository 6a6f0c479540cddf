// What came out of a replay: figures beside each other, by groups, and case by case.
import { useSignal } from '@preact/signals'
import { lang, useT } from '../../lib/i18n.ts'
import type { Flip, Replayed, ReplayGroup, ReplayVerdict, Tally } from '../../lib/model.ts'
import { Link } from '../../lib/router.ts'
import { clock, length, wait } from '../../lib/time.ts'
import { Button, Note, Seg, Skeleton, Tag } from '../../ui/index.ts'
import { Curve } from './Curve.tsx'
import type { Curving } from './sweep.ts'
import type { Editor } from './draft.ts'
import { Dry } from './Dry.tsx'
import { money, moneyChange, moreShare, shortPath, signed, valuesOf } from './figures.ts'
import { Likely } from './Likely.tsx'
import type { Days, Gets, Replaying } from './replay.ts'
import { Told } from './told.tsx'

export function Compare({ editor, replay, curve }: { editor: Editor; replay: Replaying; curve: Curving }) {
  const t = useT('policy')
  const is = replay.answer.value
  const fresh = is !== null && !editor.stale.value
  return <section class="card cmp" aria-labelledby="rp" aria-busy={replay.busy.value}>
    <div class="hd"><h2 id="rp">{t('policy.replay.title')}</h2>
      {is && <span class="t12 f" role="status">{t('policy.replay.took', { n: is.requests, s: seconds(is.took_ms) })}</span>}<span class="sp" />
      <Seg value={replay.days} label={t('policy.replay.days')} options={(['30', '90', 'all'] as Days[]).map(value => ({ value, text: t(`policy.replay.days.${value}`) }))} />
      <Button size="sm" busy={replay.busy.value ? t('policy.replay.busy') : undefined} onClick={replay.again}>{t('policy.replay.again')}</Button></div>
    {replay.reading.value !== null && <div class="pad-s"><Note kind="ask" icon="clock" live>{t('policy.replay.reading')} <span lang="en">{replay.reading.value}</span></Note></div>}
    {replay.problem.value && <div class="pad-s"><Told problem={replay.problem.value} again={replay.again} reading /></div>}
    {is && !fresh && <div class="pad-s"><Note kind="warn" icon="info">{t('policy.replay.stale', { at: clock(replay.at.value, lang.value) })}</Note></div>}
    {!is && !replay.problem.value && replay.reading.value === null && (editor.stale.value ? <p class="pad t13 m">{t('policy.replay.none')}</p> : <div class="pad"><Skeleton rows={['w60', 'h44', 'w80']} /></div>)}
    {is && is.requests === 0 && <p class="pad t13 m">{t('policy.replay.empty')}</p>}
    {is && is.requests > 0 && <><Sums is={is} live={editor.from()} />
      <Curve curve={curve} live={editor.from()} /><Unknown is={is} /><Groups is={is} /><Dry is={is} /><Flips replay={replay} live={editor.from()} /></>}
  </section>
}

const seconds = (ms: number) => new Intl.NumberFormat(lang.value, { maximumSignificantDigits: 2 }).format(ms / 1000)

function Sums({ is, live }: { is: Replayed; live: number }) {
  const t = useT('policy')
  const more = is.after.granted - is.before.granted
  const most = Math.max(is.before.requests, is.after.requests, 1)
  const top = Math.max(Number(is.before.cost), Number(is.after.cost), 1)
  const left = is.before.asked - is.after.asked
  const sides: [string, Tally][] = [[live > 0 ? t('policy.replay.live', { n: live }) : t('policy.replay.was'), is.before], [t('policy.draft'), is.after]]
  return <div class="res">
    <div class="fact"><b>{t('policy.replay.once', { n: signed(more) })}</b><span class="d">{is.before.asked > 0 && left !== 0 ? t(left > 0 ? 'policy.replay.asks.less' : 'policy.replay.asks.more', { share: moreShare(Math.abs(left), is.before.asked) }) : t('policy.replay.asks.same')}</span></div>
    <div class="bars">{sides.map(([name, of], i) => <div key={i} class="side"><span class="lab">{name}</span>
      <svg class="ch" aria-hidden="true" height="22"><rect class="bar1" width={part(of.granted, most)} height="22" rx="2" /><rect class="bar2" x={part(of.granted, most)} width={part(of.asked, most)} height="22" /><rect class="bar5" x={part(of.granted + of.asked, most)} width={part(of.refused, most)} height="22" /></svg>
      <span class="t12">{t('policy.replay.side', { granted: of.granted, asked: of.asked, refused: of.refused })}{of.unreadable > 0 && <span class="bad-t"> {t('policy.replay.unreadable', { n: of.unreadable })}</span>}</span></div>)}</div>
    <div class="fact"><b>{moneyChange(is.before.cost, is.after.cost)}</b><span class="d">{t('policy.replay.cost', { share: costShare(is.before.cost, is.after.cost) })}</span></div>
    <div class="bars"><Likely is={is} />{sides.map(([name, of], i) => <div key={i} class="side"><span class="lab">{name}</span>
      <svg class="ch" aria-hidden="true" height="12"><rect class={i === 0 ? 'bar5' : 'bar1'} width={part(Number(of.cost), top)} height="12" rx="2" /></svg><span class="t12">{t('policy.replay.given', { sum: money(of.cost), asked: money(of.cost_answered) })}</span></div>)}</div>
    {(is.avoided > 0 || is.newly_asked > 0) && <p class="t13 m wide">{is.avoided > 0 && t('policy.replay.avoided', { n: is.avoided, time: length(is.avoided_waiting_seconds * 1000, lang.value) })} {is.newly_asked > 0 && t('policy.replay.newly', { n: is.newly_asked, sum: money(is.newly_asked_cost) })}</p>}
  </div>
}

const part = (n: number, of: number) => `${(n * 100 / of).toFixed(2)}%`

function costShare(before: string, after: string): string {
  const was = Number(before)
  return was > 0 ? new Intl.NumberFormat(lang.value, { style: 'percent', maximumFractionDigits: 1, signDisplay: 'exceptZero' }).format((Number(after) - was) / was).replace('-', '−') : ''
}

// What people would have done otherwise nobody knows; it stands beside the figures, not under them.
function Unknown({ is }: { is: Replayed }) {
  const t = useT('policy')
  if (is.unknown.length === 0) return null
  return <details class="unk"><summary>{t('policy.replay.unknown')}</summary><ul class="told" lang="en">{is.unknown.map((one, i) => <li key={i}>{one}</li>)}</ul></details>
}

type By = keyof Replayed['by']

function Groups({ is }: { is: Replayed }) {
  const t = useT('policy')
  const by = useSignal<By>('action')
  const rows = is.by[by.value] ?? []
  return <details class="unk"><summary>{t('policy.replay.groups')}</summary>
    <div class="col g3 mt2"><Seg value={by} label={t('policy.replay.groups')} options={(['action', 'reason', 'team', 'tier'] as By[]).map(value => ({ value, text: t(`policy.replay.by.${value}`) }))} />
      <div class="wide-t" tabIndex={0} role="region" aria-label={t('policy.replay.groups')} data-scrolls><table class="tbl dense"><thead><tr><th scope="col">{t(`policy.replay.by.${by.value}`)}</th><th scope="col" class="r">{t('policy.replay.g.n')}</th><th scope="col" class="r">{t('policy.replay.g.once')}</th><th scope="col" class="r">{t('policy.replay.g.given')}</th><th scope="col" class="r">{t('policy.gets.more')}</th><th scope="col" class="r">{t('policy.gets.less')}</th></tr></thead>
        <tbody>{rows.map(row => <Group key={row.name} row={row} />)}</tbody></table></div></div>
  </details>
}

function Group({ row }: { row: ReplayGroup }) {
  const t = useT('policy')
  const number = (n: number) => new Intl.NumberFormat(lang.value).format(n)
  return <tr><td>{row.name || t('policy.replay.g.none')}</td><td class="r">{number(row.after.requests)}</td><td class="r">{number(row.before.granted)} → {number(row.after.granted)}</td><td class="r">{moneyChange(row.before.cost, row.after.cost)}</td><td class="r">{number(row.more)}</td><td class="r">{number(row.less)}</td></tr>
}

function Flips({ replay, live }: { replay: Replaying; live: number }) {
  const t = useT('policy')
  const is = replay.answer.value!
  const rows = replay.flips.value
  const counts: Record<Gets, number> = { all: is.more + is.less, more: is.more, less: is.less }
  return <><hr class="hr" />
    <div class="pane-h"><h3>{t('policy.flips.title')}</h3><Tag>{new Intl.NumberFormat(lang.value).format(counts.all)}</Tag><span class="sp" />
      <Seg value={replay.gets} label={t('policy.flips.show')} options={(['all', 'more', 'less'] as Gets[]).map(value => ({ value, text: value === 'all' ? t('policy.gets.all') : `${t(`policy.gets.${value}`)} ${new Intl.NumberFormat(lang.value).format(counts[value])}` }))} /></div>
    {rows.length === 0 ? <p class="pad t13 m">{t(replay.gets.value === 'less' ? 'policy.flips.nobody' : 'policy.flips.none')}</p>
      : <div class="wide-t" tabIndex={0} role="region" aria-label={t('policy.flips.title')} data-scrolls><table class="tbl dense flips">
        <thead><tr><th scope="col">{t('policy.flips.case')}</th><th scope="col">{t('policy.flips.agent')}</th><th scope="col" class="r">{t('policy.flips.amount')}</th><th scope="col">{live > 0 ? t('policy.flips.change', { n: live }) : t('policy.flips.change.was')}</th><th scope="col" class="r">{t('policy.flips.waited')}</th><th scope="col">{t('policy.flips.because')}</th></tr></thead>
        <tbody>{rows.map(row => <Row key={row.entry} row={row} replay={replay} />)}</tbody></table></div>}
    {replay.next.value !== null && <div class="pad-s"><Button size="sm" onClick={() => void replay.more()}>{t('policy.flips.more', { n: Math.max(0, replay.total.value - rows.length) })}</Button></div>}</>
}

const SHORT = 12 // letters of a value that is said beside its name

function Row({ row, replay }: { row: Flip; replay: Replaying }) {
  const words = (path: string) => replay.changes.value.find(change => change.path === path || change.variable === path)
  const because = (row.because ?? []).map(path => {
    const change = words(path)
    const after = change ? valuesOf(change.before, change.after).after : ''
    return after !== '' && after.length <= SHORT ? `${shortPath(path)} ${after}` : shortPath(path)
  })
  return <tr>
    <td>{row.decision === undefined ? row.case && `#${row.case}` : <Link to={`/desk/decisions?one=${encodeURIComponent(row.decision)}`}>{row.case ? `#${row.case}` : row.decision}</Link>}</td>
    <td>{row.name ?? row.agent}</td>
    <td class="r">{row.amount === undefined ? row.label ?? row.action : money(row.amount)}</td>
    <td><Verdict is={row.before} by={row.answered_by && (replay.names.value.get(row.answered_by) ?? row.answered_by)} /> <span class="f" aria-hidden="true">→</span> <Verdict is={row.after} /></td>
    <td class="r">{row.waited_seconds === undefined ? '' : wait(row.waited_seconds * 1000)}</td>
    <td lang="en" class="bc">{because.join(', ')}</td>
  </tr>
}

const tones = { granted: 'can', ask: 'ask', refused: 'warn', unreadable: 'bad' } as const

function Verdict({ is, by }: { is: ReplayVerdict; by?: string | undefined }) {
  const t = useT('policy')
  return <Tag tone={tones[is]}>{is === 'ask' && by ? t('policy.verdict.asked-of', { who: by }) : t(`policy.verdict.${is}`)}</Tag>
}

