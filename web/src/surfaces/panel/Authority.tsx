// What I may do, in the policy's own sentences with their why; what nobody may; and what would open more.
import { useT, lang } from '../../lib/i18n.ts'
import type { Authority } from '../../lib/model.ts'
import { at, day } from '../../lib/time.ts'
import { amountOf } from './reduce.ts'
import { capital, short, wordsOf } from './words.ts'

const said = (): string | undefined => (lang.value === 'en' ? undefined : 'en')

function Sentence({ text, why, until }: { text: string; why?: string | undefined; until?: string | undefined }) {
  const t = useT('panel')
  const end = until ? <span class="t12 f"> {t('panel.me.until', { day: day(at(until) - 1, lang.value) })}</span> : null
  if (!why) return <li class="said"><span lang={said()}>{text}</span>{end}</li>
  return (
    <li class="said">
      <details><summary><span lang={said()}>{text}</span>{end}</summary><p class="t12 m" lang={said()}>{why}</p></details>
    </li>
  )
}

export function Most({ authority, currency }: { authority: Authority; currency: string }) {
  const t = useT('panel')
  if (authority.most.length === 0) return null
  return (
    <div class="pn-sec">
      <h3>{t('panel.me.most')}</h3>
      <dl class="kv">
        {authority.most.map((most) => {
          const amount = amountOf(most.amount, currency)
          const value = most.any ? (most.kind === 'change' ? t('panel.row.no-amount') : t('panel.row.any')) : amount ? t('panel.row.up-to', { amount: short(amount, lang.value) }) : undefined
          return [<dt key={`n${most.action}`}>{most.label}</dt>, <dd key={`v${most.action}`}>{value ?? <span lang={said()}>{most.text}</span>}</dd>]
        })}
      </dl>
    </div>
  )
}

export function Sentences({ authority }: { authority: Authority }) {
  const t = useT('panel')
  return (
    <>
      <div class="pn-sec">
        <h3>{t('panel.me.may')}</h3>
        {authority.grants.length === 0 ? <p class="t13 m">{t('panel.me.may-none')}</p>
          : <ul>{authority.grants.map((grant) => <Sentence key={grant.id} text={grant.text} why={grant.why} until={grant.until} />)}</ul>}
      </div>
      {authority.rails.length !== 0 && (
        <div class="pn-sec">
          <details class="more"><summary>{t('panel.me.lines', { n: authority.rails.length })}</summary>
            <ul>{authority.rails.map((rail) => <Sentence key={rail.id} text={rail.text} why={[rail.why, rail.instead].filter(Boolean).join(' ')} />)}</ul>
          </details>
        </div>
      )}
      {authority.next.length !== 0 && (
        <div class="pn-sec">
          <h3>{t('panel.me.next')}</h3>
          <ul>
            {authority.next.map((next) => {
              const needs = [
                next.needs.tier && t('panel.me.needs-tier', { tier: capital(next.needs.tier) }),
                next.needs.holds?.length && t('panel.me.needs-holds', { names: next.needs.holds.map(wordsOf).join(', ') }),
                next.needs.team?.length && t('panel.me.needs-team', { names: next.needs.team.join(', ') }),
              ].filter(Boolean).join(' · ')
              return <li key={next.grant} class="said"><span lang={said()}>{next.text}</span><div class="t12 ask-t">{needs}</div></li>
            })}
          </ul>
        </div>
      )}
    </>
  )
}
