// A step of the way to live: the draft decides every request beside what is live, and nothing is done by it. What it said is counted
// as it comes; those where it said something else are one click away.
import { signal, useSignal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import { call, Problem } from '../../lib/api.ts'
import { lang, useT } from '../../lib/i18n.ts'
import type { Shadow, ShadowItem } from '../../lib/model.ts'
import { resource, useResource, type Resource } from '../../lib/resource.ts'
import { Link } from '../../lib/router.ts'
import { at, when } from '../../lib/time.ts'
import { Button, Icon, Note, Tag } from '../../ui/index.ts'
import type { Editor } from './draft.ts'
import { money } from './figures.ts'
import { Told, tried } from './told.tsx'

const LOOK_MS = 5000 // decisions of others are told to nobody, so it is asked for
const PAGE = 5

/** What runs; null: nothing. The list of drafts says whether there is anything to ask for. */
async function read(limit: number, abort: AbortSignal): Promise<Shadow | null> {
  if (!(await call('listDrafts', { signal: abort })).shadow) return null
  try {
    return await call('getShadow', { query: { limit }, signal: abort })
  } catch (error) {
    if (error instanceof Problem && error.status === 404) return null
    throw error
  }
}

export function ShadowStep({ editor }: { editor: Editor }) {
  const t = useT('policy')
  const limit = useMemo(() => signal(PAGE), [])
  const shadow = useResource(() => resource(abort => read(limit.peek(), abort), { kinds: ['policy.*'] }), [])
  const problem = useSignal<Problem | null>(null)
  const busy = useSignal(false)
  const is = shadow.data.value
  useEffect(() => {
    if (!is) return undefined
    const look = setInterval(() => { if (document.visibilityState !== 'hidden') void shadow.refresh() }, LOOK_MS)
    return () => { clearInterval(look) }
  }, [!is])
  if (editor.live.value === 0 || is === undefined) return null
  const act = async (run: () => Promise<unknown>) => {
    busy.value = true
    const answer = await tried(run)
    if (!(answer instanceof Problem)) await shadow.refresh()
    busy.value = false
    problem.value = answer instanceof Problem ? answer : null
  }
  const start = () => void act(async () => {
    await editor.keep()
    limit.value = PAGE
    return call('startShadow', { body: { draft: editor.id } })
  })
  const stop = () => void act(() => call('stopShadow', {}))
  const more = () => {
    limit.value += 4 * PAGE
    void shadow.refresh()
  }
  const ready = editor.errors() === 0 && editor.variables.value > 0
  const own = is !== null && is.draft === editor.id
  return <li class={own ? 'done' : undefined}><div class="sha"><h3>{t('policy.shadow.step')}</h3>
    {is === null && <p>{t('policy.shadow.text')}</p>}
    {is && !own && <p>{t('policy.shadow.other', { title: is.title, at: when(at(is.since), lang.value) })}</p>}
    {is && own && <Said shadow={is} more={is.next ? more : null} changed={`"${is.draft_tag}"` !== editor.tag()} at={shadow} />}
    <div class="row wrap mt2">
      {is && <Button size="sm" kind="quiet" class="drop" busy={busy.value ? t('policy.shadow.busy') : undefined} onClick={stop}>{t('policy.shadow.stop')}</Button>}
      {ready && (!own || `"${is.draft_tag}"` !== editor.tag()) && <Button size="sm" busy={busy.value ? t('policy.shadow.busy') : undefined} onClick={start}><Icon name="eye" small />{t(is === null ? 'policy.shadow.do' : own ? 'policy.shadow.again' : 'policy.shadow.instead')}</Button>}
    </div>
    {problem.value && <Told problem={problem.value} />}</div></li>
}

const number = (n: number) => new Intl.NumberFormat(lang.value).format(n)

function Said({ shadow, more, changed, at: from }: { shadow: Shadow; more: (() => void) | null; changed: boolean; at: Resource<Shadow | null> }) {
  const t = useT('policy')
  return <>
    <p role="status">{shadow.requests === 0 ? t('policy.shadow.none', { at: when(at(shadow.since), lang.value) }) : t('policy.shadow.says', { n: number(shadow.requests), at: when(at(shadow.since), lang.value) })}</p>
    {shadow.until && <p>{t('policy.shadow.until', { at: when(at(shadow.until), lang.value) })}</p>}
    {changed && <p>{t('policy.shadow.changed')}</p>}
    {shadow.undrawn && <p>{t('policy.shadow.undrawn', { names: shadow.undrawn.join(', ') })}</p>}
    {from.problem.value && <Note kind="warn">{t('policy.shadow.old', { at: when(from.at.value, lang.value) })}</Note>}
    {shadow.requests > 0 && <dl class="sha-f nums">
      <dt>{t('policy.shadow.same')}</dt><dd>{number(shadow.same)}</dd><dd />
      <dt>{t('policy.gets.more')}</dt><dd>{number(shadow.more)}</dd><dd class="f">{shadow.more > 0 && shadow.cost_more !== undefined && t('policy.shadow.cost', { sum: money(shadow.cost_more) })}</dd>
      <dt>{t('policy.gets.less')}</dt><dd>{number(shadow.less)}</dd><dd class="f">{shadow.less > 0 && shadow.cost_less !== undefined && t('policy.shadow.cost', { sum: money(shadow.cost_less) })}</dd>
      {shadow.errors > 0 && <><dt class="bad-t">{t('policy.shadow.errors')}</dt><dd>{number(shadow.errors)}</dd><dd /></>}
    </dl>}
    {shadow.items.length > 0 && <details class="sha-d"><summary>{t('policy.shadow.items', { n: shadow.more + shadow.less + shadow.errors })}</summary>
      <ul class="sha-l">{shadow.items.map(item => <Item key={item.decision} item={item} />)}</ul>
      {more && <Button size="sm" kind="quiet" onClick={more}>{t('policy.shadow.more')}</Button>}</details>}
  </>
}

const tones = { granted: 'can', ask: 'ask', refused: 'warn', error: 'bad' } as const

function Item({ item }: { item: ShadowItem }) {
  const t = useT('policy')
  return <li><Link to={`/desk/decisions?one=${encodeURIComponent(item.decision)}`}>{item.case ? `#${item.case}` : when(at(item.at), lang.value)}</Link>
    <span class="f">{[item.name ?? item.agent ?? '', item.amount === undefined ? item.action : money(item.amount)].filter(word => word !== '').join(' · ')}</span>
    <span><Tag tone={tones[item.before]}>{t(`policy.verdict.${item.before}`)}</Tag> <span class="f" aria-hidden="true">→</span> <Tag tone={tones[item.shadow]}>{item.shadow === 'error' ? t('policy.shadow.error', { where: item.error ?? '' }) : t(`policy.verdict.${item.shadow}`)}</Tag></span>
    {item.possible !== undefined && <span class="f">{t('policy.shadow.possible', { sum: money(item.possible) })}</span>}</li>
}
