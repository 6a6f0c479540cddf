/* The ask that is open: the words beside the evidence, and the answers under them. */
import { useEffect, useRef } from 'preact/hooks'
import { Button, Clock, Effect, Kv, Note, Tag } from '../../ui/index.ts'
import { useT } from '../../lib/i18n.ts'
import type { Approval, Case, Evidence } from '../../lib/model.ts'
import { Link } from '../../lib/router.ts'
import { at, wait } from '../../lib/time.ts'
import { AmountRow, Buttons, NoteRow, Said, useActs, useAnswerKeys, type Acts } from './Answer.tsx'
import { me, type Desk } from './desk.ts'
import { Similar, Unusual } from './Evidence.tsx'
import { agentCan, effectRows, factsShown, link, links } from './give.ts'
import { OtherWay } from './parts.ts'
import { amountText, calledBy, closedText, dayText, headline, nameOf, thenText, type T } from './words.ts'

/** How long the present level has in all: its ring is full at the start. */
export function totalOf(approval: Approval): number {
  const began = approval.asked.filter((asked) => asked.level === approval.level).map((asked) => at(asked.at))
  return Math.max(1, at(approval.due ?? approval.opened) - Math.max(at(approval.opened), ...began))
}

export function AskClock({ approval }: { approval: Approval }) {
  const t = useT('desk')
  return <Clock until={at(approval.due ?? approval.opened)} total={totalOf(approval)} label={(ms) => t('desk.ask.left', { time: wait(ms) })} />
}

export function CaseLink({ approval, matter }: { approval: Approval; matter: Case | undefined }) {
  const t = useT('desk')
  const customer = approval.customer === undefined ? null : t('desk.ask.customer', { id: approval.customer })
  if (approval.case === undefined) {
    return <>{customer ?? t('desk.ask.nocase')}</>
  }
  const about = matter?.subject === undefined ? `#${approval.case}` : `#${approval.case} ${matter.subject}`
  return <>{customer !== null && <>{customer} · </>}<Link to={`/panel?case=${encodeURIComponent(approval.case)}`}>{about}</Link></>
}

export function canText(t: T, approval: Approval): string {
  const name = calledBy(nameOf(approval))
  if (approval.can === undefined) {
    return ''
  }
  const can = agentCan(approval)
  if (can === null) {
    return t('desk.ask.can.none', { name })
  }
  return can.up_to === undefined ? t('desk.ask.can.plain', { name }) : t('desk.ask.can', { name, amount: amountText(can.up_to) })
}

/** What the agent wrote, its evidence as links out, and the facts that the rules read. */
export function Words({ approval, desk, evidence }: { approval: Approval; desk: Desk; evidence: Evidence | null | undefined }) {
  const t = useT('desk')
  const name = calledBy(nameOf(approval))
  const terms = desk.terms.data.value
  const labels = new Map((terms?.facts ?? []).map((fact) => [fact.name, fact.label]))
  const types = new Map((terms?.facts ?? []).map((fact) => [fact.name, fact.type]))
  const say = (value: unknown): string => (typeof value === 'boolean' ? t(value ? 'desk.yes' : 'desk.no') : String(value))
  const facts = factsShown(approval.facts, labels, say).map((fact) => ({
    name: fact.label, value: types.get(fact.name) === 'money' ? amountText(fact.value) : types.get(fact.name) === 'timestamp' ? dayText(fact.value) : fact.value,
  }))
  const reason = approval.reason_label ?? approval.reason
  return <>
    <h3>{t('desk.ask.says', { name })}</h3>
    <p class="t13 words">{approval.note ?? t('desk.ask.wordless', { name })}</p>
    <Evidences approval={approval} />
    {(facts.length > 0 || reason !== undefined) && <div class="mt5"><Kv rows={[...(reason === undefined ? [] : [{ name: t('desk.ask.reason'), value: reason }]), ...facts]} /></div>}
    <Unusual evidence={evidence} />
    {approval.nudges > 0 && <p class="t12 m mt4">{t('desk.ask.reminded', { n: approval.nudges })}</p>}
  </>
}

function Evidences({ approval }: { approval: Approval }) {
  const t = useT('desk')
  const all = links(approval.evidence)
  if (all.length === 0) {
    return null
  }
  return <ul class="evs mt4" aria-label={t('desk.ask.evidence')}>{all.map((text) => {
    const to = link(text)
    return <li key={text}>{to === null ? text : <a href={to.href} target="_blank" rel="noreferrer noopener">{t('desk.ask.evidence.at', { name: nameIn(to.href), host: to.host })}</a>}</li>
  })}</ul>
}

/** What a link is called: the last part of its path, else the whole path. */
function nameIn(href: string): string {
  const path = new URL(href).pathname.split('/').filter((part) => part !== '')
  try {
    return decodeURIComponent(path.at(-1) ?? '/')
  } catch {
    return path.at(-1) ?? '/'
  }
}

/** What this answer does to budgets, and by which of the approver's rules it would be given. */
export function Effects({ acts }: { acts: Acts }) {
  const t = useT('desk')
  const { approval, asked, draft } = acts
  const mine = approval.mine
  if (mine === undefined) {
    return null
  }
  const rows = asked === null ? [] : effectRows(mine.effect, draft.fault.value === null ? draft.amount.value : asked)
  const words = mine.text ?? mine.why
  return <>
    {rows.length > 0 && <div class="mt4"><Effect rows={rows} /></div>}
    {words !== undefined && <p class="t12 m mt4"><span class="f">{t('desk.grant.mine')}: </span><span lang="en">{words}</span></p>}
  </>
}

export function Ask({ desk, id }: { desk: Desk; id: string }) {
  const approval = desk.ask(id)
  return approval === undefined ? null : <Opened desk={desk} approval={approval} />
}

function Opened({ desk, approval }: { desk: Desk; approval: Approval }) {
  const t = useT('desk')
  const title = useRef<HTMLHeadingElement>(null)
  const evidence = desk.similar(approval.id)
  const acts = useActs(desk, approval, evidence)
  const other = (): void => { acts.amountField.current?.focus() }
  useAnswerKeys(acts, other, () => { acts.noteField.current?.focus() })
  useEffect(() => {
    // The desk opened it by itself, after an answer: whoever works by ear or by keys goes on from here.
    if (desk.takeFocus()) {
      title.current?.focus({ preventScroll: true })
      title.current?.closest('article')?.scrollIntoView({ block: 'nearest' })
    }
  }, [approval.id])
  const matter = approval.case === undefined ? undefined : desk.matter(approval.case)
  const head = `ask-${approval.id}`
  const stand = approval.asked.find((asked) => asked.person === me)?.for
  return <article class="ask on" aria-labelledby={head}>
    <header>
      {approval.state === 'open' ? <AskClock approval={approval} /> : <span />}
      <div>
        <h2 id={head} ref={title} tabIndex={-1}>{headline(t, approval)}{approval.agent_kind === 'ai' && <> <Tag>{t('common.ai')}</Tag></>}</h2>
        <p class="ctx ell"><CaseLink approval={approval} matter={matter} /></p>
      </div>
      <div class="r t12 f">{canText(t, approval)}<br />{thenText(t, approval)}{stand !== undefined && <><br />{t('desk.ask.for', { name: stand })}</>}</div>
    </header>
    <div class="in-b">
      <div><Words approval={approval} desk={desk} evidence={evidence} /></div>
      <div><Similar evidence={evidence} asked={acts.asked} /><Effects acts={acts} /></div>
    </div>
    {approval.state === 'open'
      ? <footer><AmountRow acts={acts} /><Buttons acts={acts} other={other} /><Said acts={acts} /><NoteRow acts={acts} /></footer>
      : <footer><Closed approval={approval} next={() => desk.letGo()} /></footer>}
    {acts.way.value && <OtherWay desk={desk} acts={acts} />}
  </article>
}

/** Somebody was first, or nobody is asked any more. */
export function Closed({ approval, next }: { approval: Approval; next: () => void }) {
  const t = useT('desk')
  return <Note kind="ask" live>
    <div class="row wrap"><span class="grow"><b>{closedText(t, approval)}</b>{approval.answer?.note !== undefined && <q class="block m">{approval.answer.note}</q>}</span>
      <Button size="sm" onClick={next}>{t('desk.first.next')}</Button></div>
  </Note>
}
