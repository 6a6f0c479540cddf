// The console's page: everything but the agent's panel.
import { render } from 'preact'
import { boot } from './lib/boot.ts'
import { messages } from './lib/i18n.ts'
import { start } from './lib/live.ts'
import './lib/theme.ts'
import { App, prepare } from './shell/App.tsx'

async function begin(): Promise<void> {
  await Promise.all([messages('common'), prepare()])
  render(<App />, root())
  if (boot.signed_in) start()
}

function root(): HTMLElement {
  const found = document.getElementById('app')
  if (found) return found
  const made = document.createElement('div')
  made.id = 'app'
  document.body.append(made)
  return made
}

void begin()
