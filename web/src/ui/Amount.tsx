import type { Signal } from '@preact/signals'
import type { RefObject } from 'preact'
import { useId } from 'preact/hooks'
import { lang } from '../lib/i18n.ts'
import { signOf } from '../lib/money.ts'
import { FaultText, type Fault } from './Field.tsx'

/** A field for an amount: what people type, as they type it. */
export function Amount({ value, currency, label, fault, input, id }: {
  value: Signal<string>; currency: string; label: string; fault?: Fault | undefined; input?: RefObject<HTMLInputElement | null>; id?: string
}) {
  const own = useId()
  const sign = signOf(currency, lang.value)
  return <div>
    <div class="money">
      {sign.before && <span aria-hidden="true">{sign.text}</span>}
      <input id={id ?? own} ref={input ?? null} aria-label={label} inputMode="decimal" autocomplete="off" value={value.value} aria-invalid={fault ? true : undefined}
        aria-describedby={fault ? `${own}-f` : undefined} onInput={event => { value.value = event.currentTarget.value }} onFocus={event => event.currentTarget.select()} />
      {!sign.before && <span aria-hidden="true">{sign.text}</span>}
    </div>
    <FaultText fault={fault} id={`${own}-f`} />
  </div>
}
