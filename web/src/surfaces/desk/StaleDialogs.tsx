/* What a lead does about a case that does not move: a line to its owner, or another owner. */
import { signal, type Signal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import { Button, Dialog, Field, forget, Note, TextArea } from '../../ui/index.ts'
import { call, callFull, Problem } from '../../lib/api.ts'
import { useT } from '../../lib/i18n.ts'
import type { Case, Name } from '../../lib/model.ts'
import { send } from '../../lib/outbox.ts'
import { wait } from '../../lib/time.ts'
import { say } from './Answer.tsx'
import { calledBy } from './words.ts'

export function Tell({ one, close }: { one: Case; close: () => void }) {
  const t = useT('desk')
  const open = useOpen(close)
  const words = useMemo(() => signal(''), [])
  const problem = useMemo(() => signal<Problem | null>(null), [])
  const busy = useMemo(() => signal(false), [])
  const name = one.owner_name ?? one.owner ?? ''
  const draft = `tell-${one.id}`
  const tell = async (): Promise<void> => {
    const note = words.value.trim()
    busy.value = true
    problem.value = null
    try {
      await send({ op: 'nudgeCase', path: { id: one.id }, body: note === '' ? {} : { note }, says: t('desk.tell.title', { name }) })
      forget(draft)
      open.value = false
      say(t('desk.tell.done', { name, id: one.id }))
    } catch (error) {
      problem.value = error instanceof Problem ? error : new Problem({})
    } finally {
      busy.value = false
    }
  }
  const said = problem.value === null ? null : problem.value.kind === 'too-many' ? t('desk.tell.soon', { name, time: wait((problem.value.retryAfter ?? 60) * 1000) }) : t('desk.did.not', { detail: problem.value.detail })
  const footer = <><Button kind="quiet" onClick={() => { open.value = false }}>{t('desk.way.back')}</Button>
    <Button kind="pri" busy={busy.value ? t('desk.do.sending') : undefined} onClick={() => void tell()}>{t('desk.tell.send', { name: calledBy(name) })}</Button></>
  return <Dialog open={open} title={t('desk.tell.title', { name })} onClose={close} draft={draft} footer={footer}>
    <p class="t13 m">{t('desk.tell.intro', { id: one.id, name: calledBy(name) })}</p>
    <TextArea label={t('desk.tell.line')} name="note" value={words} maxLength={2000} />
    {said !== null && <Note kind="warn" live>{said}</Note>}
  </Dialog>
}

/** A dialog that is there as long as its parent names what it is about. */
function useOpen(close: () => void): Signal<boolean> {
  const open = useMemo(() => signal(true), [])
  useEffect(() => open.subscribe((is) => {
    if (!is) {
      close()
    }
  }), [])
  return open
}

export function Hand({ one, close, done }: { one: Case; close: () => void; done: () => void }) {
  const t = useT('desk')
  const open = useOpen(close)
  const query = useMemo(() => signal(''), [])
  const found = useMemo(() => signal<Name[] | null>(null), [])
  const said = useMemo(() => signal<string | null>(null), [])
  const version = useMemo(() => ({ etag: null as string | null }), [])
  const text = query.value.trim()
  useEffect(() => {
    void callFull('getCase', { path: { id: one.id } }).then(({ etag }) => { version.etag = etag }, () => {})
  }, [one.id])
  useEffect(() => {
    if (text.length < 2) {
      found.value = null
      return
    }
    const abort = new AbortController()
    const timer = setTimeout(() => {
      call('names', { query: { q: text }, signal: abort.signal }).then((names) => { found.value = names.items.filter((name) => name.active && name.id !== one.owner) }, (error: unknown) => {
        if (!abort.signal.aborted) {
          said.value = t('desk.did.not', { detail: error instanceof Problem ? error.detail : '' })
        }
      })
    }, 150)
    return () => {
      clearTimeout(timer)
      abort.abort()
    }
  }, [text])
  const give = async (to: Name): Promise<void> => {
    said.value = null
    try {
      await call('changeCase', { path: { id: one.id }, body: { owner: to.id }, ...(version.etag === null ? {} : { ifMatch: version.etag }) })
      open.value = false
      say(t('desk.hand.done', { name: to.name ?? to.id, id: one.id }))
      done()
    } catch (error) {
      const problem = error instanceof Problem ? error : new Problem({})
      said.value = problem.kind === 'changed' || problem.kind === 'conflict' ? t('desk.hand.first', { id: one.id }) : t('desk.did.not', { detail: problem.detail })
      version.etag = await callFull('getCase', { path: { id: one.id } }).then(({ etag }) => etag, () => null)
    }
  }
  return <Dialog open={open} title={t('desk.hand.title', { id: one.id })} onClose={close} footer={<Button kind="quiet" onClick={() => { open.value = false }}>{t('desk.way.back')}</Button>}>
    <Field label={t('desk.hand.find')} hint={t('desk.hand.hint')} value={query} autocomplete="off" />
    <p class="vh" role="status">{found.value === null ? '' : t('desk.hand.found', { n: found.value.length })}</p>
    {found.value !== null && found.value.length === 0 && <p class="t13 m">{t('desk.hand.none')}</p>}
    {found.value !== null && found.value.length > 0 && <ul class="picks">{found.value.map((name) => <li key={name.id}>
      <button type="button" class="pick" onClick={() => void give(name)}><span class="ell">{name.name ?? name.id}</span><span class="f t12 ell">{name.team_name ?? name.id}</span></button>
    </li>)}</ul>}
    {said.value !== null && <Note kind="bad" live>{said.value}</Note>}
  </Dialog>
}
