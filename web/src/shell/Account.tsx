// What is one's own: language, theme, sound, keys, whether one is here, the password, and the way out.
import { signal, type Signal } from '@preact/signals'
import { useEffect, useId } from 'preact/hooks'
import { call, Problem } from '../lib/api.ts'
import { sound } from '../lib/alarm.ts'
import { boot } from '../lib/boot.ts'
import { common, lang, setLang, type Lang } from '../lib/i18n.ts'
import { singleKeys } from '../lib/keys.ts'
import { stop } from '../lib/live.ts'
import type { Name, Person } from '../lib/model.ts'
import { theme } from '../lib/theme.ts'
import { at } from '../lib/time.ts'
import { Button, Check, Dialog, Field, Note, Password, Seg, faultAt, toast } from '../ui/index.ts'
import { themes } from './entries.ts'
import { openKeys } from './top.ts'

const presence = signal(boot.me?.person?.presence)
const problem = signal<{ of: 'presence' | 'password' | 'out'; is: Problem } | null>(null)

function failed(of: 'presence' | 'password' | 'out', error: unknown): void {
  problem.value = { of, is: error instanceof Problem ? error : new Problem({ kind: 'unknown' }) }
}

export function Account({ open }: { open: Signal<boolean> }) {
  useEffect(() => { problem.value = null }, [])
  return <Dialog open={open} title={common('common.account.title')} footer={<Out open={open} />}>
    <Choices open={open} />
    {boot.me?.person && <><hr class="hr" /><Here /><hr class="hr" /><OwnPassword /></>}
  </Dialog>
}

const chosen = signal<Lang>(lang.value)

function Choices({ open }: { open: Signal<boolean> }) {
  useEffect(() => { chosen.value = lang.value }, [])
  const showKeys = () => {
    open.value = false
    openKeys()
  }
  return <div class="col g5">
    <div class="row wrap"><span class="grow">{common('common.language')}</span><Seg value={chosen} onChange={next => void setLang(next)} label={common('common.language')} options={[{ value: 'en', text: 'English' }, { value: 'de', text: 'Deutsch' }]} /></div>
    <div class="row wrap"><span class="grow">{common('common.theme.name')}</span><Seg value={theme} options={themes()} label={common('common.theme.name')} /></div>
    <Check label={common('common.sound')} hint={common('common.sound.hint')} value={sound} />
    <Check label={common('common.single-keys')} value={singleKeys} />
    <div><Button size="sm" onClick={showKeys}>{common('common.keys.show')}</Button></div>
  </div>
}

type State = 'here' | 'away'
const state = signal<State>('here')
const until = signal('')
const deputy = signal('')
const busy = signal('')

// A date field's text is in the browser's own time zone, as its owner reads it.
function localText(ms: number): string {
  const date = new Date(ms - new Date(ms).getTimezoneOffset() * 60000)
  return date.toISOString().slice(0, 16)
}

function readPresence(): void {
  state.value = presence.value?.state ?? 'here'
  until.value = presence.value?.until ? localText(at(presence.value.until)) : ''
  deputy.value = presence.value?.deputy ?? ''
}

const found = signal<Name[]>([])

async function lookUp(): Promise<void> {
  try {
    const { items } = await call('names', { query: { q: deputy.value.trim() } })
    found.value = items.filter(one => one.id !== boot.me?.person?.id)
  } catch {
    found.value = []
  }
}

async function keepPresence(): Promise<void> {
  problem.value = null
  busy.value = 'presence'
  const body = state.value === 'here' ? { state: 'here' } : { state: 'away', ...(until.value && { until: new Date(until.value).toISOString() }), ...(deputy.value.trim() && { deputy: deputy.value.trim() }) }
  try {
    const person = await call('setMyPresence', { body }) as Person
    presence.value = person.presence
    toast({ says: state.value === 'here' ? common('common.presence.now-here') : common('common.presence.now-away') })
  } catch (error) {
    failed('presence', error)
  }
  busy.value = ''
}

function Here() {
  const list = useId()
  useEffect(readPresence, [])
  const errors = problem.value?.of === 'presence' ? problem.value.is.errors : undefined
  return <form class="col g5" onSubmit={event => { event.preventDefault(); void keepPresence() }}>
    <div class="row wrap"><h3 class="grow">{common('common.presence.title')}</h3><Seg value={state} label={common('common.presence.title')} options={[{ value: 'here', text: common('common.presence.here') }, { value: 'away', text: common('common.presence.away') }]} /></div>
    {state.value === 'away' && <>
      <Field label={common('common.presence.until')} value={until} type="datetime-local" fault={faultAt(errors, 'until')} />
      <Field label={common('common.presence.deputy')} value={deputy} list={list} autocomplete="off" hint={common('common.presence.deputy-hint')} fault={faultAt(errors, 'deputy')} onInput={() => { if (deputy.value.trim().length > 1) void lookUp() }} />
      <datalist id={list}>{found.value.map(one => <option key={one.id} value={one.id}>{one.name ?? one.id}</option>)}</datalist>
    </>}
    <Trouble of="presence" />
    <div><Button size="sm" type="submit" busy={busy.value === 'presence' ? common('common.saving') : undefined}>{common('common.save')}</Button></div>
  </form>
}

const old = signal('')
const fresh = signal('')

async function keepPassword(): Promise<void> {
  problem.value = null
  busy.value = 'password'
  try {
    await call('setMyPassword', { body: { old: old.value, new: fresh.value } })
    old.value = fresh.value = ''
    toast({ says: common('common.password.kept') })
  } catch (error) {
    failed('password', error)
  }
  busy.value = ''
}

function OwnPassword() {
  const errors = problem.value?.of === 'password' ? problem.value.is.errors : undefined
  return <details><summary>{common('common.password.change')}</summary>
    <form class="col g5 mt4" onSubmit={event => { event.preventDefault(); void keepPassword() }}>
      <input class="vh" type="text" name="username" autocomplete="username" value={boot.me?.person?.id ?? ''} readOnly tabIndex={-1} aria-hidden="true" />
      <Password label={common('common.password.old')} value={old} autocomplete="current-password" fault={faultAt(errors, 'old')} />
      <Password label={common('common.password.new')} value={fresh} autocomplete="new-password" hint={common('common.password.min')} fault={faultAt(errors, 'new')} />
      <Trouble of="password" />
      <div><Button size="sm" type="submit" busy={busy.value === 'password' ? common('common.saving') : undefined}>{common('common.password.do')}</Button></div>
    </form></details>
}

function Trouble({ of }: { of: 'presence' | 'password' | 'out' }) {
  if (problem.value?.of !== of || problem.value.is.errors.length > 0 && of !== 'out') return null
  const { kind, detail } = problem.value.is
  return <Note kind="bad" live>{kind === 'offline' ? common('common.offline.act') : kind === 'unknown-caller' ? common('common.password.old-wrong') : <span lang="en">{detail || common('common.signin.busy')}</span>}</Note>
}

async function leave(): Promise<void> {
  problem.value = null
  busy.value = 'out'
  try {
    await call('signOut')
    stop()
    location.assign(location.pathname.startsWith('/panel') ? location.href : '/signin')
  } catch (error) {
    failed('out', error)
  }
  busy.value = ''
}

function Out({ open }: { open: Signal<boolean> }) {
  return <><Trouble of="out" /><Button kind="quiet" busy={busy.value === 'out' ? common('common.signout.busy') : undefined} onClick={() => void leave()}>{common('common.signout')}</Button><span class="sp" />
    <Button onClick={() => { open.value = false }}>{common('common.close')}</Button></>
}
