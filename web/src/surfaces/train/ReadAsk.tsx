// Asking about a change of the policy, beside what is read of it; and what came back. Loaded when a read is shown.
import type { Signal } from '@preact/signals'
import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { MyObstacles } from '../../lib/api-types.ts'
import { call } from '../../lib/api.ts'
import { useT } from '../../lib/i18n.ts'
import { resource, useResource } from '../../lib/resource.ts'
import { Button, Note, TextArea } from '../../ui/index.ts'
import { Said } from '../panel/InTheWay.tsx'
import { useSaving } from '../people/form.tsx'

function useAsked() {
  return useResource(() => resource<MyObstacles['items']>(signal => call('listMyObstacles', { signal }).then(found => found.items.filter(one => one.said.kind === 'change')), { kinds: ['obstacle.*'] }), [])
}

/** `asking`: whether the form is open; undefined while what was asked has no answer yet. */
export function ReadAsk({ read, asking }: { read: string; asking: Signal<boolean | undefined> }) {
  const t = useT('listening')
  const asked = useAsked()
  const text = useSignal('')
  const empty = useSignal(false)
  const { busy, problem, run } = useSaving()
  const mine = asked.data.value?.filter(one => one.said.read === read) ?? []
  const waits = mine.some(one => one.answer === undefined)
  useEffect(() => { if (waits) asking.value = undefined; else if (asking.value === undefined) asking.value = false }, [waits])
  const send = (event: Event): void => {
    event.preventDefault()
    empty.value = text.value.trim() === ''
    if (empty.value) return
    void run(() => call('askAboutRead', { path: { id: read }, body: { text: text.value } })).then(said => {
      if (!said) return
      text.value = ''
      void asked.refresh()
    })
  }
  return <>
    <div role="status"><Said items={mine} /></div>
    {asking.value && <form class="col g3" onSubmit={send} noValidate>
      <TextArea label={t('listening.ask.text')} value={text} rows={2} maxLength={2000} />
      <p class="t12 f">{t('listening.ask.to')}</p>
      {empty.value && <Note kind="bad" live>{t('listening.ask.empty')}</Note>}
      {problem.value && <Note kind="bad" live>{problem.value.detail}</Note>}
      <div><Button type="submit" size="sm" busy={busy.value ? t('listening.sending') : undefined}>{t('listening.ask.send')}</Button></div>
    </form>}
  </>
}

/** What was asked about changes that are read by now: nothing where there is none. */
export function Asked({ but }: { but: readonly string[] }) {
  const t = useT('listening')
  const items = useAsked().data.value?.filter(one => !but.includes(one.said.read ?? '')) ?? []
  if (items.length === 0) return null
  return <section class="card" aria-labelledby="read-asked"><div class="hd"><h2 id="read-asked">{t('listening.ask.mine')}</h2></div><div class="pad"><Said items={items} /></div></section>
}
