// Other programs that hear of what happens: how deliveries go, why one fails, and a test.
import { signal, type Signal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import { call } from '../../lib/api.ts'
import { lang, rich, useT } from '../../lib/i18n.ts'
import { eventKinds } from '../../lib/api-types.ts'
import type { Delivery, Webhook } from '../../lib/model.ts'
import { resource, useResource, type Resource } from '../../lib/resource.ts'
import { at, clock, when } from '../../lib/time.ts'
import { Button, Check, Dialog, Empty, faultAt, Field, Icon, Note, Secret, Tag, toast } from '../../ui/index.ts'
import { Told } from '../policy/told.tsx'
import { Deliveries, useNews } from './Deliveries.tsx'
import { Card, Data, useSaving } from './form.tsx'
import { BARS, barsOf, nextTry, shortUrl, type Bar } from './hooks.ts'

const TRIES = 20
const EVERY_MS = 500
const pause = (ms: number): Promise<void> => new Promise(resolve => { setTimeout(resolve, ms) })

interface Made { name: string; secret: string }

export function Webhooks() {
  const t = useT('people')
  const list = useResource(() => resource(abort => call('listWebhooks', { signal: abort }), { kinds: ['webhook.set', 'delivery.failed'] }), [])
  const edited = useMemo(() => signal<Webhook | 'new' | null>(null), [])
  const made = useMemo(() => signal<Made | null>(null), [])
  const failing = (list.data.value?.items ?? []).filter(one => one.active && one.failing_since !== undefined).length
  return <Card title={t('people.part.webhooks')} text={t('people.hooks.text')} side={<>{failing > 0 && <Tag tone="bad">{t('people.hooks.failing', { n: failing })}</Tag>}<Button size="sm" onClick={() => { edited.value = 'new' }}><Icon name="plus" small />{t('people.hooks.new')}</Button></>}>
    {made.value && <div class="pad"><Note kind="can" icon="key"><b>{t('people.tokens.once')}</b> {t('people.hooks.once')}<div class="mt2"><Secret label={t('people.hooks.secret', { name: made.value.name })} text={made.value.secret} /></div><div class="mt4"><Button size="sm" onClick={() => { made.value = null }}>{t('people.tokens.have')}</Button></div></Note></div>}
    <Data of={list}>{is => is.items.length === 0 ? <Empty title={t('people.hooks.none')}>{t('people.hooks.none.text')}</Empty> : <ul class="cns">{is.items.map(one => <One key={one.id} hook={one} edit={() => { edited.value = one }} made={made} read={() => void list.refresh()} />)}</ul>}</Data>
    {edited.value !== null && <Edit hook={edited.value} made={made} close={() => { edited.value = null }} done={() => { edited.value = null; void list.refresh() }} />}
  </Card>
}

function One({ hook, edit, made, read }: { hook: Webhook; edit: () => void; made: Signal<Made | null>; read: () => void }) {
  const t = useT('people')
  const saving = useSaving()
  const open = useMemo(() => signal(false), [])
  const last = useResource(() => resource(abort => call('listDeliveries', { path: { id: hook.id }, query: { limit: 30 }, signal: abort }), { kinds: ['delivery.failed', 'webhook.set'] }), [hook.id])
  useNews(last)
  const turn = useMemo(() => signal(0), [])
  const items = last.data.value?.items ?? []
  const late = hook.active && ((hook.waiting ?? 0) > 0 || items.some(one => one.state === 'failed' || one.state === 'waiting'))
  const name = hook.name ?? shortUrl(hook.url)
  const again = () => saving.run(async () => {
    const answer = await call('resendDeliveries', { path: { id: hook.id }, body: {} })
    toast({ says: t('people.hooks.again.done', { n: answer.again }) })
    await pause(EVERY_MS)
    turn.value += 1
    await last.refresh()
    read()
  })
  const rotate = () => saving.run(async () => {
    const answer = await call('rotateWebhook', { path: { id: hook.id }, body: {} })
    if (answer.secret) made.value = { name, secret: answer.secret }
  })
  return <li class="cn"><span class="lg"><Icon name="hook" /></span>
    <div class="grow"><b class="ell">{name}</b>{!hook.active && <> <Tag tone="line">{t('people.hooks.off')}</Tag></>}</div>
    <Bars bars={barsOf(items)} name={name} />
    <div class="cn-b"><p class="m t12">{hook.name ? <>{shortUrl(hook.url)} · </> : null}{hook.kinds.length > 0 ? hook.kinds.join(', ') : t('people.hooks.all')}</p>
      <p class="t13"><How hook={hook} items={items} /></p>
      <div class="row wrap mt4">{hook.active && <Button size="sm" busy={saving.busy.value ? t('common.saving') : undefined} onClick={() => void saving.run(() => test(hook, last, t).finally(read))}>{t('people.hooks.test')}</Button>}
        {late && <Button size="sm" onClick={() => void again()}>{t('people.hooks.again')}</Button>}
        <Button size="sm" kind="quiet" aria-expanded={open.value} onClick={() => { open.value = !open.value }}>{t('people.hooks.look')}</Button>
        <Button size="sm" kind="quiet" onClick={() => void rotate()}>{t('people.hooks.rotate')}</Button><Button size="sm" kind="quiet" aria-label={t('people.hooks.change', { name })} onClick={edit}>{t('people.change')}</Button></div>
      {saving.problem.value && <div class="mt4"><Told problem={saving.problem.value} /></div>}
      {open.value && <Deliveries hook={hook.id} turn={turn.value} />}</div>
  </li>
}

// A test is followed until it arrived or did not, ten seconds at most.
async function test(hook: Webhook, last: Resource<{ items: Delivery[] }>, t: ReturnType<typeof useT<'people'>>): Promise<void> {
  const { delivery } = await call('testWebhook', { path: { id: hook.id }, body: {} })
  for (let i = 0; i < TRIES; i += 1) {
    await last.refresh()
    const found = last.data.value?.items.find(one => one.id === delivery)
    if (found && (found.state === 'delivered' || found.attempts > 0)) {
      toast(found.state === 'delivered' ? { says: t('people.hooks.test.good', { status: found.status ?? 200 }) } : { icon: 'warn', says: t('people.hooks.test.bad', { why: found.error ?? String(found.status ?? '') }) })
      return
    }
    await pause(EVERY_MS)
  }
  toast({ says: t('people.hooks.test.waits') })
}

function How({ hook, items }: { hook: Webhook; items: Delivery[] }) {
  const t = useT('people')
  const next = nextTry(items)
  if (!hook.active) return <>{t('people.hooks.rests')}</>
  const newest = items[0]
  if (hook.failing_since === undefined && newest?.state === 'failed') return <span class="warn-t">{t('people.hooks.last', { why: newest.error ?? String(newest.status ?? '') })}</span>
  if (hook.failing_since === undefined) return <>{items.length === 0 ? t('people.hooks.nothing') : (hook.waiting ?? 0) > 0 ? t('people.hooks.waits', { n: hook.waiting ?? 0 }) : t('people.hooks.fine')}</>
  return <span class="warn-t">{rich(t('people.hooks.fails', { since: when(at(hook.failing_since), lang.value), n: hook.waiting ?? 0 }))} {next ? t('people.hooks.next', { at: clock(at(next), lang.value) }) : ''} {hook.why && <span lang="en">{hook.why}</span>}</span>
}

function Bars({ bars, name }: { bars: Bar[]; name: string }) {
  const t = useT('people')
  if (bars.length === 0) return <span />
  const bad = bars.filter(one => one === 'f').length
  const label = t('people.hooks.bars', { n: bars.length, good: bars.filter(one => one === 'd').length, bad, name })
  return <svg class="hbs" viewBox="0 0 150 16" role="img" aria-label={label}>{bars.map((one, i) => <rect key={i} x={(BARS - bars.length + i) * 5} y={one === 'w' ? 8 : one === 'f' ? 0 : 3} width="3" height={one === 'w' ? 8 : one === 'f' ? 16 : 13} class={one === 'd' ? 'g' : one === 'f' ? 'b' : 'w'} />)}</svg>
}

function Edit({ hook, made, close, done }: { hook: Webhook | 'new'; made: Signal<Made | null>; close: () => void; done: () => void }) {
  const t = useT('people')
  const saving = useSaving()
  const old = hook === 'new' ? null : hook
  const state = useMemo(() => ({ open: signal(true), url: signal(old?.url ?? ''), name: signal(old?.name ?? ''), texts: signal(old?.texts ?? false), active: signal(old?.active ?? true), all: signal((old?.kinds.length ?? 0) === 0), kinds: signal<readonly string[]>(old?.kinds ?? []) }), [])
  const keep = () => saving.run(async () => {
    const body = { url: state.url.value.trim(), texts: state.texts.value, kinds: state.all.value ? [] : [...state.kinds.value], ...(state.name.value.trim() && { name: state.name.value.trim() }) }
    if (old) await call('changeWebhook', { path: { id: old.id }, body: { ...body, active: state.active.value } })
    else {
      const answer = await call('addWebhook', { body })
      if (answer.secret) made.value = { name: answer.name ?? shortUrl(answer.url), secret: answer.secret }
    }
    done()
  }, t('people.hooks.kept'))
  const remove = () => saving.run(async () => {
    await call('removeWebhook', { path: { id: old?.id ?? '' } })
    done()
  }, t('people.hooks.gone'))
  const errors = saving.problem.value?.errors
  const footer = <>{old && <Button kind="quiet" onClick={() => void remove()}>{t('people.hooks.remove')}</Button>}<span class="sp" /><Button kind="quiet" onClick={close}>{t('common.close')}</Button><Button kind="pri" busy={saving.busy.value ? t('common.saving') : undefined} onClick={() => void keep()}>{t('common.save')}</Button></>
  return <Dialog open={state.open} title={old ? t('people.hooks.change', { name: old.name ?? shortUrl(old.url) }) : t('people.hooks.add')} onClose={close} footer={footer}>
    <Field label={t('people.hooks.url')} value={state.url} inputMode="url" placeholder="https://example.com/leeway" autocomplete="off" fault={faultAt(errors, 'url')} />
    <Field label={t('people.hooks.name')} value={state.name} maxLength={200} autocomplete="off" fault={faultAt(errors, 'name')} />
    <Check label={t('people.hooks.every')} value={state.all} />
    {!state.all.value && <fieldset class="kinds"><legend class="lbl">{t('people.hooks.kinds')}</legend>{eventKinds.filter(one => one !== 'checkpoint').map(kind => <label key={kind} class="check"><input type="checkbox" checked={state.kinds.value.includes(kind)} onChange={event => { state.kinds.value = event.currentTarget.checked ? [...state.kinds.value, kind] : state.kinds.value.filter(one => one !== kind) }} /><span>{kind}</span></label>)}</fieldset>}
    <Check label={t('people.hooks.texts')} hint={t('people.hooks.texts.hint')} value={state.texts} />
    {old && <Check label={t('people.hooks.active')} value={state.active} />}
    {saving.problem.value && (errors ?? []).every(one => one.at !== 'url' && one.at !== 'name') && <Told problem={saving.problem.value} />}
  </Dialog>
}
