// What a person may do by themselves, in the policy's sentences, and what would open more.
import { call, Problem } from '../../lib/api.ts'
import { boot } from '../../lib/boot.ts'
import { lang, useT } from '../../lib/i18n.ts'
import type { Authority, Amount } from '../../lib/model.ts'
import { format, parse } from '../../lib/money.ts'
import { resource, useResource } from '../../lib/resource.ts'
import { Words } from '../policy/Sentences.tsx'
import { Card, Data } from './form.tsx'

async function read(id: string, signal: AbortSignal): Promise<Authority | null> {
  try {
    return await call('getPersonAuthority', { path: { id }, signal })
  } catch (error) {
    if (error instanceof Problem && error.kind === 'not-found') return null
    throw error
  }
}

function short(amount: Amount): string {
  const money = parse(amount, boot.me?.currency ?? 'USD')
  return money ? format(money, lang.value, 'short') : amount
}

export function PersonRoom({ id }: { id: string }) {
  const t = useT('people')
  const authority = useResource(() => resource(abort => read(id, abort), { kinds: ['person.changed', 'policy.*'] }), [id])
  return <Data of={authority}>{is => is === null ? null : <Card title={t('people.may')}>
    {is.grants.length === 0 ? <p class="pad-s t13 m">{t('people.may.none')}</p> : <>
      {is.most.length > 0 && <dl class="kv pad-s">{is.most.map(one => [<dt key={`${one.action}n`} lang="en">{one.label}</dt>, <dd key={`${one.action}v`}>{one.amount !== undefined ? t('people.upto', { amount: short(one.amount) }) : one.text ? <span lang="en">{one.text}</span> : t('people.any')}</dd>])}</dl>}
      <details class="before"><summary>{t('people.may.rules', { n: is.grants.length })}</summary><div class="say" lang="en"><ol>{is.grants.map(one => <li key={one.id}><div><Words text={one.text} /><span class="id">{one.id}</span></div></li>)}</ol></div></details>
      {is.next.length > 0 && <details class="before"><summary>{t('people.may.next', { n: is.next.length })}</summary><div class="say" lang="en"><ol>{is.next.map(one => <li key={one.grant}><div><Words text={one.text} /><span class="id">{[one.needs.tier, ...(one.needs.holds ?? []), ...(one.needs.team ?? [])].filter(Boolean).join(', ')}</span></div></li>)}</ol></div></details>}
    </>}
  </Card>}</Data>
}
