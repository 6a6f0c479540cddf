import type { Signal } from '@preact/signals'
import type { ComponentChildren, HTMLAttributes, RefObject, TargetedEvent } from 'preact'
import { useId, useState } from 'preact/hooks'
import { common, lang } from '../lib/i18n.ts'
import { copy } from '../lib/dom.ts'
import { Button } from './Button.tsx'
import { Icon } from './Icon.tsx'

/** What is wrong with a field: in the page's language, or in the server's. */
export type Fault = string | { says: string; lang: 'en' }

interface Shared { label: ComponentChildren; fault?: Fault | undefined; hint?: ComponentChildren }

/** The fault that a refusal names for a field, if it names one: the server says it in English. */
export function faultAt(errors: readonly { at: string; message: string }[] | undefined, at: string): Fault | undefined {
  const found = errors?.find(error => error.at === at)
  return found && { says: found.message, lang: 'en' }
}

/** A fault beside its field, marked when it is in another language than the page. */
export function FaultText({ fault, id }: { fault: Fault | undefined; id?: string }) {
  if (!fault) return null
  const [says, of] = typeof fault === 'string' ? [fault, lang.value] : [fault.says, fault.lang]
  return <p class="fault" id={id} lang={of === lang.value ? undefined : of}>{says}</p>
}

function about(id: string, fault?: Fault, hint?: ComponentChildren): { 'aria-invalid'?: true; 'aria-describedby'?: string } {
  const ids = [fault && `${id}-f`, hint !== undefined && hint !== null && `${id}-h`].filter(Boolean).join(' ')
  return { ...(fault && { 'aria-invalid': true as const }), ...(ids && { 'aria-describedby': ids }) }
}

function Around({ id, label, fault, hint, children }: Shared & { id: string; children: ComponentChildren }) {
  return <div class="field"><label class="lbl" for={id}>{label}</label>{children}
    <FaultText fault={fault} id={`${id}-f`} />{hint !== undefined && hint !== null && <p class="hint" id={`${id}-h`}>{hint}</p>}
  </div>
}

type Native<E extends HTMLElement> = Omit<HTMLAttributes<E>, 'label' | 'value' | 'ref'>
type TextProps = Shared & Native<HTMLInputElement> & {
  value: Signal<string>; input?: RefObject<HTMLInputElement | null>; type?: string; name?: string; autocomplete?: string; placeholder?: string; required?: boolean; maxLength?: number; inputMode?: string; min?: string; max?: string; list?: string; readOnly?: boolean
}

export function Field({ label, fault, hint, value, input, onInput, ...rest }: TextProps) {
  const id = useId()
  return <Around id={id} label={label} fault={fault} hint={hint}>
    <input {...rest as object} id={id} class="in" ref={input ?? null} value={value.value} {...about(id, fault, hint)}
      onInput={event => { value.value = event.currentTarget.value; if (typeof onInput === 'function') onInput(event) }} />
  </Around>
}

type AreaProps = Shared & Native<HTMLTextAreaElement> & { value: Signal<string>; rows?: number; name?: string; placeholder?: string; maxLength?: number; area?: RefObject<HTMLTextAreaElement | null> }

export function TextArea({ label, fault, hint, value, area, rows = 3, ...rest }: AreaProps) {
  const id = useId()
  return <Around id={id} label={label} fault={fault} hint={hint}>
    <textarea {...rest as object} id={id} class="in" rows={rows} ref={area ?? null} value={value.value} {...about(id, fault, hint)} onInput={event => { value.value = event.currentTarget.value }} />
  </Around>
}

type SelectProps = Shared & Native<HTMLSelectElement> & { value: Signal<string>; options: { value: string; text: string }[]; name?: string; required?: boolean; onChange?: (event: TargetedEvent<HTMLSelectElement>) => void }

export function Select({ label, fault, hint, value, options, onChange, ...rest }: SelectProps) {
  const id = useId()
  return <Around id={id} label={label} fault={fault} hint={hint}>
    <span class="selw"><select {...rest as object} id={id} class="in" value={value.value} {...about(id, fault, hint)} onChange={event => { value.value = event.currentTarget.value; onChange?.(event) }}>
      {options.map(option => <option key={option.value} value={option.value} selected={option.value === value.value}>{option.text}</option>)}
    </select><Icon name="down" small /></span>
  </Around>
}

export function Check({ label, fault, hint, value, onChange, ...rest }: Shared & Native<HTMLInputElement> & { value: Signal<boolean>; name?: string; onChange?: (event: TargetedEvent<HTMLInputElement>) => void }) {
  const id = useId()
  return <div>
    <label class="check"><input {...rest as object} id={id} type="checkbox" checked={value.value} {...about(id, fault, hint)}
      onChange={event => { value.value = event.currentTarget.checked; onChange?.(event) }} /><span>{label}</span></label>
    <FaultText fault={fault} id={`${id}-f`} />{hint !== undefined && hint !== null && <p class="hint" id={`${id}-h`}>{hint}</p>}
  </div>
}

/** A password, with a button that shows it. */
export function Password({ label, fault, hint, value, input, ...rest }: TextProps) {
  const id = useId()
  const [open, setOpen] = useState(false)
  return <Around id={id} label={label} fault={fault} hint={hint}>
    <span class="pwd"><input {...rest as object} {...{ type: open ? 'text' : 'password' } as object} id={id} class="in" ref={input ?? null} value={value.value} {...about(id, fault, hint)} spellcheck={false} autocapitalize="off"
      onInput={event => { value.value = event.currentTarget.value }} />
    <Button size="sm" kind="quiet" aria-pressed={open} onClick={() => setOpen(!open)}>{open ? common('common.hide') : common('common.show')}</Button></span>
  </Around>
}

/** Something that is shown once, to be copied: a link, a token. */
export function Secret({ label, hint, text }: Shared & { text: string }) {
  const id = useId()
  const [done, setDone] = useState(false)
  const take = async () => { setDone(await copy(text)) }
  return <Around id={id} label={label} hint={hint}>
    <span class="secret"><input id={id} class="in" readOnly value={text} onFocus={event => event.currentTarget.select()} {...about(id, undefined, hint)} />
    <Button onClick={() => void take()}><Icon name={done ? 'check' : 'copy'} small />{done ? common('common.copied') : common('common.copy')}</Button></span>
  </Around>
}
