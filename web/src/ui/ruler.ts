// The ruler's arithmetic, apart from its drawing: positions in hundredths, steps of the keys, and where a pointer is.
import { cmp, digitsOf, share, zero, type Money } from '../lib/money.ts'

export interface RulerShape { max: Money; own: Money; ask?: Money | undefined }

/** The end of the scale: what can be had at all. */
export function end({ max, own, ask }: RulerShape): Money {
  const far = ask && cmp(ask, max) > 0 ? ask : max
  return cmp(own, far) > 0 ? own : far
}

export const percent = (part: Money, shape: RulerShape): number => share(part, end(shape))

/** Keeps a value on the scale. */
export function within(value: Money, shape: RulerShape): Money {
  if (value.minor < 0n) return zero(value.currency)
  return cmp(value, end(shape)) > 0 ? end(shape) : value
}

/** What a key makes of a value; null when the key is none of the ruler's. */
export function stepped(key: string, shift: boolean, value: Money, shape: RulerShape): Money | null {
  const unit = 10n ** BigInt(digitsOf(value.currency))
  const by = (n: bigint): Money => within({ ...value, minor: value.minor + n * unit }, shape)
  const step = shift ? 10n : 1n
  if (key === 'ArrowRight' || key === 'ArrowUp') return by(step)
  if (key === 'ArrowLeft' || key === 'ArrowDown') return by(-step)
  if (key === 'PageUp') return by(25n)
  if (key === 'PageDown') return by(-25n)
  if (key === 'Home') return zero(value.currency)
  if (key === 'End') return end(shape)
  return null
}

/** The value under a pointer, in whole units of the currency; both ends and the border of one's own room catch it. */
export function pointed(part: number, shape: RulerShape): Money {
  const far = end(shape)
  const unit = 10n ** BigInt(digitsOf(far.currency))
  const thousandths = BigInt(Math.round(Math.min(1, Math.max(0, part)) * 10000))
  const raw = far.minor * thousandths / 10000n
  const near = (goal: bigint) => (raw > goal ? raw - goal : goal - raw) * 100n <= far.minor
  if (near(far.minor)) return far
  if (near(shape.own.minor)) return shape.own
  return { ...far, minor: (raw + unit / 2n) / unit * unit > far.minor ? far.minor : (raw + unit / 2n) / unit * unit }
}

/** Where the value stands, 0..1000, for `aria-valuenow`. */
export function thousandth(value: Money, shape: RulerShape): number {
  return Math.round(percent(value, shape) * 10)
}
