// A draft at work: its sentences with their values and its text, two views of one document; under them what it would have done in
// the past; beside them the way to live.
import { useSignal, type Signal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import { call, Problem } from '../../lib/api.ts'
import { boot } from '../../lib/boot.ts'
import { announce } from '../../lib/dom.ts'
import { lang, useT } from '../../lib/i18n.ts'
import { useKeys } from '../../lib/keys.ts'
import { go, Link } from '../../lib/router.ts'
import { at, when } from '../../lib/time.ts'
import { may } from '../../shell/rights.ts'
import { useTop } from '../../shell/top.ts'
import { Button, CodeArea, Dialog, Empty, Icon, Note, Skeleton, Tag, toast } from '../../ui/index.ts'
import { Changes } from './Changes.tsx'
import { Compare } from './Compare.tsx'
import { makeCurve, type Picked } from './sweep.ts'
import { makeEditor, type Editor } from './draft.ts'
import { THE_ONE } from './one.ts'
import { valuesOf } from './figures.ts'
import { fixed, fixOf } from './fix.ts'
import { Publish } from './Publish.tsx'
import { makeReplay } from './replay.ts'
import { Say } from './Say.tsx'
import { ruleAt } from './Sentences.tsx'
import { Told, tried } from './told.tsx'
import { leavesOf, linesOf, type Leaf } from './values.ts'
import { draftsChanged, Versions } from './Versions.tsx'
import { Way } from './Way.tsx'

export function Studio({ id }: { id: string }) {
  const t = useT('policy')
  if (!may('CHANGE_POLICY', 'all')) return <section class="card"><Empty title={t('policy.edit.other')}><Link class="btn" to="/policy">{t('policy.edit.leave')}</Link></Empty></section>
  return <Editing key={id} id={id} />
}

function Editing({ id }: { id: string }) {
  const t = useT('policy')
  const editor = useMemo(() => makeEditor(id), [])
  const replay = useMemo(() => makeReplay(editor), [])
  const picked = useSignal<Picked | null>(null) // the value that is being changed, or was last
  const curve = useMemo(() => makeCurve(editor, replay, picked), [])
  useEffect(() => () => {
    curve.dispose()
    replay.dispose()
    editor.dispose()
  }, [editor])
  useEffect(() => { if (editor.changes.value.length > 0) draftsChanged() }, [editor.changes.value]) // its title and how many they are stand in the list
  const goTo = useSignal<number | null>(null)
  const publish = useSignal(false)
  const discard = useSignal(false)
  // What can't be published yet leads to its line, in place of a question that comes to nothing.
  const look = () => {
    const first = editor.findings.value.find(one => one.severity === 'error')
    if (!first) {
      publish.value = true
      return
    }
    if (first.line !== undefined) goTo.value = first.line
    announce(`${t('policy.publish.errors', { n: editor.errors() })} ${first.message}`, 'assertive')
  }
  useKeys([{ id: 'policy.publish', keys: 'mod+enter', name: t('policy.publish.name'), always: true, run: look }])
  useTop(t('common.nav.policy'), <><Tag tone="ask">{t('policy.draft')}</Tag><span class="t13 m name">{editor.from() > 0 && t('policy.from', { n: editor.from() })}</span><Link class="btn sm quiet" to="/policy">{t('policy.edit.leave')}</Link></>)
  if (editor.gone.value) return <section class="card"><Empty title={t('policy.gone')}><Link class="btn" to="/policy">{t('policy.edit.leave')}</Link></Empty></section>
  if (!editor.ready.value) return <Skeleton rows={['w40', 'h44', 'w80', 'w60', 'h44']} />
  return <div class="sd ed">
    <Versions live={editor.live.value} here={id} />
    <div class="sd-c">
      <Meanwhile editor={editor} />
      <Document editor={editor} picked={picked} goTo={goTo} />
      <Compare editor={editor} replay={replay} curve={curve} />
    </div>
    <Way editor={editor} replay={replay} goTo={goTo} look={look} discard={id === THE_ONE ? null : discard} />
    {publish.value && <Publish open={publish} editor={editor} />}
    {discard.value && <Discard open={discard} editor={editor} />}
  </div>
}

// What others did while one was writing.
function Meanwhile({ editor }: { editor: Editor }) {
  const t = useT('policy')
  const compare = useSignal(false)
  return <>
    {editor.theirs.value && <Theirs editor={editor} compare={compare} />}
    {editor.other.value && <Note kind="ask" icon="info" live>{t('policy.edit.published', { n: editor.live.value })} <Button size="sm" onClick={() => { compare.value = !compare.value }}>{t('policy.edit.compare')}</Button> <Button size="sm" kind="quiet" onClick={editor.seen}>{t('common.close')}</Button></Note>}
    {compare.value && <div class="card pad"><Changes body={editor.theirs.value ? { a_source: editor.theirs.value.source, b_source: editor.source.peek() } : { b_source: editor.source.peek() }} /></div>}
  </>
}

function Theirs({ editor, compare }: { editor: Editor; compare: Signal<boolean> }) {
  const t = useT('policy')
  const draft = editor.theirs.value
  if (!draft) return null
  const own = draft.who !== undefined && draft.who === boot.me?.person?.id // in another window
  return <Note kind="warn" icon="users" live>{t(own ? 'policy.theirs.own' : 'policy.theirs', { who: draft.name ?? draft.who ?? '', at: draft.at ? when(at(draft.at), lang.value) : '' })}
    <div class="row wrap mt2"><Button size="sm" onClick={editor.take}>{t(own ? 'policy.theirs.own.take' : 'policy.theirs.take')}</Button><Button size="sm" onClick={() => void editor.mine()}>{t(own ? 'policy.theirs.own.mine' : 'policy.theirs.mine')}</Button>
      <Button size="sm" kind="quiet" aria-pressed={compare.value} onClick={() => { compare.value = !compare.value }}>{t('policy.theirs.both')}</Button></div></Note>
}

// What stands behind the lines of the text: what is to be mended there, and what a changed value was.
function notesOf(editor: Editor, leaves: readonly Leaf[], was: (before: string) => string): { line: number; text: string; tone: 'bad' | 'warn' | 'on' }[] {
  const found = new Map<number, { line: number; text: string; tone: 'bad' | 'warn' | 'on' }>()
  for (const change of editor.changes.value) {
    const leaf = leaves.find(one => one.path === change.path)
    if (leaf && change.kind === 'changed' && change.before) found.set(leaf.line, { line: leaf.line, text: was(valuesOf(change.before, leaf.text).before), tone: 'on' })
    else for (const line of linesOf(leaves, change.path)) found.set(line, { line, text: '', tone: 'on' })
  }
  for (const one of [...editor.findings.value].reverse()) if (one.line !== undefined) found.set(one.line, { line: one.line, text: one.message, tone: one.severity === 'error' ? 'bad' : 'warn' })
  return [...found.values()]
}

function Document({ editor, picked, goTo }: { editor: Editor; picked: Signal<Picked | null>; goTo: Signal<number | null> }) {
  const t = useT('policy')
  const current = useSignal<string | null>(null)
  const look = useSignal<number | null>(null)
  const leaves = useMemo(() => leavesOf(editor.source.value), [editor.source.value])
  const said = useMemo(() => leavesOf(editor.said.value), [editor.said.value]) // of the text that the sentences are of
  const notes = notesOf(editor, leaves, before => t('policy.value.note', { was: before }))
  return <div class="card two">
    <div><div class="pane-h"><h2 id="ed-words">{t('policy.words')}</h2><span class="sp" /><span class="f">{t('policy.n', { n: editor.variables.value })}</span></div>
      {editor.stale.value && <div class="pad-s"><Note kind="warn" icon="info">{t(editor.sections.value.length > 0 ? 'policy.stale' : 'policy.stale.none')}</Note></div>}
      <div class="pane" tabIndex={0} role="region" aria-labelledby="ed-words" data-scrolls><Say editor={editor} picked={picked} leaves={said} current={current.value} look={look} open={line => { goTo.value = line }} /></div></div>
    <div><div class="pane-h"><h2 id="ed-text">{t('policy.text')}</h2><span class="sp" />{editor.errors() > 0 && <Tag tone="bad">{t('policy.tofix', { n: editor.errors() })}</Tag>}</div>
      <CodeArea value={editor.source} findings={editor.findings.value} label={t('policy.text')} goTo={goTo} look={look} marked={[...notes.map(note => note.line), ...look.value === null ? [] : [look.value]]} onLine={line => { current.value = ruleAt(editor.sections.value, line) }} notes={notes} />
      <Fixes editor={editor} goTo={goTo} /></div>
  </div>
}

function Fixes({ editor, goTo }: { editor: Editor; goTo: Signal<number | null> }) {
  const t = useT('policy')
  const fixes = editor.findings.value.flatMap(finding => fixOf(editor.source.value, finding) ?? [])
  if (fixes.length === 0) return null
  return <div class="row wrap pad-s">{fixes.map((fix, i) => <Button key={i} size="sm" onClick={() => { editor.source.value = fixed(editor.source.value, fix); goTo.value = fix.line }}>
    <Icon name="bulb" small />{t('policy.fix', { n: fix.line, word: fix.word })}</Button>)}</div>
}

function Discard({ open, editor }: { open: Signal<boolean>; editor: Editor }) {
  const t = useT('policy')
  const problem = useSignal<Problem | null>(null)
  const drop = async () => {
    await editor.keep()
    const tag = editor.tag()
    const answer = await tried(() => call('removeDraft', { path: { id: editor.id }, ...(tag !== null && { ifMatch: tag }) }))
    problem.value = answer instanceof Problem ? answer : null
    if (answer instanceof Problem) return
    editor.close()
    draftsChanged()
    toast({ says: t('policy.discard.done') })
    go('/policy')
  }
  return <Dialog open={open} title={t('policy.discard.title')} footer={<><Button kind="quiet" onClick={() => { open.value = false }}>{t('policy.stay')}</Button><Button kind="pri" onClick={() => void drop()}>{t('policy.discard.do')}</Button></>}>
    <p class="t13">{t('policy.discard.text')}</p>
    {problem.value && <Told problem={problem.value} />}
  </Dialog>
}
