// How a rule that is in the way is called; or the change that somebody asks about.
import type { Obstacle, Voice } from '../../lib/api-types.ts'
import { useT } from '../../lib/i18n.ts'

export function ruleName(of: Pick<Obstacle | Voice, 'kind' | 'rule'>): string {
  const t = useT('listening')
  if (of.kind === 'change') {
    const [n, ...action] = of.rule.split('.')
    return t('listening.change', { n: n ?? '', rule: action.join('.') })
  }
  return t(`listening.${of.kind}`, { rule: of.rule })
}
