// The policy: read in sentences and in its text, version by version; changed as a draft, and published.
import { boot } from '../../lib/boot.ts'
import { useT } from '../../lib/i18n.ts'
import { go, Link, place } from '../../lib/router.ts'
import { may } from '../../shell/rights.ts'
import { useTop } from '../../shell/top.ts'
import { Button, Icon } from '../../ui/index.ts'
import { lazy } from './lazy.tsx'
import { Read } from './Read.tsx'

const Edit = lazy(() => import('./Edit.tsx').then(part => part.Edit))

export default function Surface() {
  const t = useT('policy')
  const edits = place.value.parts[0] === 'edit'
  const changes = may('CHANGE_POLICY', 'all')
  useTop(t(edits ? 'policy.edit.title' : 'common.nav.policy'), edits
    ? <Link class="btn quiet" to="/policy">{t('policy.edit.leave')}</Link>
    : changes && boot.me?.policy !== undefined ? <Button kind="pri" onClick={() => go('/policy/edit')}><Icon name="policy" small /><span class="name">{t('policy.change')}</span></Button> : null)
  return edits ? <Edit /> : <Read />
}
