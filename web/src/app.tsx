// The console: takes over what the page came with.
import { render } from 'preact'
import { boot } from './lib/boot.ts'
import { root } from './lib/dom.ts'
import { messages } from './lib/i18n.ts'
import { start } from './lib/live.ts'
import './lib/theme.ts'
import { App, prepare } from './shell/App.tsx'

async function begin(): Promise<void> {
  await Promise.all([messages('common'), prepare()])
  render(<App />, root())
  if (boot.signed_in) start()
}

void begin()
