/* The alert ladder: every way in which an ask reaches this person, whether it is on, and a test of all of them at once. Each
 * step ticks by itself, or says what to mend. */
import { signal, type Signal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import { Button, Dialog, Icon, Note, type IconName } from '../../ui/index.ts'
import { badge, notify, ring, sound, unlock, unlocked } from '../../lib/alarm.ts'
import { call, Problem } from '../../lib/api.ts'
import { announce } from '../../lib/dom.ts'
import { lang, useT, type KeyOf } from '../../lib/i18n.ts'
import { live, on } from '../../lib/live.ts'
import type { Alerts, Delivery, DeliveryId } from '../../lib/model.ts'
import { resource, useResource } from '../../lib/resource.ts'
import { length, now, serverNow, wait } from '../../lib/time.ts'
import { badgeAgain } from './alarm.ts'
import { stateOf, testMs, tried, type LadderFacts, type StepName, type StepState, type Test } from './ladder.ts'
import { PartFailed } from './Part.tsx'
import type { T } from './words.ts'

const mailEveryMs = 400
const allSteps = ['stream', 'sound', 'badge', 'browser', 'mail'] as const
const localSteps = ['sound', 'badge', 'browser'] as const
const icons: Record<StepName, IconName> = { stream: 'desk', sound: 'bell', badge: 'dots', browser: 'panel', mail: 'mail', next: 'users' }
const marks = {
  on: 'desk.alert.is.on', off: 'desk.alert.is.off', asks: 'desk.alert.is.asks', blocked: 'desk.alert.is.blocked',
  testing: 'desk.alert.is.testing', came: 'desk.alert.is.came', failed: 'desk.alert.is.failed',
} as const satisfies Record<StepState, KeyOf<'desk'>>

function permission(): LadderFacts['notifications'] {
  return 'Notification' in globalThis ? Notification.permission : 'missing'
}

export function Ladder({ open }: { open: Signal<boolean> }) {
  return open.value ? <Opened open={open} /> : null
}

function Opened({ open }: { open: Signal<boolean> }) {
  const t = useT('desk')
  const alerts = useResource(() => resource<Alerts>((abort) => call('getAlerts', { signal: abort }), { kinds: ['person.changed', 'policy.*'] }), [])
  const allowed = useMemo(() => signal(permission()), [])
  const test = useMemo(() => signal<Test | null>(null), [])
  const said = useMemo(() => signal<string | null>(null), [])
  const busy = test.value !== null && now.value - test.value.began <= testMs
  const facts: LadderFacts = { sound: sound.value, soundUnlocked: unlocked.value, notifications: allowed.value, badge: true, stream: live.value.is, mail: alerts.data.value?.mail ?? null }
  const came = (step: StepName): void => {
    if (test.value !== null && test.value.came[step] === undefined) {
      test.value = { ...test.value, came: { ...test.value.came, [step]: serverNow() } }
    }
  }
  const failed = (step: StepName, why: string): void => {
    if (test.value !== null) {
      test.value = { ...test.value, failed: { ...test.value.failed, [step]: why } }
    }
  }
  const seq = useMemo(() => ({ wanted: -1, seen: -1 }), [])
  useEffect(() => on('alert.test', (event) => {
    seq.seen = event.seq
    if (seq.wanted === event.seq) {
      came('stream')
    }
  }), [])
  useEffect(() => () => badgeAgain(), [])
  // A server without mail and without a test of its own: what this browser does can be tried all the same.
  const bare = alerts.problem.value?.kind === 'not-found'
  const run = async (): Promise<void> => {
    said.value = null
    unlock()
    test.value = { began: serverNow(), came: {}, failed: {} }
    const steps = tried(facts)
    if (steps.includes('sound')) {
      ring()
      came('sound')
    }
    badge(1)
    setTimeout(badgeAgain, testMs)
    if (document.title.startsWith('(1)')) {
      came('badge')
    }
    if (steps.includes('browser')) {
      const shown = notify({ tag: 'test', title: t('desk.alert.test.title'), body: t('desk.alert.test.body'), to: '/desk' })
      if (shown === 'shown') {
        came('browser')
      } else {
        failed('browser', '')
      }
    }
    if (bare) {
      return
    }
    try {
      const body = await call('testAlerts', { body: {}, wait: false })
      seq.wanted = body.seq
      if (seq.seen === body.seq) {
        came('stream')
      }
      if (body.mail !== undefined) {
        void follow(body.mail, came, (why) => failed('mail', why === '' ? t('desk.alert.mend.mail.waits') : why))
      }
    } catch (error) {
      const problem = error instanceof Problem ? error : new Problem({})
      said.value = problem.kind === 'too-many' ? t('desk.alert.often', { time: wait((problem.retryAfter ?? 20) * 1000) }) : t('desk.did.not', { detail: problem.kind === 'offline' ? t('common.offline.act') : problem.detail })
      test.value = null
      badgeAgain()
    }
  }
  useEffect(() => {
    if (!busy && test.value !== null) {
      announce((bare ? localSteps : allSteps).map((step) => `${names(t, step, alerts.data.value)}: ${stateText(t, step, facts, test.value)}`).join('. '))
    }
  }, [busy])
  const footer = <><Button kind="quiet" onClick={() => { open.value = false }}>{t('common.close')}</Button>
    <Button kind="pri" busy={busy ? t('desk.alert.testing') : undefined} onClick={() => void run()}>{t('desk.alert.test')}</Button></>
  const allow = async (): Promise<void> => { allowed.value = await Notification.requestPermission() }
  return <Dialog open={open} title={t('desk.alert.title')} footer={footer} wide>
    <p class="t13 m">{t('desk.alert.intro')}</p>
    {alerts.problem.value !== null && !bare && alerts.data.value === undefined && <PartFailed problem={alerts.problem.value} again={alerts.refresh} />}
    <ol class="ladder">{(bare ? localSteps : allSteps).map((step) => {
      const is = stateOf(step, facts, test.value, now.value)
      return <li key={step} class={is}>
        <Icon name={icons[step]} small /><span class="grow">{names(t, step, alerts.data.value)}</span><span class={`is ${is}`}>{stateText(t, step, facts, test.value)}</span>
        <Mend step={step} is={is} alerts={alerts.data.value} why={test.value?.failed[step] ?? ''} allow={() => void allow()} />
      </li>
    })}
      {(alerts.data.value?.levels.length ?? 0) > 0 && <li><Icon name="users" small /><span class="grow">{t('desk.alert.next')}</span><small><Routes alerts={alerts.data.value!} /></small></li>}
    </ol>
    {said.value !== null && <Note kind="warn" live>{said.value}</Note>}
  </Dialog>
}

function names(t: T, step: StepName, alerts: Alerts | undefined): string {
  switch (step) {
    case 'stream':
      return t('desk.alert.stream')
    case 'sound':
      return t('desk.alert.sound')
    case 'badge':
      return t('desk.alert.badge')
    case 'browser':
      return t('desk.alert.browser')
    case 'mail':
      return alerts?.mail.to === undefined ? t('desk.alert.mail.plain') : t('desk.alert.mail', { to: alerts.mail.to })
    case 'next':
      return t('desk.alert.next')
  }
}

function stateText(t: T, step: StepName, facts: LadderFacts, test: Test | null): string {
  const is = stateOf(step, facts, test, serverNow())
  const at = test?.came[step]
  return t(marks[is], { time: at === undefined || test === null ? '' : milliseconds(at - test.began) })
}

function milliseconds(ms: number): string {
  return ms < 1000 ? new Intl.NumberFormat(lang.value, { style: 'unit', unit: 'millisecond', maximumFractionDigits: 0 }).format(Math.max(1, ms)) : length(ms, lang.value)
}

/** What to do about a step that is not on, or did not come. */
function Mend({ step, is, alerts, why, allow }: { step: StepName; is: StepState; alerts: Alerts | undefined; why: string; allow: () => void }) {
  const t = useT('desk')
  if (step === 'sound') {
    const turn = <Button size="xs" kind="quiet" onClick={() => { sound.value = !sound.value }}>{t(sound.value ? 'desk.alert.mend.sound.off' : 'desk.alert.mend.sound.on')}</Button>
    return <>{turn}{is === 'asks' && <small>{t('desk.alert.mend.sound.asks')}</small>}{is === 'failed' && <small>{t('desk.alert.mend.sound.failed')}</small>}</>
  }
  if (step === 'badge') {
    return 'setAppBadge' in navigator ? null : <small>{t('desk.alert.mend.badge')}</small>
  }
  if (step === 'browser') {
    return is === 'asks' ? <Button size="xs" onClick={allow}>{t('desk.alert.mend.browser.asks')}</Button>
      : is === 'blocked' ? <small>{t('desk.alert.mend.browser.blocked')}</small>
        : is === 'off' ? <small>{t('desk.alert.mend.browser.off')}</small> : is === 'failed' ? <small>{t('desk.alert.mend.browser.failed')}</small> : null
  }
  if (step === 'mail') {
    return is === 'failed' ? <small>{t('desk.alert.mend.mail.failed', { why: why === '' ? t('desk.alert.mend.mail.waits') : why })}</small>
      : is === 'off' && alerts !== undefined ? <small>{t(alerts.mail.on ? 'desk.alert.mend.mail.address' : 'desk.alert.mend.mail.off')}</small> : null
  }
  return is === 'failed' ? <small>{t('desk.alert.mend.stream')}</small> : null
}

/** A mail is there when its delivery says so. */
async function follow(delivery: DeliveryId, came: (step: StepName) => void, failed: (why: string) => void): Promise<void> {
  const until = serverNow() + testMs
  let last: Delivery | null = null
  while (serverNow() < until) {
    last = await call('getAlertTest', { path: { delivery } }).catch(() => last)
    if (last?.state === 'delivered') {
      came('mail')
      return
    }
    if (last?.state === 'failed') {
      break
    }
    await new Promise((resolve) => setTimeout(resolve, mailEveryMs))
  }
  failed(last?.error ?? '')
}

/** Each route of the policy on which this person may be asked: who, and for how long. */
function Routes({ alerts }: { alerts: Alerts }) {
  const t = useT('desk')
  const routes = new Map<string, string[]>()
  for (const { route, who, within } of alerts.levels) {
    const level = within === undefined ? t('desk.alert.level.plain', { who }) : t('desk.alert.level', { who, within })
    routes.set(route, [...(routes.get(route) ?? []), level])
  }
  return <>{[...routes].map(([route, levels]) => <span class="block" key={route} lang="en">{t('desk.alert.route', { route, levels: levels.join(' → ') })}</span>)}</>
}
