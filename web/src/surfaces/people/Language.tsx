// The language of pages for who has chosen none, and for how long an agent may take a decision back.
import { signal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import { useT } from '../../lib/i18n.ts'
import type { Settings } from '../../lib/model.ts'
import { openAccount } from '../../shell/top.ts'
import { Button, faultAt, Field, Select } from '../../ui/index.ts'
import { Card, Data, Keep, keepSettings, submit, useSaving, useSettings } from './form.tsx'

const MOST = 60

export function Language() {
  const t = useT('people')
  const settings = useSettings()
  return <Card title={t('people.part.language')}><Data of={settings}>{is => <Form is={is} />}</Data></Card>
}

function Form({ is }: { is: Settings }) {
  const t = useT('people')
  const saving = useSaving()
  const state = useMemo(() => ({ language: signal<string>(is.language), undo: signal(String(is.undo_seconds)), fault: signal('') }), [is.language, is.undo_seconds])
  const keep = () => {
    const seconds = Number(state.undo.value)
    const fits = /^\d{1,2}$/.test(state.undo.value.trim()) && seconds <= MOST
    state.fault.value = fits ? '' : t('people.undo.fault')
    if (fits) void saving.run(() => keepSettings({ language: state.language.value as Settings['language'], undo_seconds: seconds }), t('people.settings.kept'))
  }
  return <form class="pad col" onSubmit={submit(keep)}>
    <Select label={t('people.language')} value={state.language} options={[{ value: 'en', text: 'English' }, { value: 'de', text: 'Deutsch' }]} hint={t('people.language.hint')} />
    <Field label={t('people.undo')} value={state.undo} inputMode="numeric" hint={t('people.undo.hint')} fault={state.fault.value || faultAt(saving.problem.value?.errors, 'undo_seconds')} />
    <Keep saving={saving}><Button kind="quiet" onClick={openAccount}>{t('people.language.own')}</Button></Keep></form>
}
