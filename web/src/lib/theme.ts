// Light, dark or what the system says; inside a helpdesk what the helpdesk says. The server writes it into the page too (cookie),
// so that nothing flashes.
import { effect, signal, type Signal } from '@preact/signals'
import { setCookie } from './store.ts'

export type Theme = 'system' | 'light' | 'dark'

const KEY = 'lw-theme'
const isTheme = (x: unknown): x is Theme => x === 'system' || x === 'light' || x === 'dark'

function kept(): Theme {
  try {
    const value = localStorage.getItem(KEY)
    return isTheme(value) ? value : 'system'
  } catch {
    return 'system'
  }
}

/** What the person chose. */
export const theme: Signal<Theme> = signal(kept())
/** What the page around the panel says; it wins. */
export const hostTheme: Signal<'light' | 'dark' | null> = signal(null)

function apply(shown: Theme): void {
  if (shown === 'system') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = shown
}

let first = true

effect(() => {
  const chosen = theme.value
  apply(hostTheme.value ?? chosen)
  if (first) {
    first = false
    return
  }
  setCookie('lw_theme', chosen)
  try {
    localStorage.setItem(KEY, chosen)
  } catch {
    // for this page only
  }
})

addEventListener('storage', event => { if (event.key === KEY) theme.value = kept() })
