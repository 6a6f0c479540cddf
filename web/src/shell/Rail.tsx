import { boot } from '../lib/boot.ts'
import { common } from '../lib/i18n.ts'
import { Link, place, type Surface } from '../lib/router.ts'
import { Avatar, Icon, Mark } from '../ui/index.ts'
import { entries } from './entries.ts'
import { counts, openAccount } from './top.ts'

export function Rail() {
  return <nav class="rail" aria-label={common('common.nav.main')}>
    <div class="brand"><Mark /><span>{common('common.product')}</span></div>
    {entries().map(entry => <Link key={entry.surface} to={`/${entry.surface}`} aria-current={place.value.surface === entry.surface ? 'page' : undefined} title={entry.name}>
      <Icon name={entry.icon} /><span class="name">{entry.name}</span><Number surface={entry.surface} /></Link>)}
    <Me />
  </nav>
}

function Number({ surface }: { surface: Surface }) {
  const count = counts.value[surface]
  return count && count.n > 0 ? <span class={count.quiet ? 'n q' : 'n'}>{count.n}</span> : null
}

function Me() {
  const person = boot.me?.person
  const name = person?.name ?? person?.id ?? boot.me?.actor ?? ''
  const under = [person?.tier, person?.team].filter(Boolean).join(', ')
  return <button type="button" class="me" aria-haspopup="dialog" title={common('common.account.title')} onClick={openAccount}>
    <Avatar name={name} kind={person?.kind} here={person?.presence?.state !== 'away'} />
    <span class="grow"><span class="t13 w5 ell">{name}</span>{under && <span class="t12 f ell">{under}</span>}</span><span class="vh">{common('common.account.title')}</span>
  </button>
}
