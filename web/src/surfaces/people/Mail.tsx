// Mail: what the command line set, and what became of the last ones.
import { call } from '../../lib/api.ts'
import { lang, useT } from '../../lib/i18n.ts'
import type { Delivery } from '../../lib/model.ts'
import { resource, useResource } from '../../lib/resource.ts'
import { at, when } from '../../lib/time.ts'
import { Note, Tag } from '../../ui/index.ts'
import { Card, Data, useSettings } from './form.tsx'

export function Mail() {
  const t = useT('people')
  const settings = useSettings()
  const list = useResource(() => resource(abort => call('listMailDeliveries', { query: { limit: 20 }, signal: abort }), { kinds: ['delivery.failed'], quiet: 1500 }), [])
  return <Data of={settings}>{is => <><Card title={t('people.part.mail')}><div class="pad col">
    {is.mail.on ? <dl class="kv mail"><dt>{t('people.mail.server')}</dt><dd>{is.mail.server}</dd><dt>{t('people.mail.from')}</dt><dd>{is.mail.from}</dd></dl> : <Note kind="ask" icon="mail">{t('people.mail.off')} <code>--mail</code>, <code>--mail-from</code></Note>}
    <p class="t12 f">{t('people.mail.line')}</p></div></Card>
    {is.mail.on && <Card title={t('people.mail.last')}><Data of={list}>{found => found.items.length === 0 ? <p class="pad t13 m">{t('people.dlv.none')}</p> : <Last items={found.items} />}</Data></Card>}</>}</Data>
}

function Last({ items }: { items: Delivery[] }) {
  const t = useT('people')
  return <div class="scrolls" tabIndex={0} role="group" aria-label={t('people.mail.last')} data-scrolls><table class="tbl dense"><thead><tr><th scope="col">{t('people.dlv.at')}</th><th scope="col">{t('people.dlv.kind')}</th><th scope="col">{t('people.tokens.for')}</th><th scope="col">{t('people.dlv.state')}</th><th scope="col">{t('people.dlv.answer')}</th></tr></thead>
    <tbody>{items.map(one => <tr key={one.id}><td>{when(at(one.at), lang.value)}</td><td>{one.kind}</td><td>{one.person ?? ''}</td><td><Tag tone={one.state === 'delivered' ? 'can' : one.state === 'failed' ? 'bad' : 'ask'}>{t(`people.dlv.${one.state}`)}</Tag></td><td lang="en" class="ell why-t">{one.error ?? one.status ?? ''}</td></tr>)}</tbody></table></div>
}
