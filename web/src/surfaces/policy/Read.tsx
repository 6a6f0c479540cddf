// One version, in sentences beside its text: a sentence opens its lines, a line marks its sentence.
import { signal, useSignal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import { call, Problem } from '../../lib/api.ts'
import { lang, messages, useT } from '../../lib/i18n.ts'
import type { Explained, Policy } from '../../lib/model.ts'
import { resource, useResource } from '../../lib/resource.ts'
import { Link, place } from '../../lib/router.ts'
import { at, when } from '../../lib/time.ts'
import { may } from '../../shell/rights.ts'
import { Button, CodeArea, Empty, Icon, Skeleton, Tag } from '../../ui/index.ts'
import { Changes } from './Changes.tsx'
import { Measured } from './Measured.tsx'
import { RollBack } from './RollBack.tsx'
import { ruleAt, Sentences } from './Sentences.tsx'
import { lazy } from './lazy.tsx'
import { Teach } from './Teach.tsx'
import { Told, tried } from './told.tsx'
import { running, Trials, useTrials } from './Trials.tsx'
import { Versions } from './Versions.tsx'

const ReadBy = lazy<{ version: number }>(() => import('./ReadBy.tsx').then(part => part.ReadBy))
const InTheWay = lazy<object>(() => Promise.all([import('./InTheWay.tsx'), messages('listening')]).then(([part]) => part.InTheWay))

interface Shown { policy: Policy; words: Explained; live: number; normal: number | undefined }

async function orNull<T>(what: Promise<T>): Promise<T | null> {
  try {
    return await what
  } catch (error) {
    if (error instanceof Problem && error.kind === 'not-found') return null
    throw error
  }
}

async function readShown(number: number | null, signal: AbortSignal): Promise<Shown | null> {
  const live = await orNull(call('getPolicy', { signal }))
  if (!live) return null
  const [policy, words] = await Promise.all([
    number === null || number === live.version ? live : call('getPolicyVersion', { path: { n: String(number) }, signal }),
    call('explainPolicy', { query: { version: number ?? live.version }, signal }),
  ])
  return { policy, words, live: live.version, normal: 'normal' in live ? live.normal : undefined }
}

export function Read() {
  const asked = Number(place.value.query.get('v'))
  const number = Number.isInteger(asked) && asked > 0 ? asked : null
  const shown = useResource(() => resource(abort => readShown(number, abort), { kinds: ['policy.*'] }), [number])
  const is = shown.data.value
  if (is === null) return <Nothing />
  return <div class="sd rd">
    <Versions live={is?.live} number={number} />
    <div class="sd-c">
      {shown.problem.value && <Told problem={shown.problem.value} again={() => void shown.refresh()} reading />}
      {!is && shown.slow.value && <Skeleton rows={['w40', 'h44', 'w80', 'w60', 'h44']} />}
      {is && <Version key={is.policy.version} shown={is} />}
    </div>
  </div>
}

function Nothing() {
  const t = useT('policy')
  return <section class="card m"><Empty title={t('policy.none.title')}>{may('SETTINGS', 'all')
    ? <Link class="btn pri" to="/setup?step=policy">{t('policy.none.do')}</Link> : t('policy.none.text')}</Empty></section>
}

function Version({ shown }: { shown: Shown }) {
  const t = useT('policy')
  const { policy, words, live, normal } = shown
  const problem = useSignal<Problem | null>(null)
  const text = useMemo(() => signal(policy.source), [policy.sha256])
  const goTo = useSignal<number | null>(null)
  const current = useSignal<string | null>(null)
  const back = useSignal(false)
  const isLive = policy.version === live
  const trials = useTrials().data.value ?? []
  const onTrial = running(trials).some(one => one.version === policy.version)
  return <>
    <header class="vh-row">
      <div class="grow"><h2>{t('policy.version', { n: policy.version })} {isLive && <Tag tone="can">{t('policy.live')}</Tag>}{policy.version === normal && <Tag tone="line">{t('policy.normal')}</Tag>}</h2>
        <p class="t13 m">{t('policy.by', { who: policy.who, at: when(at(policy.at), lang.value) })}{policy.organization ? <> · <span lang="en">{policy.organization}</span></> : null}</p>
        {policy.note && <p class="t13">{policy.note}</p>}</div>
      {policy.version !== normal && may('CHANGE_POLICY', 'all') && <Button kind="quiet" onClick={() => { void mark(policy.version).then(found => { problem.value = found }) }}><Icon name="flag" small />{t('policy.normal.mark')}</Button>}
      {!isLive && may('CHANGE_POLICY', 'all') && <Button onClick={() => { back.value = true }}><Icon name="undo" small />{t('policy.back.do', { n: policy.version })}</Button>}
    </header>
    {problem.value && <Told problem={problem.value} />}
    {(isLive || onTrial) && <Trials trials={trials} {...(!isLive && { version: policy.version })} />}
    {isLive && <Teach live={live} />}
    {isLive && <InTheWay />}
    {!onTrial && <section class="card pad" aria-labelledby="pol-did"><h3 id="pol-did" class="mea-h">{t('policy.effect.title')}</h3><Measured version={policy.version} turn={live} /></section>}
    {policy.version > 1 && may('LEARN') && <ReadBy key={`read${policy.version}`} version={policy.version} />}
    {policy.version > 1 && <Before version={policy.version} />}
    <div class="card two">
      <div><div class="pane-h"><h3 id="pol-words">{t('policy.words')}</h3><span class="sp" /><span class="f">{t('policy.rules', { n: words.sections.reduce((sum, one) => sum + one.rules.length, 0) })}</span></div>
        <div class="pane" tabIndex={0} role="region" aria-labelledby="pol-words" data-scrolls><Sentences sections={words.sections} current={current.value} open={line => { goTo.value = line }} /></div></div>
      <div><div class="pane-h"><h3 id="pol-text">{t('policy.text')}</h3></div>
        <CodeArea value={text} findings={[]} readOnly label={t('policy.text')} goTo={goTo} onLine={line => { current.value = ruleAt(words.sections, line) }} /></div>
    </div>
    {back.value && <RollBack open={back} version={policy.version} live={live} />}
  </>
}

// Its event brings the page up to date.
async function mark(version: number): Promise<Problem | null> {
  const answer = await tried(() => call('setNormal', { body: { version } }))
  return answer instanceof Problem ? answer : null
}

// What this version changed; read when it is opened.
function Before({ version }: { version: number }) {
  const t = useT('policy')
  const open = useSignal(false)
  return <details class="card before" onToggle={event => { open.value = event.currentTarget.open }}>
    <summary>{t('policy.before', { n: version - 1 })}</summary>
    {open.value && <div class="pad"><Changes body={{ a: version - 1, b: version }} /></div>}
  </details>
}
