// Who has read what a version changed, for whoever leads them: who has not comes first.
import { call } from '../../lib/api.ts'
import type { VersionReads } from '../../lib/api-types.ts'
import { boot } from '../../lib/boot.ts'
import { lang, useT } from '../../lib/i18n.ts'
import { resource, useResource } from '../../lib/resource.ts'
import { at, when } from '../../lib/time.ts'

export function ReadBy({ version }: { version: number }) {
  const t = useT('policy')
  const read = useResource(() => resource<VersionReads>(signal => call('versionReads', { path: { n: String(version) }, signal }), { kinds: ['read.acknowledged', 'policy.*'] }), [version])
  const found = read.data.value
  if (!found || found.people === 0) return null
  const others = found.items.filter(one => one.person !== boot.me?.person?.id)
  const open = others.filter(one => one.read < one.reads)
  const done = others.filter(one => one.read === one.reads)
  const row = (one: VersionReads['items'][number]) => <li key={one.person}>{one.name ?? one.person}{one.team_name && <span class="f"> · {one.team_name}</span>}
    {one.at && one.read === one.reads && <span class="f"> · {when(at(one.at), lang.value)}</span>}</li>
  return <section class="card pad col g4" aria-labelledby="pol-read">
    <h3 id="pol-read" class="mea-h">{t('policy.read.title')}</h3>
    <p class="t13">{t('policy.read.all', { n: found.read, of: found.people })}</p>
    {open.length !== 0 && <><p class="t13 w5">{t('policy.read.open', { n: open.length })}</p><ul class="t13">{open.map(row)}</ul></>}
    {done.length !== 0 && <details class="t13"><summary>{t('policy.read.done', { n: done.length })}</summary><ul>{done.map(row)}</ul></details>}
  </section>
}
