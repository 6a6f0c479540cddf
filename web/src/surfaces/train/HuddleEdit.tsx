// What stands on a huddle, as its lead says it: which cases and a sentence to each, opening words, what stays away, and in which order.
import { signal, type Signal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import type { Huddle, HuddleCase, HuddleKind, HuddleSection } from '../../lib/api-types.ts'
import { call } from '../../lib/api.ts'
import { useT } from '../../lib/i18n.ts'
import { Button, Check, Field, Select, TextArea } from '../../ui/index.ts'
import { useSaving } from '../people/form.tsx'
import { Told } from '../policy/told.tsx'
import { whatOf, Why } from './Huddle.tsx'

export interface EditProps { page: Huddle; etag: string | null; done: (saved: boolean) => void }

const KINDS: readonly HuddleKind[] = ['too_much', 'too_little', 'brilliant']
const SECTIONS: readonly HuddleSection[] = ['cases', 'causes', 'changes', 'thanks']
const NONE = ''
const OTHER = ' '
const TEXT_MAX = 600
const WORDS_MAX = 4000

interface Picked { kind: HuddleKind; choice: Signal<string>; other: Signal<string>; text: Signal<string>; known: HuddleCase[]; currency: string | undefined }

function picked(page: Huddle, kind: HuddleKind): Picked {
  const now = page.cases?.find(one => one.kind === kind)
  const known = [...page.proposals?.[kind] ?? []]
  if (now && !known.some(one => one.of === now.of)) known.unshift(now)
  return { kind, choice: signal(now?.of ?? NONE), other: signal(''), text: signal(now?.text ?? ''), known, currency: page.currency }
}

function Pick({ of }: { of: Picked }) {
  const t = useT('huddle')
  const chosen = of.known.find(one => one.of === of.choice.value)
  const options = [...of.known.map(one => ({ value: one.of ?? NONE, text: `${whatOf(one, of.currency) || one.case || one.of} · ${one.agent_name ?? ''}` })), { value: OTHER, text: t('huddle.pick.other') }, { value: NONE, text: t('huddle.pick.none') }]
  return <fieldset class="hud-case col g4"><legend class="t14 w6">{t(`huddle.kind.${of.kind}`)}</legend>
    <Select label={t('huddle.pick')} value={of.choice} options={options} />
    {chosen && <p class="t12 m"><Why of={chosen} currency={of.currency} /></p>}
    {of.choice.value === OTHER && <Field label={t('huddle.pick.id')} hint={t('huddle.pick.id.hint')} value={of.other} maxLength={200} autocomplete="off" />}
    {of.choice.value !== NONE && <TextArea label={t('huddle.text')} hint={of.kind === 'brilliant' ? undefined : t('huddle.text.hint')} value={of.text} rows={2} maxLength={TEXT_MAX} />}
  </fieldset>
}

function Order({ order, shown }: { order: Signal<HuddleSection[]>; shown: Record<HuddleSection, Signal<boolean>> }) {
  const t = useT('huddle')
  const up = (i: number) => { order.value = order.value.map((one, k, all) => k === i - 1 ? all[i]! : k === i ? all[i - 1]! : one) }
  return <ol class="hud-order">{order.value.map((one, i) => <li key={one} class="row g3"><Check label={t(`huddle.section.${one}`)} value={shown[one]} /><span class="sp" />
    {i > 0 && <Button size="xs" kind="quiet" aria-label={t('huddle.up.of', { name: t(`huddle.section.${one}`) })} onClick={() => up(i)}>{t('huddle.up')}</Button>}</li>)}</ol>
}

interface Part { id: string; text: string; on: Signal<boolean> }

function partsOf(page: Huddle, version: (n: number) => string): Part[] {
  const part = (id: string, text: string, out: boolean | undefined): Part => ({ id, text, on: signal(!out) })
  return [...(page.causes ?? []).map(one => part(`cause:${one.cause ?? ''}`, one.cause_label ?? one.cause ?? '–', one.left_out)),
    ...(page.versions ?? []).map(one => part(`version:${one.version}`, version(one.version), one.left_out)),
    ...(page.thanks ?? []).map(one => part(`thanks:${one.id}`, `${one.to_name ?? ''}: ${one.words ?? ''}`, one.left_out))]
}

export function HuddleEdit({ page, etag, done }: EditProps) {
  const t = useT('huddle')
  const saving = useSaving()
  const form = useMemo(() => ({
    words: signal(page.words ?? ''), picks: KINDS.map(kind => picked(page, kind)), parts: partsOf(page, n => t('huddle.version', { n })),
    order: signal<HuddleSection[]>([...page.sections, ...SECTIONS.filter(one => !page.sections.includes(one))]),
    shown: Object.fromEntries(SECTIONS.map(one => [one, signal(page.sections.includes(one))])) as Record<HuddleSection, Signal<boolean>>,
  }), [page])
  const save = async () => {
    const cases = form.picks.flatMap(({ kind, choice, other, text }) => {
      const of = choice.value === OTHER ? other.value.trim() : choice.value
      return of === NONE ? [] : [{ kind, of, ...text.value.trim() !== '' && { text: text.value.trim() } }]
    })
    const body = { words: form.words.value.trim(), cases, sections: form.order.value.filter(one => form.shown[one].value), left_out: form.parts.filter(one => !one.on.value).map(one => one.id) }
    const kept = await saving.run(() => call('putHuddle', { path: { team: page.team, week: page.week }, body, ...etag !== null && { ifMatch: etag } }), t('huddle.saved'))
    if (kept) done(true)
  }
  return <form class="card hud" aria-labelledby="hud-edit" onSubmit={event => { event.preventDefault(); void save() }}>
    <div class="hd"><h2 id="hud-edit">{t('huddle.edit.title', { team: page.team_name ?? page.team, week: page.week })}</h2></div>
    <div class="pad col g6"><TextArea label={t('huddle.words')} value={form.words} rows={3} maxLength={WORDS_MAX} />
      <div class="hud-three">{form.picks.map(one => <Pick key={one.kind} of={one} />)}</div>
      <fieldset><legend class="t14 w6">{t('huddle.order')}</legend><Order order={form.order} shown={form.shown} /></fieldset>
      {form.parts.length > 0 && <fieldset class="col g2"><legend class="t14 w6">{t('huddle.parts')}</legend>{form.parts.map(one => <Check key={one.id} label={one.text} value={one.on} />)}</fieldset>}
      {saving.problem.value && <Told problem={saving.problem.value} />}
      <div class="row g3"><Button kind="pri" type="submit" busy={saving.busy.value ? t('common.saving') : undefined}>{t('huddle.save')}</Button><Button onClick={() => done(false)}>{t('common.close')}</Button></div></div>
  </form>
}
