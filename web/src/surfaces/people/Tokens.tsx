// Tokens of machines: what each may do, for whom, when it was last used, when it ends. The secret is shown once.
import { signal, type Signal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import { call } from '../../lib/api.ts'
import { lang, useT } from '../../lib/i18n.ts'
import type { Token } from '../../lib/model.ts'
import { resource, useResource } from '../../lib/resource.ts'
import { ago, at, day, serverNow } from '../../lib/time.ts'
import { Button, Check, Dialog, Empty, faultAt, FaultText, Field, Icon, Note, Secret, Seg, Tag } from '../../ui/index.ts'
import { Told } from '../policy/told.tsx'
import { Card, Data, useSaving } from './form.tsx'

const DAY_MS = 86400000
const UNUSED_DAYS = 60
const scopes = ['decide', 'facts', 'read', 'policy', 'people', 'admin'] as const

/** Nobody used it for so long that it is better ended. */
export function isIdle(token: Pick<Token, 'last_used_at' | 'made_at' | 'state'>, now: number): boolean {
  return token.state === 'active' && now - at(token.last_used_at ?? token.made_at) > UNUSED_DAYS * DAY_MS
}

export function Tokens() {
  const t = useT('people')
  const shown = useMemo(() => signal<'active' | 'all'>('active'), [])
  const made = useMemo(() => signal<{ name: string; token: string } | null>(null), [])
  const open = useMemo(() => signal(false), [])
  const list = useResource(() => resource(abort => call('listTokens', { query: { limit: 500 }, signal: abort }), { kinds: ['token.*'] }), [])
  return <Card title={t('people.part.tokens')} text={t('people.tokens.text')} side={<><Seg value={shown} label={t('people.tokens.shown')} options={[{ value: 'active', text: t('people.tokens.active') }, { value: 'all', text: t('people.who.all') }]} /><Button size="sm" onClick={() => { open.value = true }}><Icon name="plus" small />{t('people.tokens.new')}</Button></>}>
    {made.value && <div class="pad"><Note kind="can" icon="key"><b>{t('people.tokens.once')}</b> {t('people.tokens.once.text')}<div class="mt2"><Secret label={t('people.tokens.secret', { name: made.value.name })} text={made.value.token} /></div><div class="mt4"><Button size="sm" onClick={() => { made.value = null }}>{t('people.tokens.have')}</Button></div></Note></div>}
    <Data of={list}>{is => {
      const rows = is.items.filter(one => shown.value === 'all' || one.state === 'active')
      return rows.length === 0 ? <Empty title={t('people.tokens.none')}>{t('people.tokens.none.text')}</Empty> : <div class="scrolls" tabIndex={0} role="group" aria-label={t('people.part.tokens')} data-scrolls><table class="tbl"><thead><tr><th scope="col">{t('people.name')}</th><th scope="col">{t('people.tokens.can')}</th><th scope="col">{t('people.tokens.for')}</th><th scope="col">{t('people.tokens.used')}</th><th scope="col">{t('people.tokens.ends')}</th><th scope="col"><span class="vh">{t('people.tokens.end')}</span></th></tr></thead>
        <tbody>{rows.map(one => <Row key={one.id} one={one} done={() => void list.refresh()} />)}</tbody></table></div>
    }}</Data>
    {open.value && <New open={open} made={made} done={() => void list.refresh()} />}
  </Card>
}

function Row({ one, done }: { one: Token; done: () => void }) {
  const t = useT('people')
  const saving = useSaving()
  const idle = isIdle(one, serverNow())
  const end = () => saving.run(async () => {
    await call('endToken', { path: { id: one.id } })
    done()
  }, t('people.tokens.ended', { name: one.name ?? one.id }))
  return <><tr><td>{one.name ?? one.id}</td><td>{one.scopes.map(scope => t(`people.scope.${scope}`)).join(', ')}</td><td>{one.person ?? <span class="f">{t('people.tokens.everybody')}</span>}</td>
    <td class={idle ? 'warn-t' : undefined}>{one.last_used_at ? t('people.tokens.ago', { ago: ago(at(one.last_used_at), lang.value) }) : t('people.tokens.never')}</td>
    <td>{one.state === 'active' ? day(at(one.ends_at), lang.value) : <Tag tone="line">{t('people.tokens.over')}</Tag>}</td>
    <td class="r">{one.state === 'active' && <Button size="xs" kind={idle ? undefined as never : 'quiet'} busy={saving.busy.value ? t('common.saving') : undefined} aria-label={t('people.tokens.end.long', { name: one.name ?? one.id })} onClick={() => void end()}>{t('people.tokens.end')}</Button>}</td></tr>
    {saving.problem.value && <tr><td colSpan={6}><Told problem={saving.problem.value} again={() => void end()} /></td></tr>}</>
}

function New({ open, made, done }: { open: Signal<boolean>; made: Signal<{ name: string; token: string } | null>; done: () => void }) {
  const t = useT('people')
  const saving = useSaving()
  const state = useMemo(() => ({ name: signal(''), person: signal(''), days: signal('180'), scopes: Object.fromEntries(scopes.map(one => [one, signal(one === 'decide')])) as Record<(typeof scopes)[number], Signal<boolean>> }), [])
  const chosen = scopes.filter(one => state.scopes[one].value)
  const make = async () => {
    const days = Number(state.days.value)
    const body = { scopes: [...chosen], ...(state.name.value.trim() && { name: state.name.value.trim() }), ...(state.person.value.trim() && { person: state.person.value.trim() }), ...(Number.isInteger(days) && days > 0 && { days }) }
    const answer = await saving.run(() => call('makeToken', { body }))
    if (!answer?.token) return
    made.value = { name: answer.name ?? answer.id, token: answer.token }
    open.value = false
    done()
  }
  const errors = saving.problem.value?.errors
  return <Dialog open={open} title={t('people.tokens.new')} footer={<><Button kind="quiet" onClick={() => { open.value = false }}>{t('common.close')}</Button><Button kind="pri" busy={saving.busy.value ? t('common.saving') : undefined} onClick={() => void make()}>{t('people.tokens.make')}</Button></>}>
    <Field label={t('people.tokens.name')} value={state.name} maxLength={200} autocomplete="off" hint={t('people.tokens.name.hint')} fault={faultAt(errors, 'name')} />
    <fieldset class="roles"><legend class="lbl">{t('people.tokens.can')}</legend>{scopes.map(one => <Check key={one} label={t(`people.scope.${one}`)} hint={t(`people.scope.${one}.hint`)} value={state.scopes[one]} />)}<FaultText fault={faultAt(errors, 'scopes')} /></fieldset>
    <div class="half"><Field label={t('people.tokens.person')} value={state.person} autocomplete="off" hint={t('people.tokens.person.hint')} fault={faultAt(errors, 'person')} /><Field label={t('people.tokens.days')} value={state.days} inputMode="numeric" fault={faultAt(errors, 'days')} hint={t('people.tokens.days.hint')} /></div>
    {saving.problem.value && (errors?.length ?? 0) === 0 && <Told problem={saving.problem.value} />}
  </Dialog>
}
