// The agent's panel: a page of its own, for a helpdesk's sidebar or alone.
import { render } from 'preact'
import { signedOut } from './lib/api.ts'
import { boot } from './lib/boot.ts'
import { listen } from './lib/frame.ts'
import { messages } from './lib/i18n.ts'
import { start } from './lib/live.ts'
import './lib/theme.ts'
import { Overlays } from './shell/Overlays.tsx'
import { SignIn } from './shell/SignIn.tsx'
import Panel from './surfaces/panel/index.tsx'

function Page() {
  return <><Overlays />{boot.signed_in && !signedOut.value ? <Panel /> : <SignIn />}</>
}

async function begin(): Promise<void> {
  await messages('panel')
  listen(boot.framed_by)
  const root = document.getElementById('app') ?? document.body.appendChild(document.createElement('div'))
  render(<Page />, root)
  if (boot.signed_in) start()
}

void begin()
