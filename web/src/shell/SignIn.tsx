// Getting in: id or e-mail, and the password. In a frame it stands in the panel's own width; it never leads away.
import { computed, signal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { call, Problem } from '../lib/api.ts'
import { setTitle } from '../lib/alarm.ts'
import { boot, framed } from '../lib/boot.ts'
import { common } from '../lib/i18n.ts'
import { now, serverNow, wait } from '../lib/time.ts'
import { Button, Field, Mark, Note, Password } from '../ui/index.ts'

// The form was there before this script: what somebody or their password manager has put into it meanwhile stays.
const typed = (name: string): string => document.querySelector<HTMLInputElement>(`#app input[name=${name}]`)?.value ?? ''

const who = signal(typed('person'))
const password = signal(typed('password'))
const busy = signal(false)
const problem = signal<Problem | null>(null)
const freeAt = signal(0)
const left = computed(() => freeAt.value === 0 ? 0 : Math.max(0, freeAt.value - now.value))

const SIGN = 'lw-signed-in'

/** Other tabs learn that somebody is in again, and come back by themselves. */
export function tellOthers(): void {
  try {
    localStorage.setItem(SIGN, String(Date.now()))
  } catch {
    // they stay as they are
  }
}

function arrived(): void {
  tellOthers()
  if (location.pathname === '/signin' || location.pathname === '/') location.assign('/')
  else location.reload()
}

const dropped = signal(false)

// Inside another site's page a browser may throw the session away: then all went well, and nobody is in.
async function stays(): Promise<boolean> {
  try {
    await call('me', { wait: false })
    return true
  } catch (error) {
    return !(error instanceof Problem && error.status === 401)
  }
}

async function enter(failed: () => void): Promise<void> {
  if (busy.value) return
  busy.value = true
  problem.value = null
  dropped.value = false
  try {
    await call('signIn', { body: { person: who.value.trim(), password: password.value }, wait: false })
    dropped.value = framed && !await stays()
    if (dropped.value) busy.value = false
    else arrived()
  } catch (error) {
    busy.value = false
    problem.value = error instanceof Problem ? error : new Problem({ kind: 'unknown' })
    if (problem.value.kind === 'too-many') freeAt.value = serverNow() + (problem.value.retryAfter ?? 30) * 1000
    failed()
  }
}

function fault(): string | undefined {
  const kind = problem.value?.kind
  return kind === 'unknown-caller' || kind === 'invalid' ? common('common.signin.wrong') : undefined
}

function Trouble() {
  if (dropped.value) return <Note kind="warn" live>{common('common.signin.dropped')} <a href={location.href} target="_blank" rel="noopener">{common('common.signin.own-window')}</a></Note>
  const kind = problem.value?.kind
  if (!kind || fault()) return null
  if (kind === 'too-many') return <Note kind="warn" live>{left.value > 0 ? common('common.signin.wait', { left: wait(left.value) }) : common('common.signin.again')}</Note>
  return <Note kind="bad" live>{kind === 'offline' ? common('common.signin.offline') : common('common.signin.busy')}</Note>
}

export function SignIn() {
  const field = useRef<HTMLInputElement>(null)
  const first = useRef<HTMLInputElement>(null)
  useEffect(() => {
    setTitle(`${common('common.signin.title')} · ${common('common.product')}`)
    if (!framed) (who.value ? field : first).current?.focus()
    const others = (event: StorageEvent) => { if (event.key === SIGN) location.reload() }
    addEventListener('storage', others)
    return () => removeEventListener('storage', others)
  }, [])
  const submit = (event: Event) => {
    event.preventDefault()
    void enter(() => { field.current?.focus(); field.current?.select() })
  }
  return <main class="enter"><form onSubmit={submit} novalidate>
    <div class="brand"><Mark /><span>{common('common.product')}</span></div>
    <h1>{common('common.signin.title')}</h1>
    <Field label={common('common.signin.who')} value={who} input={first} name="person" autocomplete="username" autocapitalize="off" spellcheck={false} required />
    <Password label={common('common.signin.password')} value={password} input={field} name="password" autocomplete="current-password" fault={fault()} required />
    <Trouble />
    <Button kind="pri" size="lg" wide type="submit" busy={busy.value ? common('common.signin.busy-now') : undefined}>{common('common.signin.do')}</Button>
    <p class="t12 f">{boot.first ? common('common.signin.first') : boot.settings.signin_help || common('common.signin.help')}</p>
  </form></main>
}
