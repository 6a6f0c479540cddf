// Talks whose day to look again has come: for the lead, before anything else.
import { call } from '../../lib/api.ts'
import { useT } from '../../lib/i18n.ts'
import { resource, useResource } from '../../lib/resource.ts'
import { Link } from '../../lib/router.ts'
import { Note } from '../../ui/index.ts'

export function Due() {
  const t = useT('reviews')
  const read = useResource(() => resource(signal => call('listCoaching', { query: { due: true, limit: 20 }, signal }), { kinds: ['coaching.*'] }), [])
  const items = read.data.value?.items ?? []
  if (items.length === 0) return null
  return <div class="rv-due"><Note kind="warn">{t('reviews.coach.due')}: {items.map((one, i) => <span key={one.id}>{i > 0 && ', '}<Link to={`/people/p/${encodeURIComponent(one.person)}`}>{one.person_name ?? one.person}</Link></span>)}</Note></div>
}
