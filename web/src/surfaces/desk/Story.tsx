/* An ask by its address that is closed, or asked of others: what was asked, what was answered, and what happened when. */
import { Steps, Tag } from '../../ui/index.ts'
import { useT } from '../../lib/i18n.ts'
import type { Approval, Entry } from '../../lib/model.ts'
import { Link } from '../../lib/router.ts'
import { at } from '../../lib/time.ts'
import { CaseLink, Words } from './Ask.tsx'
import type { Desk } from './desk.ts'
import { closedText, headline, thenText } from './words.ts'

export function Story({ desk, approval }: { desk: Desk; approval: Approval }) {
  const t = useT('desk')
  const matter = approval.case === undefined ? undefined : desk.matter(approval.case)
  const decision = approval.answer?.decision
  return <article class="ask" aria-labelledby="story">
    <header class="plain"><div><h2 id="story">{headline(t, approval)}</h2><p class="ctx ell"><CaseLink approval={approval} matter={matter} /></p></div>{approval.state !== 'open' && <Tag>{t('desk.closed.title')}</Tag>}</header>
    <div class="in-b">
      <div><Words approval={approval} desk={desk} evidence={undefined} /></div>
      <div><h3>{t('desk.story.title')}</h3><p class="t13"><b>{approval.state === 'open' ? thenText(t, approval) : closedText(t, approval)}</b></p>{approval.answer?.note !== undefined && <q class="block t13 m">{approval.answer.note}</q>}
        <div class="mt5"><Trail entries={approval.story ?? []} /></div></div>
    </div>
    <footer><div class="row wrap">
      <Link class="btn" to="/desk">{t('desk.closed.back')}</Link>
      {decision !== undefined && <Link class="btn" to={`/desk/decisions?one=${encodeURIComponent(decision)}`}>{t('desk.first.decision')}</Link>}
    </div></footer>
  </article>
}

const kinds = {
  'approval.opened': 'desk.trail.opened', 'approval.raised': 'desk.trail.raised', 'approval.nudged': 'desk.trail.nudged', 'approval.seen': 'desk.trail.seen',
  'approval.held': 'desk.trail.held', 'approval.approved': 'desk.trail.approved', 'approval.declined': 'desk.trail.declined',
  'approval.withdrawn': 'desk.trail.withdrawn', 'approval.lapsed': 'desk.trail.lapsed',
} as const

/** The journal's entries in words: who did what, when. */
function Trail({ entries }: { entries: readonly Entry[] }) {
  const t = useT('desk')
  const items = entries.filter((entry) => entry.kind in kinds).map((entry) => {
    const body = entry.body as Record<string, unknown>
    const by = typeof body['by'] === 'string' ? body['by'] : entry.actor
    const to = Array.isArray(body['to']) ? (body['to'] as string[]).join(', ') : ''
    return { state: 'done' as const, text: t(kinds[entry.kind as keyof typeof kinds], { by, to }), at: at(entry.at) }
  })
  return <Steps items={items} />
}
