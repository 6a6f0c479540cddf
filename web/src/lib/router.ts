// Addresses: which surface, which part of it, and its filters. Links are links; a plain click is taken over.
import { signal, type ReadonlySignal } from '@preact/signals'
import { h, type AnchorHTMLAttributes, type JSX } from 'preact'

export type Surface = 'panel' | 'desk' | 'policy' | 'people' | 'track' | 'reviews' | 'train' | 'setup' | 'signin' | 'invitation' | 'keys'
export interface Place { surface: Surface; parts: string[]; query: URLSearchParams }

const surfaces: readonly string[] = ['panel', 'desk', 'policy', 'people', 'track', 'reviews', 'train', 'setup', 'signin', 'invitation', 'keys']

/** The address as a place; an unknown one has no surface. */
export function read(url: URL): Place | null {
  const [name = '', ...parts] = url.pathname.split('/').filter(part => part !== '').map(decodeURIComponent)
  if (name === '') return { surface: 'desk', parts: [], query: url.searchParams }
  return surfaces.includes(name) ? { surface: name as Surface, parts, query: url.searchParams } : null
}

const lostPlace: Place = { surface: 'desk', parts: [], query: new URLSearchParams() }
const current = signal<Place>(read(new URL(location.href)) ?? lostPlace)

/** Where the page is. */
export const place: ReadonlySignal<Place> = current
/** Whether the address is none of ours. */
export const lost = signal(read(new URL(location.href)) === null)

function take(): void {
  const next = read(new URL(location.href))
  lost.value = next === null
  if (next) current.value = next
}

// The panel is a page of its own, with its own styles.
const ownPage = (surface: Surface | undefined) => surface === 'panel'

export function go(path: string, how: 'push' | 'replace' = 'push'): void {
  const url = new URL(path, location.href)
  if (url.origin !== location.origin || ownPage(read(url)?.surface) !== ownPage(current.value.surface)) {
    location.assign(url)
    return
  }
  if (how === 'push') history.pushState(null, '', url)
  else history.replaceState(null, '', url)
  take()
}

/** Changes filters in the address; null takes one away. Each typed letter is no step back. */
export function setQuery(next: Record<string, string | null>): void {
  const url = new URL(location.href)
  for (const [name, value] of Object.entries(next)) {
    if (value === null || value === '') url.searchParams.delete(name)
    else url.searchParams.set(name, value)
  }
  history.replaceState(null, '', url)
  take()
}

addEventListener('popstate', take)

function plain(event: MouseEvent): boolean {
  return event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey && !event.defaultPrevented
}

export type LinkProps = Omit<AnchorHTMLAttributes<HTMLAnchorElement>, 'onClick' | 'href' | 'role'> & { to: string; onClick?: (event: MouseEvent) => void }

export function Link({ to, onClick, ...rest }: LinkProps): JSX.Element {
  const click = (event: MouseEvent) => {
    onClick?.(event)
    if (!plain(event) || rest.target) return
    event.preventDefault()
    go(to)
  }
  return h('a', { ...rest, href: to, onClick: click })
}
