// How people get in: how many can, and a line of help on the sign-in page.
import { signal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import { call } from '../../lib/api.ts'
import { useT } from '../../lib/i18n.ts'
import type { Settings } from '../../lib/model.ts'
import { resource, useResource } from '../../lib/resource.ts'
import { Link } from '../../lib/router.ts'
import { faultAt, TextArea } from '../../ui/index.ts'
import { Card, Data, Keep, keepSettings, submit, useSaving, useSettings } from './form.tsx'

export function SignIn() {
  const t = useT('people')
  const settings = useSettings()
  const setup = useResource(() => resource(abort => call('getSetup', { signal: abort }), { kinds: ['person.*', 'signin.set'] }), [])
  return <Card title={t('people.part.signin')}>
    <Data of={setup}>{is => <p class="pad-s t13">{t('people.signin.count', { n: is.people.can_sign_in, of: is.people.active })} <Link to="/people/people">{t('people.signin.who')}</Link></p>}</Data>
    <Data of={settings}>{is => <Help is={is} />}</Data>
  </Card>
}

function Help({ is }: { is: Settings }) {
  const t = useT('people')
  const saving = useSaving()
  const text = useMemo(() => signal(is.signin_help ?? ''), [is.signin_help])
  const keep = () => saving.run(() => keepSettings({ signin_help: text.value.trim() || null }), t('people.settings.kept'))
  return <form class="pad col" onSubmit={submit(() => void keep())}>
    <TextArea label={t('people.signin.help')} value={text} rows={2} hint={t('people.signin.help.hint')} fault={faultAt(saving.problem.value?.errors, 'signin_help')} /><Keep saving={saving} /></form>
}
