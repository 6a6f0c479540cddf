import type { Signal } from '@preact/signals'
import { useRef } from 'preact/hooks'
import { common, lang } from '../lib/i18n.ts'
import { cmp, format, share, type Money } from '../lib/money.ts'
import { percent, pointed, stepped, thousandth } from './ruler.ts'

export interface RulerProps {
  max: Money; own: Money; ask?: { max: Money; who: string } | undefined; value?: Signal<Money> | undefined; left?: boolean; median?: Money | undefined; size?: 'thin' | 'big'; label: string
}

const LOW = 15
const heights = { thin: 6, big: 14, normal: 10 }

/** The room there is, where you are in it, and who decides beyond. With a value it is a slider. */
export function Ruler(props: RulerProps) {
  return props.value ? <Slider {...props} value={props.value} /> : <svg class={`ruler ${props.size ?? ''}`} role="img" aria-label={props.label}><Marks {...props} /></svg>
}

function Marks({ max, own, ask, value, left, median, size }: RulerProps) {
  const shape = { max, own, ask: ask?.max }
  const height = heights[size ?? 'normal']
  const mine = percent(own, shape)
  if (left) return <Left part={share(own, max)} />
  const at = value ? percent(value.value, shape) : undefined
  const beyond = value !== undefined && cmp(value.value, own) > 0
  return <>
    <rect class="rl-track" width="100%" height="100%" rx="2" />
    <rect class="rl-free" width={`${mine}%`} height="100%" />
    {ask && <><rect class="rl-askbg" x={`${mine}%`} width={`${100 - mine}%`} height="100%" /><rect class="rl-ask" x={`${mine}%`} width={`${100 - mine}%`} height="100%" /></>}
    {at !== undefined && <rect class="rl-this" width={`${Math.min(at, mine)}%`} height="100%" />}
    {at !== undefined && beyond && <rect class="rl-thisask" x={`${mine}%`} width={`${at - mine}%`} height="100%" />}
    {ask && mine > 0 && mine < 100 && <line class="rl-line" x1={`${mine}%`} x2={`${mine}%`} y1="-4" y2={height + 4} />}
    {median && <line class="rl-med" x1={`${percent(median, shape)}%`} x2={`${percent(median, shape)}%`} y1="-3" y2={height + 3} />}
  </>
}

// What is left of a budget; amber when it is little.
function Left({ part }: { part: number }) {
  return <><rect class="rl-track" width="100%" height="100%" rx="2" /><rect class={part < LOW ? 'rl-low' : 'rl-left'} width={`${part}%`} height="100%" /></>
}

function Slider(props: RulerProps & { value: Signal<Money> }) {
  const { max, own, ask, value, size, label } = props
  const box = useRef<SVGSVGElement>(null)
  const shape = { max, own, ask: ask?.max }
  const height = heights[size ?? 'normal']
  const follow = (event: PointerEvent) => {
    const { left, width } = box.current!.getBoundingClientRect()
    value.value = pointed(width > 0 ? (event.clientX - left) / width : 0, shape)
  }
  const down = (event: PointerEvent) => {
    if (event.button !== 0) return
    box.current!.setPointerCapture(event.pointerId)
    box.current!.querySelector<SVGElement>('.rl-thumb')?.focus({ preventScroll: true })
    event.preventDefault()
    follow(event)
  }
  const move = (event: PointerEvent) => { if (box.current!.hasPointerCapture(event.pointerId)) follow(event) }
  const key = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const next = stepped(event.key, event.shiftKey, value.value, shape)
    if (!next) return
    event.preventDefault()
    event.stopPropagation()
    value.value = next
  }
  const beyond = cmp(value.value, own) > 0
  const says = { amount: format(value.value, lang.value, 'short') }
  return <svg ref={box} class={`ruler slides ${size ?? ''}`} onPointerDown={down} onPointerMove={move}>
    <Marks {...props} />
    <rect class="rl-hit" x="0" y={height / 2 - 12} width="100%" height="24" />
    <circle class="rl-thumb" cx={`${percent(value.value, shape)}%`} cy={height / 2} r="8" tabindex={0} role="slider" aria-label={label} aria-orientation="horizontal"
      aria-valuemin={0} aria-valuemax={1000} aria-valuenow={thousandth(value.value, shape)}
      aria-valuetext={beyond && ask ? common('common.ruler.ask', { ...says, who: ask.who }) : common('common.ruler.own', says)} onKeyDown={key} />
  </svg>
}
