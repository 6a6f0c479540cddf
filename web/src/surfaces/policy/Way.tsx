// The way to live: each step says where it stands in a sentence. Two things that change are offered as two drafts.
import { useSignal, type Signal } from '@preact/signals'
import { call, Problem } from '../../lib/api.ts'
import { lang, useT } from '../../lib/i18n.ts'
import type { DraftChange } from '../../lib/model.ts'
import { go } from '../../lib/router.ts'
import { clock, when } from '../../lib/time.ts'
import { Button, Icon, TextArea, toast } from '../../ui/index.ts'
import type { Editor } from './draft.ts'
import { THE_ONE } from './one.ts'
import { asChange, moneyChange, shortPath, signed, valuesOf } from './figures.ts'
import type { Replaying } from './replay.ts'
import { ShadowStep } from './Shadow.tsx'
import { Told, tried } from './told.tsx'
import { TrialStep } from './TrialStep.tsx'
import { draftsChanged } from './Versions.tsx'

interface Props { editor: Editor; replay: Replaying; goTo: Signal<number | null>; look: () => void; discard: Signal<boolean> | null }

export function Way({ editor, replay, goTo, look, discard }: Props) {
  const t = useT('policy')
  const many = editor.id !== THE_ONE && editor.variables.value > 1
  const ready = editor.errors() === 0 && editor.variables.value > 0 && (!many || editor.reason.value.trim() !== '')
  return <aside class="sd-r" aria-label={t('policy.way')}>
    <h2>{t('policy.way')}</h2>
    <ol class="way">
      <DraftStep editor={editor} goTo={goTo} discard={discard} />
      <ReplayStep editor={editor} replay={replay} />
      {many && <OneStep editor={editor} replay={replay} />}
      <ShadowStep editor={editor} />
      <TrialStep editor={editor} many={many} />
      <li class={ready ? 'now' : undefined}><div><h3>{t('policy.way.publish')}</h3><p>{t('policy.way.text')}</p>
        <div class="mt4"><Button kind="pri" keyId="policy.publish" keyShown="mod+enter" onClick={look}>{t('policy.publish.open')}</Button></div></div></li>
    </ol>
    {editor.problem.value && editor.state.value === 'failed' && <Told problem={editor.problem.value} again={() => void editor.keep()} />}
  </aside>
}

function DraftStep({ editor, goTo, discard }: Pick<Props, 'editor' | 'goTo' | 'discard'>) {
  const t = useT('policy')
  const errors = editor.errors()
  const first = editor.findings.value.find(one => one.severity === 'error')
  const kept = editor.state.value
  return <li class={errors > 0 ? 'now' : editor.variables.value > 0 ? 'done' : 'now'}><div><h3>{t('policy.way.draft')}</h3>
    <p>{t('policy.way.n', { n: editor.variables.value })} {errors > 0 && <span class="bad-t">{first?.line === undefined ? t('policy.tofix', { n: errors }) : t('policy.way.fix', { n: first.line })}</span>}</p>
    <p role="status">{kept === 'kept' || (kept === 'same' && editor.at.value > 0) ? t('policy.kept', { at: when(editor.at.value, lang.value) }) : t(`policy.state.${kept}`)}</p>
    {errors > 0 && first?.line !== undefined && <p><Button size="sm" onClick={() => { goTo.value = first.line! }}>{t('policy.way.line', { n: first.line })}</Button></p>}
    {discard && <Button size="sm" kind="quiet" class="drop" onClick={() => { discard.value = true }}>{t('policy.discard')}</Button>}</div></li>
}

function ReplayStep({ editor, replay }: { editor: Editor; replay: Replaying }) {
  const t = useT('policy')
  const is = replay.answer.value
  const says = () => {
    if (replay.reading.value !== null) return t('policy.replay.reading')
    if (!is) return t(replay.problem.value ? 'policy.way.replay.not' : 'policy.way.replay.none')
    if (is.requests === 0) return t('policy.replay.empty')
    const less = is.less > 0 ? t('policy.way.less', { n: is.less }) : t('policy.way.nobody')
    return t('policy.way.replay.says', { more: is.more, less, sum: moneyChange(is.before.cost, is.after.cost) })
  }
  return <li class={is && !editor.stale.value ? 'done' : undefined}><div><h3>{t('policy.way.replay')}</h3>
    <p>{says()} {is && editor.stale.value && <span>{t('policy.way.replay.before', { at: clock(replay.at.value, lang.value) })}</span>}</p></div></li>
}

/** The changes of a draft, those that belong together as one. */
export function together(changes: readonly DraftChange[]): { variable: string; items: DraftChange[] }[] {
  const found = new Map<string, DraftChange[]>()
  for (const change of changes) if (change.variable !== undefined) found.set(change.variable, [...(found.get(change.variable) ?? []), change])
  return [...found].map(([variable, items]) => ({ variable, items }))
}

function OneStep({ editor, replay }: { editor: Editor; replay: Replaying }) {
  const t = useT('policy')
  const keeps = useSignal(editor.reason.peek() !== '')
  const problem = useSignal<Problem | null>(null)
  const busy = useSignal(false)
  const groups = together(editor.changes.value)
  const kept = editor.reason.value.trim() !== ''
  const split = async () => {
    busy.value = true
    const answer = await tried(async () => {
      await editor.keep()
      const tag = editor.tag()
      return call('splitDraft', { path: { id: editor.id }, body: {}, ...(tag !== null && { ifMatch: tag }) })
    })
    busy.value = false
    problem.value = answer instanceof Problem ? answer : null
    if (answer instanceof Problem) return
    editor.close()
    draftsChanged()
    toast({ says: t('policy.split.done', { n: answer.items.length }) })
    go(answer.items[0] ? `/policy/drafts/${answer.items[0].id}` : '/policy')
  }
  return <li class={kept ? 'done' : 'now'}><div><h3>{t('policy.way.one')}</h3><p>{t('policy.way.many', { n: groups.length })}</p>
    <ul class="chg">{groups.map(group => <Effect key={group.variable} {...group} replay={replay} />)}</ul>
    <div class="col g3"><Button kind="pri" size="sm" busy={busy.value ? t('policy.split.busy') : undefined} onClick={() => void split()}><Icon name="split" small />{t('policy.split.do', { n: groups.length })}</Button>
      {keeps.value ? <TextArea label={t('policy.reason')} value={editor.reason} rows={2} hint={t('policy.reason.hint')} onBlur={() => { void keepReason(editor) }} />
        : <Button kind="quiet" size="sm" onClick={() => { keeps.value = true }}>{t('policy.together')}</Button>}</div>
    {problem.value && <Told problem={problem.value} />}</div></li>
}

// It waits in the draft for whoever publishes it.
async function keepReason(editor: Editor): Promise<void> {
  await editor.keep()
  const tag = editor.tag()
  const answer = await tried(() => call('putDraft', { path: { id: editor.id }, body: { reason: editor.reason.value.trim() }, ...(tag !== null && { ifMatch: tag }) }))
  if (!(answer instanceof Problem)) editor.tagged(answer.tag)
}

const SHORT = 24 // letters of two values beside their name

function Effect({ variable, items, replay }: { variable: string; items: readonly DraftChange[]; replay: Replaying }) {
  const t = useT('policy')
  const first = items[0]!
  const own = replay.changes.value.find(one => one.variable === variable || one.path === first.path)
  const { before, after } = valuesOf(first.before, first.after)
  const short = before !== '' && after !== '' && before.length + after.length <= SHORT
  return <li class={short ? undefined : 'long'}><b lang="en">{shortPath(first.path)}</b>
    <span lang="en" class="ba">{short ? <>{before} → {after}</> : first.words}</span>
    {items.length > 1 && <span class="f">{t('policy.changes.more', { n: items.length - 1 })}</span>}
    {own?.cost !== undefined && <span class="f nums">{t('policy.way.more', { n: signed(own.more ?? 0) })}{own.less ? `, ${t('policy.way.less', { n: own.less })}` : ''} · {asChange(own.cost)}</span>}</li>
}
