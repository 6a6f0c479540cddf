// An act that did not go through: what did not happen, what the server said, and what can be done now. And a request to which
// nobody can say yes: its why, what to do instead, and what the agent has.
import { Button, Note } from '../../ui/index.ts'
import { lang, useT } from '../../lib/i18n.ts'
import type { Terms } from '../../lib/model.ts'
import type { Problem } from '../../lib/api.ts'
import { Questions, Reason, Wanting } from './About.tsx'
import { DutyPhone } from './Offline.tsx'
import { Rems } from './Rems.tsx'
import type { CaseStore, Host } from './case.ts'
import type { Fault, Screen } from './model.ts'
import { bestOf, rowsOfRefusal } from './reduce.ts'
import type { T } from './words.ts'

const said = (): string | undefined => (lang.value === 'en' ? undefined : 'en')

function what(t: T, act: Fault['act'] | undefined): string {
  switch (act) {
    case 'give': return t('panel.failed.give')
    case 'ask': return t('panel.failed.ask')
    case 'confirm': return t('panel.failed.confirm')
    case 'undo': return t('panel.failed.undo')
    case 'reverse': return t('panel.failed.reverse')
    case 'withdraw': return t('panel.failed.withdraw')
    case 'nudge': return t('panel.failed.nudge')
    case 'message': return t('panel.failed.message')
    case 'take': return t('panel.failed.take')
    case 'hand-over': return t('panel.failed.hand-over')
    case 'open': return t('panel.failed.open')
    default: return t('panel.failed.read')
  }
}

/** The server's own words, which say what mends it. */
function detail(problem: Problem): string {
  const fields = problem.errors.map((error) => (error.at ? `${error.at} ${error.message}` : error.message)).join('; ')
  return fields || problem.detail || problem.title
}

export function Failed({ screen, store, retry }: { screen: Extract<Screen, { is: 'failed' }>; store: CaseStore; retry: () => void }) {
  const t = useT('panel')
  const own = screen.rows.filter((row) => row.option || row.ask)
  const back = store.step.value.at === 'give'
  return (
    <>
      <div class="pn-sec">
        <Note kind="bad" live>
          <b>{what(t, screen.fault?.act)}</b>
          {detail(screen.problem) && <p lang={said()}>{detail(screen.problem)}</p>}
          {screen.problem.requestId && <p class="t12">{t('panel.failed.id', { id: screen.problem.requestId })}</p>}
        </Note>
        <div class="acts mt5"><Button size="sm" onClick={retry}>{back ? t('panel.failed.form') : screen.fault ? t('panel.answered.on') : t('panel.try-now')}</Button><DutyPhone /></div>
      </div>
      {own.length !== 0 && <div class="rems-h"><h3>{t('panel.now')}</h3></div>}
      {own.length !== 0 && <Rems rows={own} best={bestOf(own, store.evidence.value)} evidence={store.evidence.value} open={store.start} />}
    </>
  )
}

export function Beyond({ screen, store, host, terms }: { screen: Extract<Screen, { is: 'beyond' }>; store: CaseStore; host: Host; terms: Terms | undefined }) {
  const t = useT('panel')
  const { decision } = screen
  const rows = rowsOfRefusal(decision, screen.rows, host.currency)
  const instead = decision.instead ?? terms?.instead
  return (
    <>
      <div class="pn-sec">
        <Note kind="ask" icon="info" live>
          <b>{t('panel.beyond.title')}</b>
          {decision.why && <p lang={said()}>{decision.why}</p>}
          {instead && <p class="mt2" lang={said()}>{instead}</p>}
        </Note>
        <Wanting names={decision.needs} terms={terms} />
        {decision.because.length !== 0 && (
          <details class="why mt4"><summary>{t('panel.beyond.because')}</summary><ol>{decision.because.map((because, i) => <li key={i} lang={said()}>{because.rule}: {because.failed}</li>)}</ol></details>
        )}
      </div>
      <div class="pn-sec col"><Reason store={store} terms={terms} label={t('panel.about.title')} /><Questions store={store} terms={terms} currency={host.currency} /></div>
      {rows.length !== 0 && <div class="rems-h"><h3>{t('panel.now')}</h3></div>}
      {rows.length !== 0 && <Rems rows={rows} best={bestOf(rows, store.evidence.value)} evidence={store.evidence.value} open={store.start} />}
      <div class="pn-sec"><Button wide onClick={store.back}>{t('panel.back')}</Button></div>
    </>
  )
}
