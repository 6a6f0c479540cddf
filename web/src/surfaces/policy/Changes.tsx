// What is different between two policies, path by path, and how much of it changes decisions.
import { call } from '../../lib/api.ts'
import { rich, useT } from '../../lib/i18n.ts'
import type { PolicyDiff } from '../../lib/model.ts'
import { resource, useResource } from '../../lib/resource.ts'
import { Skeleton, Tag } from '../../ui/index.ts'
import { Told } from './told.tsx'

const SHOWN = 100

type Body = { a?: number; b?: number; a_source?: string; b_source?: string }

export function Changes({ body }: { body: Body }) {
  const t = useT('policy')
  const diff = useResource(() => resource<PolicyDiff>(abort => call('diffPolicy', { body, signal: abort })), [JSON.stringify(body)])
  const is = diff.data.value
  if (!is) return diff.problem.value ? <Told problem={diff.problem.value} again={() => void diff.refresh()} reading /> : diff.slow.value ? <Skeleton rows={['w80', 'w60']} /> : null
  if (is.changes.length === 0) return <p class="t13 m">{t('policy.changes.none')}</p>
  return <div class="col">
    <p class="t13">{rich(t(is.variables > 1 ? 'policy.changes.many' : is.variables === 1 ? 'policy.changes.one' : 'policy.changes.words', { n: is.variables }))}</p>
    <ul class="chg">{is.changes.slice(0, SHOWN).map((one, i) => <li key={i}>
      <div class="row wrap"><b lang="en">{one.path}</b>{one.variable !== true && <Tag>{t('policy.changes.same')}</Tag>}</div>
      <p lang="en"><Value text={one.before} gone /><span class="f" aria-hidden="true"> → </span><span class="vh">{t('policy.changes.then')}</span><Value text={one.after} /></p>
    </li>)}</ul>
    {is.changes.length > SHOWN && <p class="t12 f">{t('policy.changes.more', { n: is.changes.length - SHOWN })}</p>}
  </div>
}

function Value({ text, gone }: { text: unknown; gone?: boolean }) {
  const t = useT('policy')
  const value = typeof text === 'string' ? text : JSON.stringify(text ?? '')
  if (value === '' || value === '""') return <span class="f">{t(gone ? 'policy.changes.nothing' : 'policy.changes.gone')}</span>
  return gone ? <del>{value}</del> : <ins>{value}</ins>
}
