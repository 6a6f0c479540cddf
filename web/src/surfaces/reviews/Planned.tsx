// What was ticked and found in the case's plan, in a sentence; who ticked what is one click deeper. Of a plan that nobody used
// nothing is said: it helps, it does not watch.
import { call, Problem } from '../../lib/api.ts'
import { lang, useT } from '../../lib/i18n.ts'
import { resource, useResource } from '../../lib/resource.ts'
import { at, when } from '../../lib/time.ts'

export function Planned({ id }: { id: string }) {
  const t = useT('plan')
  const read = useResource(() => resource(async abort => {
    try {
      return await call('getCasePlan', { path: { id }, query: { lang: lang.value }, signal: abort })
    } catch (problem) {
      if (problem instanceof Problem && problem.kind === 'not-found') return null
      throw problem
    }
  }), [id, lang.value])
  const is = read.data.value
  if (!is) return null
  const { cause, need } = is.found
  if (is.done === 0 && !cause && !need) return null
  const by = (one: { name?: string; by: string; at: string }) => t('plan.said.by', { name: one.name ?? one.by, when: when(at(one.at), lang.value) })
  return <div class="t13">
    <p>{[is.done > 0 && t('plan.said', { done: is.done, of: is.of }), cause && t('plan.said.cause', { what: cause.label }), need && t('plan.said.need', { what: need.label })].filter(Boolean).join(' ')}</p>
    {is.done > 0 && <details class="why"><summary>{t('plan.said.steps')}</summary>
      <ol>{is.ticked.map(one => <li key={one.step}>{t(`plan.step.${one.step}`)} <span class="f">{by(one)}</span></li>)}</ol></details>}
  </div>
}
