import { common } from '../lib/i18n.ts'
import type { Kind } from '../lib/model.ts'
import { Avatar } from './Avatar.tsx'
import { Tag } from './Tag.tsx'

/** Somebody: sign, name, and a word when it is no human. */
export function Person({ name, kind = 'human', here, size = 's' }: { name: string; kind?: Kind | undefined; here?: boolean | undefined; size?: 's' | 'l' }) {
  return <span class="row g3 ell"><Avatar name={name} kind={kind} here={here} size={size} /><span class="ell">{name}</span>
    {kind !== 'human' && <Tag>{kind === 'ai' ? common('common.ai') : common('common.service')}</Tag>}
  </span>
}
