import { useEffect, useRef } from 'preact/hooks'
import { announce } from '../lib/dom.ts'
import { now, wait } from '../lib/time.ts'

const HOT_MS = 30000
const AROUND = 2 * Math.PI * 18

export interface ClockProps { until: number; total: number; size?: 'l'; hotUnder?: number; label: (ms: number) => string }

/** Time left, as a ring and a number. It is said at the start, at 30 seconds and at the end only. */
export function Clock(props: ClockProps) {
  const left = Math.max(0, props.until - now.value)
  useSaid(left, props.label)
  return <div class="clk" role="timer" aria-label={props.label(left)}><Ring {...props} left={left} /><b aria-hidden="true">{wait(left)}</b></div>
}

export function Ring({ left, total, size, hotUnder = HOT_MS }: { left: number; total: number; size?: 'l' | undefined; hotUnder?: number }) {
  const part = total > 0 ? Math.min(1, left / total) : 0
  return <svg class={['ring', size, left <= hotUnder && 'hot'].filter(Boolean).join(' ')} viewBox="0 0 44 44" aria-hidden="true">
    <circle cx="22" cy="22" r="18" /><circle class="go" cx="22" cy="22" r="18" stroke-dasharray={`${(part * AROUND).toFixed(1)} ${AROUND.toFixed(1)}`} />
  </svg>
}

// Which part of its time a clock is in; a change of it is said.
function stage(left: number): number {
  return left <= 0 ? 2 : left <= HOT_MS ? 1 : 0
}

function useSaid(left: number, label: (ms: number) => string): void {
  const before = useRef(-1)
  const at = stage(left)
  useEffect(() => {
    if (at > before.current) announce(label(left))
    before.current = at
  }, [at])
}
