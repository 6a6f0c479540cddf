/* The bell: whoever is asked hears it. A tone, a number on the tab, and a notification when no tab of ours is in view; one
 * tab of a browser rings, whatever their number. It goes on while other surfaces are open, once the desk was. */
import { call } from '../../lib/api.ts'
import { badge, close, notify, ring } from '../../lib/alarm.ts'
import { boot } from '../../lib/boot.ts'
import { lang, type KeyOf, type Translate } from '../../lib/i18n.ts'
import { on, type LwEvent } from '../../lib/live.ts'
import type { Approval } from '../../lib/model.ts'
import { format, parse } from '../../lib/money.ts'
import { at, serverNow, wait } from '../../lib/time.ts'

type T = Translate<KeyOf<'desk'> | KeyOf<'common'>>

const waiting = new Set<string>()
let began = false

/** The lock is free for whoever rings first; the others stay silent. Held a moment, so that a slower tab finds it taken. */
async function alone(run: () => void): Promise<void> {
  if (!('locks' in navigator)) {
    run()
    return
  }
  await navigator.locks.request('lw-bell', { ifAvailable: true }, async (lock) => {
    if (lock !== null) {
      run()
      await new Promise((resolve) => setTimeout(resolve, 700))
    }
  })
}

/** Every tab in view holds a lock that can be shared: so each knows whether one is in view at all. */
function standInView(): void {
  let release: (() => void) | null = null
  const look = (): void => {
    release?.()
    release = null
    if (document.visibilityState === 'visible' && 'locks' in navigator) {
      void navigator.locks.request('lw-in-view', { mode: 'shared' }, () => new Promise<void>((resolve) => { release = resolve }))
    }
  }
  document.addEventListener('visibilitychange', look)
  look()
}

async function inView(): Promise<boolean> {
  if (!('locks' in navigator)) {
    return document.visibilityState === 'visible'
  }
  const { held } = await navigator.locks.query()
  return held?.some((lock) => lock.name === 'lw-in-view') ?? false
}

function words(t: T, approval: Approval, again: boolean): { title: string; body: string } {
  const name = approval.agent_name ?? approval.agent
  const what = approval.label ?? approval.action
  const amount = approval.amount === undefined ? null : parse(approval.amount, boot.me?.currency ?? 'USD')
  const time = wait(at(approval.due ?? approval.opened) - serverNow())
  return {
    title: amount === null ? t('desk.bell.title.plain', { name, what }) : t('desk.bell.title', { name, what, amount: format(amount, lang.value, 'short') }),
    body: again ? t('desk.bell.again', { name, time }) : t('desk.bell.body', { time }),
  }
}

async function asked(t: T, event: LwEvent): Promise<void> {
  const id = String(event.body.approval)
  waiting.add(id)
  badge(waiting.size)
  // A tab that was never clicked in can't sound: it leaves the bell to one that can.
  const canSound = document.visibilityState === 'visible' || (navigator.userActivation?.hasBeenActive ?? true)
  await new Promise((resolve) => setTimeout(resolve, canSound ? 0 : 120))
  await alone(() => {
    ring()
    void show(t, id, event.kind === 'approval.nudged')
  })
}

async function show(t: T, id: string, again: boolean): Promise<void> {
  if (await inView()) {
    return
  }
  const approval = await call('getApproval', { path: { id } }).catch(() => null)
  if (approval !== null && approval.state === 'open') {
    notify({ tag: id, ...words(t, approval, again), to: `/desk/approvals/${id}` })
  }
}

function over(event: LwEvent): void {
  const id = String(event.body.approval)
  waiting.delete(id)
  badge(waiting.size)
  close(id)
}

/** What waits, as the list has it: the number follows. */
export function nowWaiting(ids: readonly string[]): void {
  waiting.clear()
  ids.forEach((id) => waiting.add(id))
  badge(waiting.size)
}

/** The number as it is, after a test has shown another. */
export function badgeAgain(): void {
  badge(waiting.size)
}

export function startAlarm(t: T): void {
  if (began || !boot.signed_in) {
    return
  }
  began = true
  standInView()
  on(['approval.opened', 'approval.raised', 'approval.nudged'], (event) => {
    if (event.body.for_you === true) {
      void asked(t, event)
    }
  })
  on(['approval.approved', 'approval.declined', 'approval.withdrawn', 'approval.lapsed'], over)
}
