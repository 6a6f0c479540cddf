// People and settings: who works here and how this installation stands in its surroundings. Only what the caller may reach is listed.
import { useSignal } from '@preact/signals'
import { useT } from '../../lib/i18n.ts'
import { place } from '../../lib/router.ts'
import { may } from '../../shell/rights.ts'
import { useTop } from '../../shell/top.ts'
import { Button, Icon } from '../../ui/index.ts'
import { lazy } from '../policy/lazy.tsx'
import { partOf, partsFor } from './parts.ts'
import { People } from './People.tsx'
import { Sub } from './Sub.tsx'

const PersonPage = lazy<{ id: string }>(() => import('./PersonPage.tsx').then(part => part.PersonPage))
const Invite = lazy<{ open: { value: boolean } }>(() => import('./InviteDialog.tsx').then(part => part.InviteDialog as never))
const settings = {
  teams: lazy(() => import('./Teams.tsx').then(part => part.Teams)), import: lazy(() => import('./ImportPart.tsx').then(part => part.ImportPart)), tiers: lazy(() => import('./Tiers.tsx').then(part => part.Tiers)),
  signin: lazy(() => import('./SignIn.tsx').then(part => part.SignIn)), frame: lazy(() => import('./Frame.tsx').then(part => part.Frame)), tokens: lazy(() => import('./Tokens.tsx').then(part => part.Tokens)),
  webhooks: lazy(() => import('./Webhooks.tsx').then(part => part.Webhooks)), mail: lazy(() => import('./Mail.tsx').then(part => part.Mail)), alerts: lazy(() => import('./Duty.tsx').then(part => part.DutyPart)),
  language: lazy(() => import('./Language.tsx').then(part => part.Language)), about: lazy(() => import('./About.tsx').then(part => part.About)),
}

export default function Surface() {
  const t = useT('people')
  const invite = useSignal(false)
  useTop(t('people.title'), may('CHANGE_PEOPLE', 'all') ? <Button kind="pri" onClick={() => { invite.value = true }}><Icon name="plus" small /><span class="name">{t('people.add')}</span></Button> : null)
  const [first, id] = place.value.parts
  const parts = partsFor(may)
  const part = partOf(parts, first)
  const person = first === 'p' && id !== undefined ? id : null
  return <div class="pp">
    <Sub parts={parts} current={person === null ? part : 'people'} />
    <div class="pp-main">{person !== null ? <PersonPage key={person} id={person} /> : <Body part={part} />}</div>
    {invite.value && <Invite open={invite} />}
  </div>
}

function Body({ part }: { part: ReturnType<typeof partOf> }) {
  if (part === 'people') return <People />
  const Part = settings[part]
  return <Part key={part} />
}
