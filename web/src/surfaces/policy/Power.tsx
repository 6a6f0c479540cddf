// What a trial of a size can show, before anybody starts one that could show nothing.
import { useSignal, type Signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { call, Problem } from '../../lib/api.ts'
import { rich, useT } from '../../lib/i18n.ts'
import type { TrialPower } from '../../lib/model.ts'
import { Note } from '../../ui/index.ts'
import { useLeast, visible } from './effect.ts'
import { tried } from './told.tsx'

const REST_MS = 300
const TIMES_MAX = 60

interface Asked { teams?: readonly string[]; share?: string; days: number; shows?: Signal<boolean | null> }

/** shows: whether anything would, once it is known. */
export function Power({ teams, share, days, shows }: Asked) {
  const t = useT('policy')
  const least = useLeast()
  const is = useSignal<TrialPower | null>(null)
  const reading = useSignal(false)
  useEffect(() => {
    const own = new AbortController()
    if (shows) shows.value = null
    const ask = async (times: number): Promise<void> => {
      const query = { days, ...(share !== undefined ? { share } : { teams: (teams ?? []).join(',') }) }
      const found = await tried(() => call('trialPower', { query, signal: own.signal, wait: false })).catch(() => null)
      if (found === null || own.signal.aborted) return
      if (found instanceof Problem) {
        is.value = null
        reading.value = found.status === 503
        if (found.status === 503 && times < TIMES_MAX) setTimeout(() => { if (!own.signal.aborted) void ask(times + 1) }, (found.retryAfter ?? 1) * 1000)
        return
      }
      reading.value = false
      is.value = found
      if (shows) shows.value = Object.keys(visible(found)).length > 0
    }
    const timer = setTimeout(() => { if (share !== undefined || (teams ?? []).length > 0) void ask(0); else is.value = null }, REST_MS)
    return () => {
      clearTimeout(timer)
      own.abort()
    }
  }, [teams?.join(), share, days])
  if (reading.value) return <p class="t13 m" role="status">{t('policy.effect.reading')}</p>
  if (is.value === null) return null
  const { teams_new: n, teams_kept: kept } = is.value
  const says = least(visible(is.value))
  const { granted_at_once: once, ...rest } = is.value.least
  const only = least(once === undefined || Number(once) >= 1 ? rest : is.value.least) // nothing moves by more than all of it
  if (says !== '') return <div class="pow"><Note kind="can" icon="info" live>{rich(t('policy.power.shows', { n: is.value.days, least: says }))} <span class="f">{t('policy.power.teams', { n, kept })}</span></Note></div>
  return <Note kind="warn" icon="info" live>{rich(only !== '' ? t('policy.power.only', { n: is.value.days, least: only }) : t('policy.power.none', { n: days }))}</Note>
}
