// Step 2: who works here. A few can be typed; a table comes from a file; for a look around there are invented people.
import { signal, type Signal } from '@preact/signals'
import { useLayoutEffect, useMemo, useRef } from 'preact/hooks'
import { call, Problem } from '../../lib/api.ts'
import { messages, useT } from '../../lib/i18n.ts'
import type { ImportReport, Person, Setup, Terms } from '../../lib/model.ts'
import { resource, useResource } from '../../lib/resource.ts'
import { Button, Icon, Note } from '../../ui/index.ts'
import { lazy } from '../policy/lazy.tsx'
import { Told, tried } from '../policy/told.tsx'
import { blank, csvOf, idsOf, misfits, type Misfit, type Row } from './csv.ts'
import { kept, toTitle } from './state.ts'

const ImportFile = lazy(() => Promise.all([import('../people/Import.tsx'), messages('people')]).then(([part]) => part.ImportFile))
const InviteLink = lazy(() => Promise.all([import('../people/Invite.tsx'), messages('people')]).then(([part]) => part.InviteLink))

const FIRST_ROWS = 3

export async function readTerms(abort: AbortSignal): Promise<Terms | null> {
  try {
    return await call('getTerms', { signal: abort })
  } catch (error) {
    if (error instanceof Problem && error.kind === 'not-found') return null
    throw error
  }
}

export function People({ setup, read }: { setup: Setup; read: () => void }) {
  const t = useT('setup')
  const terms = useResource(() => resource(readTerms, { kinds: ['policy.*'] }), [])
  const people = useResource(() => resource(abort => call('listPeople', { query: { active: true, limit: 100 }, signal: abort }), { kinds: ['person.*', 'signin.set'] }), [])
  const report = useMemo(() => signal<ImportReport | Problem | null>(null), [])
  const came = () => {
    read()
    void people.refresh()
  }
  const send = async (csv: string): Promise<boolean> => {
    const answer = await tried(() => call('importPeople', { body: csv, text: true }))
    report.value = answer
    if (!(answer instanceof Problem) && answer.applied) came()
    return !(answer instanceof Problem) && answer.applied
  }
  return <>
    <div class="su-h"><h2>{t('setup.people.title')}</h2><p>{t('setup.people.text')}</p></div>
    <Typed terms={terms.data.value ?? null} known={people.data.value?.items ?? []} send={send} />
    <Outcome report={report} />
    <Invented send={send} alone={setup.people.active <= 1} />
    <details class="card su-more"><summary>{t('setup.people.file')}</summary><div class="pad"><ImportFile done={came} /></div></details>
    <Links people={people.data.value?.items ?? []} setup={setup} />
  </>
}

function Outcome({ report }: { report: Signal<ImportReport | Problem | null> }) {
  const t = useT('setup')
  const is = report.value
  if (is === null) return null
  if (is instanceof Problem) return <Told problem={is} />
  if (is.applied) return <Note kind="can" live>{t('setup.people.added', { n: is.added + is.changed })}</Note>
  return <Note kind="bad" live>{t('setup.people.faulty')}<ul class="told" lang="en">{is.errors.map((error, i) => <li key={i}>{error.message}{error.hint ? ` ${error.hint}` : ''}</li>)}</ul></Note>
}

function Typed({ terms, known, send }: { terms: Terms | null; known: Person[]; send: (csv: string) => Promise<boolean> }) {
  const t = useT('setup')
  const rows = useMemo(() => signal<Row[]>(Array.from({ length: FIRST_ROWS }, blank)), [])
  const busy = useMemo(() => signal(false), [])
  const wrong = useMemo(() => signal<Misfit[]>([]), [])
  const form = useRef<HTMLFormElement>(null)
  const ids = idsOf(rows.value, known.map(one => one.id))
  const set = (at: number, part: Partial<Row>) => { rows.value = rows.value.map((row, i) => i === at ? { ...row, ...part } : row) }
  const faulty = useMemo(() => signal(0), []) // how often it was
  // To the first cell that does not fit, with what marks it and not later, when somebody may be in another cell; with nothing typed, to where one begins.
  useLayoutEffect(() => { if (faulty.value > 0) (form.current?.querySelector<HTMLElement>('[aria-invalid]') ?? form.current?.querySelector('input'))?.focus() }, [faulty.value])
  const add = async (event: Event) => {
    event.preventDefault()
    if (busy.value) return
    wrong.value = misfits(rows.value, ids, known)
    if (wrong.value.length > 0 || ids.every(id => id === '')) {
      faulty.value += 1
      return
    }
    busy.value = true
    const fits = await send(csvOf(rows.value, ids, known))
    busy.value = false
    if (fits) rows.value = Array.from({ length: FIRST_ROWS }, blank)
  }
  const count = ids.filter(id => id !== '').length
  const teams = [...new Set([...(terms?.teams ?? []), ...known.flatMap(one => one.team_path ?? one.team ?? [])])]
  const heads = (name: 'name' | 'email' | 'team' | 'tier' | 'manager') => t(name === 'name' ? 'setup.people.who' : `setup.people.${name}`)
  const misfit = ({ row, column }: Misfit) => {
    const is = rows.value[row]!
    return column === 'name' ? t('setup.people.misfit.name', { n: row + 1 }) : t(`setup.people.misfit.${column}`, { n: row + 1, text: is[column].trim() })
  }
  const text = (name: 'name' | 'email' | 'team' | 'manager', i: number, row: Row, list?: string) => <td>
    <input class="in" aria-label={`${heads(name)}, ${i + 1}`} aria-invalid={wrong.value.some(one => one.row === i && one.column === name) || undefined} value={row[name]} type={name === 'email' ? 'email' : 'text'} list={list} autocomplete="off" onInput={event => set(i, { [name]: event.currentTarget.value })} /></td>
  return <form class="card" noValidate ref={form} onSubmit={event => void add(event)}>
    <div class="su-scroll" data-scrolls><table class="tbl su-people" aria-label={t('setup.people.title')}>
      <thead><tr>{(['name', 'email', 'team', 'tier', 'manager'] as const).map(name => <th key={name} scope="col">{heads(name)}</th>)}</tr></thead>
      <tbody>{rows.value.map((row, i) => <tr key={i}>
        {text('name', i, row)}{text('email', i, row)}{text('team', i, row, 'su-teams')}
        <td><span class="selw"><select class="in" aria-label={`${t('setup.people.tier')}, ${i + 1}`} value={row.tier} onChange={event => set(i, { tier: event.currentTarget.value })}>
          <option value="">–</option>{terms?.tiers.map(tier => <option key={tier} value={tier}>{tier}</option>)}</select><Icon name="down" small /></span></td>
        {text('manager', i, row, 'su-managers')}
      </tr>)}</tbody>
    </table></div>
    <datalist id="su-teams">{teams.map(team => <option key={team} value={team} />)}</datalist>
    <datalist id="su-managers">{[...known.map(one => one.name || one.id), ...rows.value.map(row => row.name).filter(name => name !== '')].map(name => <option key={name} value={name} />)}</datalist>
    <div class="pad row wrap su-act">
      <Button kind="pri" type="submit" busy={busy.value ? t('setup.people.busy') : undefined}>{count === 0 ? t('setup.people.do.none') : t('setup.people.do', { n: count })}</Button>
      <Button kind="quiet" onClick={() => { rows.value = [...rows.value, blank()] }}><Icon name="plus" small />{t('setup.people.row')}</Button>
      <span class="t12 f">{t('setup.people.lead')}</span>
    </div>
    {wrong.value.length > 0 && <div class="pad-s"><Note kind="bad" live>{t('setup.people.faulty')}<ul class="told">{wrong.value.map(one => <li key={`${one.row} ${one.column}`}>{misfit(one)}</li>)}</ul></Note></div>}
  </form>
}

// The starter's own people: enough for a look around, and marked by addresses that reach nobody.
function Invented({ send, alone }: { send: (csv: string) => Promise<boolean>; alone: boolean }) {
  const t = useT('setup')
  const busy = useMemo(() => signal(false), [])
  if (!kept.value.starter || !alone) return null
  const take = async () => {
    busy.value = true
    const starter = await tried(() => call('getStarter', { path: { id: kept.value.starter } }))
    if (!(starter instanceof Problem)) await send(starter.people_csv)
    busy.value = false
    toTitle()
  }
  return <p class="row wrap t13 m"><Button size="sm" busy={busy.value ? t('setup.people.busy') : undefined} onClick={() => void take()}>{t('setup.people.invented')}</Button><span>{t('setup.people.invented.hint')}</span></p>
}

function Links({ people, setup }: { people: Person[]; setup: Setup }) {
  const t = useT('setup')
  const waiting = people.filter(one => one.kind === 'human' && one.can_sign_in !== true && !one.roles.includes('admin'))
  // A new link takes the password that somebody has: where all can sign in, none is offered here.
  if (waiting.length === 0 || setup.people.can_sign_in >= people.filter(one => one.kind === 'human').length) return null
  return <section class="card" aria-labelledby="su-links">
    <div class="hd"><h2 id="su-links">{t('setup.people.links')}</h2></div>
    <p class="pad-s t13 m">{t(setup.mail ? 'setup.people.links.mail' : 'setup.people.links.text')}</p>
    <ul class="su-links">{waiting.map(one => <li key={one.id}><span class="grow"><b>{one.name ?? one.id}</b> <span class="f t12">{[one.tier, one.team].filter(Boolean).join(', ')}</span></span><InviteLink person={one} /></li>)}</ul>
  </section>
}
