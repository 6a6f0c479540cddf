// What settings have in common: a card with a heading, the settings themselves, and keeping a change.
import { signal, type ReadonlySignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useId, useMemo } from 'preact/hooks'
import { call, Problem } from '../../lib/api.ts'
import { boot } from '../../lib/boot.ts'
import { useT } from '../../lib/i18n.ts'
import type { Settings, SettingsChange } from '../../lib/model.ts'
import { resource, useResource, type Resource } from '../../lib/resource.ts'
import { Button, Skeleton, toast } from '../../ui/index.ts'
import { Told, tried } from '../policy/told.tsx'

export function Card({ title, text, side, children }: { title: string; text?: string; side?: ComponentChildren; children: ComponentChildren }) {
  const id = useId()
  return <section class="card" aria-labelledby={id}>
    <div class="hd"><h2 id={id}>{title}</h2><span class="sp" />{side}</div>
    {text && <p class="pad-s t13 m cardtext">{text}</p>}{children}
  </section>
}

/** Data with its states: nothing for a moment, then its shape; what is old stays. */
export function Data<T>({ of, children }: { of: Resource<T>; children: (value: T) => ComponentChildren }) {
  const value = of.data.value
  return <>{of.problem.value && <div class="pad-s"><Told problem={of.problem.value} again={() => void of.refresh()} reading /></div>}
    {value !== undefined ? children(value) : of.slow.value ? <div class="pad-s"><Skeleton rows={['w60', 'w80', 'h28']} /></div> : null}</>
}

export interface Saving { busy: ReadonlySignal<boolean>; problem: ReadonlySignal<Problem | null>; run: <T>(what: () => Promise<T>, says?: string) => Promise<T | null> }

/** Something that is sent: busy meanwhile, its problem in place, a word when it is done. */
export function useSaving(): Saving {
  return useMemo(() => {
    const busy = signal(false)
    const problem = signal<Problem | null>(null)
    const run = async <T,>(what: () => Promise<T>, says?: string): Promise<T | null> => {
      if (busy.value) return null
      busy.value = true
      const answer = await tried(what)
      busy.value = false
      problem.value = answer instanceof Problem ? answer : null
      if (answer instanceof Problem) return null
      if (says) toast({ says })
      return answer
    }
    return { busy, problem, run }
  }, [])
}

export function useSettings(): Resource<Settings> {
  return useResource(() => resource(abort => call('getSettings', { signal: abort }), { kinds: ['setting.changed'] }), [])
}

/** Keeps settings, also for this page: it was opened with the ones before. */
export async function keepSettings(change: SettingsChange): Promise<Settings> {
  const settings = await call('changeSettings', { body: change })
  Object.assign(boot.settings, { undo_seconds: settings.undo_seconds, duty: settings.duty, language: settings.language, signin_help: settings.signin_help })
  return settings
}

/** The foot of a form: keep, and what went wrong. */
export function Keep({ saving, children }: { saving: Saving; children?: ComponentChildren }) {
  const t = useT('people')
  return <div class="col"><div class="row wrap"><Button kind="pri" type="submit" busy={saving.busy.value ? t('common.saving') : undefined}>{t('common.save')}</Button>{children}</div>
    {saving.problem.value && <Told problem={saving.problem.value} />}</div>
}

export const submit = (run: () => void) => (event: Event): void => {
  event.preventDefault()
  run()
}
