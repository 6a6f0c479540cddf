/* Escalated, not moving: nobody's first, then by days over the promise. One line to the owner, or another owner. */
import { signal, type Signal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import { Button, Dialog, Field, forget, Icon, Note, Skeleton, Tag, TextArea } from '../../ui/index.ts'
import { call, callFull, Problem } from '../../lib/api.ts'
import { boot } from '../../lib/boot.ts'
import { useT } from '../../lib/i18n.ts'
import type { Case, Name } from '../../lib/model.ts'
import { Link } from '../../lib/router.ts'
import { resource, useResource } from '../../lib/resource.ts'
import { send } from '../../lib/outbox.ts'
import { wait } from '../../lib/time.ts'
import { say } from './Answer.tsx'
import { PartFailed } from './Part.tsx'
import { calledBy, dayText } from './words.ts'

const linesMost = 6
const rowsMost = 100

export function Stale() {
  const t = useT('desk')
  const stale = useResource(() => resource<Case[]>(async (abort) => (await call('listCases', { query: { stale: true, limit: rowsMost }, signal: abort })).items, { kinds: ['case.*'], quiet: 500 }), [])
  const all = useMemo(() => signal(false), [])
  const tell = useMemo(() => signal<Case | null>(null), [])
  const hand = useMemo(() => signal<Case | null>(null), [])
  const cases = stale.data.value
  const shown = cases === undefined ? [] : all.value ? cases : cases.slice(0, linesMost)
  return <section class="card" aria-labelledby="stale">
    <div class="hd"><h2 id="stale">{t('desk.stale.title')}</h2>{cases !== undefined && cases.length > 0 && <Tag tone="warn">{cases.length}</Tag>}</div>
    {stale.problem.value !== null && cases === undefined && <div class="pad-s"><PartFailed problem={stale.problem.value} again={stale.refresh} /></div>}
    {cases === undefined && stale.slow.value && <div class="pad-s"><Skeleton rows={['w80', 'w60', 'w80', 'w60']} /></div>}
    {cases !== undefined && cases.length === 0 && <p class="pad-s t13 m">{t('desk.stale.none')}</p>}
    {shown.map((one) => <StaleLine key={one.id} one={one} tell={() => { tell.value = one }} hand={() => { hand.value = one }} />)}
    {cases !== undefined && cases.length > linesMost && !all.value && <div class="pad-s"><Button size="sm" kind="quiet" wide onClick={() => { all.value = true }}>{t('desk.stale.all', { n: cases.length - linesMost })}</Button></div>}
    {tell.value !== null && <Tell one={tell.value} close={() => { tell.value = null }} />}
    {hand.value !== null && <Hand one={hand.value} close={() => { hand.value = null }} done={() => void stale.refresh()} />}
  </section>
}

function StaleLine({ one, tell, hand }: { one: Case; tell: () => void; hand: () => void }) {
  const t = useT('desk')
  const owner = one.owner_name ?? one.owner
  const who = owner ?? t('desk.stale.nobody')
  const says = one.promise !== undefined ? t('desk.stale.promised', { who, day: dayText(one.promise) }) : t('desk.stale.moved', { who, day: dayText(one.moved ?? one.opened) })
  const days = one.over_days ?? 0
  return <div class="st">
    <div class="ell"><Link to={`/panel?case=${encodeURIComponent(one.id)}`}>{one.subject ?? `#${one.id}`}</Link>{one.subject !== undefined && <small> #{one.id}</small>}</div>
    <span class={days >= 7 ? 'days warn-t' : 'days'}>{t('desk.stale.days', { n: days })}</span>
    <small class="ell">{says}</small>
    {owner === undefined
      ? <Button size="xs" aria-label={t('desk.stale.give.long', { id: one.id })} onClick={hand}>{t('desk.stale.give')}</Button>
      : <span class="row g2 acts">
        {boot.me?.rights['CHANGE_CASES'] !== 'own' && <Button size="xs" kind="quiet" aria-label={t('desk.stale.give.long', { id: one.id })} onClick={hand}>{t('desk.stale.give')}</Button>}
        <Button size="xs" aria-label={t('desk.stale.tell', { name: owner, id: one.id })} onClick={tell}><Icon name="chat" small />{calledBy(owner)}</Button>
      </span>}
  </div>
}

function Tell({ one, close }: { one: Case; close: () => void }) {
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

function Hand({ one, close, done }: { one: Case; close: () => void; done: () => void }) {
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
