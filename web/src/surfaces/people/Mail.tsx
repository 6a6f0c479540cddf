// Mail: what the command line set, a test to oneself, and what did not arrive.
import { signal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import { call } from '../../lib/api.ts'
import { lang, useT } from '../../lib/i18n.ts'
import type { Delivery } from '../../lib/model.ts'
import { resource, useResource } from '../../lib/resource.ts'
import { at, when } from '../../lib/time.ts'
import { Button, Note, Tag } from '../../ui/index.ts'
import { Told } from '../policy/told.tsx'
import { Card, Data, useSaving, useSettings } from './form.tsx'

const TRIES = 20
const EVERY_MS = 500
const pause = (ms: number): Promise<void> => new Promise(resolve => { setTimeout(resolve, ms) })

type Outcome = { is: 'nothing' } | { is: 'arrived' | 'waits' } | { is: 'not'; why: string }

async function follow(id: string): Promise<Outcome> {
  for (let i = 0; i < TRIES; i += 1) {
    const one = await call('getAlertTest', { path: { delivery: id } })
    if (one.state === 'delivered') return { is: 'arrived' }
    if (one.state === 'failed' || one.state === 'dropped' || one.error !== undefined) return { is: 'not', why: one.error ?? String(one.status ?? '') }
    await pause(EVERY_MS)
  }
  return { is: 'waits' }
}

export function Mail() {
  const t = useT('people')
  const settings = useSettings()
  const saving = useSaving()
  const came = useMemo(() => signal<Outcome | null>(null), [])
  const list = useResource(() => resource(abort => call('listMailDeliveries', { query: { limit: 20 }, signal: abort }), { kinds: ['delivery.failed', 'alert.test'], quiet: 1500 }), [])
  const test = () => saving.run(async () => {
    came.value = null
    const { mail } = await call('testAlerts', { body: {} })
    came.value = mail === undefined ? { is: 'nothing' } : await follow(mail)
    await list.refresh()
  })
  return <Data of={settings}>{is => <><Card title={t('people.part.mail')}><div class="pad col">
    {is.mail.on ? <dl class="kv mail"><dt>{t('people.mail.server')}</dt><dd>{is.mail.server}</dd><dt>{t('people.mail.from')}</dt><dd>{is.mail.from}</dd></dl> : <Note kind="ask" icon="mail">{t('people.mail.off')} <code>--mail</code>, <code>--mail-from</code></Note>}
    <p class="t12 f">{t('people.mail.line')}</p>
    {is.mail.on && <div><Button busy={saving.busy.value ? t('people.mail.busy') : undefined} onClick={() => void test()}>{t('people.mail.test')}</Button></div>}
    {came.value && <Note kind={came.value.is === 'arrived' ? 'can' : 'warn'} live>{t(`people.mail.${came.value.is}`)} {came.value.is === 'not' && <span lang="en">{came.value.why}</span>}</Note>}
    {saving.problem.value && <Told problem={saving.problem.value} />}</div></Card>
    {is.mail.on && <Card title={t('people.mail.last')}><Data of={list}>{found => found.items.length === 0 ? <p class="pad t13 m">{t('people.dlv.none')}</p> : <Last items={found.items} />}</Data></Card>}</>}</Data>
}

function Last({ items }: { items: Delivery[] }) {
  const t = useT('people')
  return <div class="scrolls" tabIndex={0} role="group" aria-label={t('people.mail.last')} data-scrolls><table class="tbl dense"><thead><tr><th scope="col">{t('people.dlv.at')}</th><th scope="col">{t('people.dlv.kind')}</th><th scope="col">{t('people.tokens.for')}</th><th scope="col">{t('people.dlv.state')}</th><th scope="col">{t('people.dlv.answer')}</th></tr></thead>
    <tbody>{items.map(one => <tr key={one.id}><td>{when(at(one.at), lang.value)}</td><td>{one.kind}</td><td>{one.person ?? ''}</td><td><Tag tone={one.state === 'delivered' ? 'can' : one.state === 'failed' ? 'bad' : 'ask'}>{t(`people.dlv.${one.state}`)}</Tag></td><td lang="en" class="ell why-t">{one.error ?? one.status ?? ''}</td></tr>)}</tbody></table></div>
}
