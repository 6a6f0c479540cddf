// Whether the page is being put on paper: then tables show all their rows, and charts are as wide as the sheet. The browser takes its
// picture as soon as it has said so: what changes is drawn at once.
import { signal, type ReadonlySignal } from '@preact/signals'
import { options } from 'preact'

const paper = matchMedia('print')
const state = signal(paper.matches)
export const printing: ReadonlySignal<boolean> = state

/** A4 less its margins, in px. */
export const SHEET_WIDTH = 656

function set(now: boolean): void {
  const later = options.debounceRendering
  options.debounceRendering = draw => draw()
  state.value = now
  if (later) options.debounceRendering = later
  else delete options.debounceRendering
}

addEventListener('beforeprint', () => set(true))
addEventListener('afterprint', () => set(false))
paper.addEventListener('change', () => set(paper.matches))
