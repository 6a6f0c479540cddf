// What the agent may say to the customer while somebody decides: a draft, in the language of the console.
import { firstName, type T } from './words.ts'

export function waitingReply(t: T, name: string | undefined, what: string, span: string): string {
  return name ? t('panel.reply.waiting-name', { name: firstName(name), what, span }) : t('panel.reply.waiting', { what, span })
}
