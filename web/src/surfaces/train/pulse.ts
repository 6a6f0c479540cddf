// Pulse surveys in words: texts in the reader's language, figures, and the sentence that comes first. Pure but for the language.
import type { PulseFigure, PulseGroup, PulseQuestion, PulseResults, PulseText } from '../../lib/api-types.ts'
import { lang, type useT } from '../../lib/i18n.ts'

export type T = ReturnType<typeof useT<'pulse'>>
type Asked = PulseGroup['questions'][number]

/** In the page's language, or else in English, or in whatever there is. */
export function said(text: PulseText | undefined): string {
  if (text === undefined || typeof text === 'string') return text ?? ''
  return text[lang.value] ?? text.en ?? Object.values(text)[0] ?? ''
}

export function figure(value: number, signed = false): string {
  return new Intl.NumberFormat(lang.value, { minimumFractionDigits: 1, maximumFractionDigits: 1, ...signed && { signDisplay: 'exceptZero' as const } }).format(value).replace('-', '−')
}

/** Whether a change is more than chance would make it. */
export const moved = (change: PulseFigure | undefined): boolean => change !== undefined && (change.low > 0 || change.high < 0)

/** What a group said, in a sentence or three: the highest, the lowest, what has moved. */
export function sentence(t: T, questions: readonly PulseQuestion[], results: PulseResults, group: PulseGroup): string {
  const quoted = (one: Asked): string => `“${said(questions.find(of => of.id === one.id)?.text).replace(/[.?!]$/, '')}”`
  const sorted = [...group.questions].sort((a, b) => b.mean.value - a.mean.value)
  const [top, bottom] = [sorted[0], sorted.at(-1)]
  if (!top || !bottom) return ''
  const names = (of: Asked[]): string => of.map(quoted).join(', ')
  const up = group.questions.filter(one => moved(one.change) && one.change!.value > 0)
  const down = group.questions.filter(one => moved(one.change) && one.change!.value < 0)
  return [
    t('pulse.sentence', { answered: results.answered, asked: results.asked, high: quoted(top), highest: figure(top.mean.value), low: quoted(bottom), lowest: figure(bottom.mean.value) }),
    up.length > 0 ? t('pulse.sentence.up', { what: names(up) }) : '', down.length > 0 ? t('pulse.sentence.down', { what: names(down) }) : '',
    up.length + down.length === 0 && group.questions.some(one => one.change) ? t('pulse.sentence.alike') : '',
  ].filter(Boolean).join(' ')
}
