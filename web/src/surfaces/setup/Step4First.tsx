// Step 4: a first decision, with the agent's panel on the left and what the desk hears of it on the right.
import { signal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import { call, Problem } from '../../lib/api.ts'
import { boot } from '../../lib/boot.ts'
import type { Hint } from '../../lib/frame.ts'
import { lang, rich, useT } from '../../lib/i18n.ts'
import type { Case, Request, Setup } from '../../lib/model.ts'
import { format, parse } from '../../lib/money.ts'
import { resource, useResource } from '../../lib/resource.ts'
import { Link } from '../../lib/router.ts'
import { at, clockSeconds, serverNow, wait } from '../../lib/time.ts'
import { Button, Empty, Icon, Note, Select, Tag } from '../../ui/index.ts'
import { lazy } from '../policy/lazy.tsx'
import { Told, tried } from '../policy/told.tsx'
import { readTerms } from './Step2People.tsx'
import { kept, toTitle } from './state.ts'

const Panel = lazy<{ hint: Hint; compact?: boolean }>(() => import('../panel/index.tsx').then(async part => {
  await part.words
  return part.Panel
}))

type Practice = Case & { request: Request }

function hintOf(practice: Practice): Hint {
  const { request } = practice
  return {
    case: practice.id, ...(practice.customer && { customer: practice.customer }), ...(practice.subject && { subject: practice.subject }),
    ...(practice.channel && { channel: practice.channel }), ...(request.reason && { reason: request.reason }), ...(request.amount && { amount: request.amount }),
  }
}

export function First({ setup }: { setup: Setup }) {
  const t = useT('setup')
  const practice = useMemo(() => signal<Practice | null>(null), [])
  return <>
    <div class="su-h"><h2>{t('setup.first.title')}</h2><p>{t('setup.first.text')}</p></div>
    {setup.policy === 0 ? <Note kind="ask" icon="info">{t('setup.first.policy')} <Link to="/setup?step=policy">{t('setup.policy.name')}</Link></Note>
      : !setup.me_ready && <Note kind="ask" icon="info">{t('setup.first.you')} <Link to="/setup?step=you">{t('setup.you.name')}</Link></Note>}
    {setup.policy > 0 && <div class="su-first">
      <div class="su-panel">{practice.value ? <Panel hint={hintOf(practice.value)} compact /> : setup.decided ? <Done /> : <Make practice={practice} />}</div>
      <Decided setup={setup} />
    </div>}
  </>
}

function Done() {
  const t = useT('setup')
  return <section class="card"><Empty title={t('setup.first.over')}><Link class="btn" to="/panel">{t('setup.first.panel')}</Link></Empty></section>
}

function Make({ practice }: { practice: { value: Practice | null } }) {
  const t = useT('setup')
  const state = useMemo(() => ({ starter: signal(kept.value.starter), problem: signal<Problem | null>(null), busy: signal(false) }), [])
  const list = useResource(() => resource(abort => call('listStarters', { signal: abort })), [])
  const items = list.data.value?.items ?? []
  useEffect(() => { // the policy that is live says whose it is, when this browser does not know it
    const fits = items.find(one => one.organization === boot.me?.organization)
    if (state.starter.value === '' && fits) state.starter.value = fits.id
  }, [items.length])
  const make = async () => {
    state.busy.value = true
    const answer = await tried(() => call('makeSetupCase', { body: { starter: state.starter.value } }))
    state.busy.value = false
    state.problem.value = answer instanceof Problem ? answer : null
    if (answer instanceof Problem) return
    practice.value = answer as Practice
    toTitle()
  }
  return <section class="card pad col g5">
    <p class="t13">{t('setup.first.case')}</p>
    {kept.value.starter === '' && <Select label={t('setup.first.which')} value={state.starter} options={[{ value: '', text: '–' }, ...items.map(one => ({ value: one.id, text: one.whose.replace(/\.$/, '') }))]} hint={t('setup.first.own')} />}
    {state.starter.value && <div><Button kind="pri" size="lg" busy={state.busy.value ? t('setup.first.busy') : undefined} onClick={() => void make()}>{t('setup.first.do')}</Button></div>}
    {state.problem.value && <Told problem={state.problem.value} again={() => void make()} />}
    <p class="t12 f">{t('setup.first.practice')}</p>
  </section>
}

function Decided({ setup }: { setup: Setup }) {
  const t = useT('setup')
  const rows = useResource(() => resource(abort => call('listDecisions', { query: { limit: 5 }, signal: abort }), { kinds: ['decision', 'decision.*', 'hold.*'] }), [])
  const terms = useResource(() => resource(readTerms, { kinds: ['policy.*'] }), [])
  const items = rows.data.value?.items ?? []
  const given = items.some(one => one.verdict === 'granted' && one.state !== 'released' && one.state !== 'lapsed')
  useEffect(() => { if (given && kept.value.given === 0) kept.value = { ...kept.value, given: serverNow() } }, [given])
  const amount = (text: string | undefined) => {
    const money = text === undefined ? null : parse(text, boot.me?.currency ?? '')
    return money ? format(money, lang.value, 'short') : ''
  }
  return <section class="card" aria-labelledby="su-decided">
    <div class="hd"><h2 id="su-decided">{t('setup.first.desk')}</h2></div>
    {given && <div class="pad-s"><Note kind="can" live>{kept.value.began > 0 && kept.value.given > kept.value.began
      ? rich(t('setup.first.given', { time: wait(kept.value.given - kept.value.began) })) : t('setup.first.is')}</Note></div>}
    {items.length === 0 ? <p class="pad-s t13 m">{t('setup.first.nothing')}</p> : <ul class="su-rows">{items.map(one => <li key={one.id}>
      <time>{clockSeconds(at(one.at), lang.value)}</time><span class="grow ell">{one.agent_name ?? one.agent} · {terms.data.value?.actions.find(action => action.name === one.action)?.label ?? one.action}</span><b>{amount(one.amount)}</b>
      <Tag tone={one.verdict === 'granted' ? 'can' : 'ask'}>{t(one.state === 'released' || one.state === 'lapsed' || one.state === 'reversed' ? 'setup.first.back' : one.verdict === 'granted' ? 'setup.first.atonce' : 'setup.first.asks')}</Tag>
    </li>)}</ul>}
    {(given || setup.decided) && <div class="pad-s row wrap su-next"><Link class="btn pri" to="/desk">{t('setup.first.todesk')}</Link><Link class="btn" to="/people/people">{t('setup.first.topeople')}</Link><Link class="btn" to="/people/frame"><Icon name="panel" small />{t('setup.first.tohelpdesk')}</Link></div>}
  </section>
}
