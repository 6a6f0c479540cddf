import { useT } from '../../lib/i18n.ts'
import { useTop } from '../../shell/top.ts'

export default function Surface() {
  const t = useT('setup')
  useTop(t('common.nav.setup'))
  return null
}
