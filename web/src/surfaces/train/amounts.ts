// An amount on a ruler that is also typed: text, thumb and what is given, one following the other from the first press on; an effect of a
// component would begin a frame later.
import { effect, signal, type Signal } from '@preact/signals'
import { lang } from '../../lib/i18n.ts'
import { cmp, read, typed, type Money } from '../../lib/money.ts'
import { within } from '../../ui/ruler.ts'

export interface Amounts { text: Signal<string>; at: Signal<Money>; dispose: () => void }

/** first: what was given already; put: told of each amount, null while none can be read. */
export function amounts(first: Money | null, from: Money, most: Money, put: (amount: Money | null) => void): Amounts {
  const text = signal(first ? typed(first, lang.peek()) : '')
  const at = signal<Money>(first ?? from)
  let drawn = at.peek()
  const stops = [effect(() => {
    const found = read(text.value, most.currency, lang.peek())
    put(typeof found === 'object' ? found : null)
    if (typeof found !== 'object') return
    drawn = within(found, { max: most, own: most })
    if (cmp(at.peek(), drawn) !== 0) at.value = drawn
  }), effect(() => {
    if (cmp(at.value, drawn) !== 0) text.value = typed(at.value, lang.peek())
  })]
  return { text, at, dispose: () => stops.forEach(stop => stop()) }
}
