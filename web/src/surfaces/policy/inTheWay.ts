// How a rule that is in the way is called.
import type { Obstacle, Voice } from '../../lib/api-types.ts'
import { useT } from '../../lib/i18n.ts'

export function ruleName(of: Pick<Obstacle | Voice, 'kind' | 'rule'>): string {
  const t = useT('listening')
  return t(`listening.${of.kind}`, { rule: of.rule })
}
