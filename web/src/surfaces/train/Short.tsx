// Short practice: the panel on a scenario of the course that is open, on cases of one's own, or on one that is made up.
import type { CourseItem } from '../../lib/api-types.ts'
import { call } from '../../lib/api.ts'
import { boot } from '../../lib/boot.ts'
import { useT } from '../../lib/i18n.ts'
import type { Case } from '../../lib/model.ts'
import { resource, useResource } from '../../lib/resource.ts'
import { Link } from '../../lib/router.ts'
import { may } from '../../shell/rights.ts'
import { Icon } from '../../ui/index.ts'

const SHOWN = 3

interface Offered { scenarios: CourseItem[]; cases: Case[] }

async function load(course: string | undefined, signal: AbortSignal): Promise<Offered> {
  const owner = boot.me?.person?.id
  const [whole, mine] = await Promise.all([
    course === undefined ? null : call('getCourse', { path: { id: course }, signal }),
    owner === undefined ? null : call('listCases', { query: { owner, limit: SHOWN }, signal }).catch(() => null), // who may not read cases has none
  ])
  return { scenarios: (whole?.items ?? []).filter(one => one.kind === 'scenario' && one.id !== undefined).slice(0, SHOWN), cases: mine?.items ?? [] }
}

const at = (query: Record<string, string>) => `/panel?${new URLSearchParams(query)}`

export function Short({ course, title }: { course: string | undefined; title: string }) {
  const t = useT('train')
  const offered = useResource(() => resource(signal => load(course, signal)), [course]).data.value
  if (!may('LEARN') || boot.me?.person === undefined) return null
  const row = (to: string, name: string, small: string) => <Link key={to} to={to}><Icon name="play" /><b>{name}</b><span /><small>{small}</small></Link>
  return <section class="card" aria-labelledby="tr-short"><div class="hd"><h2 id="tr-short">{t('train.practice')}</h2></div><p class="pad-s t12 m">{t('train.practice.text')}</p><nav class="path" aria-labelledby="tr-short">
    {offered?.scenarios.map(one => row(at({ practice: one.id!, course: course! }), one.title ?? one.id!, t('train.practice.of', { course: title })))}
    {offered?.cases.map(one => row(at({ practice: one.id }), one.subject ?? `#${one.id}`, t('train.practice.case', { id: one.id })))}
    {row(at({ practice: '' }), t('train.practice.made'), t('train.practice.made.text'))}</nav></section>
}
