import { common } from '../lib/i18n.ts'
import { inWords } from '../lib/keys.ts'
import { theme } from '../lib/theme.ts'
import { Icon, Live, Seg } from '../ui/index.ts'
import { themes } from './entries.ts'
import { paletteOpen, top } from './top.ts'

export function Top() {
  return <header class="top">
    <h1 tabIndex={-1}>{top.value.title}</h1><Live /><span class="sp" />{top.value.slot}
    <button type="button" class="find" aria-haspopup="dialog" onClick={() => { paletteOpen.value = true }}><Icon name="search" small /><span class="name">{common('common.palette.name')}</span><span class="sp" /><kbd class="kbd" aria-hidden="true">{inWords('mod+k')}</kbd></button>
    <Seg value={theme} options={themes()} label={common('common.theme.name')} />
  </header>
}
