// A one-time link: whoever opens it sets a password and is in. The first administrator also says who they are.
import { signal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { call, Problem } from '../lib/api.ts'
import { setTitle } from '../lib/alarm.ts'
import { boot } from '../lib/boot.ts'
import { common } from '../lib/i18n.ts'
import type { InvitationSeen } from '../lib/model.ts'
import { Link } from '../lib/router.ts'
import { Button, Field, Mark, Note, Password, Skeleton, faultAt } from '../ui/index.ts'
import { tellOthers } from './SignIn.tsx'

const PASSWORD_MIN = 12

const MAIL = /^[^@\s]+@[^@\s]+$/

// The secret stands behind the #, so that no server log has it; it leaves the address bar at once, and stays with this entry of the
// tab's history: whoever reloads the page still has it.
let secret = ''

function take(): void {
  const said = location.hash.slice(1)
  const kept = (history.state as { invitation?: unknown } | null)?.invitation
  secret = said !== '' ? decodeURIComponent(said) : typeof kept === 'string' ? kept : ''
  if (said !== '') history.replaceState({ invitation: secret }, '', '/invitation')
}

const seen = signal<InvitationSeen | null>(null)
const problem = signal<Problem | null>(null)
const id = signal('')
const name = signal('')
const email = signal('')
const password = signal('')
const busy = signal(false)
const tried = signal(false)

async function look(): Promise<void> {
  problem.value = null
  seen.value = null
  try {
    if (!secret) throw new Problem({ status: 404 })
    seen.value = await call('getInvitation', { path: { token: secret } })
  } catch (error) {
    problem.value = error instanceof Problem ? error : new Problem({ kind: 'unknown' })
  }
}

function body() {
  const own = seen.value?.first ? { id: id.value.trim(), name: name.value.trim(), ...(email.value.trim() && { email: email.value.trim() }) } : {}
  return { ...own, password: password.value }
}

/** What does not fit yet, by field; the server looks once more. */
function faults(): Partial<Record<'id' | 'email' | 'password', string>> {
  const count = [...password.value].length
  const word = id.value.trim()
  return {
    ...(seen.value?.first && word === '' && { id: common('common.invite.id-need') }),
    ...(seen.value?.first && /\s/.test(word) && { id: common('common.invite.id-space') }),
    ...(seen.value?.first && email.value.trim() !== '' && !MAIL.test(email.value.trim()) && { email: common('common.invite.email-bad') }),
    ...(count < PASSWORD_MIN && { password: common('common.password.rule', { min: PASSWORD_MIN, count }) }),
  }
}

// The first field that does not fit; it is marked when it is drawn.
const toFault = () => { setTimeout(() => document.querySelector<HTMLElement>('[aria-invalid]')?.focus(), 50) }

async function accept(): Promise<void> {
  if (busy.value) return
  tried.value = true
  if (Object.keys(faults()).length > 0) {
    toFault()
    return
  }
  busy.value = true
  problem.value = null
  try {
    await call('acceptInvitation', { path: { token: secret }, body: body(), wait: false })
    tellOthers()
    location.replace('/')
  } catch (error) {
    busy.value = false
    problem.value = error instanceof Problem ? error : new Problem({ kind: 'unknown' })
    toFault()
  }
}

const over = () => problem.value !== null && ['not-found', 'expired', 'conflict'].includes(problem.value.kind)

function begin(): void {
  take()
  void look()
}

export function Invitation() {
  useEffect(() => {
    setTitle(`${common('common.invite.title')} · ${common('common.product')}`)
    // Another link pasted into this tab changes nothing but what stands behind the #.
    const open = () => {
      if (location.hash !== '') begin()
    }
    begin()
    addEventListener('hashchange', open)
    return () => removeEventListener('hashchange', open)
  }, [])
  return <main class="enter"><div class="brand"><Mark /><span>{common('common.product')}</span></div><Part /></main>
}

function Part() {
  if (over()) return <Over />
  if (seen.value) return <Form seen={seen.value} />
  if (!problem.value) return <Skeleton rows={['w60', 'h44', 'h44']} />
  return <><h1>{common('common.invite.title')}</h1><Note kind="bad" live>{common('common.offline.read')}</Note><Button onClick={() => void look()}>{common('common.try-now')}</Button></>
}

function Over() {
  const text = problem.value?.kind === 'not-found' ? common('common.invite.unknown') : common('common.invite.over')
  return <><h1>{common('common.invite.title')}</h1><Note kind="warn" live>{text}</Note><Link class="btn" to="/signin">{common('common.signin.do')}</Link></>
}

function passwordHint(): string {
  const count = [...password.value].length
  return count >= PASSWORD_MIN ? common('common.password.fits') : common('common.password.rule', { min: PASSWORD_MIN, count })
}

// Who is signed in here already would go on as somebody else.
function Instead({ seen }: { seen: InvitationSeen }) {
  const me = boot.signed_in ? boot.me?.person : undefined
  if (seen.first || !me || me.id === seen.person) return null
  return <Note kind="warn">{common('common.invite.instead', { me: me.name ?? me.id, name: seen.name ?? seen.person ?? '' })}</Note>
}

function Form({ seen }: { seen: InvitationSeen }) {
  const form = useRef<HTMLFormElement>(null)
  const errors = problem.value?.errors
  const wrong = tried.value ? faults() : {}
  useEffect(() => form.current?.querySelector<HTMLElement>('input:not([readonly])')?.focus(), [])
  const submit = (event: Event) => {
    event.preventDefault()
    void accept()
  }
  const other = problem.value && problem.value.errors.length === 0
  return <form onSubmit={submit} novalidate ref={form}>
    <h1>{seen.first ? common('common.invite.first') : common('common.invite.welcome', { name: seen.name ?? seen.person ?? '' })}</h1>
    <p class="m">{seen.first ? common('common.invite.first-text') : common('common.invite.text', { organization: seen.organization ?? common('common.product') })}</p>
    <Instead seen={seen} />
    {seen.first && <>
      <Field label={common('common.invite.name')} value={name} name="name" autocomplete="name" fault={faultAt(errors, 'name')} />
      <Field label={common('common.invite.id')} value={id} name="id" autocomplete="username" autocapitalize="off" spellcheck={false} hint={common('common.invite.id-hint')} fault={wrong.id ?? faultAt(errors, 'id')} />
      <Field label={common('common.invite.email')} value={email} name="email" type="email" autocomplete="email" fault={wrong.email ?? faultAt(errors, 'email')} />
    </>}
    {!seen.first && <input class="vh" type="text" name="username" autocomplete="username" value={seen.person ?? ''} readOnly tabIndex={-1} aria-hidden="true" />}
    <Password label={common('common.password.new')} value={password} name="password" autocomplete="new-password" hint={wrong.password ? undefined : passwordHint()} fault={wrong.password ?? faultAt(errors, 'password')} />
    {other && <Note kind="bad" live>{problem.value?.kind === 'offline' ? common('common.signin.offline') : problem.value?.detail || common('common.signin.busy')}</Note>}
    <Button kind="pri" size="lg" wide type="submit" busy={busy.value ? common('common.signin.busy-now') : undefined}>{common('common.invite.do')}</Button>
  </form>
}
