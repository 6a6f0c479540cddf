// A scenario made of a decision: a file for a course's folder, its names changed. What was changed is said, and what its author looks over.
import type { Signal } from '@preact/signals'
import { useSignal } from '@preact/signals'
import type { ScenarioDraft } from '../../lib/api-types.ts'
import { call } from '../../lib/api.ts'
import { copy as toClipboard } from '../../lib/dom.ts'
import { useT } from '../../lib/i18n.ts'
import { resource, useResource } from '../../lib/resource.ts'
import { go } from '../../lib/router.ts'
import { may } from '../../shell/rights.ts'
import { Button, Dialog, Icon, Note, Select } from '../../ui/index.ts'
import { Data, useSaving } from '../people/form.tsx'
import { Told } from '../policy/told.tsx'
import { ordered, unpublished, unused } from './files.ts'

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
      {may('WRITE_COURSES') && <Into made={made} />}
      <pre class="draft" tabIndex={0} aria-label={made.file}>{made.text}</pre></div>}</Data>
  </Dialog>
}

// The draft as a new file of a course that its author chooses, among what is not published of it yet.
function Into({ made }: { made: ScenarioDraft }) {
  const t = useT('train')
  const courses = useResource(() => resource(signal => call('listCourses', { signal })), []).data.value?.items ?? []
  const chosen = useSignal('')
  const saving = useSaving()
  const id = chosen.value || courses[0]?.id
  if (id === undefined) return null
  if (chosen.value === '') chosen.value = id
  const open = async () => {
    const course = await saving.run(() => call('getCourseFiles', { path: { id } }))
    if (!course) return
    const kept = unpublished(id)
    const files = kept.peek() ?? course.files
    const file = unused(files, made.file)
    kept.value = ordered({ ...files, [file]: made.text }, file)
    go(`/train/write/${encodeURIComponent(id)}?file=${encodeURIComponent(file)}`)
  }
  return <><div class="row wrap top"><Select label={t('train.draft.course')} value={chosen} options={courses.map(one => ({ value: one.id, text: one.title }))} /><Button class="low" busy={saving.busy.value ? t('common.saving') : undefined} onClick={() => void open()}><Icon name="policy" small />{t('train.draft.open')}</Button></div>
    {saving.problem.value && <Told problem={saving.problem.value} />}</>
}
