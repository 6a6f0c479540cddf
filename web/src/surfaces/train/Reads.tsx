// What changed of the policy for oneself, in old and new words, acknowledged once. In the panel and on My path.
import { useSignal, type Signal } from '@preact/signals'
import type { PolicyRead } from '../../lib/api-types.ts'
import { call } from '../../lib/api.ts'
import { boot } from '../../lib/boot.ts'
import { lang, messages, rich, useT } from '../../lib/i18n.ts'
import { resource, useResource } from '../../lib/resource.ts'
import { at, day } from '../../lib/time.ts'
import { Button, Empty, Note } from '../../ui/index.ts'
import { useSaving } from '../people/form.tsx'
import { lazy } from '../policy/lazy.tsx'
import { compared } from './compared.ts'

const ReadAsk = lazy<{ read: string; asking: Signal<boolean | undefined> }>(() => Promise.all([import('./ReadAsk.tsx'), messages('listening')]).then(([part]) => part.ReadAsk))
const Asked = lazy<{ but: readonly string[] }>(() => Promise.all([import('./ReadAsk.tsx'), messages('listening')]).then(([part]) => part.Asked))

export const READS_TOLD = ['policy.published', 'policy.rolled_back', 'policy.trial_started', 'policy.trial_ended', 'read.acknowledged', 'person.changed']

function useReads() {
  return useResource(() => resource<PolicyRead[]>(signal => call('myReads', { signal }).then(found => found.items), { kinds: READS_TOLD }), [])
}

// The policy's own words are English, whatever the console speaks.
function Words({ before, after }: { before?: string | undefined; after?: string | undefined }) {
  const t = useT('train')
  if (before === undefined) return <p><span class="vh">{t('train.read.new')} </span><ins lang="en">{after}</ins></p>
  if (after === undefined) return <p><span class="vh">{t('train.read.gone')} </span><del lang="en">{before}</del></p>
  return <p lang="en">{compared(before, after).map((part, i) => {
    const text = part.text.trimEnd()
    const space = part.text.slice(text.length)
    return part.is === 'same' ? part.text : part.is === 'old' ? [<del key={i}>{text}</del>, space] : [<ins key={i}>{text}</ins>, space]
  })}</p>
}

function One({ read, panel, done }: { read: PolicyRead; panel: boolean; done: () => void }) {
  const t = useT('train')
  const { busy, problem, run } = useSaving()
  const asking = useSignal<boolean | undefined>(false)
  const acknowledge = (): void => { void run(() => call('acknowledgeRead', { path: { id: read.id } })).then(said => { if (said) done() }) }
  const what = read.actions.map(one => one.label).join(', ')
  return <section class={panel ? 'pn-sec' : 'card'} aria-labelledby={`read-${read.id}`} data-read={read.version}>
    <div class={panel ? '' : 'hd'}><h2 id={`read-${read.id}`}>{t('train.read.title', { n: read.version })}</h2></div>
    <div class={panel ? 'ackd col g5' : 'pad ackd col g5'}>
      <p class="t12 f">{t('train.read.since', { what, day: day(at(read.at), lang.value) })}</p>
      {read.words.map(one => <Words key={one.rule} before={one.before} after={one.after} />)}
      {read.asks_from && <p class="t12">{rich(t('train.read.asks', { what, day: day(at(read.asks_from), lang.value) }))}</p>}
      {problem.value && <Note kind="bad" live>{problem.value.detail || t('train.read.not')}</Note>}
      <div class="row"><Button kind="pri" {...(panel && { size: 'sm' as const })} busy={busy.value ? t('train.read.busy') : undefined} onClick={acknowledge}>{t('train.read.do')}</Button>
        {asking.value === false && <Button kind="quiet" {...(panel && { size: 'sm' as const })} onClick={() => { asking.value = true }}>{t('train.read.ask')}</Button>}</div>
      <ReadAsk read={read.id} asking={asking} />
      {read.people !== undefined && <p class="t12 f">{t('train.read.others', { n: read.read ?? 0, of: read.people })}</p>}
    </div>
  </section>
}

/** In the panel: nothing when there is nothing to read. */
export function PanelReads() {
  const reads = useReads()
  return <>{reads.data.value?.map(one => <One key={one.id} read={one} panel done={() => void reads.refresh()} />)}</>
}

/** A page of its own behind /train/read. */
export function Reads() {
  const t = useT('train')
  const reads = useReads()
  const items = reads.data.value
  if (boot.me?.person === undefined || items?.length === 0) return <div class="col g6 tr-reads"><div class="card"><Empty title={t('train.read.none')}>{t('train.read.none.text')}</Empty></div>{boot.me?.person && <Asked but={[]} />}</div>
  return <div class="col g6 tr-reads">{items?.map(one => <One key={one.id} read={one} panel={false} done={() => void reads.refresh()} />)}{items && <Asked but={items.map(one => one.id)} />}</div>
}
