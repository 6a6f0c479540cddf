// The surfaces that come when they are opened: their code, words and styles.
import type { ComponentType } from 'preact'
import { boot } from '../lib/boot.ts'
import { messages } from '../lib/i18n.ts'

export type Lazy = 'desk' | 'track' | 'reviews' | 'train' | 'policy' | 'people' | 'setup' | 'keys'
type Loaded = { default: ComponentType }

const chunks: Record<Lazy, () => Promise<Loaded>> = {
  desk: () => import('../surfaces/desk/index.tsx'), policy: () => import('../surfaces/policy/index.tsx'),
  track: () => import('../surfaces/track/index.tsx'), reviews: () => import('../surfaces/reviews/index.tsx'), train: () => import('../surfaces/train/index.tsx'), people: () => import('../surfaces/people/index.tsx'), setup: () => import('../surfaces/setup/index.tsx'), keys: () => import('./Keys.tsx'),
}

// Waits for the styles, so that nothing is seen without them; a style that does not come is no reason to show nothing.
function style(href: string): Promise<void> {
  if (document.querySelector(`link[rel=stylesheet][href="${href}"], style[data-from~="${href}"]`)) return Promise.resolve()
  return new Promise(resolve => {
    const link = document.createElement('link')
    link.rel = 'stylesheet'
    link.href = href
    link.onload = link.onerror = () => resolve()
    document.head.append(link)
  })
}

export async function loadSurface(name: Lazy): Promise<ComponentType> {
  const styles = boot.assets[name]?.styles ?? []
  const [chunk] = await Promise.all([chunks[name](), messages(name), ...styles.map(style)])
  return chunk.default
}
