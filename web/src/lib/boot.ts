// What the page brought with it: everything that the first paint needs, without a request.
import type { Me, PublicSettings, Setup } from './model.ts'

export interface Boot {
  page: 'app' | 'panel'; version: string; now: string
  lang: 'en' | 'de'; worker: string
  assets: Record<string, { styles: string[] }>
  /** There is no administrator yet. */
  first?: boolean
  signed_in: boolean; csrf?: string; seq?: number
  me?: Me
  settings: PublicSettings
  setup?: Setup
  framed_by: string[]
}

const bare: Boot = {
  page: 'app', version: '', now: new Date().toISOString(), lang: 'en', worker: '', assets: {}, signed_in: false,
  settings: { undo_seconds: 8, duty: {}, language: 'en' }, framed_by: [],
}

function read(): Boot {
  const element = document.querySelector('script[type="application/json"]')
  return element?.textContent ? { ...bare, ...(JSON.parse(element.textContent) as Partial<Boot>) } : bare
}

export const boot: Boot = read()

/** Whether this page stands inside another one. */
export const framed: boolean = window.parent !== window
