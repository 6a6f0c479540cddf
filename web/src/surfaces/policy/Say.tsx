// The draft in sentences whose values can be changed where they are said. What was changed is marked, with what it was.
import { signal, useSignal, type Signal } from '@preact/signals'
import { useEffect, useMemo, useRef } from 'preact/hooks'
import { boot } from '../../lib/boot.ts'
import { common, lang, useT } from '../../lib/i18n.ts'
import type { DraftChange } from '../../lib/model.ts'
import { read, typed, wire, parse } from '../../lib/money.ts'
import { Button, FaultText } from '../../ui/index.ts'
import { isMoney, type Picked } from './sweep.ts'
import type { Editor } from './draft.ts'
import { keyOf, type Section } from './Sentences.tsx'
import { figures, leavesOf, tokensOf, withFigure, type Leaf, type Token, type Unit } from './values.ts'

type Rule = Section['rules'][number]

interface Props { editor: Editor; picked: Signal<Picked | null>; leaves: readonly Leaf[]; current: string | null; open: (line: number) => void; look: Signal<number | null> }

export function Say({ editor, picked, leaves, current, open, look }: Props) {
  const chosen = useSignal<string | null>(null) // rule and place of the value that is being changed
  const errors = new Set(editor.findings.value.flatMap(one => one.severity === 'error' && one.rule ? [one.rule] : []))
  return <div class="say" lang="en">{editor.sections.value.map((section, i) => <section key={i}>
    <h3>{section.title}</h3>
    <ol>{section.rules.map((rule, j) => <RuleLine key={j} rule={rule} editor={editor} picked={picked} leaves={leaves} open={open} look={look} chosen={chosen} on={current === keyOf(rule)} bad={rule.id !== '' && errors.has(rule.id)} />)}</ol>
  </section>)}</div>
}

/** The changes that are about a rule's own values. */
export function changeOf(changes: readonly DraftChange[], path: string): DraftChange | undefined {
  return changes.find(change => change.path === path)
}

/** What a value was before the draft; null when it is as it was. */
export function wasOf(changes: readonly DraftChange[], token: Token): string | null {
  const change = changeOf(changes, token.leaf.path)
  if (!change || change.before === undefined || change.before === '') return null
  const was = figures(change.before)
  const is = figures(token.leaf.text)
  const at = is.findIndex(one => one.from === token.figure.from)
  const old = was.length === is.length ? was[at] : undefined
  return old && (old.amount !== token.figure.amount || old.unit !== token.figure.unit) ? old.amount + (old.unit ?? '') : null
}

interface LineProps { rule: Rule; editor: Editor; picked: Signal<Picked | null>; leaves: readonly Leaf[]; open: (line: number) => void; chosen: Signal<string | null>; look: Signal<number | null>; on: boolean; bad: boolean }

function RuleLine({ rule, editor, picked, leaves, open, chosen, look, on, bad }: LineProps) {
  const changes = editor.changes.value
  const tokens = editor.stale.value ? [] : tokensOf(leaves, rule)
  const keys = tokens.map((_, i) => `${keyOf(rule)}:${i}`)
  const at = keys.indexOf(chosen.value ?? '')
  const changed = tokens.some(token => wasOf(changes, token) !== null)
  return <li class={[on && 'on', changed && 'chd', bad && 'er'].filter(Boolean).join(' ') || undefined}>
    <div><Text text={rule.text} tokens={tokens} was={token => wasOf(changes, token)} chosen={chosen} keys={keys} />{rule.id && <span class="id">{rule.id}</span>}</div>
    {rule.line !== undefined && <Button size="xs" kind="quiet" onClick={() => open(rule.line!)}>{common('common.code.line', { n: String(rule.line) })}</Button>}
    {at >= 0 && <Change key={keys[at]} id={`v-${keys[at]}`} token={tokens[at]!} editor={editor} picked={picked} look={look} was={wasOf(changes, tokens[at]!)} close={() => { chosen.value = null }} />}
  </li>
}

interface TextProps { text: string; tokens: readonly Token[]; was: (token: Token) => string | null; chosen: Signal<string | null>; keys: readonly string[] }

function Text({ text, tokens, was, chosen, keys }: TextProps) {
  let start = 0
  return <>{text.split('\n').map((line, n) => {
    const from = start
    start += line.length + 1
    if (line.trim() === '') return null
    const pieces = []
    let here = from
    for (const [i, token] of tokens.entries()) {
      if (token.from < from || token.to > from + line.length) continue
      pieces.push(text.slice(here, token.from), <Value key={keys[i]} id={keys[i]!} text={text.slice(token.from, token.to)} was={was(token)} chosen={chosen} />)
      here = token.to
    }
    pieces.push(text.slice(here, from + line.length).replace(/^\s+- /, '· '))
    return <div key={n}>{pieces}</div>
  })}</>
}

function Value({ id, text, was, chosen }: { id: string; text: string; was: string | null; chosen: Signal<string | null> }) {
  const t = useT('policy')
  const open = chosen.value === id
  return <><button type="button" class={was === null ? 'tok' : 'tok new'} aria-expanded={open} aria-controls={open ? `v-${id}` : undefined} onClick={() => { chosen.value = open ? null : id }}>{text}</button>
    {was !== null && <del><span class="vh">{t('policy.value.was')} </span>{was}</del>}</>
}

const SPAN = 1000

/** The end of the slider for a value: room to double it, in round steps. */
export function reach(amount: number): { max: number; step: number } {
  const size = 10 ** Math.floor(Math.log10(Math.max(1, amount)))
  const step = Math.max(amount % 1 === 0 || amount >= 20 ? 1 : 0.01, size / 20)
  return { max: Math.ceil(Math.max(amount * 2.5, step * 10) / step) * step, step }
}

/** What was typed, as the text has it; null when it can't be meant. */
export function written(text: string, money: boolean, currency: string): string | null {
  if (money) {
    const found = read(text, currency, lang.value)
    return typeof found === 'string' ? null : wire(found)
  }
  const bare = text.trim().replace(',', '.')
  return /^\d{1,12}(\.\d{1,4})?$/.test(bare) ? bare : null
}

function Change({ token, editor, picked, look, was, close, id }: { token: Token; editor: Editor; picked: Signal<Picked | null>; look: Signal<number | null>; was: string | null; close: () => void; id: string }) {
  const t = useT('policy')
  const money = isMoney(token.figure)
  const currency = boot.me?.currency ?? 'USD'
  const shown = (amount: string) => {
    const value = money ? parse(amount, currency) : null
    return value ? typed(value, lang.value) : amount
  }
  const state = useMemo(() => ({ text: signal(shown(token.figure.amount)), unit: signal<Unit | undefined>(token.figure.unit), fault: signal(''), typing: false }), [])
  const scale = useMemo(() => reach(Number(token.figure.amount)), [])
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => { field.current?.focus(), field.current?.select() }, []) // once: it would take the slider's thumb out of a hand
  useEffect(() => { look.value = token.leaf.line }, [token.leaf.line]) // its line comes into sight
  useEffect(() => () => { look.value = null }, [])
  const nth = figures(token.leaf.text).findIndex(one => one.from === token.figure.from)
  useEffect(() => { picked.value = { path: token.leaf.path, nth } }, []) // its curve is drawn, and stays when this is closed
  // As the document would have it, which may be ahead of the sentence; null when it can't be meant.
  const next = () => {
    const amount = written(state.text.value, money, currency)
    const leaf = leavesOf(editor.source.peek()).find(one => one.path === token.leaf.path) ?? token.leaf
    const figure = figures(leaf.text)[nth]
    return amount === null || !figure ? null : withFigure(leaf.text, figure, amount + (state.unit.value ?? ''))
  }
  const send = () => {
    const text = next()
    state.fault.value = text === null ? t('policy.value.fault') : ''
    if (text !== null) editor.set(token.leaf.path, text)
    return text !== null
  }
  useEffect(() => () => editor.move(token.leaf.path, null), []) // closed amid a drag
  const key = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' && event.key !== 'Enter') return
    event.preventDefault()
    event.stopPropagation()
    if (event.key === 'Enter' && !send()) return
    const button = field.current?.closest('li')?.querySelector<HTMLElement>('.tok[aria-expanded="true"]')
    close()
    button?.focus()
  }
  const now = Number(written(state.text.value, money, currency) ?? token.figure.amount)
  const drag = (at: string) => {
    state.typing = false // the field, left for the slider, says that it changed: not by what was typed
    const value = Math.round(Number(at) / SPAN * scale.max / scale.step) * scale.step
    state.text.value = shown(money ? value.toFixed(token.figure.amount.split('.')[1]!.length) : String(value))
    editor.move(token.leaf.path, next())
  }
  return <div class="chv" id={id} lang={lang.value} onKeyDown={key}>
    <label><span>{t('policy.value.label')}</span><input ref={field} class="in" inputMode="decimal" value={state.text.value} aria-invalid={state.fault.value ? true : undefined} onInput={event => {
      state.typing = true
      state.text.value = event.currentTarget.value
    }} onChange={() => { if (state.typing) send() }} /></label>
    {state.unit.value !== undefined && <label><span>{t('policy.value.unit')}</span><select class="in" value={state.unit.value} onChange={event => { state.unit.value = event.currentTarget.value as Unit; send() }}>
      {(['s', 'm', 'h', 'd'] as const).map(unit => <option key={unit} value={unit} selected={unit === state.unit.value}>{t(`policy.unit.${unit}`)}</option>)}</select></label>}
    <input type="range" min="0" max={SPAN} value={String(Math.min(SPAN, Math.round(now / scale.max * SPAN)))} aria-label={t('policy.value.drag')} aria-valuetext={state.text.value} onInput={event => drag(event.currentTarget.value)} onChange={send} />
    {was !== null && <Button size="sm" kind="quiet" onClick={() => {
      editor.set(token.leaf.path, withFigure(token.leaf.text, token.figure, was))
      close()
    }}>{t('policy.value.back', { was })}</Button>}
    <Button size="sm" kind="quiet" onClick={close}>{t('common.close')}</Button>
    <p class="f t12"><code>{token.leaf.path}</code></p>
    <FaultText fault={state.fault.value || undefined} />
  </div>
}
