import { useT } from '../../lib/i18n.ts'
import { Link } from '../../lib/router.ts'
import type { PartGroup, PartId, PartRow } from './parts.ts'

const groups: readonly PartGroup[] = ['who', 'links', 'here']

export function Sub({ parts, current }: { parts: readonly PartRow[]; current: PartId }) {
  const t = useT('people')
  return <nav class="sub" aria-label={t('people.title')}>{groups.map(group => {
    const rows = parts.filter(one => one.group === group)
    return rows.length === 0 ? null : <div key={group} class="sub-g"><p class="h">{t(`people.group.${group}`)}</p>{rows.map(one => <Link key={one.id} to={`/people/${one.id}`} aria-current={one.id === current ? 'page' : undefined}>{t(`people.part.${one.id}`)}</Link>)}</div>
  })}</nav>
}
