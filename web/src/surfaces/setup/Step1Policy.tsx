// Step 1: a policy to begin with, seen in sentences before it is in force, or one's own file.
import { signal } from '@preact/signals'
import { useMemo, useState } from 'preact/hooks'
import { call, callFull, Problem } from '../../lib/api.ts'
import { useT } from '../../lib/i18n.ts'
import type { Explained, Setup, Starter, Starters } from '../../lib/model.ts'
import { resource, useResource, type Resource } from '../../lib/resource.ts'
import { go, Link } from '../../lib/router.ts'
import { Button, Field, Icon, Note, Select, Skeleton, toast } from '../../ui/index.ts'
import { Sentences } from '../policy/Sentences.tsx'
import { Told, tried } from '../policy/told.tsx'
import { getTop, setTop } from '../policy/top.ts'
import { kept, openStep, readMe } from './state.ts'

type Card = Starters['items'][number]

export function Policy({ setup, read }: { setup: Setup; read: () => void }) {
  const t = useT('setup')
  const [chosen, choose] = useState(kept.value.starter)
  const list = useResource(() => resource(abort => call('listStarters', { signal: abort })), [])
  return <>
    <div class="su-h"><h2>{t('setup.policy.title')}</h2><p>{t('setup.policy.text')}</p></div>
    {setup.policy > 0
      ? <Note kind="can">{t('setup.policy.live', { n: setup.policy })} <Link to="/policy">{t('setup.policy.read')}</Link></Note>
      : <><Cards list={list} chosen={chosen} choose={choose} />{chosen && <Preview key={chosen} id={chosen} read={read} />}<OwnFile /></>}
  </>
}

function Cards({ list, chosen, choose }: { list: Resource<Starters>; chosen: string; choose: (id: string) => void }) {
  const t = useT('setup')
  if (!list.data.value) return list.problem.value ? <Told problem={list.problem.value} again={() => void list.refresh()} reading /> : list.slow.value ? <Skeleton rows={['h44', 'h44', 'h44']} /> : null
  const pick = (one: Card) => {
    kept.value = { ...kept.value, starter: one.id }
    choose(one.id)
  }
  return <ul class="su-cards">{list.data.value.items.map(one => <li key={one.id}>
    <button type="button" class="su-card" aria-pressed={chosen === one.id} onClick={() => pick(one)}>
      <b lang="en">{one.whose.replace(/\.$/, '')}</b><span class="m" lang="en">{one.look_for}</span>
      <small>{t('setup.policy.card', { organization: one.organization, n: one.grants, actions: one.actions.length, currency: one.currency })}</small>
    </button></li>)}</ul>
}

const zones = (): string[] => typeof Intl.supportedValuesOf === 'function' ? Intl.supportedValuesOf('timeZone') : []

// Days turn over where whoever begins is; the example's own place is a guess about somebody else.
function here(): string | undefined {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone
  return zone.includes('/') || zone === 'UTC' ? zone : undefined
}

const currencies = (): string[] => typeof Intl.supportedValuesOf === 'function' ? Intl.supportedValuesOf('currency') : []

function Preview({ id, read }: { id: string; read: () => void }) {
  const starter = useResource(() => resource(abort => call('getStarter', { path: { id }, signal: abort })), [id])
  const is = starter.data.value
  if (!is) return starter.problem.value ? <Told problem={starter.problem.value} again={() => void starter.refresh()} reading /> : starter.slow.value ? <Skeleton rows={['w60', 'h44', 'w80']} /> : null
  return <Chosen starter={is} read={read} />
}

function Chosen({ starter, read }: { starter: Starter; read: () => void }) {
  const t = useT('setup')
  const state = useMemo(() => ({
    organization: signal(getTop(starter.source, 'organization') ?? ''), currency: signal(getTop(starter.source, 'currency') ?? ''),
    zone: signal(here() ?? getTop(starter.source, 'time_zone') ?? 'UTC'), problem: signal<Problem | null>(null), busy: signal(false),
  }), [])
  const words = useResource(() => resource<Explained>(abort => call('explainSource', { body: { source: starter.source }, signal: abort })), [starter.id])
  const publish = async () => {
    state.busy.value = true
    state.problem.value = null
    const fields = [['organization', state.organization], ['currency', state.currency], ['time_zone', state.zone]] as const
    const source = fields.reduce((text, [key, value]) => value.value.trim() ? setTop(text, key, value.value.trim()) : text, starter.source)
    const answer = await tried(() => call('publishPolicy', { body: { source, note: t('setup.policy.note') } }))
    state.busy.value = false
    if (answer instanceof Problem) {
      state.problem.value = answer
      return
    }
    await tried(readMe)
    read()
    toast({ says: t('setup.policy.published', { n: answer.version }) })
    openStep('people')
  }
  const options = (all: string[], now: string) => [...new Set([now, ...all])].map(value => ({ value, text: value }))
  const { problem } = state
  return <div class="card">
    <div class="hd"><h2 id="su-preview">{t('setup.policy.preview')}</h2></div>
    <div class="su-three">
      <Field label={t('setup.policy.organization')} value={state.organization} maxLength={200} autocomplete="organization" />
      <Select label={t('setup.policy.currency')} value={state.currency} options={options(currencies(), state.currency.value)} />
      <Select label={t('setup.policy.zone')} value={state.zone} options={options(zones(), state.zone.value)} hint={t('setup.policy.zone.hint')} />
    </div>
    <div class="su-say" tabIndex={0} role="region" aria-labelledby="su-preview" data-scrolls>
      {words.problem.value && <div class="pad"><Told problem={words.problem.value} again={() => void words.refresh()} reading /></div>}
      {words.data.value && <Sentences sections={words.data.value.sections} />}
      {!words.data.value && words.slow.value && <div class="pad"><Skeleton rows={['w80', 'w60', 'w80']} /></div>}
    </div>
    <div class="pad row wrap su-act">
      <Button kind="pri" size="lg" busy={state.busy.value ? t('setup.policy.busy') : undefined} onClick={() => void publish()}>{t('setup.policy.do')}</Button>
      <span class="t13 m">{t('setup.policy.later')}</span>
    </div>
    {problem.value && <div class="pad"><Told problem={problem.value}>{problem.value.findings.map((one, i) => <p key={i} lang="en">{one.message}{one.hint ? ` ${one.hint}` : ''}</p>)}</Told></div>}
  </div>
}

// A file goes to the editor as a draft: there its findings have their lines, and nothing is in force before it is published.
function OwnFile() {
  const t = useT('setup')
  const [problem, setProblem] = useState<Problem | null>(null)
  const [over, setOver] = useState(false)
  const take = async (file: File | undefined) => {
    if (!file) return
    const source = await file.text()
    const answer = await tried(async () => {
      const draft = await tried(() => callFull('getDraft'))
      const etag = draft instanceof Problem ? null : draft.etag
      return call('keepDraft', { body: { source }, ...(etag !== null && { ifMatch: etag }) })
    })
    if (answer instanceof Problem) setProblem(answer)
    else go('/policy/edit')
  }
  const drop = (event: DragEvent) => {
    event.preventDefault()
    setOver(false)
    void take(event.dataTransfer?.files[0])
  }
  return <div class={over ? 'su-file over' : 'su-file'} onDragOver={event => { event.preventDefault(); setOver(true) }} onDragLeave={() => setOver(false)} onDrop={drop}>
    <label class="btn"><Icon name="policy" small />{t('setup.policy.file')}<input class="vh" type="file" accept=".yaml,.yml,text/yaml" onChange={event => void take(event.currentTarget.files?.[0])} /></label>
    <span class="t13 m">{t('setup.policy.file.hint')}</span>
    {problem && <Told problem={problem} />}
  </div>
}
