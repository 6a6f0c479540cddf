// Trust is told: what the agent may do more than when they last looked, once, with the why. Less is told as well, in the same words.
import { Button, Icon } from '../../ui/index.ts'
import { call } from '../../lib/api.ts'
import { lang, rich, useT } from '../../lib/i18n.ts'
import { shared } from './terms.ts'
import type { Grown } from './model.ts'
import { short, type T } from './words.ts'
import type { Money } from '../../lib/money.ts'

function says(t: T, row: Grown['rows'][number]): string {
  const amount = (money: Money): string => short(money, lang.value)
  const what = row.label
  if (row.now === 'gone') return t('panel.grown.gone', { what })
  if (row.now === 'new') return t('panel.grown.new', { what })
  if (row.now === 'any') return t('panel.grown.any', { what })
  if (row.was === null) return t('panel.grown.to', { what, amount: amount(row.now) })
  return row.was === 'any' ? t('panel.grown.from-any', { what, amount: amount(row.now) }) : t('panel.grown.from', { what, amount: amount(row.now), was: amount(row.was) })
}

export function GrownNote({ grown }: { grown: Grown }) {
  const t = useT('panel')
  const known = (): void => {
    const { authority } = shared()
    void call('seenAuthority', { body: { digest: grown.digest } }).then(() => authority.refresh(), () => {})
    authority.set((old) => (old ? { ...old, seen: { digest: grown.digest, at: new Date().toISOString(), most: old.most, grants: old.grants.map((grant) => grant.id) } } : old))
  }
  return (
    <div class="pn-sec">
      <div class={grown.more ? 'note can' : 'note ask'} role="status">
        <Icon name={grown.more ? 'award' : 'info'} />
        <div class="grow">
          <b>{grown.more ? t('panel.grown.title') : t('panel.grown.changed')}</b>
          <ul>{grown.rows.map((row) => <li key={row.action}>{rich(says(t, row))}</li>)}</ul>
          {grown.because && <p class="mt2">{t('panel.grown.because')} <span lang={lang.value === 'en' ? undefined : 'en'}>{grown.because}</span></p>}
          <div class="mt4"><Button size="sm" onClick={known}>{t('panel.grown.known')}</Button></div>
        </div>
      </div>
    </div>
  )
}
