// A reference page as it is read: safe Markdown block by block, headings to jump to, and each paragraph to copy for the customer.
import { useSignal } from '@preact/signals'
import { useMemo, useRef } from 'preact/hooks'
import { copy } from '../lib/dom.ts'
import { useT } from '../lib/i18n.ts'
import { markdown, type Kid, type Node } from '../lib/markup.ts'
import { Icon, Kids } from '../ui/index.ts'
import { linked, slugOf } from './links.ts'

const HEADS = new Set(['h3', 'h4', 'h5'])
const SAID = new Set(['p', 'ul', 'ol', 'blockquote'])

const words = (kid: Kid): string => typeof kid === 'string' ? kid : kid.tag === 'br' ? '\n' : kid.kids.map(words).join('')

/** A block as a customer would get it: items in lines. */
export function said(block: Node): string {
  return block.tag === 'ul' || block.tag === 'ol' ? block.kids.map((item, i) => `${block.tag === 'ol' ? `${i + 1}.` : '-'} ${words(item)}`).join('\n') : words(block)
}

// Headings as steps of one each, below the page's title, however its author counted.
function stepped(blocks: readonly Node[]): Node[] {
  let last = 2
  return blocks.map(block => {
    if (!HEADS.has(block.tag)) return block
    last = Math.min(Number(block.tag[1]), last + 1)
    return { ...block, tag: `h${last}` as Node['tag'] }
  })
}

/** open: another page, when a link leads there. */
export function PageText({ title, body, open }: { title: string; body: string; open: (slug: string) => void }) {
  const t = useT('pages')
  const box = useRef<HTMLDivElement>(null)
  const blocks = useMemo(() => stepped(markdown(linked(body)).filter((block, i) => i > 0 || !HEADS.has(block.tag) || words(block) !== title)), [title, body])
  const heads = blocks.flatMap((block, i) => HEADS.has(block.tag) ? [{ i, text: words(block) }] : [])
  const follow = (event: MouseEvent) => {
    const to = event.target instanceof Element ? slugOf(event.target.closest('a')?.getAttribute('href') ?? '') : null
    if (to === null || event.ctrlKey || event.metaKey || event.shiftKey) return
    event.preventDefault()
    open(to)
  }
  const jump = (i: number) => {
    const head = box.current?.querySelector<HTMLElement>(`[data-block="${i}"]`)
    head?.scrollIntoView({ block: 'start' })
    head?.focus({ preventScroll: true })
  }
  return <div class="md pg-t" ref={box} onClick={follow}>
    {heads.length > 1 && <nav class="pg-j" aria-label={t('pages.jump')}>{heads.map(head => <button type="button" class="btn quiet xs" key={head.i} onClick={() => jump(head.i)}>{head.text}</button>)}</nav>}
    {blocks.map((block, i) => <div class="pg-b" key={i} data-block={i} {...HEADS.has(block.tag) && { tabIndex: -1 }}><div class="grow"><Kids kids={[block]} /></div>{SAID.has(block.tag) && <Copy text={said(block)} />}</div>)}
  </div>
}

function Copy({ text }: { text: string }) {
  const t = useT('pages')
  const done = useSignal(false)
  const press = async () => { done.value = await copy(text) }
  return <span class="pg-c"><button type="button" class="btn quiet xs" aria-label={t('pages.copy')} title={t('pages.copy')} onClick={() => void press()}><Icon name={done.value ? 'check' : 'copy'} small /></button><span class="vh" role="status">{done.value ? t('pages.copied') : ''}</span></span>
}
