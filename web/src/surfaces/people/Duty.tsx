// Whom to call when nothing else works: shown in the panel and on the desk when the line is lost.
import { signal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import { useT } from '../../lib/i18n.ts'
import type { Settings } from '../../lib/model.ts'
import { Link } from '../../lib/router.ts'
import { faultAt, Field, TextArea } from '../../ui/index.ts'
import { Card, Data, Keep, keepSettings, submit, useSaving, useSettings } from './form.tsx'

export function DutyPart() {
  const t = useT('people')
  const settings = useSettings()
  return <Card title={t('people.part.alerts')} text={t('people.duty.text')}><Data of={settings}>{is => <Form is={is} />}</Data></Card>
}

function Form({ is }: { is: Settings }) {
  const t = useT('people')
  const saving = useSaving()
  const { name, phone, text } = is.duty
  const state = useMemo(() => ({ name: signal(name ?? ''), phone: signal(phone ?? ''), text: signal(text ?? '') }), [name, phone, text])
  const keep = () => saving.run(() => {
    const rows = (['name', 'phone', 'text'] as const).flatMap(one => state[one].value.trim() ? [[one, state[one].value.trim()] as const] : [])
    return keepSettings({ duty: rows.length > 0 ? Object.fromEntries(rows) : null })
  }, t('people.settings.kept'))
  const errors = saving.problem.value?.errors
  return <form class="pad col" onSubmit={submit(() => void keep())}>
    <div class="half"><Field label={t('people.duty.name')} value={state.name} autocomplete="off" fault={faultAt(errors, 'duty.name')} /><Field label={t('people.duty.phone')} value={state.phone} type="tel" autocomplete="off" fault={faultAt(errors, 'duty.phone')} /></div>
    <TextArea label={t('people.duty.say')} value={state.text} rows={2} hint={t('people.duty.say.hint')} fault={faultAt(errors, 'duty.text')} />
    <Keep saving={saving}><Link class="btn quiet" to="/desk">{t('people.duty.test')}</Link></Keep></form>
}
