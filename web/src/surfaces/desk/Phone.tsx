/* The desk in the hand: one ask fills the screen, its answers under the thumb; team and decisions behind tabs. */
import { signal } from '@preact/signals'
import { useEffect, useMemo, useRef } from 'preact/hooks'
import { Button, Seg, Tag } from '../../ui/index.ts'
import { useT } from '../../lib/i18n.ts'
import type { Approval, Today } from '../../lib/model.ts'
import type { Resource } from '../../lib/resource.ts'
import { AskClock, canText, CaseLink, Closed, Effects, Words } from './Ask.tsx'
import { AmountRow, approveWords, HoldButton, NoteRow, primary, Said, useActs, useAnswerKeys } from './Answer.tsx'
import { DecidedToday } from './Decided.tsx'
import type { Desk } from './desk.ts'
import { Similar } from './Evidence.tsx'
import { OtherWay } from './parts.ts'
import { Nobody } from './Queue.tsx'
import { Stale } from './Stale.tsx'
import { Team } from './Team.tsx'
import { ByHour } from './ByHour.tsx'
import { headline, short, thenText } from './words.ts'

type Tab = 'waiting' | 'decided' | 'team'

export function Phone({ desk, today }: { desk: Desk; today: Resource<Today> }) {
  const t = useT('desk')
  const tab = useMemo(() => signal<Tab>('waiting'), [])
  const { shown } = desk.queue.value
  const names = { waiting: 'desk.tab.waiting', decided: 'desk.tab.decided', team: 'desk.tab.team' } as const
  const options = (['waiting', 'decided', 'team'] as const).map((value) => ({
    value, text: value === 'waiting' && shown.length > 0 ? <>{t(names[value])} <Tag tone="ask">{shown.length}</Tag></> : t(names[value]),
  }))
  return <div class="phone">
    <Seg value={tab} options={options} label={t('desk.tabs')} as="tabs" panel="desk-part" />
    <div id="desk-part" role="tabpanel" aria-label={t(names[tab.value])}>
      {tab.value === 'waiting' && <Waiting desk={desk} today={today} />}
      {tab.value === 'decided' && <><DecidedToday today={today} terms={desk.terms} /><div class="mt6"><ByHour today={today} /></div></>}
      {tab.value === 'team' && <div class="col g6"><Team /><Stale /></div>}
    </div>
  </div>
}

function Waiting({ desk, today }: { desk: Desk; today: Resource<Today> }) {
  const t = useT('desk')
  const { open, shown, behind } = desk.queue.value
  const approval = open === null ? undefined : desk.ask(open)
  const at = open === null ? -1 : shown.indexOf(open)
  return <>
    {(shown.length > 1 || behind.length > 0) && <div class="row steps-row">
      <Button size="sm" kind="quiet" aria-disabled={at <= 0} onClick={() => desk.step(-1)}>{t('desk.queue.before')}</Button>
      <span class="t12 f grow center" role="status">{t('desk.queue.position', { n: at + 1, all: shown.length })}</span>
      {behind.length > 0 && <Button size="sm" kind="ask" onClick={() => desk.letGo()}>{t('desk.queue.new', { n: behind.length })}</Button>}
      <Button size="sm" kind="quiet" aria-disabled={at >= shown.length - 1} onClick={() => desk.step(1)}>{t('desk.queue.after')}</Button>
    </div>}
    {approval === undefined ? <Nobody list={desk.list} today={today} /> : <One key={approval.id} desk={desk} approval={approval} />}
  </>
}

function One({ desk, approval }: { desk: Desk; approval: Approval }) {
  const t = useT('desk')
  const evidence = desk.similar(approval.id)
  const acts = useActs(desk, approval, evidence)
  const wide = useMemo(() => signal(false), [])
  const title = useRef<HTMLHeadingElement>(null)
  const other = (): void => {
    wide.value = true
    setTimeout(() => acts.amountField.current?.focus(), 0)
  }
  useAnswerKeys(acts, other, () => { acts.noteField.current?.focus() })
  useEffect(() => {
    if (desk.takeFocus()) {
      title.current?.focus({ preventScroll: true })
      scrollTo(0, 0)
    }
  }, [approval.id])
  const matter = approval.case === undefined ? undefined : desk.matter(approval.case)
  const busy = acts.draft.busy.value
  const head = `ask-${approval.id}`
  return <article class="ask on one" aria-labelledby={head}>
    <header>{approval.state === 'open' ? <AskClock approval={approval} /> : <span />}
      <div><h2 id={head} ref={title} tabIndex={-1}>{headline(t, approval)}</h2><p class="ctx">{[canText(t, approval), thenText(t, approval)].filter((text) => text !== '').join(' · ')}</p><p class="ctx ell"><CaseLink approval={approval} matter={matter} /></p></div></header>
    <div class="in-b"><div><Words approval={approval} desk={desk} evidence={evidence} /></div><div><Similar evidence={evidence} asked={acts.asked} /><Effects acts={acts} /></div></div>
    {approval.state !== 'open' ? <footer><Closed approval={approval} next={() => desk.letGo()} /></footer> : <><footer class="thumb">
      {(wide.value || acts.fault !== undefined) && <AmountRow acts={acts} />}
      <Said acts={acts} />
      <Button {...primary(!acts.nothing)} size="lg" wide busy={busy === 'approve' ? t('desk.do.approving') : undefined} onClick={acts.approve}>{approveWords(t, acts)}</Button>
      <div class="row four">
        {acts.middle !== null && <Button size="lg" class="grow" onClick={acts.approveMiddle}>{short(acts.middle)}</Button>}
        {acts.asked !== null && <Button size="lg" class="grow" aria-expanded={wide.value} onClick={other}>{t('desk.do.other')}<span class="vh"> {t('desk.do.other.amount')}</span></Button>}
        <Button size="lg" class="grow" busy={busy === 'way' ? t('desk.do.sending') : undefined} onClick={() => { acts.way.value = true }}>{t('desk.do.way')}</Button>
      </div>
    </footer><footer class="rest"><NoteRow acts={acts} /><HoldButton acts={acts} size="lg" /></footer></>}
    {acts.way.value && <OtherWay desk={desk} acts={acts} />}
  </article>
}
