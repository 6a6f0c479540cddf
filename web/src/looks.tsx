// What the program sends in a page before any script: drawn by the page's own components when the console is built (looks.mjs), so
// that the script, when it comes, finds what it would have drawn. Nothing here is loaded by a browser.
import { render } from 'preact'
import { messages, useT, type Area, type KeyOf } from './lib/i18n.ts'
import { App } from './shell/App.tsx'
import { Page } from './shell/Page.tsx'
import { useTop } from './shell/top.ts'
import { words } from './surfaces/panel/index.tsx'

/** The title of each surface: the heading that it gives itself as well. */
const titles: Record<string, KeyOf<Area>> = { desk: 'desk.title', policy: 'common.nav.policy', 'policy/edit': 'common.nav.policy', people: 'people.title', track: 'track.title', reviews: 'reviews.title', train: 'train.title', setup: 'setup.title', keys: 'keys.title' }

function Titled({ name }: { name: string }) {
  const t = useT('common') as (key: KeyOf<Area>) => string
  useTop(t(titles[name]!))
  return null
}

/** Draws a look into an element. What the components have still to say to each other is said when it is done. */
export async function show(name: string, root: Element): Promise<void> {
  const area = name.split('/')[0] as Area | 'signin'
  if (area === 'panel') await words
  else await messages(area === 'signin' ? 'common' : area)
  render(area === 'panel' ? <Page /> : <>{titles[name] && <Titled name={name} />}<App /></>, root)
  for (let i = 0; i < 20; i++) await Promise.resolve()
}
