// Reference pages in Train: found and read by everybody, written by those who write courses, beside what people will see.
import { signal, useSignal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import type { Page } from '../../lib/api-types.ts'
import { call, Problem } from '../../lib/api.ts'
import { lang, useT } from '../../lib/i18n.ts'
import { resource, useResource } from '../../lib/resource.ts'
import { go, Link, place } from '../../lib/router.ts'
import { at, when } from '../../lib/time.ts'
import { may } from '../../shell/rights.ts'
import { Button, Empty, Field } from '../../ui/index.ts'
import { Data, submit } from '../people/form.tsx'
import { lazy } from '../policy/lazy.tsx'
import type { WriteProps } from './PagesWrite.tsx'
import { FoundNote, FoundPage, useFound } from '../../pages/find.tsx'
import { PAGES } from '../../pages/links.ts'
import { PageText } from '../../pages/Text.tsx'

const Write = lazy<WriteProps>(() => import('./PagesWrite.tsx').then(part => part.Write))

export const SLUG = /^[a-z0-9_-][a-z0-9._-]{0,99}$/
const to = (slug: string, how = '') => `${PAGES}${encodeURIComponent(slug)}${how}`
const writes = () => may('WRITE_COURSES', 'all')

export function Pages({ id }: { id: string }) {
  return id === '' ? <All /> : <One key={id} slug={id} />
}

function All() {
  const t = useT('pages')
  const q = useMemo(() => signal(place.peek().query.get('q') ?? ''), [])
  const found = useFound(q, '').value
  return <div class="pg-all col g6"><section class="card" aria-labelledby="pg-all"><div class="hd"><h2 id="pg-all">{t('pages.all')}</h2></div>
    <div class="pad-s"><Field label={t('pages.open')} value={q} type="search" placeholder={t('pages.hint')} autocomplete="off" maxLength={400} /></div>
    <div class="pad-s"><FoundNote found={found} asked={q.value.trim() !== ''} /></div>
    <nav class="pg-l" aria-labelledby="pg-all">{found.list?.items.map(page => <Link key={page.slug} to={to(page.slug)}><FoundPage page={page} /></Link>)}</nav></section>
    {writes() && <New />}</div>
}

function New() {
  const t = useT('pages')
  const name = useSignal('')
  const fault = useSignal(false)
  const begin = () => {
    fault.value = !SLUG.test(name.value.trim())
    if (!fault.value) go(to(name.value.trim(), '?edit=new'))
  }
  return <section class="card" aria-labelledby="pg-new"><div class="hd"><h2 id="pg-new">{t('pages.new')}</h2></div>
    <form class="pad row wrap" onSubmit={submit(begin)}><Field label={t('pages.name')} hint={t('pages.name.hint')} value={name} maxLength={100} autocomplete="off" fault={fault.value ? t('pages.name.bad') : undefined} /><Button type="submit">{t('pages.begin')}</Button></form></section>
}

/** The page; null: there is none. */
async function load(slug: string, abort: AbortSignal): Promise<Page | null> {
  try {
    return await call('getPage', { path: { slug }, signal: abort })
  } catch (problem) {
    if (problem instanceof Problem && problem.kind === 'not-found') return null
    throw problem
  }
}

function One({ slug }: { slug: string }) {
  const fresh = place.value.query.get('edit') === 'new'
  const read = useResource(() => resource(abort => fresh ? Promise.resolve(null) : load(slug, abort)), [slug, fresh])
  const edits = place.value.query.has('edit') && writes()
  return <Data of={read}>{page => edits ? <Write key={page?.version ?? 0} slug={slug} page={page} done={() => { if (fresh) go(to(slug, '?edit'), 'replace'); else void read.refresh() }} /> : page ? <Read page={page} /> : <Lost slug={slug} />}</Data>
}

function Lost({ slug }: { slug: string }) {
  const t = useT('pages')
  return <section class="card"><Empty title={t('pages.lost')}>{writes() && SLUG.test(slug) && <Link class="btn" to={to(slug, '?edit=new')}>{t('pages.begin')}</Link>}</Empty></section>
}

function Read({ page }: { page: Page }) {
  const t = useT('pages')
  useEffect(() => { document.querySelector('main')?.scrollTo({ top: 0 }) }, [])
  return <article class="card pg-all" aria-labelledby="pg-one" lang={page.language}><div class="hd"><h2 id="pg-one">{page.title}</h2><span class="sp" /><Link class="btn sm" to={PAGES.slice(0, -1)}>{t('pages.all')}</Link>{writes() && <Link class="btn sm" to={to(page.slug, '?edit')}>{t('pages.edit')}</Link>}</div>
    <div class="pad"><PageText title={page.title} body={page.body} open={slug => go(to(slug))} /><p class="t12 f" lang={lang.value}>{t('pages.by', { n: page.version, when: when(at(page.at), lang.value) })}</p></div></article>
}
