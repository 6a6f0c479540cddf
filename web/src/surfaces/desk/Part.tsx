/* A part of the desk that did not come: what, and trying again, in its place. What was there before stays, with its age. */
import { Button, Note } from '../../ui/index.ts'
import type { Problem } from '../../lib/api.ts'
import { lang, useT } from '../../lib/i18n.ts'
import { clock } from '../../lib/time.ts'

export function PartFailed({ problem, again }: { problem: Problem; again: () => unknown }) {
  const t = useT('desk')
  const detail = problem.kind === 'offline' ? t('common.offline.read') : problem.detail || problem.title
  return <Note kind="bad" live>{t('desk.part.failed', { detail })} <Button size="xs" onClick={() => void again()}>{t('desk.again')}</Button></Note>
}

export function Age({ at }: { at: number }) {
  const t = useT('desk')
  return <span class="t12 f">{t('desk.age', { time: clock(at, lang.value) })}</span>
}
