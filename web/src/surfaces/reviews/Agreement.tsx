// Do reviewers agree? Words first, then counts and kappa with its interval, for all and for each two.
import type { Kappa, ReviewAgreed, ReviewAgreement, ReviewQuestions } from '../../lib/api-types.ts'
import { call } from '../../lib/api.ts'
import { lang, useT } from '../../lib/i18n.ts'
import { resource, useResource } from '../../lib/resource.ts'
import { Csv, Empty, Print, SheetHead, SheetWords, Table, type Col } from '../../ui/index.ts'
import { Card, Data } from '../people/form.tsx'
import { questions, type Question, type T } from './reviews.ts'

interface Row { name: Question; is: ReviewAgreed }

const number = (text: string): string => new Intl.NumberFormat(lang.value, { minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(Number(text)).replace('-', '−')

function inWords(t: T, is: ReviewAgreed): string {
  if (is.reviews === 0) return ''
  const best = is.linear ?? is.plain
  if (best !== undefined && !is.enough && best.low === best.high) return t('reviews.agree.toofew')
  const says = best === undefined ? t('reviews.agree.one') : Number(best.low) > 0 ? t('reviews.agree.more') : t('reviews.agree.not')
  return is.enough || best === undefined ? says : `${says} ${t('reviews.agree.hint')}`
}

function Questions({ of, label }: { of: ReviewQuestions; label: string }) {
  const t = useT('reviews')
  const rows: Row[] = questions.map(name => ({ name, is: of[name] }))
  const one = (name: 'kappa' | 'linear', is: Kappa | undefined) => is && t(is.low === is.high ? `reviews.agree.${name}.alone` : `reviews.agree.${name}`, { kappa: number(is.kappa), low: number(is.low), high: number(is.high) })
  const kappa = (is: ReviewAgreed) => [one('kappa', is.plain), one('linear', is.linear)].filter(Boolean)
  const columns: Col<Row>[] = [
    { name: t('reviews.agree.question'), cell: row => t(`reviews.q.${row.name}`) },
    { name: t('reviews.agree.col.words'), cell: row => <span class="wraps">{inWords(t, row.is)}</span> },
    { name: t('reviews.agree.col.same'), cell: row => t('reviews.agree.same', { same: row.is.same, n: row.is.reviews }) },
    { name: t('reviews.agree.col.kappa'), cell: row => kappa(row.is).map(text => <div key={String(text)}>{text}</div>) },
  ]
  return <div class="rv-wide"><Table label={label} columns={columns} count={rows.length} get={row => rows[row]} rowKey={row => row.name} /></div>
}

export function Agreement({ team }: { team: string }) {
  const t = useT('reviews')
  const read = useResource(() => resource<ReviewAgreement>(signal => call('reviewAgreement', { query: { ...team !== '' && { team } }, signal })), [team])
  const words = (['same', 'kappa', 'range'] as const).map((word): [string, string] => [t(`reviews.word.${word}`), t(`reviews.word.${word}.text`)])
  return <Data of={read}>{is => <div class="col g6">
    <SheetHead title={t('reviews.sheet.agree')} team={team} since={is.since} />
    <Card title={t('reviews.agree.title')} side={<><span class="t12 f">{is.reviews !== undefined && t('reviews.agree.reviews', { n: is.reviews })}</span><Csv path="/v1/reviews/agreement" query={{ team }} of={t('reviews.agree.title')} /><Print /></>}>
      {is.questions === undefined ? <p class="pad t13">{t('reviews.agree.hidden')}</p> : is.reviews === 0 ? <Empty title={t('reviews.agree.title')}>{t('reviews.agree.none')}</Empty> : <Questions of={is.questions} label={t('reviews.agree.title')} />}
      <p class="pad t12 f">{t('reviews.agree.explain')}</p>
    </Card>
    {is.pairs.length > 0 && <Card title={t('reviews.agree.pairs')}>{is.pairs.map(pair => {
      const name = t('reviews.agree.pair', { one: pair.one_name ?? pair.one, other: pair.other_name ?? pair.other })
      return <section key={`${pair.one} ${pair.other}`} class="rv-pair" aria-label={name}><h3 class="rv-h">{name} <span class="t12 f">{t('reviews.agree.reviews', { n: pair.reviews })}</span></h3><Questions of={pair.questions} label={name} /></section>
    })}</Card>}
    <SheetWords words={words} />
  </div>}</Data>
}
