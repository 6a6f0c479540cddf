// Finding reference pages: asked while somebody types, what came last stays meanwhile; and one of what was found.
import { effect, signal, type ReadonlySignal, type Signal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import type { PageFound, PageList } from '../lib/api-types.ts'
import { call } from '../lib/api.ts'
import { useT } from '../lib/i18n.ts'
import { Tag } from '../ui/index.ts'

const REST_MS = 120
const SHOWN = 20

export interface Finding { list: PageList | null; failed: boolean }

/** What is found for what stands in the field; of an empty one, what fits the cause and the newest. */
export function useFound(q: Signal<string>, reason: string): ReadonlySignal<Finding> {
  const found = useMemo(() => signal<Finding>({ list: null, failed: false }), [])
  useEffect(() => {
    let own = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    const ask = (text: string) => {
      const { signal } = own
      void call('listPages', { query: { q: text, limit: SHOWN, ...reason !== '' && { reason } }, signal }).then(
        list => { found.value = { list, failed: false } },
        () => { if (!signal.aborted) found.value = { ...found.peek(), failed: true } })
    }
    const stop = effect(() => {
      const text = q.value.trim().slice(0, 400)
      own.abort()
      own = new AbortController()
      clearTimeout(timer)
      timer = setTimeout(() => ask(text), found.peek().list === null ? 0 : REST_MS)
    })
    return () => { stop(); clearTimeout(timer); own.abort() }
  }, [reason])
  return found
}

/** Its title, whether it fits, and the part that has the words. */
export function FoundPage({ page }: { page: PageFound }) {
  const t = useT('pages')
  return <span class="pg-f"><span class="row g3"><b class="grow">{page.title}</b>{page.language && <span class="t12 f">{page.language}</span>}{page.fits && <Tag tone="can">{t('pages.fits')}</Tag>}</span>
    <small class="m">{page.snippet.map((piece, i) => piece.marked ? <mark key={i}>{piece.text}</mark> : piece.text)}</small></span>
}

/** What stands above or in place of what was found. */
export function FoundNote({ found, asked }: { found: Finding; asked: boolean }) {
  const t = useT('pages')
  const says = found.failed ? t('pages.unread') : found.list?.items.length === 0 ? t(asked ? 'pages.none' : 'pages.none.yet') : found.list?.matched === 'any' ? t('pages.any') : ''
  return <p class={says === '' ? 'vh' : 'none'} role="status">{says}</p>
}
