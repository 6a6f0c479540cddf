// A scenario made of a decision: a file for a course's folder, its names changed. What was changed is said, and what its author looks over.
import type { Signal } from '@preact/signals'
import { useSignal } from '@preact/signals'
import { call } from '../../lib/api.ts'
import { copy as toClipboard } from '../../lib/dom.ts'
import { useT } from '../../lib/i18n.ts'
import { resource, useResource } from '../../lib/resource.ts'
import { Button, Dialog, Icon, Note } from '../../ui/index.ts'
import { Data } from '../people/form.tsx'

export function Draft({ open, decision }: { open: Signal<boolean>; decision: string }) {
  const t = useT('train')
  const draft = useResource(() => resource(() => call('scenarioOfDecision', { path: { id: decision }, body: {} })), [decision])
  const done = useSignal(false)
  const text = draft.data.value?.text
  const copy = async () => { done.value = text !== undefined && await toClipboard(text) }
  return <Dialog open={open} title={t('train.draft.title')} wide footer={<><span role="status" class="t12 f">{done.value ? t('train.draft.copied') : ''}</span><span class="sp" /><Button kind="pri" onClick={() => void copy()}><Icon name="copy" small />{t('train.draft.copy')}</Button></>}>
    <Data of={draft}>{made => <div class="col g5"><p class="t13">{t('train.draft.text', { file: made.file })}</p>
      {made.changed.length > 0 && <p class="t13 m">{t('train.draft.changed', { names: made.changed.map(one => `${one.to} (${one.times})`).join(', ') })}</p>}
      {made.look_over.includes('note') && <Note kind="warn" icon="info">{t('train.draft.note')}</Note>}
      <pre class="draft" tabIndex={0} aria-label={made.file}>{made.text}</pre></div>}</Data>
  </Dialog>
}
