// A draft becomes the policy: what changes, a note, and only then. What the server finds is shown on its line.
import { signal, type Signal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import { call, Problem } from '../../lib/api.ts'
import { boot } from '../../lib/boot.ts'
import { announce } from '../../lib/dom.ts'
import { useT } from '../../lib/i18n.ts'
import { go } from '../../lib/router.ts'
import { Button, Check, Dialog, forget, Note, TextArea, toast } from '../../ui/index.ts'
import { Changes } from './Changes.tsx'
import type { Editor } from './draft.ts'
import { THE_ONE } from './one.ts'
import { Told, tried } from './told.tsx'
import { draftsChanged } from './Versions.tsx'

const DRAFT = 'policy-publish'

export function Publish({ open, editor }: { open: Signal<boolean>; editor: Editor }) {
  const t = useT('policy')
  const state = useMemo(() => ({ note: signal(''), fault: signal(''), why: signal(''), renames: signal(false), asks: signal(false), problem: signal<Problem | null>(null), busy: signal(false) }), [])
  const source = useMemo(() => editor.source.peek(), [])
  const live = boot.me?.policy ?? 0
  const own = editor.id !== THE_ONE
  const many = own && editor.variables.value > 1
  useEffect(() => { void editor.keep() }, [])
  const inline = (problem: Problem) => {
    editor.told(problem.findings)
    open.value = false
    announce(t('policy.publish.found', { n: problem.findings.length }), 'assertive')
  }
  const send = async () => {
    state.fault.value = live > 0 && state.note.value.trim() === '' ? t('policy.note.fault') : ''
    state.why.value = many && editor.reason.value.trim() === '' ? t('policy.reason.fault') : ''
    if (state.fault.value !== '' || state.why.value !== '') return
    state.busy.value = true
    const answer = await tried(async () => {
      if (!await editor.keep()) throw editor.problem.value ?? new Problem({ status: 412, detail: t('policy.publish.theirs') })
      const tag = editor.tag()
      const reason = editor.reason.value.trim()
      return call('publishPolicy', { body: { note: state.note.value.trim(), ...(own && { draft: editor.id }), ...(own && reason !== '' && { reason }), ...(state.renames.value && { renames: true }) }, ...(tag !== null && { ifMatch: tag }) })
    })
    state.busy.value = false
    if (!(answer instanceof Problem)) return done(answer.version)
    if (answer.findings.length > 0) return inline(answer)
    state.problem.value = answer
    if (answer.kind === 'conflict' && /live policy is that of/.test(answer.detail)) state.asks.value = true
  }
  const done = (version: number) => {
    forget(DRAFT)
    if (own) editor.close()
    draftsChanged()
    open.value = false
    if (boot.me) boot.me = { ...boot.me, policy: version }
    void tried(() => call('me')).then(me => { if (!(me instanceof Problem)) boot.me = me })
    toast({ says: t('policy.publish.done', { n: version }), for: 15000, ...(live > 0 && version !== live && { act: { name: t('policy.back.short'), run: () => void back(version) } }) })
    go('/policy')
  }
  const back = async (version: number) => {
    const answer = await tried(() => call('rollbackPolicy', { body: { version: live, note: t('policy.back.note', { n: version }) } }))
    toast({ says: answer instanceof Problem ? t('policy.back.not') : t('policy.back.done', { n: live }) })
  }
  const footer = <><Button kind="quiet" onClick={() => { open.value = false }}>{t('policy.stay')}</Button>
    <Button kind="pri" busy={state.busy.value ? t('policy.publish.busy') : undefined} onClick={() => void send()}>{t('policy.publish.do')}</Button></>
  return <Dialog open={open} title={t('policy.publish.title')} footer={footer} draft={DRAFT} wide>
    <TextArea name="note" label={t('policy.publish.note')} value={state.note} rows={2} fault={state.fault.value && state.note.value.trim() === '' ? state.fault.value : undefined} hint={t('policy.publish.hint')} />
    {many && <TextArea name="reason" label={t('policy.reason')} value={editor.reason} rows={2} fault={state.why.value && editor.reason.value.trim() === '' ? state.why.value : undefined} hint={t('policy.reason.hint')} />}
    {live > 0 && editor.errors() === 0 && <Changes body={{ a: live, b_source: source }} />}
    {editor.errors() > 0 && <Note kind="warn">{t('policy.publish.errors', { n: editor.errors() })}</Note>}
    {state.asks.value && <Check label={t('policy.publish.renames')} value={state.renames} />}
    {state.problem.value && <Told problem={state.problem.value} />}
  </Dialog>
}
