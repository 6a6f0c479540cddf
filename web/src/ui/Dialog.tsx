// The browser's own dialog: it keeps the focus inside, Esc closes it, and the focus goes back to where it was.
import type { Signal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useEffect, useId, useRef } from 'preact/hooks'

export interface DialogProps { open: Signal<boolean>; title: string; onClose?: (kept: boolean) => void; children: ComponentChildren; footer?: ComponentChildren; draft?: string; wide?: boolean }

export function Dialog(props: DialogProps) {
  return props.open.value ? <Opened {...props} /> : null
}

const FIRST = '.b input:not([type=hidden]), .b select, .b textarea, .b button, footer button'

function Opened({ open, title, onClose, children, footer, draft, wide }: DialogProps) {
  const box = useRef<HTMLDialogElement>(null)
  const id = useId()
  useEffect(() => {
    const element = box.current!
    const before = document.activeElement as HTMLElement | null
    element.showModal()
    restore(element, draft)
    const first = element.querySelector<HTMLElement>('[autofocus]') ?? element.querySelector<HTMLElement>(FIRST)
    first?.focus()
    if (first instanceof HTMLInputElement && first.type === 'text') first.select()
    return () => {
      element.close()
      if (before?.isConnected) before.focus()
    }
  }, [])
  const close = () => {
    open.value = false
    onClose?.(true)
  }
  const cancel = (event: Event) => {
    event.preventDefault()
    close()
  }
  // Return in a line of text does what the dialog is for, as in any form.
  const enter = (event: KeyboardEvent) => {
    const at = event.target
    if (event.key !== 'Enter' || event.isComposing || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return
    if (!(at instanceof HTMLInputElement) || ['checkbox', 'radio', 'file', 'button', 'submit'].includes(at.type) || at.form || at.getAttribute('role') === 'combobox' || at.list) return
    const does = box.current?.querySelector<HTMLButtonElement>(':scope > footer .btn.pri')
    if (!does) return
    event.preventDefault()
    does.click()
  }
  // A click on what lies behind closes it too; what was typed is kept.
  const outside = (event: MouseEvent) => { if (event.target === box.current) close() }
  return <dialog ref={box} class={wide ? 'dlg wide' : 'dlg'} aria-labelledby={id} onCancel={cancel} onMouseDown={outside} onKeyDown={enter} onInput={() => keep(box.current!, draft)}>
    <header><h2 id={id}>{title}</h2></header><div class="b">{children}</div>{footer && <footer>{footer}</footer>}
  </dialog>
}

type Draft = Record<string, string>
const fields = (box: HTMLElement) => [...box.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>('input[name]:not([type=password]):not([type=checkbox]):not([type=radio]), textarea[name]')]

function keep(box: HTMLElement, draft: string | undefined): void {
  if (!draft) return
  try {
    sessionStorage.setItem(`lw-draft:${draft}`, JSON.stringify(Object.fromEntries(fields(box).map(field => [field.name, field.value]))))
  } catch {
    // not kept, then
  }
}

function restore(box: HTMLElement, draft: string | undefined): void {
  if (!draft) return
  try {
    const kept = JSON.parse(sessionStorage.getItem(`lw-draft:${draft}`) ?? '{}') as Draft
    for (const field of fields(box)) {
      const text = kept[field.name]
      if (!text || field.value === text) continue
      field.value = text
      field.dispatchEvent(new Event('input', { bubbles: true }))
    }
  } catch {
    // nothing to restore
  }
}

/** Forgets what was typed: it has been sent. */
export function forget(draft: string): void {
  try {
    sessionStorage.removeItem(`lw-draft:${draft}`)
  } catch {
    // nothing was kept
  }
}
