// All keys that do something here, and other ones for who wants them.
import { signal, type Signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { messages, useT } from '../lib/i18n.ts'
import { inWords, keyed, rebind, registered, singleKeys, spelled, taken, type KeyAct } from '../lib/keys.ts'
import { Button, Check, Dialog } from '../ui/index.ts'
import { useTop } from './top.ts'

const recording = signal<string | null>(null)
const clash = signal<{ id: string; with: string } | null>(null)
const ready = signal(false)

function groupOf(act: KeyAct): 'go' | 'do' {
  return act.id.startsWith('go.') ? 'go' : 'do'
}

function listed(): KeyAct[] {
  const seen = new Set<string>()
  return registered.value.filter(act => act.name !== '' && !seen.has(act.id) && seen.add(act.id))
}

function record(event: KeyboardEvent, act: KeyAct): void {
  if (recording.value !== act.id) return
  const keys = spelled(event)
  if (keys === '' || keys === 'tab' || keys === 'shift+tab') return
  event.preventDefault()
  event.stopPropagation()
  recording.value = null
  if (keys === 'escape') return
  const other = taken(act.id, keys)
  clash.value = other ? { id: act.id, with: other.name } : null
  if (!other) rebind(act.id, keys)
}

function Row({ act }: { act: KeyAct }) {
  const t = useT('keys')
  const on = recording.value === act.id
  const changed = keyed(act) !== act.keys
  const start = () => {
    clash.value = null
    recording.value = on ? null : act.id
  }
  return <li><span class="grow">{act.name}{clash.value?.id === act.id && <span class="fault" role="status"> {t('keys.taken', { name: clash.value.with })}</span>}</span>
    <kbd class="kbd">{inWords(keyed(act))}</kbd>
    {changed && <Button size="xs" kind="quiet" aria-label={t('keys.first-of', { name: act.name })} onClick={() => rebind(act.id, null)}>{t('keys.first')}</Button>}
    <Button size="xs" aria-pressed={on} aria-label={on ? undefined : t('keys.change-of', { name: act.name })} onClick={start} onKeyDown={event => record(event, act)} onBlur={() => { if (on) recording.value = null }}>{on ? t('keys.press') : t('keys.change')}</Button></li>
}

function List({ as: Head = 'h3' }: { as?: 'h2' | 'h3' }) {
  const t = useT('keys')
  const all = listed()
  return <div class="col g6">
    <p class="m">{t('keys.text')}</p>
    <Check label={t('keys.single')} hint={t('keys.single-hint')} value={singleKeys} />
    {(['do', 'go'] as const).map(group => <section key={group}><Head>{t(`keys.group.${group}`)}</Head>
      <ul class="keylist">{all.filter(act => groupOf(act) === group).map(act => <Row key={act.id} act={act} />)}</ul></section>)}
    <section><Head>{t('keys.group.lists')}</Head><ul class="keylist">{(['next', 'ends', 'open', 'close', 'chart', 'indent'] as const).map(id => <li key={id}><span class="grow">{t(`keys.fixed.${id}`)}</span><span class="t12 f">{t(`keys.fixed.${id}.keys`)}</span></li>)}</ul></section>
  </div>
}

function useWords(): boolean {
  useEffect(() => { void messages('keys').then(() => { ready.value = true }) }, [])
  return ready.value
}

export function KeysDialog({ open }: { open: Signal<boolean> }) {
  const t = useT('keys')
  if (!useWords()) return null
  return <Dialog open={open} title={t('keys.title')} footer={<Button autofocus onClick={() => { open.value = false }}>{t('common.close')}</Button>}><List /></Dialog>
}

export default function Keys() {
  const t = useT('keys')
  useTop(t('keys.title'))
  return useWords() ? <div class="narrow card pad"><List as="h2" /></div> : null
}
