// What the steps share: how far it is, which policy was chosen to begin with, and since when.
import { call } from '../../lib/api.ts'
import { boot } from '../../lib/boot.ts'
import type { Person, Setup } from '../../lib/model.ts'
import { resource, type Resource } from '../../lib/resource.ts'
import { go } from '../../lib/router.ts'
import { stored } from '../../lib/store.ts'
import { serverNow } from '../../lib/time.ts'
import type { StepName } from './progress.ts'

interface Kept { starter: string; began: number; given: number }

const isKept = (x: unknown): x is Kept => typeof x === 'object' && x !== null && 'starter' in x && 'began' in x && 'given' in x

/** What this browser remembers of the first run. */
export const kept = stored<Kept>('setup', { starter: '', began: 0, given: 0 }, isKept)

export function begin(): void {
  if (kept.value.began === 0) kept.value = { ...kept.value, began: serverNow() }
}

/** The next step; the one before is one step back. */
export const openStep = (name: StepName): void => go(`/setup?step=${name}`)

export function readSetup(): Resource<Setup> {
  return resource(signal => call('getSetup', { signal }), { kinds: ['policy.*', 'person.*', 'signin.set', 'decision'], ...(boot.setup && { initial: boot.setup }) })
}

/** After the policy or the caller changed: what the page was opened with is out of date. */
export async function readMe(): Promise<void> {
  const me = await call('me')
  boot.me = me
  if (me.organization !== undefined) boot.settings.organization = me.organization
}

export const myself = (): Person | undefined => boot.me?.person

/** What had the focus is gone: the title of the step is read next, and Tab goes on from it. */
export function toTitle(): void {
  setTimeout(() => {
    const title = document.querySelector<HTMLElement>('.su-main h2')
    if (!title || (document.activeElement && document.activeElement !== document.body)) return
    title.tabIndex = -1
    title.focus({ preventScroll: true })
  }, 50)
}
