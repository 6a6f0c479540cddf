// The quiet card of a pulse survey, on My path and in the panel under Me: what is asked, in a minute; or later, with one touch.
import { signal, type Signal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import type { MyPulses } from '../../lib/api-types.ts'
import { call } from '../../lib/api.ts'
import { lang, useT } from '../../lib/i18n.ts'
import { resource, useResource } from '../../lib/resource.ts'
import { at, day } from '../../lib/time.ts'
import { Button, Note, Seg, TextArea } from '../../ui/index.ts'
import { useSaving } from '../people/form.tsx'
import { said, type T } from './pulse.ts'

type Round = MyPulses['items'][number]
type Chosen = '' | '1' | '2' | '3' | '4' | '5'

const SCALE = ['1', '2', '3', '4', '5'] as const
const WORDS_MAX = 2000

function Question({ t, question, value }: { t: T; question: Round['questions'][number]; value: Signal<Chosen> }) {
  const words = { text: said(question.text), low: said(question.low), high: said(question.high) }
  return <div class="col g2">
    <p class="t13" aria-hidden="true">{words.text}</p>
    <div class="row wrap g3"><span class="t12 f" aria-hidden="true">{words.low}</span><Seg value={value} label={t('pulse.question', words)} options={SCALE.map(one => ({ value: one, text: one }))} /><span class="t12 f" aria-hidden="true">{words.high}</span></div>
  </div>
}

function Form({ round, panel, done }: { round: Round; panel: boolean; done: () => void }) {
  const t = useT('pulse')
  const saving = useSaving()
  const values = useMemo(() => round.questions.map(() => signal<Chosen>('')), [])
  const words = useMemo(() => signal(''), [])
  const fault = useMemo(() => signal(''), [])
  const send = (event: Event): void => {
    event.preventDefault()
    fault.value = values.some(one => one.value === '') ? t('pulse.missing') : words.value.length > WORDS_MAX ? t('pulse.words.long') : ''
    if (fault.value !== '') return
    const body = { answers: Object.fromEntries(round.questions.map((one, i) => [one.id, Number(values[i]!.value)])), ...words.value.trim() !== '' && { words: words.value.trim() } }
    void saving.run(() => call('answerPulse', { path: { id: round.id }, body })).then(answer => { if (answer) done() })
  }
  return <form class="col g5" onSubmit={send} noValidate>
    {round.questions.map((one, i) => <Question key={one.id} t={t} question={one} value={values[i]!} />)}
    {round.words !== undefined && <TextArea label={said(round.words)} value={words} hint={<>{t('pulse.words')}. {t('pulse.text.warning')}</>} />}
    <p class="t12 m">{t('pulse.anonymous')}</p>
    {fault.value !== '' && <Note kind="warn" live>{fault.value}</Note>}
    {saving.problem.value && <Note kind="bad" live>{saving.problem.value.detail}</Note>}
    <div><Button kind="pri" type="submit" {...panel && { size: 'sm' as const }} busy={saving.busy.value ? t('pulse.sending') : undefined}>{t('pulse.send')}</Button></div>
  </form>
}

function One({ round, panel }: { round: Round; panel: boolean }) {
  const t = useT('pulse')
  const saving = useSaving()
  const state = useMemo(() => signal<'asked' | 'open' | 'answered' | 'later'>('asked'), [])
  const until = useMemo(() => signal(''), [])
  const later = (): void => { void saving.run(() => call('putOffPulse', { path: { id: round.id } })).then(answer => { if (answer) { until.value = answer.until; state.value = 'later' } }) }
  const size = panel ? { size: 'sm' as const } : {}
  const Head = panel ? 'h3' : 'h2'
  return <section class={panel ? 'pn-sec' : 'card'} aria-labelledby={`pulse-${round.id}`}>
    {panel ? <Head id={`pulse-${round.id}`}>{round.title ?? t('pulse.card')}</Head> : <div class="hd"><Head id={`pulse-${round.id}`}>{round.title ?? t('pulse.card')}</Head></div>}
    <div class={panel ? 'col g3' : 'pad col g3'}>
      {state.value === 'answered' ? <p class="t13" role="status">{t('pulse.again')}</p> : state.value === 'later' ? <p class="t13" role="status">{t('pulse.later.said', { day: day(at(until.value), lang.value) })}</p> : <>
        <p class="t13 m">{t('pulse.card.text', { n: round.questions.length, day: day(at(round.ends_at), lang.value) })}</p>
        {state.value === 'open' ? <Form round={round} panel={panel} done={() => { state.value = 'answered' }} />
          : <div class="row wrap"><Button {...size} onClick={() => { state.value = 'open' }}>{t('pulse.answer')}</Button><Button {...size} kind="quiet" onClick={later}>{t('pulse.later')}</Button></div>}
        {saving.problem.value && <Note kind="bad" live>{saving.problem.value.detail}</Note>}
      </>}
    </div>
  </section>
}

/** Nothing where nobody asks, where one has answered, and while it is put off. */
export function PulseCard({ panel = false }: { panel?: boolean }) {
  const read = useResource(() => resource<Round[]>(signal => call('listMyPulses', { signal }).then(found => found.items.filter(one => !one.answered && one.later_until === undefined))), [])
  return <>{read.data.value?.map(one => <One key={one.id} round={one} panel={panel} />)}</>
}
