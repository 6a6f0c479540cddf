// Writing a reference page: its head in fields, its text with its findings, and beside it what people will see.
import { computed, effect, signal, useSignal, type Signal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import type { CourseFinding, Page, PageNew } from '../../lib/api-types.ts'
import { call, Problem } from '../../lib/api.ts'
import { useT } from '../../lib/i18n.ts'
import { resource, useResource } from '../../lib/resource.ts'
import { go, Link } from '../../lib/router.ts'
import { stored } from '../../lib/store.ts'
import { Button, CodeArea, Field, Note, toast } from '../../ui/index.ts'
import { useSaving } from '../people/form.tsx'
import { Told } from '../policy/told.tsx'
import { findingsOf } from './files.ts'
import { PAGES } from '../../pages/links.ts'
import { PageText } from '../../pages/Text.tsx'

const REST_MS = 350

export interface WriteProps { slug: string; page: Page | null; done: () => void }

interface Form { title: Signal<string>; body: Signal<string>; language: Signal<string>; teams: Signal<string>; reasons: Signal<readonly string[]> }

const isKept = (x: unknown): x is PageNew | null => x === null || (typeof x === 'object' && typeof (x as PageNew).body === 'string' && typeof (x as PageNew).title === 'string')

const names = (text: string) => text.split(',').map(one => one.trim()).filter(one => one !== '')

function saidBy(form: Form): PageNew {
  return { title: form.title.value.trim(), body: form.body.value, reasons: [...form.reasons.value], teams: names(form.teams.value), ...form.language.value.trim() !== '' && { language: form.language.value.trim() } }
}

function useForm(slug: string, page: Page | null) {
  return useMemo(() => {
    const kept = stored<PageNew | null>(`page:${slug}`, null, isKept)
    const from: PageNew = kept.peek() ?? page ?? { title: '', body: '' }
    const form: Form = { title: signal(from.title), body: signal(from.body), language: signal(from.language ?? ''), teams: signal((from.teams ?? []).join(', ')), reasons: signal(from.reasons ?? []) }
    const before = JSON.stringify(page && { title: page.title, body: page.body, reasons: page.reasons, teams: page.teams, ...page.language && { language: page.language } })
    return { kept, form, said: computed(() => saidBy(form)), changed: computed(() => JSON.stringify(saidBy(form)) !== before) }
  }, [])
}

/** What is found in it, asked when the fingers rest. */
function useFindings(slug: string, said: { value: PageNew }): Signal<readonly CourseFinding[]> {
  const is = useMemo(() => signal<readonly CourseFinding[]>([]), [])
  useEffect(() => {
    let own = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    const stop = effect(() => {
      const body = { ...said.value, slug }
      own.abort()
      own = new AbortController()
      clearTimeout(timer)
      const { signal } = own
      timer = setTimeout(() => void call('checkPage', { body, signal }).then(found => { is.value = found.findings }, () => {}), REST_MS)
    })
    return () => { stop(); clearTimeout(timer); own.abort() }
  }, [])
  return is
}

export function Write({ slug, page, done }: WriteProps) {
  const t = useT('pages')
  const { kept, form, said, changed } = useForm(slug, page)
  const findings = useFindings(slug, said)
  const goTo = useMemo(() => signal<number | null>(null), [])
  useEffect(() => effect(() => { kept.value = changed.value ? said.value : null }), [])
  const open = (to: string) => go(`${PAGES}${encodeURIComponent(to)}`)
  return <div class="tr-ed pg-ed">
    <section class="card" aria-labelledby="pg-head"><div class="hd"><h2 id="pg-head">{slug}</h2><span class="sp" /><Link class="btn sm" to={`${PAGES}${page ? encodeURIComponent(slug) : ''}`.replace(/\/$/, '')}>{page ? page.title : t('pages.all')}</Link></div>
      <div class="pad col g5"><Field label={t('pages.title')} value={form.title} maxLength={200} autocomplete="off" /><Causes chosen={form.reasons} />
        <Field label={t('pages.language')} hint={t('pages.language.hint')} value={form.language} maxLength={20} autocomplete="off" /><Field label={t('pages.teams')} hint={t('pages.teams.hint')} value={form.teams} autocomplete="off" /></div></section>
    <section class="card tr-text" aria-label={t('pages.body')}><div class="pad"><CodeArea value={form.body} findings={findingsOf(findings.value, slug)} label={t('pages.body')} goTo={goTo} /></div>
      <Save slug={slug} page={page} said={said} changed={changed.value} forget={() => { kept.value = null }} done={done} /></section>
    <section class="card tr-seen" aria-labelledby="pg-seen"><div class="hd"><h2 id="pg-seen">{t('pages.seen')}</h2></div><div class="pad"><h3 class="t20">{form.title.value}</h3><PageText title={form.title.value} body={form.body.value} open={open} /></div></section>
  </div>
}

function Causes({ chosen }: { chosen: Signal<readonly string[]> }) {
  const t = useT('pages')
  const read = useResource(() => resource(abort => call('getTerms', { signal: abort })), [])
  const known = read.data.value?.reasons ?? []
  const all = [...known, ...chosen.value.filter(name => !known.some(one => one.name === name)).map(name => ({ name, label: name }))]
  const turn = (name: string, on: boolean) => { chosen.value = on ? [...chosen.value, name] : chosen.value.filter(one => one !== name) }
  return <fieldset class="col g3"><legend class="lbl">{t('pages.causes')}</legend>{all.map(one => <label key={one.name} class="check"><input type="checkbox" checked={chosen.value.includes(one.name)} onChange={event => turn(one.name, event.currentTarget.checked)} /> {one.label}</label>)}</fieldset>
}

function Save({ slug, page, said, changed, forget, done }: { slug: string; page: Page | null; said: { value: PageNew }; changed: boolean; forget: () => void; done: () => void }) {
  const t = useT('pages')
  const saving = useSaving()
  const gone = useSignal(false)
  const send = async () => {
    const body = said.value
    const made = await saving.run(() => call('savePage', { path: { slug }, body: page ? body : { ...body, new: true }, ...page && { ifMatch: `"${page.version}"` } }), t('pages.saved', { title: body.title }))
    if (!made) return
    forget()
    done()
  }
  const drop = async () => {
    gone.value = true
    const made = await saving.run(async () => { await call('removePage', { path: { slug }, ...page && { ifMatch: `"${page.version}"` } }); return true })
    gone.value = false
    if (!made) return
    forget()
    toast({ says: t('pages.dropped', { title: page?.title ?? slug }) })
    go(PAGES.slice(0, -1))
  }
  const stale = saving.problem.value instanceof Problem && saving.problem.value.status === 412
  return <div class="pad col g5">
    <div class="row wrap g3">{changed && <Button kind="pri" busy={saving.busy.value && !gone.value ? t('common.saving') : undefined} onClick={() => void send()}>{t('pages.save', { n: (page?.version ?? 0) + 1 })}</Button>}{page && <Button kind="quiet" onClick={() => void drop()}>{t('pages.drop')}</Button>}</div>
    {stale ? <Note kind="warn" live>{t('pages.changed')}</Note> : saving.problem.value && <Told problem={saving.problem.value} />}</div>
}
