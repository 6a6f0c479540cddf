// Looking something up from the panel: one key, a field over the panel, what fits the case's cause first; Enter reads, Esc leads back
// to the search and then to where one was. A case's work stays as it is behind it.
import { signal, useSignal, type Signal } from '@preact/signals'
import { useEffect, useId, useMemo, useRef } from 'preact/hooks'
import type { Page } from '../lib/api-types.ts'
import { call } from '../lib/api.ts'
import { common, lang, useT } from '../lib/i18n.ts'
import { shortcut, shown, useKeys } from '../lib/keys.ts'
import { resource, useResource } from '../lib/resource.ts'
import { at, when } from '../lib/time.ts'
import { Icon, Skeleton } from '../ui/index.ts'
import { FoundNote, FoundPage, useFound } from './find.tsx'
import { PageText } from './Text.tsx'

export interface LookProps { reason: string }

export function Look({ reason }: LookProps) {
  const t = useT('pages')
  const open = useSignal(false)
  useKeys([{ id: 'panel.pages', keys: 'i', name: t('pages.open'), run: () => { open.value = true } }])
  const keys = shown('panel.pages')
  return <><button type="button" class="btn quiet xs" aria-label={t('pages.open')} aria-keyshortcuts={shortcut('panel.pages')} title={keys === '' ? t('pages.open') : `${t('pages.open')} (${keys})`} onClick={() => { open.value = true }}><Icon name="search" /></button>
    {open.value && <Opened reason={reason} open={open} />}</>
}

function useModal(open: Signal<boolean>) {
  const box = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    const element = box.current!
    const before = document.activeElement as HTMLElement | null
    element.showModal()
    return () => {
      element.close()
      if (before?.isConnected) before.focus()
    }
  }, [open])
  return box
}

function Opened({ reason, open }: { reason: string; open: Signal<boolean> }) {
  const t = useT('pages')
  const box = useModal(open)
  const q = useMemo(() => signal(''), [])
  const way = useSignal<string[]>([]) // pages that were read, the one in sight last
  const slug = way.value.at(-1)
  const back = () => { if (way.value.length > 0) way.value = []; else open.value = false }
  const leave = (event: Event) => { event.preventDefault(); back() }
  const outside = (event: MouseEvent) => { if (event.target === box.current) open.value = false }
  const found = useFound(q, reason)
  return <dialog ref={box} class="pal pgs" aria-label={t('pages.open')} onCancel={leave} onMouseDown={outside}>
    {slug === undefined ? <Search q={q} found={found.value} read={next => { way.value = [next] }} /> : <Reading key={slug} slug={slug} back={back} open={next => { way.value = [...way.value, next] }} />}
  </dialog>
}

function Search({ q, found, read }: { q: Signal<string>; found: ReturnType<typeof useFound>['value']; read: (slug: string) => void }) {
  const t = useT('pages')
  const id = useId()
  const at = useSignal(0)
  const field = useRef<HTMLInputElement>(null)
  const items = found.list?.items ?? []
  const current = Math.min(at.value, items.length - 1)
  useEffect(() => field.current?.focus(), [])
  useEffect(() => field.current?.closest('dialog')?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' }), [current])
  const key = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (step !== 0 && items.length > 0) at.value = (current + step + items.length) % items.length
    else if (event.key === 'Enter' && items[current] && !event.isComposing) read(items[current].slug)
    else return
    event.preventDefault()
  }
  return <>
    <div class="qi"><Icon name="search" /><input ref={field} role="combobox" aria-label={t('pages.open')} aria-expanded="true" aria-controls={`${id}-l`} aria-autocomplete="list" autocomplete="off" spellcheck={false} maxLength={400}
      aria-activedescendant={items.length > 0 ? `${id}-${current}` : undefined} placeholder={t('pages.hint')} value={q.value} onInput={event => { q.value = event.currentTarget.value; at.value = 0 }} onKeyDown={key} /></div>
    <FoundNote found={found} asked={q.value.trim() !== ''} />
    <ul id={`${id}-l`} role="listbox" aria-label={t('pages.all')}>{items.map((page, i) => <li key={page.slug} id={`${id}-${i}`} role="option" aria-selected={i === current} onMouseMove={() => { at.value = i }} onClick={() => read(page.slug)}><FoundPage page={page} /></li>)}</ul>
    <div class="ft" aria-hidden="true"><span>↑↓ {common('common.palette.choose')}</span><span>↵ {common('common.palette.open')}</span><span>Esc {common('common.close')}</span></div>
  </>
}

function Reading({ slug, back, open }: { slug: string; back: () => void; open: (slug: string) => void }) {
  const t = useT('pages')
  const read = useResource(() => resource<Page>(abort => call('getPage', { path: { slug }, signal: abort })), [slug])
  const page = read.data.value
  const head = useRef<HTMLButtonElement>(null)
  useEffect(() => head.current?.focus(), [])
  return <>
    <div class="pg-h"><button ref={head} type="button" class="btn quiet xs" aria-label={t('pages.back')} title={t('pages.back')} onClick={back}><Icon name="back" /></button><h2 class="grow t16">{page?.title ?? ''}</h2></div>
    <div class="pg-r" tabIndex={0} role="region" aria-label={page?.title ?? t('pages.all')}>{page ? <><PageText title={page.title} body={page.body} open={open} /><p class="t12 f">{t('pages.by', { n: page.version, when: when(at(page.at), lang.value) })}</p></>
      : read.problem.value ? <p class="none">{t('pages.lost')}</p> : read.slow.value && <Skeleton rows={['w60', 'w80', 'h44']} />}</div>
  </>
}
