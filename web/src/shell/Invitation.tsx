// A one-time link: whoever opens it sets a password and is in. The first administrator also says who they are.
import { signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { call, Problem } from '../lib/api.ts'
import { setTitle } from '../lib/alarm.ts'
import { common } from '../lib/i18n.ts'
import type { InvitationSeen } from '../lib/model.ts'
import { Link } from '../lib/router.ts'
import { Button, Field, Mark, Note, Password, Skeleton, faultAt } from '../ui/index.ts'
import { tellOthers } from './SignIn.tsx'

const PASSWORD_MIN = 12

// The secret stands behind the #, so that no server log has it; it leaves the address bar at once.
const secret = location.pathname === '/invitation' ? decodeURIComponent(location.hash.slice(1)) : ''
if (secret) history.replaceState(null, '', '/invitation')

const seen = signal<InvitationSeen | null>(null)
const problem = signal<Problem | null>(null)
const id = signal('')
const name = signal('')
const email = signal('')
const password = signal('')
const busy = signal(false)

async function look(): Promise<void> {
  problem.value = null
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

async function accept(): Promise<void> {
  if (busy.value) return
  busy.value = true
  problem.value = null
  try {
    await call('acceptInvitation', { path: { token: secret }, body: body(), wait: false })
    tellOthers()
    location.assign('/')
  } catch (error) {
    busy.value = false
    problem.value = error instanceof Problem ? error : new Problem({ kind: 'unknown' })
    // The first field that does not fit; it is marked when it is drawn.
    setTimeout(() => document.querySelector<HTMLElement>('[aria-invalid]')?.focus(), 50)
  }
}

const over = () => problem.value !== null && ['not-found', 'expired', 'conflict'].includes(problem.value.kind)

export function Invitation() {
  useEffect(() => {
    setTitle(`${common('common.invite.title')} · ${common('common.product')}`)
    void look()
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

function Form({ seen }: { seen: InvitationSeen }) {
  const errors = problem.value?.errors
  const submit = (event: Event) => {
    event.preventDefault()
    void accept()
  }
  const other = problem.value && problem.value.errors.length === 0
  return <form onSubmit={submit} novalidate>
    <h1>{seen.first ? common('common.invite.first') : common('common.invite.welcome', { name: seen.name ?? seen.person ?? '' })}</h1>
    <p class="m">{seen.first ? common('common.invite.first-text') : common('common.invite.text', { organization: seen.organization ?? common('common.product') })}</p>
    {seen.first && <>
      <Field label={common('common.invite.name')} value={name} name="name" autocomplete="name" fault={faultAt(errors, 'name')} />
      <Field label={common('common.invite.id')} value={id} name="id" autocomplete="username" autocapitalize="off" spellcheck={false} hint={common('common.invite.id-hint')} fault={faultAt(errors, 'id')} />
      <Field label={common('common.invite.email')} value={email} name="email" type="email" autocomplete="email" fault={faultAt(errors, 'email')} />
    </>}
    {!seen.first && <input class="vh" type="text" name="username" autocomplete="username" value={seen.person ?? ''} readOnly tabIndex={-1} aria-hidden="true" />}
    <Password label={common('common.password.new')} value={password} name="password" autocomplete="new-password" hint={passwordHint()} fault={faultAt(errors, 'password')} />
    {other && <Note kind="bad" live>{problem.value?.kind === 'offline' ? common('common.signin.offline') : problem.value?.detail || common('common.signin.busy')}</Note>}
    <Button kind="pri" size="lg" wide type="submit" busy={busy.value ? common('common.signin.busy-now') : undefined}>{common('common.invite.do')}</Button>
  </form>
}
