// The panel inside a helpdesk: which helpdesks may show it, and the address to put there.
import { signal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import { useT } from '../../lib/i18n.ts'
import type { Settings } from '../../lib/model.ts'
import { Button, Field, Icon, Note, Secret } from '../../ui/index.ts'
import { Card, Data, Keep, keepSettings, submit, useSaving, useSettings } from './form.tsx'
import { isOrigin, originOf } from './origin.ts'

export function Frame() {
  const t = useT('people')
  const settings = useSettings()
  return <Data of={settings}>{is => <><Card title={t('people.frame.title')} text={t('people.frame.text')}><Origins key={is.frame_ancestors.join(' ')} is={is} /></Card>
    <Card title={t('people.frame.address')} text={t('people.frame.address.text')}><div class="pad col g5">
      <Secret label="Chatwoot" text={`${is.public_url}/panel`} hint={t('people.frame.chatwoot')} /><Secret label="Zendesk" text={`${is.public_url}/panel`} hint={t('people.frame.zendesk')} /><Secret label={t('people.frame.other')} text={`${is.public_url}/panel?case=48213`} hint={t('people.frame.other.hint')} />
      {!is.public_url.startsWith('https:') && <Note kind="warn" icon="lock">{t('people.frame.https')}</Note>}</div></Card></>}</Data>
}

function Origins({ is }: { is: Settings }) {
  const t = useT('people')
  const saving = useSaving()
  const rows = useMemo(() => signal([...is.frame_ancestors.map(one => signal(one)), signal('')]), [])
  const tried = useMemo(() => signal(false), [])
  const list = [...new Set(rows.value.map(one => originOf(one.value)).filter(one => one !== ''))]
  const keep = async () => {
    tried.value = true
    rows.value.forEach(one => { one.value = originOf(one.value) })
    if (list.every(isOrigin)) await saving.run(() => keepSettings({ frame_ancestors: list }), t('people.frame.kept'))
  }
  const fault = (text: string) => text !== '' && !isOrigin(originOf(text)) && tried.value ? t('people.frame.fault') : undefined
  return <form class="pad col" onSubmit={submit(() => void keep())}>
    {rows.value.map((one, i) => <div key={i} class="row base"><div class="grow"><Field label={t('people.frame.origin', { n: i + 1 })} value={one} placeholder="https://helpdesk.example.com" inputMode="url" autocomplete="off" fault={fault(one.value)} /></div>
      {rows.value.length > 1 && <Button kind="quiet" size="sm" aria-label={t('people.frame.remove', { n: i + 1 })} onClick={() => { rows.value = rows.value.filter(other => other !== one) }}><Icon name="close" small /></Button>}</div>)}
    <Keep saving={saving}><Button kind="quiet" onClick={() => { rows.value = [...rows.value, signal('')] }}><Icon name="plus" small />{t('people.frame.more')}</Button></Keep>
  </form>
}
