// What is said once a question is answered: about every option, not only about the one that was taken.
import type { AnswerNew, AttemptAnswer, CourseItem, GradeOption } from '../../lib/api-types.ts'
import { lang, useT } from '../../lib/i18n.ts'
import { format, parse } from '../../lib/money.ts'
import { Icon, Note, Rich, Tag } from '../../ui/index.ts'
import { ScenarioResult } from './Scenario.tsx'
import { worth } from './take.ts'

export interface ResultProps { item: CourseItem; answer: AttemptAnswer; currency: string }

export function Result({ item, answer, currency }: ResultProps) {
  const t = useT('train')
  const grade = answer.grade
  if (!grade) return null
  if (item.kind === 'scenario') return <ScenarioResult answer={answer} currency={currency} />
  const given = said(t, item, answer.response, currency)
  const rows = grade.options.filter(one => one.text || one.match || one.truth !== undefined || one.feedback || Number(one.credit) > 0)
  return <div class="col g5">
    {given !== null && <p class="t13"><span class="f">{t('train.result.yours')}</span> <b>{given}</b></p>}
    {rows.length > 0 && <ul class="opts" aria-label={t('train.result.all')}>{rows.map(one => <Option key={one.option} one={one} item={item} response={answer.response} currency={currency} />)}</ul>}
    {grade.general && <Note kind="can" icon="bulb"><Rich {...grade.general} /></Note>}
  </div>
}

function Option({ one, item, response, currency }: { one: GradeOption; item: CourseItem; response: AnswerNew | undefined; currency: string }) {
  const t = useT('train')
  const part = item.kind === 'matching' && one.text ? item.asked?.indexOf(one.text.text) ?? -1 : -1
  const mine = item.kind === 'matching' ? part >= 0 && response?.matches?.[part] === one.match : one.chosen
  const is = worth(one.credit)
  return <li class={`opt ${mine ? (is === 'none' ? 'off' : 'ok') : ''}`}><span class="opt-i">{is === 'full' ? <Icon name="check" small /> : <span aria-hidden="true">·</span>}</span><span><What one={one} item={item} currency={currency} /></span>
    {mine ? <Tag tone={is === 'none' ? 'warn' : 'can'}>{t('train.result.mine')}</Tag> : <span />}
    <small><b>{t(`train.worth.${is}`)}</b>{one.feedback && <> <Rich {...one.feedback} flat /></>}{item.kind === 'matching' && part >= 0 && !mine && response?.matches?.[part] !== undefined && <> {t('train.result.matched', { what: response.matches[part]! })}</>}</small></li>
}

function What({ one, item, currency }: { one: GradeOption; item: CourseItem; currency: string }) {
  const t = useT('train')
  const told = (text: string) => item.kind === 'amount' ? money(text, currency) : text
  if (one.truth !== undefined) return <>{t(one.truth ? 'train.true' : 'train.false')}</>
  if (one.match !== undefined) return <>{one.text && <Rich {...one.text} flat />} → {one.match}</>
  if (one.text) return <Rich {...one.text} flat />
  if (one.other) return <>{t('train.result.other')}</>
  if (one.value !== undefined) return <>{one.tolerance ? t('train.result.about', { value: one.value, tolerance: one.tolerance }) : one.value}</>
  return <>{one.from === one.to || one.to === undefined ? told(one.from ?? '') : t('train.result.range', { from: told(one.from ?? ''), to: told(one.to) })}</>
}

const money = (text: string, currency: string): string => {
  const read = parse(text, currency)
  return read ? format(read, lang.value, 'exact') : text
}

// What was typed; what was picked is marked among the options.
function said(t: ReturnType<typeof useT<'train'>>, item: CourseItem, response: AnswerNew | undefined, currency: string): string | null {
  if (response?.number !== undefined) return item.kind === 'amount' ? money(response.number, currency) : response.number
  return item.kind === 'short' && response?.text !== undefined ? response.text : null
}
