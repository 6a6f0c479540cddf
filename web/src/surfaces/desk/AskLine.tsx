/* An ask that is not open: one line with its own clock. All of it can be given from here when nothing stands against that. */
import { Button, Tag } from '../../ui/index.ts'
import { useT } from '../../lib/i18n.ts'
import { inWords } from '../../lib/keys.ts'
import { cmp } from '../../lib/money.ts'
import { AskClock, CaseLink } from './Ask.tsx'
import { say } from './Answer.tsx'
import { currency, type Desk } from './desk.ts'
import { money, mostOf } from './give.ts'
import { calledBy, closedText, headline, nameOf, short } from './words.ts'

export function AskLine({ desk, id, place }: { desk: Desk; id: string; place: number }) {
  const t = useT('desk')
  const approval = desk.ask(id)
  if (approval === undefined) {
    return null
  }
  const head = `ask-${id}`
  if (approval.state !== 'open') {
    return <article class="ask gone" aria-labelledby={head}><header class="plain"><div><h2 id={head}>{headline(t, approval)}</h2><p class="ctx">{closedText(t, approval)}</p></div></header></article>
  }
  const draft = desk.draft(approval)
  const asked = money(approval.amount, currency)
  const most = mostOf(approval, currency)
  const matter = approval.case === undefined ? undefined : desk.matter(approval.case)
  // One tap for all of it only when it is known that one's own room holds it.
  const whole = approval.mine?.grant !== undefined && (asked === null || (most !== null && cmp(most, asked) >= 0))
  const name = calledBy(nameOf(approval))
  const words = asked === null ? t('desk.do.approve.plain') : t('desk.do.approve', { amount: short(asked) })
  const give = (): void => {
    void desk.answer(approval, { is: 'approve', amount: asked, says: words }).then((outcome) => {
      if (outcome.is === 'done') {
        say(asked === null ? t('desk.done.approved.plain', { name }) : t('desk.done.approved', { name, amount: short(asked) }))
      } else if (outcome.is === 'first') {
        say(closedText(t, outcome.approval))
      } else {
        desk.open(id)
      }
    })
  }
  return <article class="ask" aria-labelledby={head}>
    <header>
      <AskClock approval={approval} />
      <div><h2 id={head}>{headline(t, approval)}{approval.agent_kind === 'ai' && <> <Tag>{t('common.ai')}</Tag></>}</h2>
        <p class="ctx ell"><CaseLink approval={approval} matter={matter} />{approval.note !== undefined && <> · {approval.note}</>}</p></div>
      <div class="row acts">
        <Button onClick={() => desk.open(id)}>{t('desk.line.open')}<span class="vh">: {headline(t, approval)}</span>{place < 10 && <kbd aria-hidden="true">{inWords(String(place))}</kbd>}</Button>
        {whole && <Button busy={draft.busy.value === 'approve' ? t('desk.do.approving') : undefined} onClick={give}>{words}<span class="vh"> · {name}</span></Button>}
      </div>
    </header>
  </article>
}
