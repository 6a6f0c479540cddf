// The frame of the console: who is not signed in signs in; else the rail, the top and one surface.
import { signal } from '@preact/signals'
import type { ComponentType } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { signedOut } from '../lib/api.ts'
import { boot } from '../lib/boot.ts'
import { common } from '../lib/i18n.ts'
import { useKeys, type KeyAct } from '../lib/keys.ts'
import { go, lost, place, type Surface } from '../lib/router.ts'
import { Skeleton } from '../ui/index.ts'
import { Lost, Updated } from './Lost.tsx'
import { Overlays, useLazy, type Overlay } from './Overlays.tsx'
import { Rail } from './Rail.tsx'
import { SignIn } from './SignIn.tsx'
import { loadSurface, type Lazy } from './surfaces.ts'
import { Top } from './Top.tsx'
import { openAccount, paletteOpen } from './top.ts'
import { may } from './rights.ts'

const SLOW_MS = 150

export function App() {
  if (place.value.surface === 'invitation') return <><Overlays />{invitation.value && <invitation.value.part />}</>
  if (!boot.signed_in || signedOut.value) return <><Overlays /><SignIn /></>
  return <Frame />
}

const find = signal<{ part: Overlay } | null>(null)
const invitation = signal<{ part: ComponentType } | null>(null)

function Frame() {
  const main = useRef<HTMLElement>(null)
  useKeys(acts())
  const Find = useLazy(paletteOpen, find, async () => (await import('./Find.tsx')).Find)
  const skip = (event: Event) => {
    event.preventDefault()
    main.current?.focus()
  }
  return <>
    <a class="skip" href="#content" onClick={skip}>{common('common.skip')}</a>
    <div class="app"><Rail /><div><Top /><main class="page" id="content" tabIndex={-1} ref={main}><Content /></main></div></div>
    {Find && <Find open={paletteOpen} />}
    <Overlays />
  </>
}

function acts(): KeyAct[] {
  return [
    { id: 'palette.open', keys: 'mod+k', name: common('common.palette.name'), always: true, run: () => { paletteOpen.value = true } },
    { id: 'go.desk', keys: 'g d', name: common('common.go.desk'), when: () => may('SEE_STATS', 'team'), run: () => go('/desk') },
    { id: 'go.track', keys: 'g t', name: common('common.go.track'), when: () => may('SEE_STATS', 'team'), run: () => go('/track') },
    { id: 'go.reviews', keys: 'g r', name: common('common.go.reviews'), when: () => may('SEE_STATS', 'team'), run: () => go('/reviews') },
    { id: 'go.train', keys: 'g e', name: common('common.go.train'), when: () => may('LEARN'), run: () => go('/train') },
    { id: 'go.panel', keys: 'g a', name: common('common.go.panel'), run: () => go('/panel') },
    { id: 'go.policy', keys: 'g p', name: common('common.go.policy'), run: () => go('/policy') },
    { id: 'go.people', keys: 'g l', name: common('common.go.people'), run: () => go('/people') },
    { id: 'go.settings', keys: 'g s', name: common('common.go.account'), run: openAccount },
  ]
}

const loaded = signal<Partial<Record<Lazy, ComponentType>>>({})
const failed = signal(false)
const slow = signal(false)

// The surface of an address: sign-in of somebody who is in leads to the first of theirs.
function lazyOf(surface: Surface): Lazy {
  if (surface === 'policy' || surface === 'track' || surface === 'reviews' || surface === 'train' || surface === 'people' || surface === 'setup' || surface === 'keys') return surface
  return may('SEE_STATS', 'team') ? 'desk' : 'policy'
}

function bring(name: Lazy): void {
  if (loaded.value[name]) return
  const timer = setTimeout(() => { slow.value = true }, SLOW_MS)
  loadSurface(name).then(part => { loaded.value = { ...loaded.value, [name]: part } }, () => { failed.value = true }).finally(() => {
    clearTimeout(timer)
    slow.value = false
  })
}

/** Brings the surface of the address before the first paint. */
export async function prepare(): Promise<void> {
  if (place.value.surface === 'invitation') invitation.value = { part: (await import('./Invitation.tsx')).Invitation }
  if (!boot.signed_in || lost.value || place.value.surface === 'invitation') return
  const name = lazyOf(place.value.surface)
  try {
    loaded.value = { ...loaded.value, [name]: await loadSurface(name) }
  } catch {
    failed.value = true
  }
}

let shown: Lazy | 'lost' | null = null

function Content() {
  const name = lazyOf(place.value.surface)
  const is = lost.value ? 'lost' : name
  const Part = loaded.value[name]
  useEffect(() => { if (!lost.value) bring(name) }, [name, lost.value])
  const ready = lost.value || Part !== undefined
  useEffect(() => {
    if (!ready || shown === is) return
    if (shown !== null) arrive()
    shown = is
  }, [is, ready])
  if (lost.value) return <Lost />
  if (Part) return <Part />
  if (failed.value) return <Updated />
  return slow.value ? <Skeleton rows={['w40', 'h44', 'h44', 'w80']} /> : null
}

// On another surface: its title is what is read first.
function arrive(): void {
  scrollTo(0, 0)
  document.querySelector<HTMLElement>('.top h1')?.focus({ preventScroll: true })
}
