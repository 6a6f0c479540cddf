// A trial is started: which teams, for how long, where it stops, and why. What it can show and what holds it back stand there
// before anybody presses the button.
import { signal, useSignal, type Signal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import { call, pages, Problem } from '../../lib/api.ts'
import { lang, useT } from '../../lib/i18n.ts'
import type { Team, Trial } from '../../lib/model.ts'
import { resource, useResource } from '../../lib/resource.ts'
import { go } from '../../lib/router.ts'
import { day, serverNow } from '../../lib/time.ts'
import { Button, Check, Dialog, Field, forget, Note, Seg, Select, Tag, TextArea, toast } from '../../ui/index.ts'
import type { Editor } from './draft.ts'
import { figures } from './values.ts'
import { THE_ONE } from './one.ts'
import { Power } from './Power.tsx'
import { Told, tried } from './told.tsx'
import { draftsChanged } from './Versions.tsx'

const DRAFT = 'policy-trial'
const DAY_MS = 86_400_000
const DAYS = [7, 14, 28, 56]
const SHARES = ['0.1', '0.25', '0.5']
const REST_MS = 300

type By = 'teams' | 'share'
interface Asked { by: Signal<By>; teams: Signal<readonly string[]>; share: Signal<string>; days: Signal<string>; stop: Signal<string>; note: Signal<string> }

async function readTeams(abort: AbortSignal): Promise<Team[]> {
  const items: Team[] = []
  for await (const page of pages('listTeams', { query: { limit: 500 }, signal: abort })) items.push(...page.items)
  return items.sort((a, b) => a.path.localeCompare(b.path))
}

const endOf = (asked: Asked) => serverNow() + Number(asked.days.value) * DAY_MS

function bodyOf(asked: Asked, editor: Editor, many: boolean) {
  const reason = editor.reason.value.trim()
  const stop = asked.stop.value.trim().replace(',', '.')
  return {
    ...(editor.id !== THE_ONE && { draft: editor.id }), until: new Date(endOf(asked)).toISOString(),
    ...(asked.by.value === 'teams' ? { teams: [...asked.teams.value] } : { share: asked.share.value }),
    ...(stop !== '' && { stops: { cost_a_day: stop } }), ...(asked.note.value.trim() !== '' && { note: asked.note.value.trim() }), ...(many && reason !== '' && { reason }),
  }
}

export function TrialStart({ open, editor, many, runs }: { open: Signal<boolean>; editor: Editor; many: boolean; runs: readonly Trial[] }) {
  const t = useT('policy')
  const asked = useMemo<Asked>(() => ({ by: signal<By>('teams'), teams: signal<readonly string[]>([]), share: signal('0.5'), days: signal('14'), stop: signal(''), note: signal('') }), [])
  const state = useMemo(() => ({ fault: signal(''), why: signal(''), shows: signal<boolean | null>(null), anyway: signal(false), problem: signal<Problem | null>(null), held: signal<Problem | null>(null), busy: signal(false) }), [])
  useHeld(asked, editor, many, state)
  const none = state.shows.value === false
  const named = asked.by.value === 'share' || asked.teams.value.length > 0
  const send = async () => {
    state.fault.value = asked.note.value.trim() === '' ? t('policy.note.fault') : ''
    state.why.value = !named ? t('policy.trial.start.none') : none && !state.anyway.value ? t('policy.trial.start.blind') : ''
    if (state.fault.value !== '' || state.why.value !== '' || (many && editor.reason.value.trim() === '')) return
    state.busy.value = true
    const answer = await tried(async () => {
      if (!await editor.keep()) throw editor.problem.value ?? new Problem({ status: 412, detail: t('policy.publish.theirs') })
      return call('startTrial', { body: bodyOf(asked, editor, many) })
    })
    state.busy.value = false
    state.problem.value = answer instanceof Problem ? answer : null
    if (answer instanceof Problem) return
    forget(DRAFT)
    draftsChanged()
    open.value = false
    toast({ says: t('policy.trial.start.done', { n: answer.version, teams: answer.teams.join(', ') }) })
    go(`/policy/versions?v=${answer.version}`)
  }
  return <Dialog open={open} title={t('policy.trial.start.title')} draft={DRAFT} wide footer={<><Button kind="quiet" onClick={() => { open.value = false }}>{t('policy.stay')}</Button>
    <Button kind="pri" busy={state.busy.value ? t('policy.trial.busy') : undefined} onClick={() => void send()}>{t('policy.trial.start.do')}</Button></>}>
    <Who asked={asked} runs={runs} />
    <div class="row wrap g5 tri-w"><Select name="days" label={t('policy.trial.start.days')} value={asked.days} options={DAYS.map(n => ({ value: String(n), text: t('policy.trial.start.days.n', { n, at: day(serverNow() + n * DAY_MS, lang.value) }) }))} />
      <Field name="stop" label={t('policy.trial.start.stop')} value={asked.stop} inputMode="decimal" placeholder={t('policy.trial.start.stop.none')} hint={t('policy.trial.start.stop.hint')} fault={asked.stop.value.trim() !== '' && figures(asked.stop.value).length === 0 ? t('policy.value.fault') : undefined} /></div>
    {named && <Power days={Number(asked.days.value)} shows={state.shows} {...(asked.by.value === 'share' ? { share: asked.share.value } : { teams: asked.teams.value })} />}
    {named && none && <Check label={t('policy.trial.start.anyway')} value={state.anyway} />}
    {state.held.value && <Note kind="ask" icon="info" live><b>{t('policy.trial.start.held')}</b> <span lang="en">{state.held.value.detail}</span></Note>}
    <TextArea name="note" label={t('policy.publish.note')} value={asked.note} rows={2} hint={t('policy.publish.hint')} fault={state.fault.value !== '' && asked.note.value.trim() === '' ? state.fault.value : undefined} />
    {many && <TextArea name="reason" label={t('policy.reason')} value={editor.reason} rows={2} hint={t('policy.reason.hint')} fault={editor.reason.value.trim() === '' ? t('policy.reason.fault') : undefined} />}
    {state.why.value !== '' && (!named || (none && !state.anyway.value)) && <p class="fault" role="alert">{state.why.value}</p>}
    {state.problem.value && <Told problem={state.problem.value} />}
  </Dialog>
}

// What would hold it back, asked as soon as the choice rests: the server's own words.
function useHeld(asked: Asked, editor: Editor, many: boolean, { held, busy }: { held: Signal<Problem | null>; busy: Signal<boolean> }): void {
  const body = bodyOf(asked, editor, many)
  const named = 'share' in body || (body.teams ?? []).length > 0
  const key = JSON.stringify({ ...body, until: asked.days.value, note: '' })
  useEffect(() => {
    const own = new AbortController()
    const look = async () => {
      if (!named || !await editor.keep()) return
      const found = await tried(() => call('checkTrial', { body, signal: own.signal })).catch(() => null)
      if (!own.signal.aborted && found !== null) held.value = found instanceof Problem && found.kind !== 'offline' && !(many && editor.reason.value.trim() === '') ? found : null
    }
    if (busy.value) return // it is being started: the answer to that counts
    held.value = null
    const timer = setTimeout(() => void look(), REST_MS)
    return () => {
      clearTimeout(timer)
      own.abort()
    }
  }, [key, busy.value])
}

function Who({ asked, runs }: { asked: Asked; runs: readonly Trial[] }) {
  const t = useT('policy')
  const teams = useResource(() => resource(readTeams, { kinds: ['team.changed'] }), [])
  const taken = (team: Team) => runs.find(one => one.teams.includes(team.id))
  const chosen = (id: string) => asked.teams.value.includes(id)
  return <div class="col g3">
    <Seg value={asked.by} label={t('policy.trial.start.who')} options={[{ value: 'teams', text: t('policy.trial.start.named') }, { value: 'share', text: t('policy.trial.start.share') }]} />
    {asked.by.value === 'share' ? <Select name="share" label={t('policy.trial.start.part')} value={asked.share} options={SHARES.map(value => ({ value, text: new Intl.NumberFormat(lang.value, { style: 'percent' }).format(Number(value)) }))} hint={t('policy.trial.start.part.hint')} />
      : <fieldset class="tri-t"><legend>{t('policy.trial.teams')}</legend>{teams.problem.value && <Told problem={teams.problem.value} again={() => void teams.refresh()} reading />}
        {teams.data.value?.map(one => <Choice key={one.id} team={one} is={chosen(one.id)} runs={taken(one)} put={is => { asked.teams.value = is ? [...asked.teams.value, one.id] : asked.teams.value.filter(id => id !== one.id) }} />)}
        <p class="hint">{t('policy.trial.start.under')}</p></fieldset>}
  </div>
}

function Choice({ team, is, runs, put }: { team: Team; is: boolean; runs: Trial | undefined; put: (is: boolean) => void }) {
  const t = useT('policy')
  const value = useSignal(is)
  return <div class={`lv${Math.min(5, team.path.split('/').length)}`}><Check value={value} onChange={event => put(event.currentTarget.checked)}
    label={<>{team.name ?? team.id} <span class="f">{t('policy.trial.start.people', { n: team.people ?? 0 })}</span>{runs && <> <Tag tone="ask">{t('policy.trial.start.taken', { n: runs.version })}</Tag></>}</>} /></div>
}
