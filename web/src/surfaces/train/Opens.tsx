// What a course's certificate opens, in the words of the policy.
import type { Course } from '../../lib/api-types.ts'
import { useT } from '../../lib/i18n.ts'
import { Icon } from '../../ui/index.ts'

export function Opens({ course, held = course.mine.holds }: { course: Course; held?: boolean }) {
  const t = useT('train')
  if (!course.certificate) return <p class="pad t13 m">{t('train.opens.without')}</p>
  if (course.opens.length === 0) return <p class="pad t13 m">{t('train.opens.none')}</p>
  return <>{course.opens.map(one => <div class="cert" key={one.grant}><span class={held ? 'seal' : 'seal off'}><Icon name="award" /></span><b lang="en">{one.says}</b>{one.why && <p lang="en">{one.why}</p>}</div>)}</>
}
