// The first run: from an empty database to a first decision in four steps. Each can be left, passed over and taken up again; what is
// done is what the server says.
import { useEffect } from 'preact/hooks'
import { boot } from '../../lib/boot.ts'
import { useT } from '../../lib/i18n.ts'
import type { Setup } from '../../lib/model.ts'
import { useResource } from '../../lib/resource.ts'
import { Link, place, setQuery } from '../../lib/router.ts'
import { useTop } from '../../shell/top.ts'
import { may } from '../../shell/rights.ts'
import { Button, Empty, Icon, Skeleton } from '../../ui/index.ts'
import { Told } from '../policy/told.tsx'
import { after, progressOf, stepOf, type StepName } from './progress.ts'
import { begin, openStep, readSetup, toTitle } from './state.ts'
import { Policy } from './Step1Policy.tsx'
import { People } from './Step2People.tsx'
import { You } from './Step3You.tsx'
import { First } from './Step4First.tsx'

export default function Surface() {
  const t = useT('setup')
  useTop(t('setup.title'))
  if (!may('SETTINGS', 'all')) return <section class="card"><Empty title={t('setup.other.title')}>{t('setup.other.text')}</Empty></section>
  return <Steps />
}

function Steps() {
  const setup = useResource(readSetup, [])
  useEffect(begin, [])
  const is = setup.data.value
  if (is) boot.setup = is
  if (!is) return setup.problem.value ? <Told problem={setup.problem.value} again={() => void setup.refresh()} reading /> : setup.slow.value ? <Skeleton rows={['w40', 'h44', 'h44']} /> : null
  const step = stepOf(is, place.value.query.get('step'))
  return <Step step={step} setup={is} read={() => void setup.refresh()} />
}

function Step({ step, setup: is, read }: { step: StepName; setup: Setup; read: () => void }) {
  const t = useT('setup')
  // Named in the address, so that one step back is this step, done or not.
  useEffect(() => { if (place.value.surface === 'setup' && place.value.query.get('step') !== step) setQuery({ step }) }, [step])
  useEffect(toTitle, [step])
  return <div class="su">
    <nav aria-label={t('setup.steps')}><ol class="su-steps">{progressOf(is).map((one, i) => <li key={one.name} class={one.done ? 'done' : undefined}>
      <Link to={`/setup?step=${one.name}`} aria-current={one.name === step ? 'step' : undefined}>
        <span class="su-n" aria-hidden="true">{one.done ? <Icon name="check" small /> : i + 1}</span>
        <span class="grow"><b>{t(`setup.${one.name}.name`)}</b><small>{one.done ? done(is, one.name, t) : t(`setup.${one.name}.short`)}</small></span>
        {one.done && <span class="vh">{t('setup.done')}</span>}
      </Link></li>)}</ol></nav>
    <div class="su-main" key={step}><Body step={step} setup={is} read={read} />
      {step !== 'first' && <p class="su-foot"><Button kind="quiet" onClick={() => openStep(after(step))}>{t(progressOf(is).find(one => one.name === step)?.done ? 'setup.next' : 'setup.skip')}<Icon name="right" small /></Button></p>}
    </div>
  </div>
}

function done(setup: Setup, name: StepName, t: ReturnType<typeof useT<'setup'>>): string {
  if (name === 'policy') return t('setup.policy.is', { n: setup.policy })
  if (name === 'people') return t('setup.people.is', { n: setup.people.active, in: setup.people.can_sign_in })
  return t(name === 'you' ? 'setup.you.is' : 'setup.first.is')
}

function Body({ step, setup, read }: { step: StepName; setup: Setup; read: () => void }) {
  if (step === 'policy') return <Policy setup={setup} read={read} />
  if (step === 'people') return <People setup={setup} read={read} />
  if (step === 'you') return <You setup={setup} read={read} />
  return <First setup={setup} />
}
