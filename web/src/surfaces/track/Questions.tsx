// What a lead may close: questions that were explained, or whose days to explain are over.
import { useT } from '../../lib/i18n.ts'
import { call } from '../../lib/api.ts'
import { boot } from '../../lib/boot.ts'
import { resource, useResource } from '../../lib/resource.ts'
import { Asked } from '../../ui/Asked.tsx'
import { Csv } from '../../ui/index.ts'

export function Questions({ team }: { team: string }) {
  const t = useT('track')
  const read = useResource(() => resource(signal => call('listQuestions', { query: { state: 'open', ...team !== '' && { team } }, signal }).then(page => page.items.filter(one => one.agent !== boot.me?.person?.id)), { kinds: ['question.*'] }), [team])
  const items = read.data.value
  if (!items) return null
  return <section class="card c12" aria-labelledby="asked">
    <div class="hd"><h2 id="asked">{t('track.asked')}</h2><span class="sp" /><span class="t12 f">{t('track.asked.count', { n: items.length })}</span><Csv path="/v1/questions" query={{ state: 'open', team, limit: 500 }} of={t('track.asked')} /></div>
    <div class="pad col g6">
      <p class="t13 m">{items.length === 0 ? t('track.asked.none') : t('track.asked.text')}</p>
      {items.map(one => <section class="col g3" key={one.id} aria-label={one.agent_name ?? one.agent}><h3>{one.agent_name ?? one.agent}</h3><Asked one={one} done={() => { void read.refresh() }} /></section>)}
    </div>
  </section>
}
