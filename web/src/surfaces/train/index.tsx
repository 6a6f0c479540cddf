// Train: what somebody can learn and what it opens, how the team stands, and writing it. No points and no ranks: progress is what
// one may do.
import { signal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import { useT } from '../../lib/i18n.ts'
import { go, place } from '../../lib/router.ts'
import { useTop } from '../../shell/top.ts'
import { Seg } from '../../ui/index.ts'
import { PARTS } from './parts.tsx'

export default function Surface() {
  const t = useT('train')
  const [name = 'path', id = ''] = place.value.parts
  const part = PARTS[name]?.may() ? PARTS[name] : PARTS.path!
  const tabs = [...new Set(Object.values(PARTS).flatMap(one => one.tab && one.may() ? [one.tab] : []))]
  const tab = useMemo(() => signal(part.tab ?? 'path'), [part])
  useTop(t('train.title'), tabs.length > 1 && <Seg value={tab} label={t('train.tabs')} onChange={next => go(next === 'path' ? '/train' : `/train/${next}`)} options={tabs.map(value => ({ value, text: t(`train.tab.${value}`) }))} />)
  return <part.shows key={name} id={id} />
}
