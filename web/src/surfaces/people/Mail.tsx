// Mail: what the command line set, a test to oneself with its outcome, and what became of the last ones.
import { signal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import { call, pause } from '../../lib/api.ts'
import { boot } from '../../lib/boot.ts'
import { lang, useT } from '../../lib/i18n.ts'
import type { Delivery } from '../../lib/model.ts'
import { resource, useResource } from '../../lib/resource.ts'
import { Link } from '../../lib/router.ts'
import { at, when } from '../../lib/time.ts'
import { Button, Note } from '../../ui/index.ts'
import { Told } from '../policy/told.tsx'
import { State, useNews } from './Deliveries.tsx'
import { Card, Data, useSaving, useSettings } from './form.tsx'

const TRIES = 20
const EVERY_MS = 500

type Outcome = { is: 'nothing' | 'arrived' | 'waits' } | { is: 'not'; why: string }

// A test is tried once: what comes of it is known within seconds, or the mail server is slow.
async function follow(delivery: string): Promise<Outcome> {
  for (let i = 0; i < TRIES; i += 1) {
    const one = await call('getAlertTest', { path: { delivery } })
    if (one.state === 'delivered') return { is: 'arrived' }
    if (one.state !== 'waiting' || one.error !== undefined) return { is: 'not', why: one.error ?? String(one.status ?? '') }
    await pause(EVERY_MS)
  }
  return { is: 'waits' }
}

export function Mail() {
  const t = useT('people')
  const settings = useSettings()
  const list = useResource(() => resource(abort => call('listMails', { query: { limit: 50 }, signal: abort }), { kinds: ['delivery.failed', 'approval.opened', 'approval.raised', 'approval.nudged', 'alert.test'], quiet: 1500 }), [])
  useNews(list)
  return <Data of={settings}>{is => <><Card title={t('people.part.mail')}><div class="pad col">
    {is.mail.on ? <dl class="kv mail"><dt>{t('people.mail.server')}</dt><dd>{is.mail.server}</dd><dt>{t('people.mail.from')}</dt><dd>{is.mail.from}</dd></dl> : <Note kind="ask" icon="mail">{t('people.mail.off')} <code>--smtp</code>, <code>--mail-from</code></Note>}
    <p class="t12 f">{t('people.mail.line')}</p>
    {is.mail.on && <Test done={() => void list.refresh()} />}</div></Card>
    {is.mail.on && <Card title={t('people.mail.last')}><Data of={list}>{found => found.items.length === 0 ? <p class="pad t13 m">{t('people.dlv.none')}</p> : <Last items={found.items} />}</Data></Card>}</>}</Data>
}

function Test({ done }: { done: () => void }) {
  const t = useT('people')
  const saving = useSaving()
  const came = useMemo(() => signal<Outcome | null>(null), [])
  const test = () => saving.run(async () => {
    came.value = null
    const { mail } = await call('testAlerts', { body: {} })
    came.value = mail === undefined ? { is: 'nothing' } : await follow(mail)
    done()
  })
  const is = came.value
  const me = boot.me?.person?.id
  return <><div><Button busy={saving.busy.value ? t('people.mail.busy') : undefined} onClick={() => void test()}>{t('people.mail.test')}</Button></div>
    {is && <Note kind={is.is === 'arrived' ? 'can' : 'warn'} live>{t(`people.mail.${is.is}`)} {is.is === 'not' && <span lang="en">{is.why}</span>}
      {is.is === 'nothing' && me !== undefined && <Link to={`/people/p/${encodeURIComponent(me)}`}>{t('people.mail.own')}</Link>}</Note>}
    {saving.problem.value && <Told problem={saving.problem.value} />}</>
}

function Last({ items }: { items: Delivery[] }) {
  const t = useT('people')
  return <div class="scrolls dlv-mail" tabIndex={0} role="group" aria-label={t('people.mail.last')} data-scrolls><table class="tbl dense"><thead><tr><th scope="col">{t('people.dlv.at')}</th><th scope="col">{t('people.dlv.kind')}</th><th scope="col">{t('people.tokens.for')}</th><th scope="col">{t('people.dlv.state')}</th><th scope="col">{t('people.dlv.answer')}</th></tr></thead>
    <tbody>{items.map(one => <tr key={one.id}><td>{when(at(one.at), lang.value)}</td><td>{one.kind}</td><td>{one.person ?? ''}</td><td><State one={one} /></td><td lang="en" class="ell why-t">{one.error ?? one.status ?? ''}</td></tr>)}</tbody></table></div>
}
