// What the page around the panel tells: which case is open, the theme, the language. All of it is a hint: it chooses what is asked
// of the server, and never says who somebody is or what they may do. Only windows of the origins that the settings name count.
import { signal, type ReadonlySignal } from '@preact/signals'
import { framed } from './boot.ts'
import { setLang, type Lang } from './i18n.ts'
import { copy } from './dom.ts'
import { hostTheme } from './theme.ts'

export interface Hint { case?: string; customer?: string; name?: string; subject?: string; channel?: string; reason?: string; theme?: 'light' | 'dark'; lang?: Lang; amount?: string }

const HINT_BYTES_MAX = 400
const texts = ['case', 'customer', 'name', 'subject', 'channel', 'reason', 'amount'] as const

export { framed }

function text(value: unknown): string | undefined {
  const found = typeof value === 'number' ? String(value) : typeof value === 'string' ? value.trim() : ''
  return found !== '' && found.length <= HINT_BYTES_MAX ? found : undefined
}

/** What of an unknown object is a hint: known names, short texts, nothing else. */
export function hintOf(value: Record<string, unknown>): Hint {
  const hint: Hint = {}
  for (const name of texts) {
    const found = text(value[name])
    if (found !== undefined) hint[name] = found
  }
  if (value.theme === 'light' || value.theme === 'dark') hint.theme = value.theme
  const lang = typeof value.lang === 'string' ? value.lang.slice(0, 2).toLowerCase() : ''
  if (lang === 'en' || lang === 'de') hint.lang = lang
  return hint
}

const query = new URLSearchParams(location.search)
const current = signal<Hint>(hintOf(Object.fromEntries(query)))
export const hint: ReadonlySignal<Hint> = current

function take(next: Hint): void {
  if (next.theme) hostTheme.value = next.theme
  if (next.lang) void setLang(next.lang)
  const other = next.case !== undefined && next.case !== current.value.case
  // Another case: what was known of the last one does not belong to it.
  current.value = other ? next : { ...current.value, ...next }
}

type Json = Record<string, unknown>
const object = (value: unknown): Json => typeof value === 'object' && value !== null && !Array.isArray(value) ? value as Json : {}

/** What Chatwoot tells of the open conversation. */
export function fromChatwoot(message: Json): Hint | null {
  if (message.event !== 'appContext') return null
  const data = object(message.data)
  const [conversation, contact] = [object(data.conversation), object(data.contact)]
  const theme = data.theme ?? (data.is_dark === true ? 'dark' : data.is_dark === false ? 'light' : undefined)
  return hintOf({ case: conversation.id, customer: contact.id ?? contact.identifier, name: contact.name, channel: conversation.channel, theme })
}

/** What Zendesk answers to our question about the ticket. */
export function fromZendesk(message: Json): Hint | null {
  if (message.id !== ZENDESK_ASK) return null
  const result = object(message.result)
  if (result['ticket.id'] === undefined) return null
  return hintOf({
    case: result['ticket.id'], subject: result['ticket.subject'], customer: result['ticket.requester.id'], name: result['ticket.requester.name'],
    lang: result['currentUser.locale'],
  })
}

/** What any other host says: {leeway: 'case', case, customer, ...}. */
export function fromHost(message: Json): Hint | null {
  return message.leeway === 'case' ? hintOf(message) : null
}

const ZENDESK_ASK = 'leeway-ticket'
const ZENDESK_PARAMS = ['ticket.id', 'ticket.subject', 'ticket.requester.id', 'ticket.requester.name', 'currentUser.locale']
let zendesk: ((message: Json) => void) | undefined

function parsed(data: unknown): Json {
  if (typeof data !== 'string') return object(data)
  try {
    return object(JSON.parse(data))
  } catch {
    return {}
  }
}

// Zendesk names its origin and the app in the address of the frame; the origin counts only if the settings name it too.
function openZendesk(allowed: readonly string[]): void {
  const [origin, guid] = [query.get('origin'), query.get('app_guid')]
  if (!origin || !guid || !allowed.includes(origin)) return
  const post = (message: Json) => parent.postMessage(JSON.stringify({ ...message, appGuid: guid, instanceGuid: guid }), origin)
  zendesk = message => post(message)
  post({ key: 'iframe.handshake', message: { version: 'leeway' } })
}

function askZendesk(message: Json): void {
  if (message.key === 'zaf.app.registered') zendesk?.({ id: ZENDESK_ASK, request: 'get', params: ZENDESK_PARAMS })
}

// Who may be around; where the browser says who is, nobody else is spoken to.
function hosts(allowed: readonly string[]): readonly string[] {
  const [around] = location.ancestorOrigins ?? []
  return around === undefined ? allowed : allowed.filter(origin => origin === around)
}

/** Begins to listen to the page around; `allowed` are the origins of the settings, `kept` gives what was said before. */
export function listen(allowed: string[], kept: () => MessageEvent[] = () => []): void {
  if (current.value.theme) hostTheme.value = current.value.theme
  if (current.value.lang) void setLang(current.value.lang)
  if (!framed) return
  const hear = (event: MessageEvent): void => {
    if (event.source !== parent || !allowed.includes(event.origin)) return
    const message = parsed(event.data)
    askZendesk(message)
    const next = fromChatwoot(message) ?? fromZendesk(message) ?? fromHost(message)
    if (next) take(next)
  }
  addEventListener('message', hear)
  kept().forEach(hear)
  for (const origin of hosts(allowed)) parent.postMessage('chatwoot-dashboard-app:fetch-info', origin)
  openZendesk(allowed)
}

/** Puts a text into the host's reply, where the host can; else into the clipboard. True: it stands in the reply. */
export function reply(words: string): boolean {
  if (zendesk) {
    zendesk({ request: 'invoke', params: { 'ticket.comment.appendText': [words] } })
    return true
  }
  void copy(words)
  return false
}
