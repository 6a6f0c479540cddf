// "This rule is in my way": one touch, a word if there is one, and later what became of it.
import { useSignal } from '@preact/signals'
import { Button, Icon, Note, TextArea } from '../../ui/index.ts'
import { call, Problem } from '../../lib/api.ts'
import type { MyObstacles } from '../../lib/api-types.ts'
import { lang, useT } from '../../lib/i18n.ts'
import { resource, useResource } from '../../lib/resource.ts'
import { at, day } from '../../lib/time.ts'
import { ruleName } from '../policy/inTheWay.ts'

type Step = 'before' | 'said' | 'done'

/** About one decision that was asked upwards or refused. */
export function InTheWay({ decision }: { decision: string }) {
  const t = useT('listening')
  const step = useSignal<Step>('before')
  const busy = useSignal(false)
  const note = useSignal('')
  const fault = useSignal('')
  const say = async (then: Step): Promise<void> => {
    if (busy.value) return
    busy.value = true
    const text = note.value.trim()
    await call('nameObstacle', { path: { id: decision }, body: text === '' ? {} : { note: text } })
      .then(() => { step.value = then; fault.value = '' }, (failed: unknown) => { fault.value = failed instanceof Problem ? failed.detail ?? failed.message : String(failed) })
    busy.value = false
  }
  return (
    <div class="pn-sec col g3">
      {step.value === 'before' && <div><Button kind="quiet" size="sm" busy={busy.value ? t('listening.sending') : undefined} onClick={() => void say('said')}><Icon name="flag" small />{t('listening.do')}</Button></div>}
      {step.value !== 'before' && <p class="t13" role="status">{t('listening.done')}</p>}
      {step.value === 'said' && (
        <>
          <TextArea label={t('listening.note')} value={note} rows={2} maxLength={2000} />
          <div><Button size="sm" busy={busy.value ? t('listening.sending') : undefined} onClick={() => { if (note.value.trim() !== '') void say('done'); else step.value = 'done' }}>{t('listening.send')}</Button></div>
        </>
      )}
      {fault.value !== '' && <Note kind="bad" live>{fault.value}</Note>}
    </div>
  )
}

/** What was said, each with what became of it. */
export function Said({ items }: { items: MyObstacles['items'] }) {
  const t = useT('listening')
  return <ul class="plain t13 col g3">{items.map(({ said, answer }) => (
    <li key={said.id}>
      <b>{t('listening.mine.row', { rule: ruleName(said), day: day(at(said.at), lang.value) })}</b>{said.note && <span class="m"> {said.note}</span>}
      <p>{answer ? <>{t(`listening.outcome.${answer.outcome}`)}{answer.policy_version !== undefined && ` (${t('listening.version', { n: answer.policy_version })})`}. {t('listening.answered', { name: answer.by_name ?? answer.by, text: answer.text ?? '' })}</> : <span class="f">{t('listening.mine.open')}</span>}</p>
    </li>
  ))}</ul>
}

/** What I said and asked, and what became of it: nothing where nothing was said. */
export function MyInTheWay() {
  const t = useT('listening')
  const mine = useResource(() => resource<MyObstacles>(signal => call('listMyObstacles', { signal }), { kinds: ['obstacle.answered'] }), []).data.value
  const parts = (['listening.mine', 'listening.ask.mine'] as const).map((title, i) => ({ title, items: mine?.items.filter(one => (one.said.kind === 'change') === (i === 1)) ?? [] }))
  return <>{parts.map(({ title, items }) => items.length !== 0 && <div key={title} class="pn-sec col g3"><h3>{t(title)}</h3><Said items={items} /></div>)}</>
}
