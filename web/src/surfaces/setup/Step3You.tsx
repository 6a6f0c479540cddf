// Step 3: the administrator's own tier and team. Without a tier of the policy nobody gives anything, the administrator neither.
import { signal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import { call, callFull, Problem } from '../../lib/api.ts'
import { useT } from '../../lib/i18n.ts'
import type { Setup } from '../../lib/model.ts'
import { resource, useResource } from '../../lib/resource.ts'
import { Link } from '../../lib/router.ts'
import { Button, Field, Note, Select } from '../../ui/index.ts'
import { Told, tried } from '../policy/told.tsx'
import { readTerms } from './Step2People.tsx'
import { kept, myself, openStep, readMe } from './state.ts'

// A team may be written with those above it; each that is not there is made.
async function madeTeam(path: string): Promise<string> {
  const { items } = await call('listTeams', { query: { limit: 500 } })
  const known = items.find(team => team.path === path || team.id === path)
  if (known || path === '') return known?.id ?? ''
  let parent: string | undefined
  for (const id of path.split('/')) {
    if (!items.some(team => team.id === id)) await call('addTeam', { body: { id, ...(parent && { parent }) } })
    parent = id
  }
  return parent ?? ''
}

export function You({ setup, read }: { setup: Setup; read: () => void }) {
  const t = useT('setup')
  const me = myself()
  const state = useMemo(() => ({ tier: signal(me?.tier ?? ''), team: signal(me?.team_path ?? me?.team ?? ''), problem: signal<Problem | null>(null), busy: signal(false) }), [])
  const terms = useResource(() => resource(readTerms, { kinds: ['policy.*'] }), [])
  const starter = useResource(() => resource(abort => kept.value.starter ? call('getStarter', { path: { id: kept.value.starter }, signal: abort }) : Promise.resolve(null)), [])
  const teams = useResource(() => resource(async abort => (await call('listTeams', { query: { limit: 500 }, signal: abort })).items, { kinds: ['person.*'] }), [])
  useEffect(() => {
    const { you } = starter.data.value ?? {}
    const there = teams.data.value
    if (!you || !there) return
    if (state.tier.value === '') state.tier.value = you.tier
    // The example's team, unless those who are in have teams of their own.
    if (state.team.value === '') state.team.value = there.length === 0 || there.some(team => team.path === you.team || team.id === you.team) ? you.team : there[0]!.path
  }, [starter.data.value, teams.data.value])
  const keep = async (event: Event) => {
    event.preventDefault()
    if (state.busy.value || !me) return
    state.busy.value = true
    const answer = await tried(async () => {
      const team = await madeTeam(state.team.value.trim())
      const { etag } = await callFull('getPerson', { path: { id: me.id } })
      await call('changePerson', { path: { id: me.id }, body: { tier: state.tier.value || null, team: team || null }, ...(etag !== null && { ifMatch: etag }) })
      await readMe()
    })
    state.busy.value = false
    state.problem.value = answer instanceof Problem ? answer : null
    if (answer instanceof Problem) return
    read()
    openStep('first')
  }
  const tiers = terms.data.value?.tiers ?? []
  if (!me) return <Note kind="ask" icon="info">{t('setup.you.token')}</Note>
  return <>
    <div class="su-h"><h2>{t('setup.you.title')}</h2><p>{t('setup.you.text')}</p></div>
    {setup.policy === 0 && <Note kind="ask" icon="info">{t('setup.you.policy')} <Link to="/setup?step=policy">{t('setup.policy.name')}</Link></Note>}
    {setup.me_ready && <Note kind="can">{t('setup.you.ready')}</Note>}
    <form class="card pad su-you" onSubmit={event => void keep(event)}>
      <Select label={t('setup.you.tier')} value={state.tier} options={[{ value: '', text: t('setup.you.none') }, ...tiers.map(value => ({ value, text: value }))]} hint={t('setup.you.tier.hint')} />
      <Field label={t('setup.you.team')} value={state.team} list="su-own-teams" autocomplete="off" hint={t('setup.you.team.hint')} />
      <datalist id="su-own-teams">{[...new Set([...(teams.data.value ?? []).map(team => team.path), ...(terms.data.value?.teams ?? [])])].map(team => <option key={team} value={team} />)}</datalist>
      <div><Button kind="pri" type="submit" busy={state.busy.value ? t('common.saving') : undefined}>{t('setup.you.do')}</Button></div>
      {state.problem.value && <Told problem={state.problem.value} />}
    </form>
  </>
}
