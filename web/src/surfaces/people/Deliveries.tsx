// What was sent to one webhook, newest first; one can be looked at, with its body and what came back, and sent again.
import { signal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import { call } from '../../lib/api.ts'
import { lang, useT } from '../../lib/i18n.ts'
import type { Delivery } from '../../lib/model.ts'
import { resource, useResource, type Resource } from '../../lib/resource.ts'
import { at, when } from '../../lib/time.ts'
import { Button, Dialog, Seg, Tag, type Tone } from '../../ui/index.ts'
import { Told } from '../policy/told.tsx'
import { Data, useSaving } from './form.tsx'
import { isUnderWay } from './hooks.ts'

export const tones: Record<Delivery['state'], Tone> = { delivered: 'can', waiting: 'ask', failed: 'bad', dropped: 'line' }
const PAGE = 50
const PAGE_MAX = 500
const LOOK_MS = 2000
type Which = 'all' | 'failed' | 'waiting'

/** What arrives is no entry of the record, so nothing tells of it: while something is about to be tried, the list is read again. */
export function useNews(list: Resource<{ items: Delivery[] }>): void {
  const busy = list.data.value?.items.some(one => isUnderWay(one)) ?? false
  useEffect(() => {
    if (!busy) return
    const timer = setInterval(() => { if (document.visibilityState !== 'hidden') void list.refresh() }, LOOK_MS)
    return () => clearInterval(timer)
  }, [busy, list])
}

export function Deliveries({ hook, turn }: { hook: string; turn: number }) {
  const t = useT('people')
  const which = useMemo(() => signal<Which>('all'), [])
  const limit = useMemo(() => signal(PAGE), [])
  const shown = useMemo(() => signal<Delivery | null>(null), [])
  const list = useResource(() => resource(abort => call('listDeliveries', { path: { id: hook }, query: { limit: limit.value, ...(which.value !== 'all' && { state: which.value }) }, signal: abort }), { kinds: ['delivery.failed', 'webhook.set'] }), [hook, which.value, limit.value, turn])
  useNews(list)
  return <div class="dlv"><div class="row wrap"><Seg value={which} label={t('people.dlv.which')} options={[{ value: 'all', text: t('people.who.all') }, { value: 'failed', text: t('people.dlv.failed') }, { value: 'waiting', text: t('people.dlv.waiting') }]} /><Button size="xs" kind="quiet" onClick={() => void list.refresh()}>{t('people.dlv.read')}</Button></div>
    <Data of={list}>{is => is.items.length === 0 ? <p class="t13 m">{t('people.dlv.none')}</p> : <div class="scrolls" tabIndex={0} role="group" aria-label={t('people.dlv')} data-scrolls><table class="tbl dense"><thead><tr><th scope="col">{t('people.dlv.at')}</th><th scope="col">{t('people.dlv.kind')}</th><th scope="col">{t('people.dlv.state')}</th><th scope="col">{t('people.dlv.answer')}</th><th scope="col"><span class="vh">{t('people.dlv.look')}</span></th></tr></thead>
      <tbody>{is.items.map(one => <tr key={one.id}><td>{when(at(one.at), lang.value)}</td><td>{one.kind}</td><td><State one={one} /></td>
        <td class="ell why-t" lang="en">{one.error ?? one.status ?? ''}</td><td class="r"><Button size="xs" kind="quiet" onClick={() => { shown.value = one }}>{t('people.dlv.look')}</Button></td></tr>)}</tbody></table>
      {is.next && limit.value < PAGE_MAX && <Button size="xs" kind="quiet" onClick={() => { limit.value = Math.min(PAGE_MAX, limit.value + PAGE) }}>{t('people.dlv.older')}</Button>}</div>}</Data>
    {shown.value !== null && <Look hook={hook} row={shown.value} close={() => { shown.value = null }} done={() => void list.refresh()} />}
  </div>
}

/** What became of one, after how many attempts, and when it is tried next. */
export function State({ one }: { one: Delivery }) {
  const t = useT('people')
  return <><Tag tone={tones[one.state]}>{t(`people.dlv.${one.state}`)}</Tag>{one.attempts > 1 ? <span class="f t12"> {t('people.dlv.tries', { n: one.attempts })}</span> : null}
    {one.state === 'waiting' && one.attempts > 0 && one.next ? <span class="f t12"> {t('people.hooks.next', { at: when(at(one.next), lang.value) })}</span> : null}</>
}

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}

function Look({ hook, row, close, done }: { hook: string; row: Delivery; close: () => void; done: () => void }) {
  const t = useT('people')
  const open = useMemo(() => signal(true), [])
  const { id } = row
  const saving = useSaving()
  const one = useResource(() => resource(abort => call('getDelivery', { path: { id: hook, delivery: id }, signal: abort }), { kinds: ['delivery.failed'] }), [id])
  const is = one.data.value
  useEffect(() => {
    if (!is || !isUnderWay(is)) return
    const timer = setTimeout(() => void one.refresh().then(done), LOOK_MS)
    return () => clearTimeout(timer)
  }, [is])
  const again = () => saving.run(async () => {
    await call('resendDelivery', { path: { id: hook, delivery: id }, body: {} })
    done()
    await one.refresh()
  }, t('people.dlv.sent'))
  return <Dialog open={open} title={t('people.dlv.one')} wide onClose={close} footer={<><Button kind="quiet" onClick={close}>{t('common.close')}</Button>{is?.state === 'failed' && <Button busy={saving.busy.value ? t('common.saving') : undefined} onClick={() => void again()}>{t('people.dlv.again')}</Button>}</>}>
    <Data of={one}>{found => <><p class="t13"><State one={found} /> {found.kind} · {when(at(found.at), lang.value)}{found.attempts <= 1 ? ` · ${t('people.dlv.tries', { n: found.attempts })}` : ''}</p>
      <h3>{t('people.dlv.answer')}</h3><p class="t13 m" lang="en">{found.error ?? found.status ?? '–'}</p>
      <h3>{t('people.dlv.payload')}</h3><pre class="pre" tabIndex={0} role="group" aria-label={t('people.dlv.payload')} data-scrolls>{pretty(found.payload)}</pre></>}</Data>
    {saving.problem.value && <Told problem={saving.problem.value} />}
  </Dialog>
}
