// What the frame and its dialogs both list: surfaces, and themes.
import { boot } from '../lib/boot.ts'
import { common } from '../lib/i18n.ts'
import type { Surface } from '../lib/router.ts'
import type { Theme } from '../lib/theme.ts'
import type { IconName } from '../ui/index.ts'
import { may } from './rights.ts'

interface Entry { surface: Surface; icon: IconName; name: string }

/** The surfaces that this person has something to do on. */
export function entries(): Entry[] {
  const unset = boot.setup !== undefined && (boot.setup.policy === 0 || !boot.setup.decided)
  const all: (Entry | false)[] = [
    unset && { surface: 'setup', icon: 'flag', name: common('common.nav.setup') },
    may('SEE_STATS', 'team') && { surface: 'desk', icon: 'desk', name: common('common.nav.desk') },
    may('SEE_STATS', 'team') && { surface: 'track', icon: 'chart', name: common('common.nav.track') },
    may('SEE_STATS', 'team') && { surface: 'reviews', icon: 'eye', name: common('common.nav.reviews') },
    { surface: 'panel', icon: 'panel', name: common('common.nav.panel') },
    { surface: 'policy', icon: 'policy', name: common('common.nav.policy') },
    may('LEARN') && { surface: 'train', icon: 'cap', name: common('common.nav.train') },
    { surface: 'people', icon: 'users', name: common('common.nav.people') },
  ]
  return all.filter((entry): entry is Entry => entry !== false)
}

export function themes(): { value: Theme; text: string }[] {
  return [{ value: 'system', text: common('common.theme.system') }, { value: 'light', text: common('common.theme.light') }, { value: 'dark', text: common('common.theme.dark') }]
}
