// People from a table: first what each line would do, then doing it. Lines with faults are named, with their place.
import { signal, type Signal } from '@preact/signals'
import { useMemo, useState } from 'preact/hooks'
import { call, Problem } from '../../lib/api.ts'
import { useT } from '../../lib/i18n.ts'
import type { ImportReport } from '../../lib/model.ts'
import { Button, Check, Icon, Note, Tag, TextArea, type Tone } from '../../ui/index.ts'
import { Told, tried } from '../policy/told.tsx'

const LINES_SHOWN = 200
const tones: Record<string, Tone> = { added: 'can', changed: 'ask', unchanged: 'line', faulty: 'bad' }

interface State { csv: Signal<string>; skip: Signal<boolean>; report: Signal<ImportReport | null>; problem: Signal<Problem | null>; busy: Signal<boolean> }

export function ImportFile({ done }: { done?: () => void }) {
  const t = useT('people')
  const state = useMemo<State>(() => ({ csv: signal(''), skip: signal(false), report: signal(null), problem: signal(null), busy: signal(false) }), [])
  const [over, setOver] = useState(false)
  const send = async (dry: boolean) => {
    if (state.busy.value) return
    state.busy.value = true
    const query = { dry_run: dry, ...(state.skip.value && { skip_faulty: true }) }
    const answer = await tried(() => call('importPeople', { body: state.csv.value, text: true, query }))
    state.busy.value = false
    state.problem.value = answer instanceof Problem ? answer : null
    if (answer instanceof Problem) return
    state.report.value = answer
    if (!dry && answer.applied) done?.()
  }
  const take = async (file: File | undefined) => {
    if (!file) return
    state.csv.value = await file.text()
    await send(true)
  }
  const drop = (event: DragEvent) => {
    event.preventDefault()
    setOver(false)
    void take(event.dataTransfer?.files[0])
  }
  return <div class="col g5">
    <div class={over ? 'drop over' : 'drop'} onDragOver={event => { event.preventDefault(); setOver(true) }} onDragLeave={() => setOver(false)} onDrop={drop}>
      <label class="btn"><Icon name="users" small />{t('people.import.file')}<input class="vh" type="file" accept=".csv,.txt,text/csv" onChange={event => void take(event.currentTarget.files?.[0])} /></label>
      <span class="t13 m">{t('people.import.drop')}</span>
    </div>
    <TextArea label={t('people.import.text')} value={state.csv} rows={5} spellcheck={false} placeholder="id,name,email,team,tier,kind,holds,hired_at,manager" hint={t('people.import.hint')} />
    <div class="row wrap"><Button busy={state.busy.value ? t('people.import.busy') : undefined} onClick={() => void send(true)}>{t('people.import.look')}</Button></div>
    {state.problem.value && <Told problem={state.problem.value} />}
    {state.report.value && <Report state={state} send={send} />}
  </div>
}

function Report({ state, send }: { state: State; send: (dry: boolean) => Promise<void> }) {
  const t = useT('people')
  const report = state.report.value
  if (!report) return null
  const sums = t('people.import.sums', { added: report.added, changed: report.changed, unchanged: report.unchanged, faulty: report.faulty })
  const some = report.added + report.changed > 0
  return <div class="col g5">
    <Note kind={report.applied ? 'can' : report.faulty > 0 ? 'warn' : 'ask'} icon={report.applied ? 'check' : 'info'} live>{t(report.applied ? 'people.import.done' : 'people.import.would')} {sums}</Note>
    {report.errors.length > 0 && <ul class="told" lang="en">{report.errors.slice(0, LINES_SHOWN).map((error, i) => <li key={i}>{t('common.code.line', { n: String(error.line) })}: {error.message}{error.hint ? ` ${error.hint}` : ''}</li>)}</ul>}
    <div class="tbl-box" tabIndex={0} role="group" aria-label={t('people.import.lines')} data-scrolls><table class="tbl dense" aria-label={t('people.import.lines')}>
      <thead><tr><th scope="col" class="r">{t('people.import.line')}</th><th scope="col">{t('people.person')}</th><th scope="col">{t('people.import.outcome')}</th><th scope="col">{t('people.import.changes')}</th></tr></thead>
      <tbody>{report.lines.slice(0, LINES_SHOWN).map(line => <tr key={line.line}><td class="r">{line.line}</td><td>{line.person ?? ''}</td>
        <td><Tag tone={tones[line.outcome] ?? 'line'}>{t(`people.import.${line.outcome}`)}</Tag></td><td class="t12 m">{(line.changes ?? []).map(one => change(one)).join(', ')}</td></tr>)}</tbody>
    </table></div>
    {!report.applied && <div class="row wrap">
      {report.faulty > 0 && <Check label={t('people.import.skip')} value={state.skip} />}
      {(report.faulty === 0 || state.skip.value) && some && <Button kind="pri" busy={state.busy.value ? t('people.import.busy') : undefined} onClick={() => void send(false)}>{t('people.import.do', { n: report.added + report.changed })}</Button>}
      {report.faulty > 0 && !state.skip.value && <span class="t13 m">{t('people.import.mend')}</span>}
    </div>}
  </div>
}

const plain = (value: unknown): string => typeof value === 'string' ? value : value === null || value === undefined ? '–' : JSON.stringify(value)

function change(one: { field: string; from?: unknown; to?: unknown }): string {
  return `${one.field} ${plain(one.from)} → ${plain(one.to)}`
}
