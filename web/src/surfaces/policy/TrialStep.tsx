// A step of the way to live: some teams first, with what that would show.
import { useSignal } from '@preact/signals'
import { Link } from '../../lib/router.ts'
import { lang, useT } from '../../lib/i18n.ts'
import { at, day } from '../../lib/time.ts'
import { Button, Icon } from '../../ui/index.ts'
import type { Editor } from './draft.ts'
import { Power } from './Power.tsx'
import { TrialStart } from './TrialStart.tsx'
import { running, useTrials } from './Trials.tsx'

const DAYS = 14
const SHARE = '0.5'

export function TrialStep({ editor, many }: { editor: Editor; many: boolean }) {
  const t = useT('policy')
  const open = useSignal(false)
  const trials = useTrials()
  const runs = running(trials.data.value)
  if (editor.live.value === 0) return null
  const ready = editor.errors() === 0 && editor.variables.value > 0
  return <li><div><h3>{t('policy.trial.step')}</h3><p>{t('policy.trial.step.text')}</p>
    {runs.map(one => <p key={one.id}><Link to={`/policy/versions?v=${one.version}`}>{t('policy.trial.step.runs', { n: one.version, at: day(at(one.until), lang.value) })}</Link></p>)}
    {ready && <div class="col g3 mt2"><Power share={SHARE} days={DAYS} /><Button size="sm" onClick={() => { open.value = true }}><Icon name="users" small />{t('policy.trial.step.do')}</Button></div>}
    {open.value && <TrialStart open={open} editor={editor} many={many} runs={runs} />}</div></li>
}
