import { lang } from '../lib/i18n.ts'
import { format, wire, type Money as Value } from '../lib/money.ts'

/** An amount in the person's language; its exact value stays in the page. */
export function Money({ value, form = 'exact' }: { value: Value; form?: 'exact' | 'short' | 'change' }) {
  return <data value={wire(value)} class="nw">{format(value, lang.value, form)}</data>
}
