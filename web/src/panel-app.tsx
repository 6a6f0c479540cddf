// The agent's panel, in a helpdesk's sidebar or alone: takes over what the page came with.
import { render } from 'preact'
import { boot } from './lib/boot.ts'
import { root } from './lib/dom.ts'
import { listen } from './lib/frame.ts'
import { start } from './lib/live.ts'
import './lib/theme.ts'
import { Page } from './shell/Page.tsx'
import { words } from './surfaces/panel/index.tsx'

/** kept: gives what the page around has said by now. */
export async function begin(kept: () => MessageEvent[]): Promise<void> {
  await words // the panel draws nothing before: what the page came with would not be taken over, and stay above it
  listen(boot.framed_by, kept)
  render(<Page />, root())
  if (boot.signed_in) start()
}
