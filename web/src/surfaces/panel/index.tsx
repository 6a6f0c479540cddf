import { useT } from '../../lib/i18n.ts'
import type { Hint } from '../../lib/frame.ts'

/** The panel inside another surface (first steps): a fixed case, no rail. */
export function Panel(_: { hint?: Hint; compact?: boolean }) {
  const t = useT('panel')
  return <main class="pn"><h1>{t('common.nav.panel')}</h1></main>
}

export default function PanelPage() {
  return <Panel />
}
