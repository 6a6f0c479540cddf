// What each value would do: the value that is being changed, tried at some round ones, after the figures of the draft stand. The curve
// stays while that value alone is moved: it does not depend on where it stands.
import { effect, signal, untracked, type ReadonlySignal, type Signal } from '@preact/signals'
import { call, Problem } from '../../lib/api.ts'
import type { Replayed, Tally } from '../../lib/model.ts'
import type { Editor } from './draft.ts'
import type { Replaying } from './replay.ts'
import { wasOf } from './Say.tsx'
import { roundStep } from './scale.ts'
import { tried } from './told.tsx'
import { figures, leavesOf, withFigure, type Figure, type Leaf } from './values.ts'

const POINTS = 10
const FEW = 6
const SLOW_MS = 800 // of one replay: from there on fewer points, and only when they are asked for
const REST_MS = 150

/** A number of the text: the how manieth of which value. */
export interface Picked { path: string; nth: number }
export interface Point { amount: number; text: string; after: Tally; more: number; less: number }
export interface Drawn { path: string; unit: string; points: Point[]; was: number | null; now: number; money: boolean; before: Tally }
export interface Curving { drawn: ReadonlySignal<Drawn | null>; busy: ReadonlySignal<boolean>; wants: ReadonlySignal<boolean>; problem: ReadonlySignal<Problem | null>; draw: () => void; dispose: () => void }

export const isMoney = (figure: Figure): boolean => figure.unit === undefined && /\.\d/.test(figure.amount)

/** Round values from a little to two and a half times as much, with the present and the tried one among them. */
export function sweepOf(now: Figure, was: number | null, points = POINTS): string[] {
  const digits = now.amount.split('.')[1]?.length ?? 0
  const amount = Number(now.amount)
  const top = Math.max(amount, was ?? 0) * 2.5
  const round = roundStep(top / points, [1, 2, 2.5, 5])
  const step = digits > 0 ? Math.max(round, 10 ** -digits) : Math.ceil(round)
  const all = new Set(Array.from({ length: Math.max(2, Math.floor(top / step + 1e-9)) }, (_, i) => ((i + 1) * step).toFixed(digits)))
  all.add(amount.toFixed(digits))
  if (was !== null && was > 0) all.add(was.toFixed(digits))
  return [...all].sort((a, b) => Number(a) - Number(b))
}

interface Found { leaf: Leaf; figure: Figure; nth: number; was: number | null; question: string; source: string }

// The value in the text that is replayed, and what the curve depends on: that text without the value.
function find(editor: Editor, picked: Picked | null): Found | null {
  const source = editor.moved.value ?? editor.valid.value
  const leaf = source !== null && picked !== null ? leavesOf(source).find(one => one.path === picked.path) : undefined
  const figure = leaf && figures(leaf.text)[picked!.nth]
  if (!leaf || !figure || source === null) return null
  const old = wasOf(editor.changes.value, { leaf, figure, from: 0, to: 0 })
  const was = old !== null && (figures(old)[0]?.unit ?? '') === (figure.unit ?? '') ? Number.parseFloat(old) : null
  const at = leaf.from + figure.from
  return { leaf, figure, nth: picked!.nth, was, source, question: `${picked!.path}:${picked!.nth}:${figure.unit ?? ''}:${source.slice(0, at)}\0${source.slice(leaf.from + figure.to)}` }
}

export function makeCurve(editor: Editor, replay: Replaying, picked: Signal<Picked | null>): Curving {
  const points = signal<{ question: string; points: Point[] } | null>(null)
  const busy = signal(false)
  const asked = signal('') // by whom it concerns: one that takes long
  const problem = signal<Problem | null>(null)
  const drawn = signal<Drawn | null>(null)
  const wants = signal(false)
  let own: AbortController | null = null
  let timer: ReturnType<typeof setTimeout> | undefined
  let last = ''
  let took = 0 // one replay; an answer with each change alone has several

  const pointOf = (found: Found) => (point: NonNullable<Replayed['curve']>[number]): Point => {
    const text = figures(point.values[0]!)[found.nth]!.amount
    return { amount: Number(text), text, after: point.after, more: point.more, less: point.less }
  }
  const ask = async (found: Found, key: string, values: string[]) => {
    own?.abort()
    const mine = own = new AbortController()
    busy.value = true
    problem.value = null
    const set = [{ path: found.leaf.path, values: values.map(one => withFigure(found.leaf.text, found.figure, one + (found.figure.unit ?? ''))) }]
    const answer = await tried(() => call('replayPolicy', { body: { ...replay.asks(found.source), flips: 0, set }, signal: mine.signal, wait: false, timeout: 120_000 })).catch((error: unknown) => {
      if (mine.signal.aborted) return null
      throw error
    })
    if (own !== mine) return
    busy.value = false
    if (answer instanceof Problem) problem.value = answer
    else if (answer) points.value = { question: key, points: (answer.curve ?? []).map(pointOf(found)) }
  }
  const stop = effect(() => {
    const found = find(editor, picked.value)
    const is = replay.answer.value
    const key = found ? `${replay.days.value}:${editor.from()}:${found.question}` : ''
    clearTimeout(timer)
    const standing = untracked(() => points.value)
    drawn.value = found && is && standing?.question === key ? { path: found.leaf.path, unit: found.figure.unit ?? '', points: standing.points, was: found.was, now: Number(found.figure.amount), money: isMoney(found.figure), before: is.before } : null
    // A value that is dragged goes first: what is asked here is asked again when that has its figures.
    if (key !== last || replay.busy.value) own?.abort(), own = null, busy.value = false, problem.value = null
    last = key
    void [points.value, asked.value]
    if (is && is.changes === undefined) took = is.took_ms
    const slow = took > SLOW_MS
    wants.value = found !== null && slow && asked.value !== key && drawn.value === null && own === null
    if (!found || !is || is.requests === 0 || replay.busy.value || drawn.value || own || wants.value) return
    timer = setTimeout(() => void untracked(() => ask(found, key, sweepOf(found.figure, found.was, slow ? FEW : POINTS))), REST_MS)
  })
  return {
    drawn, busy, wants, problem, draw: () => { asked.value = last },
    dispose: () => {
      stop()
      clearTimeout(timer)
      own?.abort()
    },
  }
}
