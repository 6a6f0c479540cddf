// The agent panel: one column, in a helpdesk's sidebar or alone. It opens on what the agent can do now for this case, and never
// ends in a bare no. Which screen is on is decided in reduce.ts; this file reads, draws and moves the focus.
import { signal, untracked, useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useEffect, useMemo, useRef } from 'preact/hooks'
import { badge, ring, setTitle } from '../../lib/alarm.ts'
import { call, signedOut } from '../../lib/api.ts'
import { boot } from '../../lib/boot.ts'
import { framed, hint as told, type Hint } from '../../lib/frame.ts'
import { lang, messages, rich, useT } from '../../lib/i18n.ts'
import { useKeys } from '../../lib/keys.ts'
import { live, useEvents } from '../../lib/live.ts'
import type { Approval } from '../../lib/model.ts'
import { kept } from '../../lib/outbox.ts'
import { Link, place, setQuery } from '../../lib/router.ts'
import { clock, serverNow } from '../../lib/time.ts'
import { Button, Dot, Icon, Mark, Note, Seg, Skeleton, Tag } from '../../ui/index.ts'
import { may } from '../../shell/rights.ts'
import { SignIn } from '../../shell/SignIn.tsx'
import { openAccount } from '../../shell/top.ts'
import { Questions, Reason, Wanting } from './About.tsx'
import { Act } from './Act.tsx'
import { CaseHead } from './CaseHead.tsx'
import { DoneNote, UndoBars } from './Done.tsx'
import { Foot } from './Foot.tsx'
import { GrownNote } from './Grown.tsx'
import { NoCase } from './NoCase.tsx'
import { OwnerLine } from './OwnerLine.tsx'
import { Rems, ROWS_WITH_KEYS } from './Rems.tsx'
import { caseStore, type CaseStore, type Host } from './case.ts'
import type { Grown, Remedy, Screen } from './model.ts'
import { answeredOf, bestOf, grownOf, openOf, screenOf } from './reduce.ts'
import { later, soon } from './later.ts'
import { shared, terms } from './terms.ts'
import { answererOf, answerTitle, askedFor, waitedSays } from './titles.ts'
import { capital } from './words.ts'

const ready = signal(false)

/** Brings the panel's words, for whoever shows it outside its own page. */
export const words = messages('panel').then(() => { ready.value = true })

export interface PanelProps {
  /** What is shown instead of what the page around says. */
  hint?: Hint
  /** Inside another surface: no landmarks, no way out of it. */
  compact?: boolean
}

export function Panel(props: PanelProps) {
  if (!ready.value) return null
  if (signedOut.value || !boot.signed_in) return props.compact ? null : <SignIn />
  if (!props.compact && place.value.query.has('practice')) return <Practising />
  return <Signed {...props} />
}

export default Panel

// On a case for practice nothing of an open case is read. The frame is there at once: it takes over what the page came with.
function Practising() {
  const t = useT('panel')
  const parts = later()
  return <div class={framed ? 'pn-page framed' : 'pn-page'}><main class={framed ? 'pn fill' : 'pn alone'} aria-label={t('panel.label')}>{parts && <parts.Practice />}</main></div>
}

type Tab = 'case' | 'me'

function Signed({ hint: own, compact }: PanelProps) {
  const hint = own ?? told.value
  const hinted = useMemo(() => signal(hint), [])
  hinted.value = hint
  const chosen = useSignal<string | null>(null)
  useMemo(() => { chosen.value = null }, [hint.case])
  const tab = useSignal<Tab>('case')
  const host = useMemo<Host>(() => ({
    me: boot.me?.person?.id ?? boot.me?.actor ?? '', currency: boot.me?.currency ?? 'USD', undoSeconds: boot.settings.undo_seconds, hint: hinted,
  }), [])
  const id = chosen.value !== null ? chosen.value || null : hint.case ?? null
  const choose = (next: string): void => {
    chosen.value = next
    tab.value = 'case'
    if (!own) setQuery({ case: next || null })
  }
  const store = useMemo(() => (id === null ? null : untracked(() => caseStore(id, host))), [id])
  useEffect(() => () => store?.dispose(), [store])
  const grown = grownOf(shared().authority.data.value ?? undefined, host.currency)
  useFirstLook()
  useEffect(soon, [])
  return <Body store={store} host={host} tab={tab} grown={grown} choose={choose} compact={compact === true} />
}

/** The first time there is nothing to compare with: what is now is kept, quietly. */
function useFirstLook(): void {
  const authority = shared().authority.data.value
  const first = authority && !authority.seen ? authority.digest : undefined
  useEffect(() => {
    if (first) void call('seenAuthority', { body: { digest: first } }).catch(() => {})
  }, [first])
}

// What changed of the policy comes after the first paint; most days there is nothing.
function Later() {
  const parts = later()
  return parts && <parts.PanelReads />
}

function screenNow(store: CaseStore | null, host: Host, tab: Tab, grown: Grown | null): Screen {
  const line = live.value
  return screenOf({
    signedOut: false, tab, me: host.me, caseId: store?.id ?? null, currency: host.currency, line: line.is, since: line.since,
    options: store?.options.data.value, optionsAt: store?.options.at.value ?? 0, readFault: store?.options.problem.value ?? null,
    owner: store?.owner.data.value, step: store?.step.value ?? { at: 'list' }, amount: store?.form.amount.value ?? null,
    asks: store?.asks.data.value ?? [], dismissed: store?.dismissed.value ?? new Set(), done: store?.dones.value[0] ?? null,
    beyond: store?.beyond.value ?? null, fault: store?.fault.value ?? null, kept: kept.value, grown, now: serverNow(),
  })
}

interface BodyProps { store: CaseStore | null; host: Host; tab: ReturnType<typeof useSignal<Tab>>; grown: Grown | null; choose: (id: string) => void; compact: boolean }

function Body({ store, host, tab, grown, choose, compact }: BodyProps) {
  const t = useT('panel')
  const screen = screenNow(store, host, tab.value!, grown)
  const bare = screen.is === 'grown' ? screen.over : screen
  const elsewhere = useElsewhere(host, store)
  const box = useRef<HTMLDivElement>(null)
  useFocus(box, bare.is)
  useRowKeys(bare, store)
  useEffect(() => { if (!compact) setTitle(store ? t('panel.title', { case: store.id }) : t('panel.title-bare')) }, [store?.id, lang.value])
  const Frame = compact ? 'section' : 'main'
  return (
    <div class={compact ? 'pn-in' : framed ? 'pn-page framed' : 'pn-page'}>
      <Frame class={compact || framed ? 'pn fill' : 'pn alone'} aria-label={t('panel.label')} data-screen={screen.is} data-over={screen.is === 'grown' ? bare.is : undefined}>
        {!compact && <h1 class="vh">{store ? t('panel.title', { case: store.id }) : t('panel.title-bare')}</h1>}
        <Bar screen={bare} store={store} tab={tab} grown={grown} choose={choose} compact={compact} />
        <div class="pn-body" ref={box} tabIndex={-1} id="panel-body">
          {elsewhere.list.map((approval) => (
            <div class="pn-sec" key={approval.id}>
              <Note kind="ask" icon="chat" live>
                {rich(answererOf(approval) === '' ? t('panel.elsewhere.nobody', { case: approval.case ?? '' }) : t('panel.elsewhere.text', { name: answererOf(approval), case: approval.case ?? '' }))}
                <div class="mt4"><Button size="sm" onClick={() => { elsewhere.drop(approval.id); choose(approval.case ?? '') }}>{t('panel.elsewhere.open', { case: approval.case ?? '' })}</Button></div>
              </Note>
            </div>
          ))}
          {(bare.is === 'me' || bare.is === 'options') && <Later />}
          {screen.is === 'grown' && bare.is !== 'me' && <GrownNote grown={screen.grown} />}
          <Shown screen={bare} store={store} host={host} grown={grown} choose={choose} />
        </div>
        {store && <UndoBars store={store} />}
        {store && bare.is !== 'me' && bare.is !== 'loading' && <Foot store={store} host={host} />}
      </Frame>
    </div>
  )
}

/** Answers about other cases: told here too, by tone, number and a note, until they are opened. */
function useElsewhere(host: Host, store: CaseStore | null): { list: Approval[]; drop: (id: string) => void } {
  const list = useSignal<Approval[]>([])
  useEvents(['approval.approved', 'approval.declined', 'approval.lapsed'], (e) => {
    if (e.body.agent !== host.me) return
    ring()
    void call('getApproval', { path: { id: e.body.approval } }).then((approval) => {
      if (approval.case !== undefined && approval.case !== store?.id) list.value = [...list.value.filter((one) => one.id !== approval.id), approval]
    }, () => {})
  })
  const answered = store ? answeredOf(store.asks.data.value ?? [], store.dismissed.value, serverNow()) : undefined
  const n = list.value.length + (answered ? 1 : 0)
  useEffect(() => badge(n), [n])
  return { list: list.value.filter((one) => one.case !== store?.id), drop: (id) => (list.value = list.value.filter((one) => one.id !== id)) }
}

/** When what had the focus is gone with its screen, the focus goes to what came instead. Not when it was never here: a frame stays quiet. */
export function useFocus(box: { current: HTMLDivElement | null }, is: Screen['is']): void {
  const before = useRef(is)
  const inside = useRef(false)
  useEffect(() => {
    const came = (event: FocusEvent): void => { inside.current = event.target instanceof Node && box.current?.contains(event.target) === true }
    document.addEventListener('focusin', came)
    return () => document.removeEventListener('focusin', came)
  }, [])
  useEffect(() => {
    if (before.current === is) return
    before.current = is
    const now = document.activeElement
    if (inside.current && (now === null || now === document.body)) box.current?.focus({ preventScroll: true })
  }, [is])
}

function rowsShown(screen: Screen): Remedy[] {
  if (screen.is === 'options' || screen.is === 'owner' || screen.is === 'done') return screen.rows
  if (screen.is === 'waiting') return screen.rows.filter((row) => row.option)
  return []
}

export function useRowKeys(screen: Screen, store: CaseStore | null): void {
  const rows = store ? rowsShown(screen).slice(0, ROWS_WITH_KEYS) : []
  useKeys(rows.map((row, i) => ({ id: `panel.row.${i + 1}`, keys: String(i + 1), name: row.label, run: () => store?.start(row) })))
}

// --- the bar ---

function titleOf(screen: Screen, t: ReturnType<typeof useT<'panel'>>, currency: string): { title: string; aside?: string } | null {
  if (screen.is === 'give' || screen.is === 'ask') return { title: screen.row.label }
  if (screen.is === 'waiting') return { title: askedFor(t, screen.approval, currency) }
  if (screen.is === 'answered') return { title: answerTitle(t, screen.approval, screen.kind), aside: waitedSays(t, screen.approval) }
  return null
}

function Line() {
  const t = useT('panel')
  const line = live.value
  if (line.is === 'offline') return <Tag tone="warn"><Icon name="off" small /><span class="txt">{t('panel.line.offline', { time: clock(line.since, lang.value) })}</span></Tag>
  return <span class="live" role="status"><Dot {...(line.is === 'live' && { tone: 'can' as const })} /><span class="vh">{line.is === 'live' ? t('panel.line.live') : t('panel.line.catching-up')}</span></span>
}

// Reference pages come after the first paint, with their key.
function Looked({ store }: { store: CaseStore | null }) {
  const parts = later()
  return parts && <parts.Look reason={store?.reason.value ?? ''} />
}

function Bar({ screen, store, tab, grown, choose, compact }: { screen: Screen; store: CaseStore | null; tab: BodyProps['tab']; grown: Grown | null; choose: (id: string) => void; compact: boolean }) {
  const t = useT('panel')
  const currency = boot.me?.currency ?? 'USD'
  const title = titleOf(screen, t, currency)
  const acting = screen.is === 'give' || screen.is === 'ask'
  if (title && store) {
    return (
      <div class="pn-bar">
        {acting ? <button type="button" class="btn quiet xs" aria-label={t('panel.back')} onClick={store.back}><Icon name="back" /></button> : <span class="mkw"><Mark /></span>}
        <h2 class="ell">{title.title}</h2><span class="sp" />
        {live.value.is === 'offline' ? <Line /> : <span class="t12 f nw">{title.aside || `#${store.id}`}</span>}
        <Looked store={store} />
      </div>
    )
  }
  const me = <>{t('panel.tab.me')}{grown && <Tag tone="kudos">1</Tag>}</>
  return (
    <div class="pn-bar">
      <span class="mkw"><Mark /></span>
      <Seg as="tabs" label={t('panel.tabs')} panel="panel-body" value={tab as never} options={[{ value: 'case', text: t('panel.tab.case') }, { value: 'me', text: me }]} />
      <span class="sp" />
      {screen.is === 'loading' && store?.options.slow.value ? <span class="t12 f ell">{t('panel.reading', { case: store.id })}</span> : screen.is === 'me' ? boot.me?.person?.tier && <Tag tone="can">{capital(boot.me.person.tier)}</Tag> : <Line />}
      <Looked store={store} />
      {!compact && !framed && store && screen.is !== 'me' && <button type="button" class="btn quiet xs" aria-label={t('panel.another')} title={t('panel.another')} onClick={() => choose('')}><Icon name="close" /></button>}
      {!compact && !framed && may('SEE_STATS', 'team') && <Link class="btn quiet xs" to="/desk">{t('panel.desk')}</Link>}
      {!compact && <button type="button" class="btn quiet xs" aria-label={t('panel.more')} onClick={openAccount}><Icon name="dots" /></button>}
    </div>
  )
}

// --- what is on ---

export function List({ screen, store, title }: { screen: Extract<Screen, { rows: Remedy[] }>; store: CaseStore; title: string }) {
  const t = useT('panel')
  const rows = screen.rows
  const own = rows.some((row) => row.option)
  const options = store.options.data.value
  return (
    <>
      <div class="rems-h"><h3>{own || rows.length === 0 ? title : t('panel.ask-only')}</h3><span class="sp" />{rows.length > 1 && <span class="t12 f">{t('panel.press', { n: Math.min(rows.length, ROWS_WITH_KEYS) })}</span>}</div>
      {rows.length !== 0 ? <Rems rows={rows} best={bestOf(rows, store.evidence.value)} evidence={store.evidence.value} open={store.start} /> : <Nothing store={store} />}
      <Wanting names={options?.needs} terms={terms.value} section />
    </>
  )
}

/** Neither own room nor anybody to ask: what to do instead, in the organization's words. */
function Nothing({ store }: { store: CaseStore }) {
  const t = useT('panel')
  const instead = store.options.data.value?.instead ?? terms.value?.instead
  return (
    <div class="pn-sec">
      <Note kind="ask" icon="info">
        <b>{store.reason.value === '' ? t('panel.nothing.reason') : t('panel.nothing.title')}</b>
        {instead && <p lang={lang.value === 'en' ? undefined : 'en'}>{instead}</p>}
      </Note>
    </div>
  )
}

export function Loading({ store }: { store: CaseStore }) {
  if (!store.options.slow.value) return null
  return <><div class="pn-case"><Skeleton rows={['w80', 'w60']} /></div><div class="pn-sec"><Skeleton rows={['w40', 'h44', 'h44', 'h44']} /></div></>
}

/** An answer came while a form is open: the form stays, the answer is one click away. */
function Interrupted({ store }: { store: CaseStore }) {
  const t = useT('panel')
  const answered = answeredOf(store.asks.data.value ?? [], store.dismissed.value, serverNow())
  const waiting = openOf(store.asks.data.value ?? [])[0]
  if (answered) return <div class="pn-sec"><Note kind="ask" icon="chat" live><b>{answererOf(answered) === '' ? t('panel.answered.nobody') : t('panel.answered.title', { name: answererOf(answered) })}</b> <Button size="xs" onClick={store.back}>{t('panel.look')}</Button></Note></div>
  return waiting ? <div class="pn-sec"><Note kind="ask" icon="clock">{t('panel.still-waiting')} <Button size="xs" onClick={store.back}>{t('panel.look')}</Button></Note></div> : null
}

function About({ store, host }: { store: CaseStore; host: Host }) {
  const t = useT('panel')
  const known = terms.value
  if (!known || (known.reasons.length === 0 && !known.facts.some((fact) => fact.from === 'agent'))) return null
  return (
    <div class="pn-sec pn-reason col">
      <Reason store={store} terms={known} label={t('panel.about.title')} />
      <Questions store={store} terms={known} currency={host.currency} />
    </div>
  )
}

// The plan comes after the first paint, of a case that is one's own to see, or that nobody has told of.
function PlanRow({ store, host }: { store: CaseStore; host: Host }) {
  const parts = later()
  const has = store.owner.data.value
  const seen = has === null || has?.owner?.person === host.me || store.record.data.value
  return parts && seen && <parts.Plan key={store.id} id={store.id} reason={store.reason} />
}

/** Screens that came with the page, and those that come right after it. */
const LATER: readonly Screen['is'][] = ['me', 'waiting', 'answered', 'owner', 'offline', 'failed', 'beyond']

interface ShownProps { screen: Screen; store: CaseStore | null; host: Host; grown: Grown | null; choose: (id: string) => void }

function Shown(props: ShownProps): ComponentChildren {
  const { screen, store, host, choose } = props
  const t = useT('panel')
  if (LATER.includes(screen.is)) return <ShownLater {...props} />
  if (!store) return <NoCase host={host} choose={choose} />
  const done = store.dones.value[0]
  const head = <CaseHead store={store} host={host} terms={terms.value} />
  switch (screen.is) {
    case 'loading': return <Loading store={store} />
    case 'give': case 'ask': return <><Interrupted store={store} /><Act key={screen.row.key} screen={screen} store={store} host={host} terms={terms.value} /></>
    case 'done': return <>{head}{done && <DoneNote key={done.decision} done={done} store={store} />}<About store={store} host={host} /><List screen={screen} store={store} title={t(done && (done.state === 'final' || done.state === 'held') ? 'panel.also' : 'panel.now')} /><PlanRow store={store} host={host} /></>
    case 'options': return <>{head}<About store={store} host={host} /><List screen={screen} store={store} title={t('panel.now')} /><PlanRow store={store} host={host} /><OwnerLine store={store} host={host} /></>
    default: return null
  }
}

function ShownLater({ screen, store, host, grown }: ShownProps): ComponentChildren {
  const t = useT('panel')
  const parts = later()
  if (!parts) return <div class="pn-sec"><Skeleton rows={['w60', 'h44']} /></div>
  if (screen.is === 'me') return <parts.Me host={host} grown={grown} />
  if (!store) return null
  const done = store.dones.value[0]
  const head = <CaseHead store={store} host={host} terms={terms.value} />
  const given = done ? <DoneNote key={done.decision} done={done} store={store} /> : null
  switch (screen.is) {
    case 'waiting': return <>{given}<parts.Waiting screen={screen} store={store} host={host} /></>
    case 'answered': return <>{given}<parts.Answered screen={screen} store={store} host={host} /></>
    case 'owner': return <>{head}<parts.OwnerCard owner={screen.owner} stale={screen.stale} store={store} host={host} /><About store={store} host={host} /><List screen={screen} store={store} title={t('panel.now')} /><PlanRow store={store} host={host} /></>
    case 'offline': return <>{head}<parts.Offline screen={screen} store={store} /><PlanRow store={store} host={host} /></>
    case 'failed': return <>{head}<parts.Failed screen={screen} store={store} retry={() => { store.fault.value = null; if (!screen.fault) void store.again() }} /></>
    case 'beyond': return <>{head}{given}<parts.Beyond screen={screen} store={store} host={host} terms={terms.value} /></>
    default: return null
  }
}
