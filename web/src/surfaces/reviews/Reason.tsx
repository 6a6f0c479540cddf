// A reason that is asked for in a dialog, before something is passed over or taken back.
import { signal, type Signal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import { Problem } from '../../lib/api.ts'
import { useT } from '../../lib/i18n.ts'
import { Button, Dialog, TextArea, forget } from '../../ui/index.ts'
import { Told, tried } from '../policy/told.tsx'

export function Reason({ open, title, text, label, name, send }: { open: Signal<boolean>; title: string; text: string; label: string; name: string; send: (reason: string) => Promise<unknown> }) {
  const t = useT('reviews')
  const reason = useMemo(() => signal(''), [])
  const busy = useMemo(() => signal(false), [])
  const problem = useMemo(() => signal<Problem | null>(null), [])
  const go = async () => {
    if (reason.value.trim() === '' || busy.value) return
    busy.value = true
    const answer = await tried(() => send(reason.value.trim()))
    busy.value = false
    problem.value = answer instanceof Problem ? answer : null
    if (answer instanceof Problem) return
    forget(name)
    open.value = false
  }
  return <Dialog open={open} title={title} draft={name} footer={<><Button kind="quiet" onClick={() => { open.value = false }}>{t('reviews.back')}</Button>
    <Button kind="pri" busy={busy.value ? t('common.saving') : undefined} onClick={() => void go()}>{title}</Button></>}>
    <div class="col g5"><p class="t13 m">{text}</p><TextArea label={label} name="reason" value={reason} maxLength={2000} />{problem.value && <Told problem={problem.value} />}</div>
  </Dialog>
}
