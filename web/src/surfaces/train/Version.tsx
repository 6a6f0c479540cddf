// Which version an AI agent is: what it has passed, and what another version had passed and is to be passed again.
import { call, Problem } from '../../lib/api.ts'
import type { PersonVersion } from '../../lib/api-types.ts'
import { lang, useT } from '../../lib/i18n.ts'
import { resource, useResource } from '../../lib/resource.ts'
import { Link } from '../../lib/router.ts'
import { at, day } from '../../lib/time.ts'
import { Tag } from '../../ui/index.ts'

// Whoever may not see how it learns sees nothing here.
const read = (id: string, signal: AbortSignal): Promise<PersonVersion | null> => call('getPersonVersion', { path: { id }, signal }).catch((error: unknown) => {
  if (error instanceof Problem && (error.status === 403 || error.status === 404)) return null
  throw error
})

export function Version({ id }: { id: string }) {
  const t = useT('getting')
  const is = useResource(() => resource(signal => read(id, signal), { kinds: ['person.version', 'attempt.*', 'certificate.*'] }), [id]).data.value
  if (!is) return null
  return <section class="card" aria-labelledby="tr-version"><div class="hd"><h3 id="tr-version">{t('getting.version')}</h3></div><div class="pad col g3">
    <p>{is.version === undefined ? t('getting.version.none') : <><b>{is.version}</b> <span class="f">{is.since && t('getting.version.since', { day: day(at(is.since), lang.value) })}</span></>}</p>
    <ul class="plain t13 col g3">{is.passed?.map(one => <li key={one.certificate}><Link to={`/train/c/${encodeURIComponent(one.course)}`}>{one.certificate}</Link> {one.closed_at && <Tag tone="warn">{t('getting.version.again')}</Tag>}
      <p class="m">{t('getting.version.passed', { version: one.version ?? '–', day: day(at(one.at), lang.value) })}</p></li>)}</ul></div></section>
}
