// Writing game plans: the general one, one per cause, and the needs that all of them share; beside the text what agents will see.
import { effect, signal, useSignal, type Signal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import type { CourseFinding, PlanChecked, PlanHead, PlanPage } from '../../lib/api-types.ts'
import { call, Problem } from '../../lib/api.ts'
import { lang, useT } from '../../lib/i18n.ts'
import { resource, useResource } from '../../lib/resource.ts'
import { Link } from '../../lib/router.ts'
import { stored } from '../../lib/store.ts'
import { at, when } from '../../lib/time.ts'
import { Button, CodeArea, Icon, Note, PlanStep, Tag } from '../../ui/index.ts'
import { Data, useSaving } from '../people/form.tsx'
import { Told, tried } from '../policy/told.tsx'
import { findingsOf } from './files.ts'
import { useRested } from './rested.ts'

const isText = (x: unknown): x is string | null => x === null || typeof x === 'string'
/** What is written and not saved: kept in the browser; null: nothing. */
const unsaved = (name: string) => stored<string | null>(`plan:${name}`, null, isText)

/** All that can be written, as a list of links. */
export function PlanList({ now }: { now?: string }) {
  const t = useT('plans')
  const read = useResource(() => resource(abort => call('listPlans', { query: { lang: lang.value }, signal: abort })), [now, lang.value])
  const row = (one: PlanHead, name: string) => (
    <Link key={one.plan} to={`/train/plan/${encodeURIComponent(one.plan)}`} aria-current={one.plan === now ? 'true' : undefined}><Icon name="policy" /><b>{name}</b>
      <span class="t12 f">{one.gone ? t('plans.gone') : one.built_in ? t('plans.brought') : one.version === 0 ? t('plans.none') : one.plan === 'needs' ? t('plans.version', { n: one.version }) : t('plans.steps', { n: one.steps })}</span></Link>
  )
  return <Data of={read}>{({ general, needs, items }) => <section class="card tr-all" aria-labelledby="tr-plans"><div class="hd"><h2 id="tr-plans">{t('plans.title')}</h2></div>
    {!now && <p class="pad-s t13 m">{t('plans.text')}</p>}
    <nav class="path" aria-labelledby="tr-plans">{row(general, t('plans.general'))}{row(needs, t('plans.needs'))}{items.map(one => row(one, one.label ?? one.cause ?? one.plan))}</nav></section>}</Data>
}

export function Plan({ id }: { id: string }) {
  const read = useResource(() => resource(abort => call('getPlan', { path: { plan: id }, query: { lang: lang.value }, signal: abort })), [id, lang.value])
  return <Data of={read}>{page => <Editor key={`${page.plan} ${page.version} ${lang.value}`} page={page} done={() => void read.refresh()} />}</Data>
}

interface Checked { findings: readonly CourseFinding[]; page: PlanPage; stale: boolean; problem: Problem | null }

function useChecked(text: Signal<string>, page: PlanPage): Signal<Checked> {
  const is = useMemo(() => signal<Checked>({ findings: [], page, stale: false, problem: null }), [])
  useRested(() => text.value, async (written, abort) => {
    const found = await tried<PlanChecked>(() => call('checkPlan', { query: { lang: lang.value }, body: { text: written }, signal: abort })).catch(() => null)
    if (abort.aborted || found === null) return
    is.value = found instanceof Problem ? { ...is.peek(), problem: found } : { findings: found.findings, page: found.page ?? is.peek().page, stale: found.page === undefined, problem: null }
  })
  return is
}

function Editor({ page, done }: { page: PlanPage; done: () => void }) {
  const t = useT('plans')
  const kept = useMemo(() => unsaved(page.plan), [])
  const fresh = page.text || `---\ncause: ${page.cause}\n---\n\n## find_cause\n${t('plans.fresh')}\n\n> ${t('plans.fresh.ask')}\n`
  const text = useMemo(() => signal(kept.peek() ?? fresh), [])
  const goTo = useMemo(() => signal<number | null>(null), [])
  const checked = useChecked(text, page)
  const name = page.plan === 'general' ? t('plans.general') : page.plan === 'needs' ? t('plans.needs') : page.label ?? page.plan
  useEffect(() => effect(() => { kept.value = text.value === fresh ? null : text.value }), [])
  return <div class="tr-ed">
    <PlanList now={page.plan} />
    <section class="card tr-text" aria-labelledby="tr-plan"><div class="hd"><h2 id="tr-plan">{name}</h2></div>
      <div class="pad"><CodeArea value={text} findings={findingsOf(checked.value.findings, 'text')} label={name} goTo={goTo} /></div>
      {checked.value.problem && <div class="pad-s"><Told problem={checked.value.problem} /></div>}
      <Save page={page} text={text} wrong={checked.value.stale} forget={() => { kept.value = null }} done={done} /></section>
    <section class="card tr-seen" aria-labelledby="tr-seen"><div class="hd"><h2 id="tr-seen">{t('plans.seen')}</h2></div>
      {checked.value.stale && <div class="pad-s"><Note kind="warn" live>{t('plans.stale')}</Note></div>}<Seen page={checked.value.page} /></section>
  </div>
}

function Save({ page, text, wrong, forget, done }: { page: PlanPage; text: Signal<string>; wrong: boolean; forget: () => void; done: () => void }) {
  const t = useT('plans')
  const saving = useSaving()
  const gone = useSignal(false)
  const path = { plan: page.plan }
  const save = async () => {
    if (!await saving.run(() => call('writePlan', { path, body: { text: text.peek(), version: page.version } }), t('plans.saved'))) return
    forget()
    done()
  }
  const remove = async () => {
    gone.value = await saving.run(async () => { await call('removePlan', { path, query: { version: page.version } }); return true }, t('plans.removed')) === true
    if (gone.value) done()
  }
  const by = page.version !== 0 && page.at ? t('plans.by', { n: page.version, name: page.name ?? page.by ?? '', when: when(at(page.at), lang.value) }) : t(page.built_in ? 'plans.is-brought' : 'plans.is-new')
  return <div class="pad col g5"><p class="t13 m" role="status">{by}</p>
    <div class="row wrap g4"><Button kind="pri" busy={saving.busy.value ? t('common.saving') : undefined} onClick={() => void save()}>{t('plans.save')}</Button>
      {page.version !== 0 && <Button kind="quiet" onClick={() => void remove()}>{t('plans.remove')}</Button>}{wrong && <span class="t12 f">{t('plans.first')}</span>}</div>
    {saving.problem.value && <Told problem={saving.problem.value} />}</div>
}

// As the panel shows it, every step open; what is not of this page says where it comes from.
function Seen({ page }: { page: PlanPage }) {
  const t = useT('plan')
  const tt = useT('plans')
  if (page.needs) return <ul class="pad dots">{page.needs.map(one => <li key={one.id}>{one.label}</li>)}</ul>
  return <div class="pad col g6">{(page.whole?.steps ?? []).map(step => <div key={step.step}><h3 class="row g4 t14">{t(`plan.step.${step.step}`)}{step.from !== (page.cause ? 'cause' : 'general') && <Tag>{tt(`plans.from.${step.from}`)}</Tag>}</h3>
    <div class="t13"><PlanStep text={step.text} questions={step.questions} ask={t('plan.ask')} /></div></div>)}</div>
}
