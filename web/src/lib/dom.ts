// What touches elements directly: where the page is drawn, lengths that depend on data, and what is said to screen readers.

/** Sets one length by script; a `style` attribute is never written. */
export function setLength(element: HTMLElement | SVGElement, name: `--${string}` | 'height' | 'translate', value: string): void {
  element.style.setProperty(name, value)
}

/** Where the page is drawn. */
export function root(): HTMLElement {
  const found = document.getElementById('app')
  if (found) return found
  const made = document.createElement('div')
  made.id = 'app'
  document.body.append(made)
  return made
}

const regions = new Map<'polite' | 'assertive', HTMLElement>()

/** The shell hands over its two live regions here. */
export function hear(how: 'polite' | 'assertive', element: HTMLElement | null): void {
  if (element) regions.set(how, element)
  else regions.delete(how)
}

/** Says something to whoever listens to the page. The same words twice are said twice: the region is emptied between. */
export function announce(text: string, how: 'polite' | 'assertive' = 'polite'): void {
  const region = regions.get(how)
  if (!region) return
  region.textContent = ''
  setTimeout(() => { region.textContent = text }, 50)
}

/** Puts a text into the clipboard; false when the browser does not let us. */
export async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return copyBySelection(text)
  }
}

// In a frame without the permission, and on plain http: the old way still works after a click.
function copyBySelection(text: string): boolean {
  const field = document.createElement('textarea')
  field.value = text
  field.className = 'vh'
  document.body.append(field)
  const focused = document.activeElement as HTMLElement | null
  field.select()
  const done = document.execCommand('copy')
  field.remove()
  focused?.focus()
  return done
}
