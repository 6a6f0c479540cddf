// All versions, newest first, and the draft that waits above them.
import { useSignal } from '@preact/signals'
import { call } from '../../lib/api.ts'
import { lang, useT } from '../../lib/i18n.ts'
import type { PolicyVersion } from '../../lib/model.ts'
import { resource, useResource } from '../../lib/resource.ts'
import { Link } from '../../lib/router.ts'
import { at, when } from '../../lib/time.ts'
import { Button, Skeleton, Tag } from '../../ui/index.ts'
import type { Shown } from './Read.tsx'
import { Told } from './told.tsx'

const PAGE = 50

export function Versions({ shown, number }: { shown: Shown | undefined; number: number | null }) {
  const t = useT('policy')
  const most = useSignal(PAGE)
  const list = useResource(() => resource(abort => call('listPolicyVersions', { query: { limit: most.value }, signal: abort }), { kinds: ['policy.*'] }), [most.value])
  const is = list.data.value
  const current = number ?? shown?.live
  return <nav class="sd-l" aria-label={t('policy.versions')}>
    <h2 class="sd-h">{t('policy.versions')}</h2>
    {list.problem.value && <div class="pad-s"><Told problem={list.problem.value} again={() => void list.refresh()} reading /></div>}
    {!is && list.slow.value && <div class="pad-s"><Skeleton rows={['w60', 'w80', 'w60']} /></div>}
    {shown?.draft && <Link class="ver draft" to="/policy/edit"><span class="h">{t('policy.draft')} <Tag tone="ask">{t('policy.draft.tag')}</Tag></span>
      {shown.draft.at && <p>{t('policy.by', { who: shown.draft.who ?? '', at: when(at(shown.draft.at), lang.value) })}</p>}</Link>}
    {is?.items.map(one => <Row key={one.version} one={one} current={one.version === current} />)}
    {is?.next && most.value === PAGE && <div class="pad-s"><Button size="sm" kind="quiet" wide onClick={() => { most.value = 500 }}>{t('policy.versions.more')}</Button></div>}
  </nav>
}

function Row({ one, current }: { one: PolicyVersion; current: boolean }) {
  const t = useT('policy')
  return <Link class={one.live ? 'ver live' : 'ver'} to={one.live ? '/policy' : `/policy/versions?v=${one.version}`} aria-current={current ? 'page' : undefined}>
    <span class="h">{one.version}{one.live && <Tag tone="can">{t('policy.live')}</Tag>}<time>{when(at(one.at), lang.value)}</time></span>
    <p>{one.note ?? t('policy.note.none')}</p><p class="f">{one.who}</p>
  </Link>
}
