// No case is open: one is opened in the helpdesk, or its number typed here. Own cases and asks that wait are one click away.
import { useSignal } from '@preact/signals'
import { Button, Field } from '../../ui/index.ts'
import { call } from '../../lib/api.ts'
import { useT } from '../../lib/i18n.ts'
import type { Case } from '../../lib/model.ts'
import { resource, useResource } from '../../lib/resource.ts'
import type { Host } from './case.ts'

const CASES_SHOWN = 6

function Own({ host, choose }: { host: Host; choose: (id: string) => void }) {
  const t = useT('panel')
  const cases = useResource(() => resource<Case[]>((abort) => call('listCases', { query: { owner: host.me, state: 'open', limit: CASES_SHOWN }, signal: abort }).then((page) => page.items), { kinds: ['case.*'] }), [])
  const found = cases.data.value ?? []
  if (found.length === 0) return null
  return (
    <>
      <div class="rems-h"><h3>{t('panel.no-case.yours')}</h3></div>
      <ul class="rems">
        {found.map((one) => (
          <li class="rem" key={one.id}><button type="button" class="two" onClick={() => choose(one.id)}><span class="what ell">{one.subject ?? `#${one.id}`}</span><span class="most f">#{one.id}</span></button></li>
        ))}
      </ul>
    </>
  )
}

export function NoCase({ host, choose }: { host: Host; choose: (id: string) => void }) {
  const t = useT('panel')
  const text = useSignal('')
  const fault = useSignal('')
  const go = (event: Event): void => {
    event.preventDefault()
    const id = text.value.trim().replace(/^#/, '')
    if (id === '') fault.value = t('panel.no-case.missing')
    else choose(id)
  }
  return (
    <>
      <div class="pn-sec">
        <h2>{t('panel.no-case.title')}</h2>
        <p class="t13 m mt4">{t('panel.no-case.text')}</p>
        <form class="row top mt5" onSubmit={go}>
          <div class="grow"><Field label={t('panel.no-case.label')} value={text} type="text" autocomplete="off" fault={fault.value || undefined} /></div>
          <Button type="submit" class="low">{t('panel.no-case.open')}</Button>
        </form>
      </div>
      <Own host={host} choose={choose} />
    </>
  )
}
