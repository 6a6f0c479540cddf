// What approvals teach: where people say yes past a limit so steadily that the asking might be spared. Each card says on what it
// rests and what the change would have done; it becomes a draft, or is put aside.
import { signal, useSignal } from '@preact/signals'
import { call, Problem } from '../../lib/api.ts'
import { lang, useT } from '../../lib/i18n.ts'
import type { Suggestion } from '../../lib/model.ts'
import { resource, useResource } from '../../lib/resource.ts'
import { go } from '../../lib/router.ts'
import { length } from '../../lib/time.ts'
import { may } from '../../shell/rights.ts'
import { Button, Tag, toast } from '../../ui/index.ts'
import { asChange, money } from './figures.ts'
import { Told, tried } from './told.tsx'
import { draftsChanged } from './Versions.tsx'

type T = ReturnType<typeof useT<'policy'>>

const turn = signal(0)

/** The value that stood in the way, in words; its path where it is none that is known here. */
function what(t: T, path: string): string {
  const limit = /^grants\.(.+)\.up_to$/.exec(path)
  const tier = /^grants\.(.+)\.who\.tier$/.exec(path)
  const budget = /^budgets\.([^.]+)\.(?:amount|times)(?:\.(.+))?$/.exec(path)
  const rail = /^rails\.(.+)\.when$/.exec(path)
  if (limit) return t('policy.teach.what.limit', { name: limit[1]! })
  if (tier) return t('policy.teach.what.tier', { name: tier[1]! })
  if (budget) return budget[2] === undefined ? t('policy.teach.what.budget', { name: budget[1]! }) : t('policy.teach.what.budget-tier', { name: budget[1]!, tier: budget[2] })
  return rail ? t('policy.teach.what.rail', { name: rail[1]! }) : path
}

function sentence(t: T, one: Suggestion): string {
  const middle = length(one.middle_seconds * 1000, lang.value)
  if (one.action !== undefined) return t(one.reason === undefined ? 'policy.teach.no' : 'policy.teach.no.reason', { n: one.no, all: one.asks, action: one.action, reason: one.reason ?? '', middle })
  return t('policy.teach.yes', { n: one.yes_unchanged, all: one.asks, what: what(t, one.path ?? ''), middle })
}

function question(t: T, one: Suggestion): string {
  if (one.action !== undefined) return t('policy.teach.ask.refuse')
  if (one.kind === 'raise') return t('policy.teach.ask.raise')
  if (one.kind === 'open') return t('policy.teach.ask.open')
  return t(one.before === undefined ? 'policy.teach.ask.rail' : 'policy.teach.ask.own')
}

/** Nothing where there is nothing: a list of none is no news. */
export function Teach({ live }: { live: number }) {
  const t = useT('policy')
  const list = useResource(() => resource(abort => call('listSuggestions', { signal: abort }), { kinds: ['policy.*'] }), [live, turn.value])
  const is = list.data.value
  const problem = list.problem.value
  if (problem && !['busy', 'offline', 'forbidden', 'not-found'].includes(problem.kind)) return <Told problem={problem} again={() => void list.refresh()} reading />
  if (!is || is.items.length === 0) return null
  return <section class="card tea" aria-labelledby="pol-teach">
    <div class="hd"><h3 id="pol-teach">{t('policy.teach')}</h3><span class="t12 f">{t('policy.teach.of', { n: is.asks, days: is.rule.days })}</span></div>
    <ul>{is.items.map(one => <Card key={one.id} one={one} />)}</ul>
    <p class="t12 f pad-s">{t('policy.teach.rule', { asks: is.rule.asks, share: percent(is.rule.share), sure: percent(is.rule.confidence) })}</p>
  </section>
}

const percent = (share: string): string => new Intl.NumberFormat(lang.value, { style: 'percent', maximumFractionDigits: 0 }).format(Number(share))

function Card({ one }: { one: Suggestion }) {
  const t = useT('policy')
  const problem = useSignal<Problem | null>(null)
  const busy = useSignal<'draft' | 'aside' | null>(null)
  const draft = async () => {
    busy.value = 'draft'
    const made = await tried(() => call('draftSuggestion', { path: { id: one.id } }))
    busy.value = null
    problem.value = made instanceof Problem ? made : null
    if (made instanceof Problem) return
    draftsChanged()
    go(`/policy/drafts/${made.id}`)
  }
  const aside = async () => {
    busy.value = 'aside'
    const done = await tried(() => call('dismissSuggestion', { path: { id: one.id }, body: {} }))
    busy.value = null
    problem.value = done instanceof Problem ? done : null
    if (done instanceof Problem) return
    turn.value += 1
    toast({ says: t('policy.teach.aside', { n: one.asks }) })
  }
  return <li>
    <p>{sentence(t, one)} <b>{question(t, one)}</b>{one.managers === 1 && <> <Tag tone="ask">{t('policy.teach.single')}</Tag></>}</p>
    {one.after !== undefined && <p class="tea-c"><code lang="en">{one.path}</code> <span class="ba" lang="en"><s>{one.before}</s><span class="f" aria-hidden="true"> → </span><span class="vh">{t('policy.changes.then')}</span><b>{one.after}</b></span></p>}
    {one.replay && <Replay replay={one.replay} />}
    {problem.value && <Told problem={problem.value} />}
    {may('CHANGE_POLICY', 'all') && <div class="row wrap">
      {one.after !== undefined && <Button size="sm" kind="pri" busy={busy.value === 'draft' ? t('policy.teach.drafting') : undefined} onClick={() => void draft()}>{t('policy.teach.draft')}</Button>}
      <Button size="sm" kind="quiet" busy={busy.value === 'aside' ? t('policy.teach.putting') : undefined} onClick={() => void aside()}>{t('policy.teach.later')}</Button></div>}
  </li>
}

function Replay({ replay }: { replay: NonNullable<Suggestion['replay']> }) {
  const t = useT('policy')
  return <p class="t13 m">{t('policy.teach.replay', { avoided: replay.avoided, waited: length(replay.avoided_waiting_seconds * 1000, lang.value), more: replay.more, less: replay.less, cost: asChange(replay.cost) })}
    {replay.newly_asked > 0 && <> {t('policy.teach.newly', { n: replay.newly_asked, worth: money(replay.newly_asked_cost) })}</>}</p>
}
