// Being told: a tone, a number in the title, a message of the browser. Each can be off or blocked, and says so.
import { signal, type Signal } from '@preact/signals'
import { go } from './router.ts'
import { isBoolean, stored } from './store.ts'

const TONE_S = 0.3

/** Whether the tone is wanted. */
export const sound: Signal<boolean> = stored('sound', true, isBoolean)
/** Whether the browser lets us sound: it does after the first click. */
export const unlocked: Signal<boolean> = signal(false)

let context: AudioContext | undefined

/** Makes the tone possible; browsers allow it only after somebody has touched the page. */
export function unlock(): void {
  try {
    context ??= new AudioContext()
    void context.resume().then(() => { unlocked.value = context?.state === 'running' }, () => {})
  } catch {
    // no sound on this machine
  }
}

addEventListener('pointerdown', unlock, { once: true, capture: true })
addEventListener('keydown', unlock, { once: true, capture: true })

/** One tone, when it is wanted and possible. */
export function ring(): void {
  if (!sound.value || !context || context.state !== 'running') return
  const start = context.currentTime
  const volume = context.createGain()
  volume.gain.setValueAtTime(0.0001, start)
  volume.gain.exponentialRampToValueAtTime(0.2, start + 0.02)
  volume.gain.exponentialRampToValueAtTime(0.0001, start + TONE_S)
  const tone = context.createOscillator()
  tone.frequency.setValueAtTime(660, start)
  tone.frequency.setValueAtTime(880, start + TONE_S / 2)
  tone.connect(volume).connect(context.destination)
  tone.start(start)
  tone.stop(start + TONE_S)
}

let count = 0

/** The title without and with the number in front. */
export function titled(title: string, n: number): string {
  const bare = title.replace(/^\(\d+\) /, '')
  return n > 0 ? `(${n}) ${bare}` : bare
}

/** A number in the title and on the app's sign. */
export function badge(n: number): void {
  count = n
  document.title = titled(document.title, n)
  const { setAppBadge, clearAppBadge } = navigator as { setAppBadge?: (n: number) => Promise<void>; clearAppBadge?: () => Promise<void> }
  void (n > 0 ? setAppBadge?.call(navigator, n) : clearAppBadge?.call(navigator))?.catch(() => {})
}

/** The title of the page, with the number that stands in it. */
export function setTitle(title: string): void {
  document.title = titled(title, count)
}

const open = new Map<string, Notification>()

/** Whether the browser's messages are allowed: shown, asks (nobody was asked yet), off. */
export function notifies(): 'shown' | 'asks' | 'off' {
  if (!('Notification' in globalThis) || Notification.permission === 'denied') return 'off'
  return Notification.permission === 'granted' ? 'shown' : 'asks'
}

/** A message of the browser; a click on it opens `to`. One for each tag. */
export function notify(o: { tag: string; title: string; body: string; to: string }): 'shown' | 'asks' | 'off' {
  const how = notifies()
  if (how !== 'shown') return how
  try {
    const made = new Notification(o.title, { body: o.body, tag: o.tag })
    made.onclick = () => {
      focus()
      go(o.to)
      made.close()
    }
    open.set(o.tag, made)
    return 'shown'
  } catch {
    // phones have only those of service workers
    return 'off'
  }
}

/** Takes a message back: it was answered. */
export function close(tag: string): void {
  open.get(tag)?.close()
  open.delete(tag)
}
