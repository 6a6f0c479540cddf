// What was sent to one webhook, newest first; one can be looked at, with what came back, and sent again.
import { signal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import { call, Problem } from '../../lib/api.ts'
import { lang, useT } from '../../lib/i18n.ts'
import type { Delivery } from '../../lib/model.ts'
import { resource, useResource } from '../../lib/resource.ts'
import { at, when } from '../../lib/time.ts'
import { Button, Dialog, Seg, Tag, type Tone } from '../../ui/index.ts'
import { Told } from '../policy/told.tsx'
import { Data, useSaving } from './form.tsx'

const tones: Record<Delivery['state'], Tone> = { delivered: 'can', waiting: 'ask', failed: 'bad', dropped: 'line' }
type Which = 'all' | 'failed' | 'waiting'

export function Deliveries({ hook }: { hook: string }) {
  const t = useT('people')
  const which = useMemo(() => signal<Which>('all'), [])
  const shown = useMemo(() => signal<Delivery | null>(null), [])
  const list = useResource(() => resource(abort => call('listDeliveries', { path: { id: hook }, query: { limit: 50, ...(which.value !== 'all' && { state: which.value }) }, signal: abort }), { kinds: ['delivery.failed'] }), [hook, which.value])
  return <div class="dlv"><div class="row wrap"><Seg value={which} label={t('people.dlv.which')} options={[{ value: 'all', text: t('people.who.all') }, { value: 'failed', text: t('people.dlv.failed') }, { value: 'waiting', text: t('people.dlv.waiting') }]} /><Button size="xs" kind="quiet" onClick={() => void list.refresh()}>{t('people.dlv.read')}</Button></div>
    <Data of={list}>{is => is.items.length === 0 ? <p class="t13 m">{t('people.dlv.none')}</p> : <div class="scrolls" tabIndex={0} role="group" aria-label={t('people.dlv')} data-scrolls><table class="tbl dense"><thead><tr><th scope="col">{t('people.dlv.at')}</th><th scope="col">{t('people.dlv.kind')}</th><th scope="col">{t('people.dlv.state')}</th><th scope="col">{t('people.dlv.answer')}</th><th scope="col"><span class="vh">{t('people.dlv.look')}</span></th></tr></thead>
      <tbody>{is.items.map(one => <tr key={one.id}><td>{when(at(one.at), lang.value)}</td><td>{one.kind}</td><td><Tag tone={tones[one.state]}>{t(`people.dlv.${one.state}`)}</Tag>{one.attempts > 1 ? <span class="f t12"> {t('people.dlv.tries', { n: one.attempts })}</span> : null}</td>
        <td class="ell why-t" lang="en">{one.error ?? one.status ?? ''}</td><td class="r"><Button size="xs" kind="quiet" onClick={() => { shown.value = one }}>{t('people.dlv.look')}</Button></td></tr>)}</tbody></table></div>}</Data>
    {shown.value !== null && <Look hook={hook} row={shown.value} close={() => { shown.value = null }} done={() => void list.refresh()} />}
  </div>
}

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}

type Looked = Delivery & { payload?: string; answer?: string }

// A delivery as it would be sent, where the server still has what it is made of; else what the list knows of it.
async function look(hook: string, row: Delivery, signal: AbortSignal): Promise<Looked> {
  try {
    return await call('getDelivery', { path: { id: hook, delivery: row.id }, signal })
  } catch (error) {
    if (error instanceof Problem && error.kind === 'not-found') return row
    throw error
  }
}

function Look({ hook, row, close, done }: { hook: string; row: Delivery; close: () => void; done: () => void }) {
  const t = useT('people')
  const open = useMemo(() => signal(true), [])
  const { id } = row
  const saving = useSaving()
  const one = useResource(() => resource<Looked>(abort => look(hook, row, abort)), [id])
  const again = () => saving.run(async () => {
    await call('resendDelivery', { path: { id: hook, delivery: id }, body: {} })
    done()
    await one.refresh()
  }, t('people.dlv.sent'))
  return <Dialog open={open} title={t('people.dlv.one')} wide onClose={close} footer={<><Button kind="quiet" onClick={close}>{t('common.close')}</Button><Button busy={saving.busy.value ? t('common.saving') : undefined} onClick={() => void again()}>{t('people.dlv.again')}</Button></>}>
    <Data of={one}>{is => <><p class="t13"><Tag tone={tones[is.state]}>{t(`people.dlv.${is.state}`)}</Tag> {is.kind} · {when(at(is.at), lang.value)} · {t('people.dlv.tries', { n: is.attempts })}</p>
      {is.payload !== undefined && <><h3>{t('people.dlv.payload')}</h3><pre class="pre" tabIndex={0} role="group" aria-label={t('people.dlv.payload')} data-scrolls>{pretty(is.payload)}</pre></>}
      <h3>{t('people.dlv.answer')}</h3><p class="t13 m" lang="en">{is.error ?? is.status ?? '–'}</p>{is.answer && <pre class="pre" tabIndex={0} role="group" aria-label={t('people.dlv.answer')} data-scrolls>{is.answer}</pre>}</>}</Data>
    {saving.problem.value && <Told problem={saving.problem.value} />}
  </Dialog>
}
