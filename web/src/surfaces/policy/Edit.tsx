// The draft: its text on the left, what it says in sentences on the right, and the way to live beside both.
import { useSignal, type Signal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import { boot } from '../../lib/boot.ts'
import { announce } from '../../lib/dom.ts'
import { lang, useT } from '../../lib/i18n.ts'
import { useKeys } from '../../lib/keys.ts'
import { Link } from '../../lib/router.ts'
import { at, when } from '../../lib/time.ts'
import { may } from '../../shell/rights.ts'
import { Button, CodeArea, Empty, Icon, Note, Skeleton, Tag } from '../../ui/index.ts'
import { Changes } from './Changes.tsx'
import { makeEditor, type Editor } from './draft.ts'
import { fixed, fixOf } from './fix.ts'
import { Publish } from './Publish.tsx'
import { ruleAt, Sentences } from './Sentences.tsx'
import { Told } from './told.tsx'

export function Edit() {
  const t = useT('policy')
  if (!may('CHANGE_POLICY', 'all')) return <section class="card"><Empty title={t('policy.edit.other')}><Link class="btn" to="/policy">{t('policy.edit.leave')}</Link></Empty></section>
  return <Editing />
}

function Editing() {
  const t = useT('policy')
  const editor = useMemo(makeEditor, [])
  useEffect(() => () => editor.dispose(), [editor])
  const goTo = useSignal<number | null>(null)
  const current = useSignal<string | null>(null)
  const publish = useSignal(false)
  const compare = useSignal(false)
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
  if (!editor.ready.value) return <Skeleton rows={['w40', 'h44', 'w80', 'w60', 'h44']} />
  return <div class="sd ed">
    <div class="sd-c">
      {editor.theirs.value && <Theirs editor={editor} compare={compare} />}
      {editor.other.value && <Note kind="ask" icon="info" live>{t('policy.edit.published', { n: editor.live.value })} <Button size="sm" onClick={() => { compare.value = !compare.value }}>{t('policy.edit.compare')}</Button> <Button size="sm" kind="quiet" onClick={editor.seen}>{t('common.close')}</Button></Note>}
      {compare.value && <div class="card pad"><Changes body={editor.theirs.value ? { a_source: editor.theirs.value.source, b_source: editor.source.peek() } : { b_source: editor.source.peek() }} /></div>}
      <div class="card two">
        <div><div class="pane-h"><h2 id="ed-text">{t('policy.text')}</h2><span class="sp" />{editor.errors() > 0 && <Tag tone="bad">{t('policy.tofix', { n: editor.errors() })}</Tag>}</div>
          <CodeArea value={editor.source} findings={editor.findings.value} label={t('policy.text')} goTo={goTo} onLine={line => { current.value = ruleAt(editor.sections.value, line) }} />
          <Fixes editor={editor} goTo={goTo} /></div>
        <div><div class="pane-h"><h2 id="ed-words">{t('policy.words')}</h2></div>
          {editor.stale.value && <div class="pad-s"><Note kind="warn" icon="info">{t(editor.sections.value.length > 0 ? 'policy.stale' : 'policy.stale.none')}</Note></div>}
          <div class="pane" tabIndex={0} role="region" aria-labelledby="ed-words" data-scrolls><Sentences sections={editor.sections.value} current={current.value} open={line => { goTo.value = line }} /></div></div>
      </div>
    </div>
    <Way editor={editor} goTo={goTo} look={look} />
    {publish.value && <Publish open={publish} editor={editor} />}
  </div>
}

function Theirs({ editor, compare }: { editor: Editor; compare: Signal<boolean> }) {
  const t = useT('policy')
  const draft = editor.theirs.value
  if (!draft) return null
  const own = draft.who !== undefined && draft.who === boot.me?.person?.id // in another window
  return <Note kind="warn" icon="users" live>{t(own ? 'policy.theirs.own' : 'policy.theirs', { who: draft.who ?? '', at: draft.at ? when(at(draft.at), lang.value) : '' })}
    <div class="row wrap mt2"><Button size="sm" onClick={editor.take}>{t(own ? 'policy.theirs.own.take' : 'policy.theirs.take')}</Button><Button size="sm" onClick={() => void editor.mine()}>{t(own ? 'policy.theirs.own.mine' : 'policy.theirs.mine')}</Button>
      <Button size="sm" kind="quiet" aria-pressed={compare.value} onClick={() => { compare.value = !compare.value }}>{t('policy.theirs.both')}</Button></div></Note>
}

function Fixes({ editor, goTo }: { editor: Editor; goTo: Signal<number | null> }) {
  const t = useT('policy')
  const fixes = editor.findings.value.flatMap(finding => fixOf(editor.source.value, finding) ?? [])
  if (fixes.length === 0) return null
  return <div class="row wrap pad-s">{fixes.map((fix, i) => <Button key={i} size="sm" onClick={() => { editor.source.value = fixed(editor.source.value, fix); goTo.value = fix.line }}>
    <Icon name="bulb" small />{t('policy.fix', { n: fix.line, word: fix.word })}</Button>)}</div>
}

function Way({ editor, goTo, look }: { editor: Editor; goTo: Signal<number | null>; look: () => void }) {
  const t = useT('policy')
  const errors = editor.errors()
  const first = editor.findings.value.find(one => one.severity === 'error')
  const kept = editor.state.value
  return <aside class="sd-r" aria-label={t('policy.way')}>
    <h2>{t('policy.way')}</h2>
    <ol class="way">
      <li class={errors > 0 ? 'now' : 'done'}><div><h3>{t('policy.way.draft')}</h3>
        <p role="status">{kept === 'kept' || (kept === 'same' && editor.at.value > 0) ? t('policy.kept', { at: when(editor.at.value, lang.value) }) : t(`policy.state.${kept}`)}</p>
        {errors > 0 && <p><Button size="sm" onClick={() => { if (first?.line !== undefined) goTo.value = first.line }}>{first?.line === undefined ? t('policy.tofix', { n: errors }) : t('policy.way.line', { n: first.line })}</Button></p>}</div></li>
      <li><div><h3>{t('policy.way.publish')}</h3><p>{t('policy.way.text')}</p>
        <div class="mt4"><Button kind="pri" keyId="policy.publish" keyShown="mod+enter" onClick={look}>{t('policy.publish.open')}</Button></div></div></li>
    </ol>
    {editor.problem.value && kept === 'failed' && <Told problem={editor.problem.value} again={() => void editor.keep()} />}
  </aside>
}
