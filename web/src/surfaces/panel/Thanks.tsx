// Thanks: what one was thanked for, saying it to somebody, the story wall; and, for whoever leads people, whom nobody has thanked
// for long. Nothing is counted.
import { useRef } from 'preact/hooks'
import { useSignal, type Signal } from '@preact/signals'
import { Button, Check, Field, Note, TextArea } from '../../ui/index.ts'
import { call, Problem } from '../../lib/api.ts'
import type { Names, Thanks as Word, ThanksDue } from '../../lib/api-types.ts'
import { lang, useT } from '../../lib/i18n.ts'
import { resource, useResource } from '../../lib/resource.ts'
import { at, day } from '../../lib/time.ts'

type Somebody = Pick<Names['items'][number], 'id' | 'name'>

const LETTERS_MIN = 2
const FOUND_MAX = 6

/** A card on paper: the words, and from whom; the page around it stays away (panel.css). */
function Card({ word }: { word: Word }) {
  const t = useT('listening')
  return (
    <blockquote class="quote">
      {word.words}
      <div class="t12 f mt2">{word.customer ? t('listening.thanks.customer', { day: day(at(word.at), lang.value) }) : t('listening.thanks.by', { name: word.by_name ?? word.by ?? '', day: day(at(word.at), lang.value) })}</div>
    </blockquote>
  )
}

function Mine({ word, again }: { word: Word; again: () => void }) {
  const t = useT('listening')
  const busy = useSignal(false)
  const toggle = async (): Promise<void> => {
    busy.value = true
    await call('putThanksOnWall', { path: { id: word.id }, body: { on: !word.wall } }).then(again, () => {})
    busy.value = false
  }
  return (
    <li class="col g3">
      <Card word={word} />
      {word.offered && <div><Button size="xs" kind="quiet" busy={busy.value ? t('listening.sending') : undefined} onClick={() => void toggle()}>{word.wall ? t('listening.thanks.off') : t('listening.thanks.on')}</Button></div>}
    </li>
  )
}

function mailOf(t: ReturnType<typeof useT<'listening'>>, words: string): string {
  return `mailto:?subject=${encodeURIComponent(t('listening.thanks.subject'))}&body=${encodeURIComponent(words)}`
}

/** Just said: the same words as a mail, or as a card on paper. */
function Said({ word }: { word: Word }) {
  const t = useT('listening')
  const box = useRef<HTMLDivElement>(null)
  const print = (): void => {
    document.documentElement.classList.add('card-alone')
    box.current?.classList.add('card-shown')
    window.print()
    box.current?.classList.remove('card-shown')
    document.documentElement.classList.remove('card-alone')
  }
  return (
    <div class="col g3" ref={box}>
      <p class="t13 no-print" role="status">{t('listening.thanks.given')}</p>
      <Card word={word} />
      <div class="row wrap no-print">
        <a class="btn quiet sm" href={mailOf(t, word.words ?? '')}>{t('listening.thanks.mail')}</a>
        <Button kind="quiet" size="sm" onClick={print}>{t('listening.thanks.card')}</Button>
      </div>
    </div>
  )
}

function Whom({ chosen }: { chosen: Signal<Somebody | null> }) {
  const t = useT('listening')
  const text = useSignal('')
  const found = useSignal<Somebody[]>([])
  const turn = useRef(0)
  const look = (): void => {
    const mine = ++turn.current
    const q = text.value.trim()
    if (q.length < LETTERS_MIN) { found.value = []; return }
    void call('names', { query: { q } }).then((names) => { if (mine === turn.current) found.value = names.items.filter((one) => one.active).slice(0, FOUND_MAX) }, () => {})
  }
  const choose = (one: Somebody): void => { chosen.value = one; text.value = one.name ?? one.id; found.value = [] }
  return (
    <div class="col g3">
      <Field label={t('listening.thanks.to')} value={text} type="text" autocomplete="off" onInput={() => { chosen.value = null; look() }} />
      {found.value.length !== 0 && <ul class="plain row wrap">{found.value.map((one) => <li key={one.id}><Button size="xs" onClick={() => choose(one)}>{one.name ?? one.id}</Button></li>)}</ul>}
    </div>
  )
}

function Say({ to, done }: { to: Somebody | null; done: (word: Word) => void }) {
  const t = useT('listening')
  const chosen = useSignal<Somebody | null>(to)
  const words = useSignal('')
  const wall = useSignal(false)
  const busy = useSignal(false)
  const fault = useSignal('')
  const send = (event: SubmitEvent): void => {
    event.preventDefault()
    const whom = chosen.value
    if (!whom || words.value.trim() === '') { fault.value = t('listening.thanks.empty'); return }
    busy.value = true
    call('thank', { body: { to: whom.id, words: words.value, wall: wall.value } })
      .then(done, (failed: unknown) => { fault.value = failed instanceof Problem ? failed.detail ?? failed.message : String(failed) })
      .finally(() => { busy.value = false })
  }
  return (
    <form class="col g3" onSubmit={send as never} noValidate>
      {!to && <Whom chosen={chosen} />}
      <TextArea label={t('listening.thanks.words')} value={words} rows={3} maxLength={2000} />
      <Check label={t('listening.thanks.offer')} value={wall} />
      {fault.value !== '' && <Note kind="bad" live>{fault.value}</Note>}
      <div><Button type="submit" size="sm" kind="pri" busy={busy.value ? t('listening.sending') : undefined}>{chosen.value ? t('listening.thanks.send', { name: chosen.value.name ?? chosen.value.id }) : t('listening.thanks.do')}</Button></div>
    </form>
  )
}

/** For whoever leads people; nothing where there is nothing. */
function Due({ due, choose }: { due: ThanksDue; choose: (one: Somebody) => void }) {
  const t = useT('listening')
  const name = (id: string, text: string | undefined): Somebody => ({ id, ...(text === undefined ? {} : { name: text }) }) as Somebody
  return (
    <>
      {due.hard.length !== 0 && (
        <>
          <h4 class="t13 w6">{t('listening.thanks.hard')}</h4>
          <ul class="plain t13 col g3">{due.hard.map((one) => <li key={one.case} class="row wrap"><span class="grow">{t('listening.thanks.for', { name: one.agent_name ?? one.agent, case: one.subject ?? one.case })} <span class="f">{one.why.map((why) => t(`listening.thanks.why.${why}`)).join(', ')}</span></span><Button size="xs" onClick={() => choose(name(one.agent, one.agent_name))}>{t('listening.thanks.send', { name: one.agent_name ?? one.agent })}</Button></li>)}</ul>
        </>
      )}
      {due.quiet.length !== 0 && <p class="t13"><b>{t('listening.thanks.days', { days: due.days })}</b> {due.quiet.map((one) => one.name ?? one.person).join(', ')}.</p>}
    </>
  )
}

export function Thanks({ me }: { me: string }) {
  const t = useT('listening')
  const mine = useResource(() => resource((signal) => call('listThanks', { query: { person: me }, signal }).then((page) => page.items), { kinds: ['thanks.*'] }), [])
  const wall = useResource(() => resource((signal) => call('listThanks', { query: { wall: true }, signal }).then((page) => page.items)), [])
  const due = useResource(() => resource<ThanksDue>((signal) => call('listThanksDue', { signal })), [])
  const saying = useSignal<{ to: Somebody | null } | null>(null)
  const said = useSignal<Word | null>(null)
  const again = (): void => { void mine.refresh(); void wall.refresh() }
  const done = (word: Word): void => { said.value = word; saying.value = null; again(); void due.refresh() }
  return (
    <div class="pn-sec col g3">
      <h3>{t('listening.thanks')}</h3>
      {mine.data.value && mine.data.value.length !== 0 && <ul class="plain col g3">{mine.data.value.map((word) => <Mine key={word.id} word={word} again={again} />)}</ul>}
      {due.data.value && <Due due={due.data.value} choose={(to) => { said.value = null; saying.value = { to } }} />}
      {said.value && <Said word={said.value} />}
      {saying.value ? <Say key={saying.value.to?.id ?? ''} to={saying.value.to} done={done} /> : <div><Button size="sm" onClick={() => { said.value = null; saying.value = { to: null } }}>{t('listening.thanks.do')}</Button></div>}
      {wall.data.value && wall.data.value.length !== 0 && (
        <>
          <h4 class="t13 w6">{t('listening.thanks.wall')}</h4>
          <ul class="plain col g3">{wall.data.value.map((word) => <li key={word.id}><b class="t13">{t('listening.thanks.wall.to', { name: word.to_name ?? word.to })}</b><Card word={word} /></li>)}</ul>
        </>
      )}
    </div>
  )
}
