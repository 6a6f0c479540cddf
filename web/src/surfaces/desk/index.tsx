/* The manager's desk: who waits for an answer, what it rests on, what the team has left and what was decided. */
import { effect, signal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import { Button, Icon, Note } from '../../ui/index.ts'
import { lang, rich, useT } from '../../lib/i18n.ts'
import { live } from '../../lib/live.ts'
import { useResource } from '../../lib/resource.ts'
import { go, place } from '../../lib/router.ts'
import { clock } from '../../lib/time.ts'
import { setCount, useTop } from '../../shell/top.ts'
import { nowWaiting, startAlarm } from './alarm.ts'
import { makeDesk, type Desk as State } from './desk.ts'
import { bringLater } from './lazy.tsx'
import { Aside, DecidedToday, Decisions, Ladder, Phone, Story } from './parts.ts'
import { Queue, useQueueKeys } from './Queue.tsx'
import { loadToday } from './Today.ts'

const narrow = matchMedia('(max-width: 719px)')
const isNarrow = signal(narrow.matches)
narrow.addEventListener('change', () => { isNarrow.value = narrow.matches })

export default function Desk() {
  const t = useT('desk')
  const desk = useMemo(makeDesk, [])
  useEffect(() => () => desk.dispose(), [desk])
  useEffect(() => startAlarm(t), [])
  useEffect(bringLater, [])
  useEffect(() => effect(() => {
    // What stays on the screen though it is closed does not wait any more.
    const { shown, behind, gone } = desk.queue.value
    const ids = [...shown, ...behind].filter((id) => !gone.includes(id))
    if (desk.list.data.value !== undefined) {
      nowWaiting(ids)
      setCount('desk', ids.length)
    }
  }), [desk])
  const ladder = useMemo(() => signal(false), [])
  useTop(t('desk.title'), <Button kind="quiet" size="sm" class="alerts" aria-label={t('desk.alert.open')} onClick={() => { ladder.value = true }}><Icon name="bell" small /><span class="name">{t('desk.alert.open')}</span></Button>)
  const { parts } = place.value
  return <>
    {live.value.is === 'offline' && <Offline desk={desk} since={live.value.since} />}
    {parts[0] === 'decisions' ? <Decisions terms={desk.terms} /> : <Waiting desk={desk} named={parts[0] === 'approvals' ? (parts[1] ?? null) : null} />}
    {ladder.value && <Ladder open={ladder} />}
  </>
}

function Offline({ desk, since }: { desk: State; since: number }) {
  const t = useT('desk')
  const open = desk.queue.value.open
  const who = (open === null ? undefined : desk.ask(open)?.next?.name) ?? t('desk.offline.next')
  return <div class="off-line"><Note kind="warn" icon="off" live>{rich(t('desk.offline', { time: clock(since, lang.value), who }))}</Note></div>
}

function Waiting({ desk, named }: { desk: State; named: string | null }) {
  const t = useT('desk')
  const today = useResource(loadToday, [])
  useQueueKeys(desk)
  const story = useNamed(desk, named)
  return <>
    {story === 'gone' && <div class="off-line"><Note kind="ask" icon="info">{t('desk.ask.gone')}</Note></div>}
    {story !== undefined && story !== null && story !== 'gone' && <div class="named"><Story desk={desk} approval={story} /></div>}
    {isNarrow.value ? <Phone desk={desk} today={today} /> : <div class="dk">
      <div><Queue desk={desk} today={today} /><DecidedToday today={today} terms={desk.terms} /></div>
      <aside class="col g6"><Aside today={today} /></aside>
    </div>}
  </>
}

/** The ask of the address: opened in the queue when it waits; its story when it is closed. */
function useNamed(desk: State, named: string | null): ReturnType<State['whole']> | null | 'gone' {
  const gone = useMemo(() => signal<string | null>(null), [])
  const list = desk.list.data.value
  const waits = named !== null && desk.queue.value.shown.includes(named)
  useEffect(() => {
    if (named === null || list === undefined) {
      return
    }
    if (waits) {
      desk.open(named)
      go('/desk', 'replace')
    } else {
      desk.read(named).catch(() => { gone.value = named })
    }
  }, [named, waits, list === undefined])
  if (named === null || list === undefined || waits) {
    return null
  }
  const whole = desk.whole(named)
  if (whole === undefined) {
    return gone.value === named ? 'gone' : null
  }
  // An open one that is not in the queue is asked of others: it can be read here, not answered.
  return whole.state === 'open' && desk.list.loading.value ? null : whole
}
