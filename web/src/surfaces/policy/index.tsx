// The policy: read in sentences and in its text, version by version; changed as drafts that are tried on the past, and published.
import { boot } from '../../lib/boot.ts'
import { useT } from '../../lib/i18n.ts'
import { place } from '../../lib/router.ts'
import { may } from '../../shell/rights.ts'
import { useTop } from '../../shell/top.ts'
import { Button, Icon, toast } from '../../ui/index.ts'
import { THE_ONE } from './one.ts'
import { lazy } from './lazy.tsx'
import { Read } from './Read.tsx'
import { openDraft } from './Versions.tsx'

const Studio = lazy(() => import('./Studio.tsx').then(part => part.Studio))

export default function Surface() {
  const [part, id] = place.value.parts
  if (part === 'edit') return <Studio id={THE_ONE} />
  return part === 'drafts' && id !== undefined && id !== '' ? <Studio id={id} /> : <Reading />
}

function Reading() {
  const t = useT('policy')
  const change = () => { void openDraft().then(problem => { if (problem) toast({ says: problem.detail || t('policy.change.not') }) }) }
  useTop(t('common.nav.policy'), may('CHANGE_POLICY', 'all') && boot.me?.policy !== undefined ? <Button kind="pri" onClick={change}><Icon name="policy" small /><span class="name">{t('policy.change')}</span></Button> : null)
  return <Read />
}
