// One question about what stands out: what the record shows, what may innocently cause it, the decisions, and a few words back.
import { useMemo, useState } from 'preact/hooks'
import { signal } from '@preact/signals'
import type { Question } from '../lib/api-types.ts'
import { Problem, call } from '../lib/api.ts'
import { lang, rich, useT } from '../lib/i18n.ts'
import { format, parse } from '../lib/money.ts'
import { Link } from '../lib/router.ts'
import { at, day } from '../lib/time.ts'
import { Button } from './Button.tsx'
import { TextArea } from './Field.tsx'
import { Note } from './Note.tsx'

const SHOWN = 6
const t = useT('track')

const count = (n: number): string => new Intl.NumberFormat(lang.value, { maximumFractionDigits: 1 }).format(n)

function money(text: string, currency: string): string {
  const read = parse(text, currency)
  return read ? format(read, lang.value, 'short') : text
}

function days(detail: Question['detail']): string {
  const [from, until] = [day(at(detail.from), lang.value), day(at(detail.until), lang.value)]
  return from === until ? from : t('track.asked.days', { from, until })
}

function says(one: Question): string {
  const { detail } = one
  const values = {
    n: detail.count, of: count(detail.of), customer: one.customer ?? '', amount: money(detail.amount, detail.currency), limit: detail.limit ? money(detail.limit, detail.currency) : '',
    agents: detail.agents ?? 0, expected: count(detail.expected ?? 0), window: detail.window ? t(`track.asked.window.${detail.window}`) : '', when: days(detail),
  }
  return t(`track.asked.${one.kind}`, values)
}

/** `done` is told the question as it is afterwards. `framed`: without links, which would lead out of a frame in a helpdesk. */
export function Asked({ one, done, framed }: { one: Question; done: (next: Question) => void; framed?: boolean }) {
  const [all, setAll] = useState(false)
  const rows = all ? one.detail.decisions : one.detail.decisions.slice(0, SHOWN)
  const more = one.detail.decisions.length - rows.length
  return <article class="asked col g3">
    <p>{rich(says(one))}</p>
    <p class="t13 m">{t('track.asked.cause')} {t(`track.asked.${one.kind}.cause`)}</p>
    <ul class="plain t13">{rows.map(row => <li key={row.decision}>{framed ? day(at(row.at), lang.value) : <Link to={`/desk/decisions?one=${encodeURIComponent(row.decision)}`}>{day(at(row.at), lang.value)}</Link>}{row.case && ` · ${row.case}`}{row.amount && ` · ${money(row.amount, one.detail.currency)}`}</li>)}</ul>
    {more > 0 && <div><Button kind="quiet" size="xs" onClick={() => setAll(true)}>{t('track.asked.more', { n: more })}</Button></div>}
    {one.explanation && <p class="t13"><b>{t('track.asked.explained', { name: one.agent_name ?? one.agent })}</b> {one.explanation}</p>}
    {one.words && <p class="t13"><b>{t('track.asked.closed', { name: one.closed_by_name ?? one.closed_by ?? '' })}</b> {one.words}</p>}
    {one.may[0] && <Answer key={one.may[0]} one={one} way={one.may[0]} done={done} />}
  </article>
}

function Answer({ one, way, done }: { one: Question; way: 'explain' | 'close'; done: (next: Question) => void }) {
  const text = useMemo(() => signal(''), [one.id])
  const [busy, setBusy] = useState(false)
  const [fault, setFault] = useState('')
  const send = (event: SubmitEvent) => {
    event.preventDefault()
    if (busy || text.value.trim() === '') { setFault(t('track.asked.empty')); return }
    setBusy(true)
    call(way === 'explain' ? 'explainQuestion' : 'closeQuestion', { path: { id: one.id }, body: { text: text.value } })
      .then(done, (failed: unknown) => { setFault(failed instanceof Problem ? failed.detail ?? failed.message : String(failed)) })
      .finally(() => setBusy(false))
  }
  return <form class="col g3" onSubmit={send as never} noValidate>
    <TextArea label={t(`track.asked.${way}.label`)} hint={way === 'explain' ? t('track.asked.explain.hint', { until: day(at(one.explain_until), lang.value) }) : t('track.asked.close.hint')} value={text} rows={2} name="text" maxLength={4000} />
    {fault !== '' && <Note kind="bad" live>{fault}</Note>}
    <div><Button type="submit" size="sm" busy={busy ? t('track.asked.sending') : undefined}>{t(`track.asked.${way}`)}</Button></div>
  </form>
}
