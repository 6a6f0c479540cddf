// What runs here.
import { useT, lang } from '../../lib/i18n.ts'
import { at, day } from '../../lib/time.ts'
import { Kv } from '../../ui/index.ts'
import { Card, Data, useSettings } from './form.tsx'

export function About() {
  const t = useT('people')
  const settings = useSettings()
  return <Card title={t('people.part.about')}><Data of={settings}>{is => <div class="pad col g5"><Kv rows={[
    { name: t('people.about.version'), value: is.about.version }, { name: t('people.about.entries'), value: new Intl.NumberFormat(lang.value).format(is.about.entries) },
    ...(is.about.began ? [{ name: t('people.about.began'), value: day(at(is.about.began), lang.value) }] : []), { name: t('people.about.url'), value: is.public_url },
    { name: t('people.about.inside'), value: t(is.webhooks_inside ? 'people.about.inside.yes' : 'people.about.inside.no') },
  ]} /><p class="t13 m">{t('people.about.record')} <code>leeway export journal</code>, <code>leeway verify</code></p></div>}</Data></Card>
}
