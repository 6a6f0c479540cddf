// The panel for practice: its own components on an invented or past case. What one would give or ask for is told, and nothing of it
// is given, recorded or asked.
import { signal } from '@preact/signals'
import { useEffect, useMemo, useRef } from 'preact/hooks'
import { setTitle } from '../../lib/alarm.ts'
import { boot } from '../../lib/boot.ts'
import { framed, type Hint } from '../../lib/frame.ts'
import { lang, rich, useT } from '../../lib/i18n.ts'
import type { Terms } from '../../lib/model.ts'
import { resource, useResource } from '../../lib/resource.ts'
import { Link, place } from '../../lib/router.ts'
import { serverNow } from '../../lib/time.ts'
import { may } from '../../shell/rights.ts'
import { Icon, Mark, Note, Rich, Skeleton } from '../../ui/index.ts'
import { Questions, Reason } from './About.tsx'
import { Act } from './Act.tsx'
import { CaseHead } from './CaseHead.tsx'
import { Beyond, Failed } from './Failed.tsx'
import { Foot } from './Foot.tsx'
import { List, Loading, useFocus, useRowKeys } from './index.tsx'
import type { Host } from './case.ts'
import type { Screen } from './model.ts'
import { Plan } from './parts.ts'
import { practiceStore, practised, type Outcome, type Practised, type PracticeStore } from './practice.ts'
import { amountOf, screenOf } from './reduce.ts'
import { terms } from './terms.ts'
import { capital, exact, short, whoSays } from './words.ts'

export function Practice() {
  const t = useT('practice')
  const { query } = place.value
  const [id, course] = [query.get('practice') ?? '', query.get('course')]
  const currency = boot.me?.currency ?? 'USD'
  const of = useResource(() => resource((abort) => practised(id, course, currency, abort)), [id, course])
  const found = of.data.value
  const title = t('practice.title', { what: found?.subject ?? (id === '' ? t('practice.made') : `#${id}`) })
  useEffect(() => setTitle(title), [title])
  return (
    <>
      <h1 class="vh">{title}</h1>
      <Banner />
      {!may('LEARN') ? <Told text={t('practice.may')} /> : of.problem.value ? <Told text={of.problem.value.detail || of.problem.value.title} />
        : found === null ? <Told text={t('practice.lost')} /> : found ? <Case key={`${course} ${id}`} of={found} currency={currency} /> : <Waits slow={of.slow.value} />}
    </>
  )
}

const Told = ({ text }: { text: string }) => <div class="pn-body"><div class="pn-sec"><Note kind="ask" icon="info">{text}</Note></div></div>
const Waits = ({ slow }: { slow: boolean }) => <div class="pn-body">{slow && <div class="pn-sec"><Skeleton rows={['w60', 'h44', 'h44']} /></div>}</div>

/** Stays whatever is on, so that nobody takes practice for work. */
function Banner() {
  const t = useT('practice')
  return (
    <div class="pn-sec">
      <Note kind="warn" icon="cap">
        <b>{t('practice.banner')}</b> {t('practice.banner.text')}
        <div class="mt4"><Link class="btn sm" to={framed ? '/panel' : '/train'}>{t('practice.leave')}</Link></div>
      </Note>
    </div>
  )
}

function useHost(of: Practised, currency: string): Host {
  return useMemo<Host>(() => {
    const hint: Hint = { case: of.id, ...(of.subject && { subject: of.subject }), ...(of.customer && { customer: of.customer }) }
    return { me: boot.me?.person?.id ?? boot.me?.actor ?? '', currency, undoSeconds: 0, hint: signal(hint) }
  }, [of])
}

/** Every fact that can be written in a field may be made up, whoever says it at work. */
const ASKED: readonly string[] = ['bool', 'int', 'money', 'string']
function madeUp(known: Terms | undefined): Terms | undefined {
  return known && { ...known, facts: known.facts.filter((fact) => ASKED.includes(fact.type)).map((fact) => ({ ...fact, from: 'agent' as const })) }
}

function screenNow(store: PracticeStore, host: Host): Screen {
  return screenOf({
    signedOut: false, tab: 'case', me: host.me, caseId: store.id, currency: host.currency, line: 'live', since: 0, options: store.options.data.value, optionsAt: store.options.at.value,
    readFault: store.options.problem.value, owner: null, step: store.step.value, amount: store.form.amount.value, asks: [], dismissed: new Set(), done: null, beyond: store.beyond.value,
    fault: store.fault.value, kept: [], grown: null, now: serverNow(),
  })
}

function Case({ of, currency }: { of: Practised; currency: string }) {
  const t = useT('panel')
  const host = useHost(of, currency)
  const store = useMemo(() => practiceStore(of, host), [of])
  useEffect(() => () => store.dispose(), [store])
  const screen = screenNow(store, host)
  const box = useRef<HTMLDivElement>(null)
  useFocus(box, screen.is)
  useRowKeys(screen, store)
  const acting = screen.is === 'give' || screen.is === 'ask'
  return (
    <>
      {acting && <div class="pn-bar"><button type="button" class="btn quiet xs" aria-label={t('panel.back')} onClick={store.back}><Icon name="back" /></button><h2 class="ell">{screen.row.label}</h2><span class="sp" /><span class="mkw"><Mark /></span></div>}
      <div class="pn-body" ref={box} tabIndex={-1} id="panel-body" data-screen={screen.is}><Shown screen={screen} of={of} store={store} host={host} /></div>
      <Foot store={store} host={host} />
    </>
  )
}

function Shown({ screen, of, store, host }: { screen: Screen; of: Practised; store: PracticeStore; host: Host }) {
  const t = useT('panel')
  const asked = madeUp(terms.value)
  const head = <><CaseHead store={store} host={host} terms={terms.value} />{of.text && <div class="pn-sec t13"><Rich {...of.text} /></div>}</>
  switch (screen.is) {
    case 'loading': return <Loading store={store} />
    case 'give': case 'ask': return <Act key={screen.row.key} screen={screen} store={store} host={host} terms={asked} />
    case 'beyond': return <>{head}<Beyond screen={screen} store={store} host={host} terms={asked} /></>
    case 'options': return <>{head}<Outcomes store={store} host={host} /><Records store={store} host={host} terms={asked} /><List screen={screen} store={store} title={t('panel.now')} /><Plan id={of.id} reason={store.reason} practice /></>
    case 'failed': return <>{head}<Failed screen={screen} store={store} retry={() => void store.again()} /></>
    default: {
      const problem = store.options.problem.value
      return problem && <>{head}<Failed screen={{ is: 'failed', fault: null, problem, rows: [] }} store={store} retry={() => void store.again()} /></>
    }
  }
}

/** The reason, and what the records would say: made up here. */
function Records({ store, host, terms: asked }: { store: PracticeStore; host: Host; terms: Terms | undefined }) {
  const t = useT('practice')
  const panel = useT('panel')
  return <div class="pn-sec pn-reason col"><Reason store={store} terms={asked} label={panel('panel.about.title')} /><h3 class="t12 m">{t('practice.records')}</h3><Questions store={store} terms={asked} currency={host.currency} /></div>
}

function Outcomes({ store, host }: { store: PracticeStore; host: Host }) {
  const told = store.outcomes.value
  return told.length === 0 ? null : <div class="pn-sec col g5">{told.map((one, i) => <Came key={i} one={one} host={host} />)}</div>
}

function Came({ one, host }: { one: Outcome; host: Host }) {
  const t = useT('practice')
  const panel = useT('panel')
  const what = one.amount ? panel('panel.done.what', { what: one.what, amount: exact(one.amount, lang.value) }) : one.what
  if (one.answer.verdict === 'ask') return <Note kind="ask" icon="users" live>{rich(t('practice.asked', { what }))} {one.ask && whoSays(panel, one.ask, host.currency, lang.value).join(' ')}</Note>
  const names = new Map((terms.value?.budgets ?? []).map((budget) => [budget.name, budget.label]))
  const left = Object.entries(one.answer.left ?? {}).flatMap(([name, text]) => {
    const amount = amountOf(text, host.currency)
    return amount ? [`${capital(names.get(name) || name)} ${short(amount, lang.value)}`] : []
  })
  const then = one.answer.then ?? []
  return <Note kind="can" live>{rich(t('practice.given', { what }))}{left.length !== 0 && <p class="t12">{t('practice.left', { rows: left.join(' · ') })}</p>}
    {then.length !== 0 && <ul class="dots mt2" lang={lang.value === 'en' ? undefined : 'en'}>{then.map((line) => <li key={line}>{line}</li>)}</ul>}</Note>
}
