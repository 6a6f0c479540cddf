/* Waiting for you: the open ask in its place among the others. While somebody is at work in it nothing moves. */
import { useRef } from 'preact/hooks'
import { Button, Empty, Skeleton, Tag } from '../../ui/index.ts'
import { sound, unlocked } from '../../lib/alarm.ts'
import { useT } from '../../lib/i18n.ts'
import { useKeys } from '../../lib/keys.ts'
import type { Approval, Today } from '../../lib/model.ts'
import type { Resource } from '../../lib/resource.ts'
import { Ask } from './Ask.tsx'
import { AskLine } from './AskLine.tsx'
import type { Desk } from './desk.ts'
import { PartFailed } from './Part.tsx'
import { askedText } from './Today.ts'

export function useQueueKeys(desk: Desk): void {
  const t = useT('desk')
  const some = (): boolean => desk.queue.value.shown.length > 0
  useKeys([
    { id: 'desk.next', keys: 'j', name: t('desk.key.next'), when: some, run: () => desk.step(1) },
    { id: 'desk.before', keys: 'k', name: t('desk.key.before'), when: some, run: () => desk.step(-1) },
    ...desk.queue.value.shown.slice(0, 9).map((_, i) => ({ id: `desk.nth.${i + 1}`, keys: String(i + 1), name: t('desk.key.nth', { n: i + 1 }), when: some, run: () => desk.nth(i + 1) })),
  ])
}

export function Queue({ desk, today }: { desk: Desk; today: Resource<Today> }) {
  const t = useT('desk')
  const box = useRef<HTMLElement>(null)
  const { shown, behind, open } = desk.queue.value
  const is = today.data.value
  // A finger leaves as soon as it is lifted; only a pointer that stays holds the list.
  const enter = (event: PointerEvent): void => {
    if (event.pointerType === 'mouse') {
      desk.inside('pointer', true)
    }
  }
  return <section aria-labelledby="queue" ref={box} onPointerEnter={enter} onPointerLeave={() => desk.inside('pointer', false)} onPointerMove={() => desk.stir()} onKeyDown={() => desk.stir()}
    onFocusIn={() => desk.inside('focus', true)} onFocusOut={(event: FocusEvent) => desk.inside('focus', box.current?.contains(event.relatedTarget as Node | null) ?? false)}>
    <div class="q-h"><h2 id="queue">{t('desk.queue.title')}</h2>{shown.length > 0 && <Tag tone="ask"><span aria-hidden="true">{shown.length}</span><span class="vh">{t('desk.queue.count', { n: shown.length })}</span></Tag>}
      {behind.length > 0 && <Button size="xs" kind="ask" onClick={() => desk.letGo()}>{t('desk.queue.new', { n: behind.length })}</Button>}
      <span class="sp" /><span class="t12 f ell">{is === undefined ? '' : askedText(t, is)}</span></div>
    {shown.length === 0 && <Nobody list={desk.list} today={today} />}
    {shown.map((id, i) => (id === open ? <Ask key={id} desk={desk} id={id} /> : <AskLine key={id} desk={desk} id={id} place={i + 1} />))}
  </section>
}

/** The best state; it says why. */
export function Nobody({ list, today }: { list: Resource<Approval[]>; today: Resource<Today> }) {
  const t = useT('desk')
  if (list.data.value === undefined) {
    return <div class="card pad">{list.problem.value !== null ? <PartFailed problem={list.problem.value} again={list.refresh} /> : list.slow.value && <Skeleton rows={['w60', 'w40', 'h44']} />}</div>
  }
  const streak = today.data.value?.streak ?? 0
  const tone = sound.value ? (unlocked.value ? t('desk.empty.sound') : t('desk.empty.click')) : t('desk.empty.silent')
  return <div class="card"><Empty title={t('desk.empty.title')}>{streak > 0 && <p>{t('desk.empty.streak', { n: streak })}</p>}<p>{tone}</p></Empty></div>
}
