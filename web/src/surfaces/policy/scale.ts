// Scales of charts over plain numbers: round steps, and where a number lies.

/** 1, 2 or 5 times a power of ten (or others), no smaller than this. */
export function roundStep(least: number, of: readonly number[] = [1, 2, 5]): number {
  const size = 10 ** Math.floor(Math.log10(Math.max(least, 1e-9)))
  return size * (of.find(n => n * size >= least * 0.999999) ?? 10)
}

export interface Scale { from: number; to: number; ticks: number[]; x: (value: number) => number }

/** From the lowest to the highest of them, ends at round numbers, some `marks` steps between. */
export function scaleOf(values: readonly number[], marks: number, start: number, end: number): Scale {
  const [low, high] = [Math.min(...values), Math.max(...values)]
  const step = roundStep(Math.max(high - low, Math.abs(high) * 0.01, 1e-6) / marks)
  const from = Math.floor(low / step + 1e-9) * step
  const to = Math.max(Math.ceil(high / step - 1e-9) * step, from + step)
  const ticks = Array.from({ length: Math.round((to - from) / step) + 1 }, (_, i) => from + i * step)
  return { from, to, ticks, x: value => start + (end - start) * (value - from) / (to - from) }
}
