// What there was and what is thought of: the drafts, and all versions under them, newest first; one of those is the normal one.
import { signal, useSignal } from '@preact/signals'
import { call, Problem } from '../../lib/api.ts'
import { boot } from '../../lib/boot.ts'
import { lang, useT } from '../../lib/i18n.ts'
import type { DraftInfo, PolicyVersion, Trial } from '../../lib/model.ts'
import { resource, useResource } from '../../lib/resource.ts'
import { go, Link } from '../../lib/router.ts'
import { at, when } from '../../lib/time.ts'
import { may } from '../../shell/rights.ts'
import { Button, Icon, Skeleton, Tag, toast } from '../../ui/index.ts'
import { useEffects, type Measuring } from './effect.ts'
import { Brief, measuredAtOnce } from './Measured.tsx'
import { THE_ONE } from './one.ts'
import { Told, tried } from './told.tsx'
import { useTrials } from './Trials.tsx'

const PAGE = 50
const MEASURED = 20 // the newest; older ones say what they did on their page

const turn = signal(0)
/** Drafts were made, divided or thrown away here: no event tells of them. */
export const draftsChanged = (): void => { turn.value += 1 }

const changes = () => may('CHANGE_POLICY', 'all')

/** Opens a new draft of what is live, or one's own that has nothing in it yet. */
export async function openDraft(): Promise<Problem | null> {
  const list = await tried(() => call('listDrafts'))
  const mine = list instanceof Problem ? undefined : list.items.find(one => one.id !== THE_ONE && one.who === boot.me?.person?.id && one.variables === 0 && one.errors === 0 && one.from === boot.me?.policy)
  const draft = mine ?? await tried(() => call('makeDraft', { body: {} }))
  if (draft instanceof Problem) return draft
  draftsChanged()
  go(`/policy/drafts/${draft.id}`)
  return null
}

/** number: the version that is read; here: the draft that is edited. */
export function Versions({ live, number, here }: { live: number | undefined; number?: number | null; here?: string }) {
  const t = useT('policy')
  const most = useSignal(PAGE)
  const problem = useSignal<Problem | null>(null)
  const list = useResource(() => resource(abort => call('listPolicyVersions', { query: { limit: most.value }, signal: abort }), { kinds: ['policy.*'] }), [most.value])
  const drafts = useResource(() => resource(async abort => changes() ? (await call('listDrafts', { signal: abort })).items : [], { kinds: ['policy.*'] }), [turn.value, here])
  const is = list.data.value
  const trials = useTrials()
  const effects = useEffects((measuredAtOnce() ? is?.items ?? [] : []).slice(0, MEASURED).map(one => one.version), list.at.value).value
  const current = here === undefined ? number ?? live : undefined
  const failed = list.problem.value ?? drafts.problem.value
  return <nav class="sd-l" aria-label={t('policy.versions')}>
    <div class="sd-h"><h2>{t('policy.versions')}</h2><span class="sp" />{changes() && live !== undefined && live > 0 && <Button size="xs" aria-label={t('policy.draft.new')} onClick={() => { void openDraft().then(found => { problem.value = found }) }}><Icon name="plus" small />{t('policy.draft')}</Button>}</div>
    {problem.value && <div class="pad-s"><Told problem={problem.value} /></div>}
    {failed && <div class="pad-s"><Told problem={failed} again={() => { void list.refresh(); void drafts.refresh() }} reading /></div>}
    {!is && list.slow.value && <div class="pad-s"><Skeleton rows={['w60', 'w80', 'w60']} /></div>}
    {drafts.data.value?.map(one => <DraftRow key={one.id} one={one} current={one.id === here} />)}
    {is?.items.map(one => <Row key={one.version} one={one} current={one.version === current} trial={trials.data.value?.find(trial => trial.version === one.version)} measured={effects.get(one.version)} />)}
    {is?.next && most.value === PAGE && <div class="pad-s"><Button size="sm" kind="quiet" wide onClick={() => { most.value = 500 }}>{t('policy.versions.more')}</Button></div>}
    {is && <ToNormal items={is.items} />}
  </nav>
}

function DraftRow({ one, current }: { one: DraftInfo; current: boolean }) {
  const t = useT('policy')
  return <Link class="ver draft" to={one.id === THE_ONE ? '/policy/edit' : `/policy/drafts/${one.id}`} aria-current={current ? 'page' : undefined}>
    <span class="h">{t('policy.draft')} <Tag tone="ask">{t('policy.draft.tag')}</Tag>{one.at !== undefined && <time>{when(at(one.at), lang.value)}</time>}</span>
    {one.variables > 0 && one.title !== '' && <p class="ttl" lang="en">{one.title}</p>}
    <p>{t('policy.n', { n: one.variables })}{one.from !== undefined && <> · {t('policy.from', { n: one.from })}</>}{one.errors > 0 && <> · <span class="bad-t">{t('policy.tofix', { n: one.errors })}</span></>}</p>
    {(one.name ?? one.who) && <p class="f">{one.name ?? one.who}</p>}</Link>
}

function Row({ one, current, trial, measured }: { one: PolicyVersion; current: boolean; trial: Trial | undefined; measured: Measuring | undefined }) {
  const t = useT('policy')
  const runs = trial?.state === 'running'
  return <Link class={one.live ? 'ver live' : runs ? 'ver on' : 'ver'} to={one.live ? '/policy' : `/policy/versions?v=${one.version}`} aria-current={current ? 'page' : undefined}>
    <span class="h">{one.version}{one.live && <Tag tone="can">{t('policy.live')}</Tag>}{runs && <Tag tone="ask">{t('policy.trial.on')}</Tag>}{one.normal && <Tag tone="line">{t('policy.normal')}</Tag>}<time>{when(at(one.at), lang.value)}</time></span>
    <p>{one.note ?? t('policy.note.none')}</p>{one.reason && <p>{t('policy.together.why', { why: one.reason })}</p>}<p class="f">{one.who}{trial?.ended && <> · {t(`policy.trial.how.${trial.ended.how}`)}</>}</p>
    {measured?.effect && <Brief effect={measured.effect} />}
  </Link>
}

// The way back in one act, where there is one to go.
function ToNormal({ items }: { items: readonly PolicyVersion[] }) {
  const t = useT('policy')
  const problem = useSignal<Problem | null>(null)
  const busy = useSignal(false)
  const live = items.find(one => one.live)
  const normal = items.find(one => one.normal)
  if (!changes() || !live || !normal || normal.version === live.version) return null
  const back = async () => {
    busy.value = true
    const answer = await tried(() => call('rollbackPolicy', { body: { normal: true, note: t('policy.normal.note') } }))
    busy.value = false
    problem.value = answer instanceof Problem ? answer : null
    if (answer instanceof Problem) return
    toast({ says: t('policy.back.done', { n: normal.version }), for: 15000, act: { name: t('policy.normal.undo', { n: live.version }), run: () => { void call('rollbackPolicy', { body: { version: live.version, note: t('policy.normal.undone') } }).catch(() => toast({ says: t('policy.back.not') })) } } })
    go('/policy')
  }
  return <div class="pad-s nrm"><Button size="sm" wide busy={busy.value ? t('policy.back.busy') : undefined} onClick={() => void back()}><Icon name="undo" small />{t('policy.normal.back', { n: normal.version })}</Button>
    {problem.value && <Told problem={problem.value} />}</div>
}
