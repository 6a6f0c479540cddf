// Who has read what a version changed, for whoever leads them: who has not comes first; as many as one looks at.
import { useSignal } from '@preact/signals'
import { call } from '../../lib/api.ts'
import type { VersionReads } from '../../lib/api-types.ts'
import { boot } from '../../lib/boot.ts'
import { lang, useT } from '../../lib/i18n.ts'
import { resource, useResource } from '../../lib/resource.ts'
import { at, when } from '../../lib/time.ts'
import { Button } from '../../ui/index.ts'

type State = 'open' | 'read'
const WINDOW = 200
const page = (version: number, state: State, limit: number, signal?: AbortSignal, after?: string) => call('versionReads', { path: { n: String(version) }, query: { state, limit, ...after !== undefined && { after } }, ...signal && { signal } })

export function ReadBy({ version }: { version: number }) {
  const t = useT('policy')
  const read = useResource(() => resource<VersionReads>(signal => page(version, 'open', 1, signal), { kinds: ['read.acknowledged', 'policy.*'] }), [version])
  const shown = useSignal(false)
  const found = read.data.value
  if (!found || found.people === 0) return null
  const { open, read: done } = found.yours
  return <section class="card pad col g4" aria-labelledby="pol-read">
    <h3 id="pol-read" class="mea-h">{t('policy.read.title')}</h3>
    <p class="t13">{t('policy.read.all', { n: found.read, of: found.people })}</p>
    {open !== 0 && <><p class="t13 w5">{t('policy.read.open', { n: open })}</p><Those key={`open ${open}`} version={version} state="open" count={open} /></>}
    {done !== 0 && <details class="t13" onToggle={event => { shown.value = event.currentTarget.open }}><summary>{t('policy.read.done', { n: done })}</summary>{shown.value && <Those key={`read ${done}`} version={version} state="read" count={done} />}</details>}
  </section>
}

function Those({ version, state, count }: { version: number; state: State; count: number }) {
  const t = useT('policy')
  const read = useResource(() => resource<VersionReads>(signal => page(version, state, WINDOW, signal)), [version, state])
  const found = read.data.value
  if (!found) return null
  const others = found.items.filter(one => one.person !== boot.me?.person?.id)
  const more = async () => {
    const next = await page(version, state, WINDOW, undefined, found.next)
    read.set(() => ({ ...next, items: [...found.items, ...next.items] }))
  }
  return <><ul class="t13">{others.map(one => <li key={one.person}>{one.name ?? one.person}{one.team_name && <span class="f"> · {one.team_name}</span>}
    {one.at && state === 'read' && <span class="f"> · {when(at(one.at), lang.value)}</span>}</li>)}</ul>
    {found.next !== undefined && <div><Button size="sm" onClick={() => void more()}>{t('policy.read.more', { n: Math.max(1, count - others.length) })}</Button></div>}</>
}
