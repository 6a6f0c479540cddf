// What was just given: a note, while it can be taken back a bar with the seconds left, and after that the way back with a reason.
import { useSignal, type Signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { Button, Dialog, Icon, Note, TextArea } from '../../ui/index.ts'
import { boot } from '../../lib/boot.ts'
import { announce } from '../../lib/dom.ts'
import { lang, rich, useT } from '../../lib/i18n.ts'
import { useKeys } from '../../lib/keys.ts'
import { clockSeconds, now } from '../../lib/time.ts'
import type { CaseStore } from './case.ts'
import type { Done } from './model.ts'
import { exact, type T } from './words.ts'

export function whatOf(t: T, done: Done): string {
  return done.amount ? t('panel.done.what', { what: done.label, amount: exact(done.amount, lang.value) }) : done.label
}

export function DoneNote({ done, store }: { done: Done; store: CaseStore }) {
  const t = useT('panel')
  const asking = useSignal(false)
  const what = whatOf(t, done)
  const back = done.state === 'released' || done.state === 'reversed' || done.state === 'lapsed'
  const says = back ? t('panel.done.back', { what }) : t('panel.done.given', { what })
  useEffect(() => announce(says.replaceAll('**', '')), [says])
  return (
    <div class="pn-sec">
      <Note kind={back ? 'ask' : 'can'} icon={back ? 'undo' : 'check'}>
        {rich(says)}
        <br />{t('panel.done.written', { case: store.id, time: clockSeconds(done.at, lang.value), id: done.decision.slice(-6) })}
        {!back && done.then.length !== 0 && <ul class="dots mt2" lang={lang.value === 'en' ? undefined : 'en'}>{done.then.map((line) => <li key={line}>{line}</li>)}</ul>}
        {done.state === 'final' && <div class="mt4"><Button size="xs" onClick={() => (asking.value = true)}>{t('panel.done.take-back')}</Button></div>}
      </Note>
      <TakeBack open={asking} done={done} store={store} />
    </div>
  )
}

function TakeBack({ open, done, store }: { open: Signal<boolean>; done: Done; store: CaseStore }) {
  const t = useT('panel')
  const why = useSignal('')
  const fault = useSignal('')
  const send = async (): Promise<void> => {
    if (why.value.trim() === '') {
      fault.value = t('panel.done.why-missing')
      return
    }
    open.value = false
    await store.reverse(done, why.value.trim(), t('panel.done.take-back'))
  }
  const footer = (
    <>
      <Button kind="quiet" onClick={() => (open.value = false)}>{t('panel.leave')}</Button>
      <Button kind="pri" onClick={() => void send()}>{t('panel.done.take-back')}</Button>
    </>
  )
  return (
    <Dialog open={open} title={t('panel.done.take-back-what', { what: whatOf(t, done) })} footer={footer}>
      <TextArea label={t('panel.done.why')} value={why} rows={2} fault={fault.value || undefined} />
    </Dialog>
  )
}

/** The seconds in which everything can still be undone, whatever else is on the screen. */
export function UndoBars({ store }: { store: CaseStore }) {
  const open = store.dones.value.filter((done) => done.state === 'held' && done.until !== null)
  return <>{open.map((done, i) => <UndoBar key={done.decision} done={done} store={store} first={i === 0} />)}</>
}

function UndoBar({ done, store, first }: { done: Done; store: CaseStore; first: boolean }) {
  const t = useT('panel')
  const left = Math.min(boot.settings.undo_seconds, Math.ceil((done.until! - now.value) / 1000))
  const undo = (): void => { if (store.busy.value === null) void store.undo(done, t('panel.done.undo')) }
  useKeys(first ? [{ id: 'panel.undo', keys: 'z', name: t('panel.done.undo'), run: undo }] : [])
  if (left <= 0) return null
  return (
    <div class="pn-sec pn-undo">
      <div class="toast">
        <Icon name="undo" small /><span>{t('panel.done.leaves', { what: whatOf(t, done), s: left })}</span><span class="sp" />
        <button type="button" onClick={undo} aria-keyshortcuts={first ? 'z' : undefined}>{t('panel.done.undo')}</button>
      </div>
    </div>
  )
}
