// A draft while it is edited: explained as one types, kept on the server when one rests, and never over somebody else's. A single
// value set in a sentence stands in the text at once and is kept at once.
import { batch, effect, signal, type ReadonlySignal, type Signal } from '@preact/signals'
import { call, callFull, Problem, type Full } from '../../lib/api.ts'
import type { Draft, DraftChange, DraftWhole, Finding } from '../../lib/model.ts'
import { on } from '../../lib/live.ts'
import { boot } from '../../lib/boot.ts'
import { serverNow } from '../../lib/time.ts'
import { THE_ONE } from './one.ts'
import type { Section } from './Sentences.tsx'
import { tried } from './told.tsx'
import { leavesOf } from './values.ts'

const EXPLAIN_MS = 300
const KEEP_MS = 2000

export type Kept = 'same' | 'typed' | 'keeping' | 'kept' | 'theirs' | 'failed'
type Read = Draft & Partial<DraftWhole>
interface Wrote { tag: string; source?: string }
interface Set { path: string; value: string }
export interface Editor {
  /** `sections` are of the text `said`. */
  id: string; source: Signal<string>; findings: ReadonlySignal<Finding[]>; sections: ReadonlySignal<readonly Section[]>; said: ReadonlySignal<string>; stale: ReadonlySignal<boolean>
  /** The last text that held, or one that was just made of it by a value; what is replayed. */
  valid: ReadonlySignal<string | null>
  /** The text with the value that is under the finger while one is dragged; else null. */
  moved: ReadonlySignal<string | null>
  info: ReadonlySignal<Read | null>; changes: ReadonlySignal<readonly DraftChange[]>; variables: ReadonlySignal<number>; reason: Signal<string>
  state: ReadonlySignal<Kept>; at: ReadonlySignal<number>; problem: ReadonlySignal<Problem | null>; theirs: ReadonlySignal<Read | null>; live: ReadonlySignal<number>; other: ReadonlySignal<boolean>
  ready: ReadonlySignal<boolean>; gone: ReadonlySignal<boolean>; errors: () => number; keep: () => Promise<boolean>; move: (path: string, text: string | null) => void; set: (path: string, text: string) => void; from: () => number
  take: () => void; mine: () => Promise<void>; told: (findings: Finding[]) => void; tag: () => string | null; tagged: (next: string) => void; seen: () => void; close: () => void; dispose: () => void
}

interface Store { read: () => Promise<Full<Read>>; write: (source: string, tag: string | null, last?: boolean) => Promise<Full<Wrote>>; set: ((set: Set, tag: string | null) => Promise<Full<Wrote>>) | null }

/** The text with another value at that path; null: nothing stands there. */
function withLeaf(of: string, path: string, text: string): string | null {
  const leaf = leavesOf(of).find(one => one.path === path)
  return leaf ? of.slice(0, leaf.from) + text + of.slice(leaf.to) : null
}

const match = (tag: string | null) => tag !== null ? { ifMatch: tag } : {}

function storeOf(id: string): Store {
  const path = { id }
  const keepalive = (source: string, last: boolean | undefined) => last === true && source.length < 60000
  if (id === THE_ONE) return { read: () => callFull('getDraft'), write: (source, tag, last) => callFull('keepDraft', { body: { source }, keepalive: keepalive(source, last), ...match(tag) }), set: null }
  return {
    read: () => callFull('getOneDraft', { path }),
    write: (source, tag, last) => callFull('putDraft', { path, body: { source }, keepalive: keepalive(source, last), ...match(tag) }),
    set: ({ path: at, value }, tag) => callFull('setInDraft', { path, body: { path: at, value }, ...match(tag) }),
  }
}

async function readChanges(id: string, source: string): Promise<{ variables: number; items: readonly DraftChange[] } | Problem> {
  if (id !== THE_ONE) return tried(() => call('draftChanges', { path: { id } }))
  const a = boot.me?.policy ?? 0
  if (a === 0) return { variables: 0, items: [] }
  const diff = await tried(() => call('diffPolicy', { body: { a, b_source: source } }))
  if (diff instanceof Problem) return diff
  return { variables: diff.variables, items: diff.changes.map(({ path, before, after, variable }) => ({ path, before, after, kind: before === '' ? 'added' as const : after === '' ? 'removed' as const : 'changed' as const, ...(variable && { variable: path }), words: '' })) }
}

export function makeEditor(id: string): Editor {
  const store = storeOf(id)
  const source = signal('')
  const findings = signal<Finding[]>([])
  const sections = signal<readonly Section[]>([])
  const said = signal('')
  const valid = signal<string | null>(null)
  const moved = signal<string | null>(null)
  const info = signal<Read | null>(null)
  const changes = signal<readonly DraftChange[]>([])
  const variables = signal(0)
  const reason = signal('')
  const [stale, ready, other, gone] = [signal(false), signal(false), signal(false), signal(false)]
  const state = signal<Kept>('same')
  const at = signal(0)
  const problem = signal<Problem | null>(null)
  const theirs = signal<Read | null>(null)
  const live = signal(boot.me?.policy ?? 0)
  let base = ''
  let tag: string | null = null
  let explaining: ReturnType<typeof setTimeout> | undefined
  let keeping: ReturnType<typeof setTimeout> | undefined
  let asked = 0
  let explained = '' // or about to be
  let hurry = false
  let closed = false // published, divided or thrown away: nothing is kept any more
  let running: Promise<boolean> | null = null
  let held: string | null = null // the last text that was found to hold

  const explain = async () => {
    const own = asked += 1
    const text = source.value
    const answer = await tried(() => call('explainSource', { body: { source: text } }))
    if (own !== asked || answer instanceof Problem) return
    findings.value = answer.findings
    stale.value = answer.findings.some(one => one.severity === 'error') || answer.sections.length === 0
    if (stale.value) {
      valid.value = held
      return
    }
    batch(() => {
      sections.value = answer.sections
      said.value = text
      valid.value = held = text
    })
    compared()
  }
  const compare = async () => {
    const text = base
    const found = await readChanges(id, text)
    if (found instanceof Problem || text !== base) return
    changes.value = found.items
    variables.value = found.variables
  }
  // A text that does not hold is compared with nothing.
  const compared = () => { if (valid.peek() === base) void compare() }
  const failed = async (answer: Problem): Promise<false> => {
    state.value = answer.kind === 'changed' ? 'theirs' : 'failed'
    if (answer.kind === 'changed') {
      const draft = await tried(store.read)
      if (!(draft instanceof Problem)) theirs.value = draft.body
    }
    return false
  }
  const put = async (set?: Set & { of: string }): Promise<boolean> => {
    const text = source.value
    if (text === base || closed) return true
    state.value = 'keeping'
    const single = set !== undefined && store.set !== null && set.of === base
    const answer = await tried(() => single ? store.set!(set, tag) : store.write(text, tag))
    if (answer instanceof Problem && single && answer.kind === 'invalid') return put()
    problem.value = answer instanceof Problem ? answer : null
    if (answer instanceof Problem) return failed(answer)
    tag = answer.etag ?? `"${answer.body.tag}"`
    base = answer.body.source ?? text
    if (source.value === text) source.value = base
    at.value = serverNow()
    state.value = source.value === base ? 'kept' : 'typed'
    compared()
    return source.value === base || put()
  }
  const keep = async (set?: Set & { of: string }): Promise<boolean> => {
    clearTimeout(keeping)
    if (theirs.value) return false
    while (running) await running
    running = put(set)
    try {
      return await running
    } finally {
      running = null
    }
  }
  const read = async () => {
    const draft = await tried(store.read)
    if (draft instanceof Problem) {
      gone.value = draft.kind === 'not-found' && id !== THE_ONE
      if (draft.kind !== 'not-found') problem.value = draft
    } else {
      info.value = draft.body
      reason.value = draft.body.reason ?? ''
      source.value = base = explained = draft.body.source
      tag = draft.etag ?? (draft.body.tag === undefined ? null : `"${draft.body.tag}"`)
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
    explaining = setTimeout(() => void explain(), hurry ? 0 : EXPLAIN_MS)
    hurry = false
    clearTimeout(keeping)
    if (state.peek() !== 'theirs') state.value = text === base ? 'kept' : 'typed'
    if (!theirs.peek() && text !== base) keeping = setTimeout(() => void keep(), KEEP_MS)
  })
  const off = on('policy.*', event => {
    const number = Number((event.body as { version?: unknown }).version)
    if (number > 0) live.value = number
    if (number > 0 && event.actor !== boot.me?.actor) other.value = true
  })
  const leave = () => { if (!closed && source.value !== base && !theirs.value) void store.write(source.value, tag, true).catch(() => {}) }
  addEventListener('pagehide', leave)
  void read()
  const settle = (draft: Read) => { tag = draft.tag === undefined ? null : `"${draft.tag}"` }
  return {
    id, source, findings, sections, said, stale, valid, moved, info, changes, variables, reason, state, at, problem, theirs, live, other, ready, gone, keep: () => keep(),
    errors: () => findings.value.filter(one => one.severity === 'error').length,
    from: () => info.value?.from ?? (boot.me?.policy ?? 0),
    move: (path, text) => {
      const of = source.peek()
      const next = text === null ? null : withLeaf(of, path, text)
      moved.value = held === of && next !== of ? next : null
    },
    set: (path, text) => batch(() => {
      const of = source.peek()
      const next = withLeaf(of, path, text)
      moved.value = null
      if (next === null || next === of) return
      hurry = true
      source.value = next
      if (held === of) valid.value = next // replayed while it is explained: a value in its place nearly always holds
      void keep({ path, value: text, of })
    }),
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
    tagged: next => { tag = `"${next}"` },
    seen: () => { other.value = false },
    close: () => { closed = true },
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
