// The panel's page: what lies over it, and the panel of whoever is signed in.
import { signedOut } from '../lib/api.ts'
import { boot } from '../lib/boot.ts'
import Panel from '../surfaces/panel/index.tsx'
import { Overlays } from './Overlays.tsx'
import { SignIn } from './SignIn.tsx'

export function Page() {
  return <><Overlays />{boot.signed_in && !signedOut.value ? <Panel /> : <SignIn />}</>
}
