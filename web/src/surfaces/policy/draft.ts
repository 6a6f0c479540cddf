// The draft while it is edited: explained as one types, kept on the server when one rests, and never over somebody else's.
import { effect, signal, type ReadonlySignal, type Signal } from '@preact/signals'
import { call, callFull, Problem } from '../../lib/api.ts'
import type { Draft, Finding } from '../../lib/model.ts'
import { on } from '../../lib/live.ts'
import { boot } from '../../lib/boot.ts'
import { serverNow } from '../../lib/time.ts'
import type { Section } from './Sentences.tsx'
import { tried } from './told.tsx'

const EXPLAIN_MS = 300
const KEEP_MS = 2000

export type Kept = 'same' | 'typed' | 'keeping' | 'kept' | 'theirs' | 'failed'
export interface Editor {
  source: Signal<string>; findings: ReadonlySignal<Finding[]>; sections: ReadonlySignal<readonly Section[]>; stale: ReadonlySignal<boolean>
  state: ReadonlySignal<Kept>; at: ReadonlySignal<number>; problem: ReadonlySignal<Problem | null>; theirs: ReadonlySignal<Draft | null>; live: ReadonlySignal<number>; other: ReadonlySignal<boolean>
  ready: ReadonlySignal<boolean>; errors: () => number; keep: () => Promise<boolean>; take: () => void; mine: () => Promise<void>; told: (findings: Finding[]) => void; tag: () => string | null; seen: () => void; dispose: () => void
}

export function makeEditor(): Editor {
  const source = signal('')
  const findings = signal<Finding[]>([])
  const sections = signal<readonly Section[]>([])
  const [stale, ready, other] = [signal(false), signal(false), signal(false)]
  const state = signal<Kept>('same')
  const at = signal(0)
  const problem = signal<Problem | null>(null)
  const theirs = signal<Draft | null>(null)
  const live = signal(boot.me?.policy ?? 0)
  let base = ''
  let tag: string | null = null
  let explaining: ReturnType<typeof setTimeout> | undefined
  let keeping: ReturnType<typeof setTimeout> | undefined
  let asked = 0
  let explained = '' // or about to be
  let running: Promise<boolean> | null = null

  const explain = async () => {
    const own = asked += 1
    const answer = await tried(() => call('explainSource', { body: { source: source.value } }))
    if (own !== asked || answer instanceof Problem) return
    findings.value = answer.findings
    stale.value = answer.findings.some(one => one.severity === 'error') || answer.sections.length === 0
    if (!stale.value) sections.value = answer.sections
  }
  const put = async (): Promise<boolean> => {
    const text = source.value
    if (text === base) return true
    state.value = 'keeping'
    const answer = await tried(() => callFull('keepDraft', { body: { source: text }, ...(tag !== null && { ifMatch: tag }) }))
    problem.value = answer instanceof Problem ? answer : null
    if (answer instanceof Problem) {
      state.value = answer.kind === 'changed' ? 'theirs' : 'failed'
      if (answer.kind === 'changed') {
        const draft = await tried(() => call('getDraft'))
        if (!(draft instanceof Problem)) theirs.value = draft
      }
      return false
    }
    tag = answer.etag ?? `"${answer.body.tag}"`
    base = text
    at.value = serverNow()
    state.value = source.value === text ? 'kept' : 'typed'
    return source.value === text || put()
  }
  const keep = async (): Promise<boolean> => {
    clearTimeout(keeping)
    if (theirs.value) return false
    while (running) await running
    running = put()
    try {
      return await running
    } finally {
      running = null
    }
  }
  const read = async () => {
    const draft = await tried(() => callFull('getDraft'))
    if (draft instanceof Problem && draft.kind !== 'not-found') problem.value = draft
    if (!(draft instanceof Problem)) {
      source.value = base = explained = draft.body.source
      tag = draft.etag
      at.value = draft.body.at ? Date.parse(draft.body.at) : 0
    }
    ready.value = true
    void explain()
  }
  const stop = effect(() => {
    const text = source.value
    if (!ready.value || text === explained) return
    explained = text
    clearTimeout(explaining)
    explaining = setTimeout(() => void explain(), EXPLAIN_MS)
    clearTimeout(keeping)
    if (state.peek() !== 'theirs') state.value = text === base ? 'kept' : 'typed'
    if (!theirs.peek() && text !== base) keeping = setTimeout(() => void keep(), KEEP_MS)
  })
  const off = on('policy.*', event => {
    const number = Number((event.body as { version?: unknown }).version)
    if (number > 0) live.value = number
    if (event.actor !== boot.me?.actor) other.value = true
  })
  const leave = () => { if (source.value !== base && !theirs.value) void call('keepDraft', { body: { source: source.value }, keepalive: source.value.length < 60000, ...(tag !== null && { ifMatch: tag }) }).catch(() => {}) }
  addEventListener('pagehide', leave)
  void read()
  const settle = (draft: Draft) => { tag = draft.tag === undefined ? null : `"${draft.tag}"` }
  return {
    source, findings, sections, stale, state, at, problem, theirs, live, other, ready, keep,
    errors: () => findings.value.filter(one => one.severity === 'error').length,
    take: () => {
      const draft = theirs.value
      if (!draft) return
      settle(draft)
      theirs.value = null
      base = draft.source
      source.value = draft.source
      state.value = 'kept'
      void explain()
    },
    mine: async () => {
      const draft = theirs.value
      if (!draft) return
      settle(draft)
      base = draft.source
      theirs.value = null
      await keep()
    },
    told: found => { findings.value = found },
    tag: () => tag,
    seen: () => { other.value = false },
    dispose: () => {
      stop()
      off()
      clearTimeout(explaining)
      removeEventListener('pagehide', leave)
      if (source.value !== base) void keep()
      clearTimeout(keeping)
    },
  }
}
