// No line: nothing is lost. What was sent last waits here and goes once; what could be done when the line broke can still be read.
import { Button, Icon, Note } from '../../ui/index.ts'
import { boot } from '../../lib/boot.ts'
import { lang, rich, useT } from '../../lib/i18n.ts'
import { again } from '../../lib/live.ts'
import { drop, tryNow } from '../../lib/outbox.ts'
import { clock } from '../../lib/time.ts'
import { Rems } from './Rems.tsx'
import type { CaseStore } from './case.ts'
import type { Screen } from './model.ts'
import { telOf } from './words.ts'

export function DutyPhone() {
  const t = useT('panel')
  const duty = boot.settings.duty
  if (!duty.phone) return null
  return <a class="btn sm" href={telOf(duty.phone)}><Icon name="phone" small />{t('panel.offline.call', { name: duty.name ?? t('panel.offline.duty'), phone: duty.phone })}</a>
}

export function Offline({ screen, store }: { screen: Extract<Screen, { is: 'offline' }>; store: CaseStore }) {
  const t = useT('panel')
  const retry = (): void => {
    again()
    tryNow()
    void store.again()
  }
  return (
    <>
      <div class="pn-sec">
        <Note kind="warn" icon="off" live>
          {rich(t('panel.offline.title'))}
          {screen.kept.map((act) => (
            <p key={act.id} class="mt2">
              {t('panel.offline.kept', { what: act.says })} <Button size="xs" kind="quiet" onClick={() => drop(act.id)}>{t('panel.offline.drop')}</Button>
            </p>
          ))}
          <p class="mt2">{t('panel.offline.trying')}</p>
        </Note>
        {boot.settings.duty.text && <p class="t13 m mt4">{boot.settings.duty.text}</p>}
        <div class="acts mt5"><Button size="sm" onClick={retry}>{t('panel.try-now')}</Button><DutyPhone /></div>
      </div>
      {screen.rows.length !== 0 && (
        <>
          <div class="rems-h"><h3>{t('panel.offline.as-of', { time: clock(screen.asOf, lang.value) })}</h3></div>
          <Rems rows={screen.rows} best={null} evidence={new Map()} />
        </>
      )}
    </>
  )
}
