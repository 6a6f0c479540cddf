/* Escalated, not moving: nobody's first, then by days over the promise. One line to the owner, or another owner. */
import { signal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import { Button, Icon, Skeleton, Tag } from '../../ui/index.ts'
import { call } from '../../lib/api.ts'
import { boot } from '../../lib/boot.ts'
import { useT } from '../../lib/i18n.ts'
import type { Case } from '../../lib/model.ts'
import { Link } from '../../lib/router.ts'
import { resource, useResource } from '../../lib/resource.ts'
import { PartFailed } from './Part.tsx'
import { Hand, Tell } from './parts.ts'
import { calledBy, dayText } from './words.ts'

const linesMost = 6
const rowsMost = 100

/** Whether somebody has it who is still here. */
const owned = (one: Case): boolean => (one.owner ?? null) !== null && one.owner_left !== true

/** A case that is nobody's moves last of all by itself: it stands first. The server's order holds for the rest. */
export function nobodyFirst(cases: readonly Case[]): Case[] {
  return [...cases.filter((one) => !owned(one)), ...cases.filter(owned)]
}

export function Stale() {
  const t = useT('desk')
  const stale = useResource(() => resource<Case[]>(async (abort) => nobodyFirst((await call('listCases', { query: { stale: true, limit: rowsMost }, signal: abort })).items), { kinds: ['case.*'], quiet: 500 }), [])
  const all = useMemo(() => signal(false), [])
  const tell = useMemo(() => signal<Case | null>(null), [])
  const hand = useMemo(() => signal<Case | null>(null), [])
  const cases = stale.data.value
  const shown = cases === undefined ? [] : all.value ? cases : cases.slice(0, linesMost)
  return <section class="card" aria-labelledby="stale">
    <div class="hd"><h2 id="stale">{t('desk.stale.title')}</h2>{cases !== undefined && cases.length > 0 && <Tag tone="warn">{cases.length}</Tag>}</div>
    {stale.problem.value !== null && cases === undefined && <div class="pad-s"><PartFailed problem={stale.problem.value} again={stale.refresh} /></div>}
    {cases === undefined && stale.slow.value && <div class="pad-s"><Skeleton rows={['w80', 'w60', 'w80', 'w60']} /></div>}
    {cases !== undefined && cases.length === 0 && <p class="pad-s t13 m">{t('desk.stale.none')}</p>}
    {shown.map((one) => <StaleLine key={one.id} one={one} tell={() => { tell.value = one }} hand={() => { hand.value = one }} />)}
    {cases !== undefined && cases.length > linesMost && !all.value && <div class="pad-s"><Button size="sm" kind="quiet" wide onClick={() => { all.value = true }}>{t('desk.stale.all', { n: cases.length - linesMost })}</Button></div>}
    {tell.value !== null && <Tell one={tell.value} close={() => { tell.value = null }} />}
    {hand.value !== null && <Hand one={hand.value} close={() => { hand.value = null }} done={() => void stale.refresh()} />}
  </section>
}

function StaleLine({ one, tell, hand }: { one: Case; tell: () => void; hand: () => void }) {
  const t = useT('desk')
  const name = one.owner_name ?? one.owner
  const owner = owned(one) ? name : undefined
  const who = owner ?? (name === undefined ? t('desk.stale.nobody') : t('desk.stale.left', { name }))
  const says = (one.promise ?? null) !== null ? t('desk.stale.promised', { who, day: dayText(one.promise) }) : t('desk.stale.moved', { who, day: dayText(one.moved ?? one.opened) })
  const days = one.over_days ?? 0
  return <div class="st">
    <div class="ell"><Link to={`/panel?case=${encodeURIComponent(one.id)}`}>{one.subject ?? `#${one.id}`}</Link>{one.subject !== undefined && <small> #{one.id}</small>}</div>
    <span class={days >= 7 ? 'days warn-t' : 'days'}>{t('desk.stale.days', { n: days })}</span>
    <small class="ell">{says}</small>
    {owner === undefined
      ? <Button size="xs" onClick={hand}>{t('desk.stale.give')}<span class="vh"> #{one.id}</span></Button>
      : <span class="row g2 acts">
        {boot.me?.rights['CHANGE_CASES'] !== 'own' && <Button size="xs" kind="quiet" onClick={hand}>{t('desk.stale.give')}<span class="vh"> #{one.id}</span></Button>}
        <Button size="xs" aria-label={t('desk.stale.tell', { name: owner, id: one.id })} onClick={tell}><Icon name="chat" small />{calledBy(owner)}</Button>
      </span>}
  </div>
}
