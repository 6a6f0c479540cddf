// Links between reference pages, as people write them ([[slug]], [words](slug.md)), as addresses of this console. Pure.

export const PAGES = '/train/pages/'

const NAMED = /\[\[([^\]|\n]+)(?:\|([^\]\n]+))?\]\]/g
const FILE = /\]\((?:\.\/)?([a-z0-9_-][a-z0-9._-]*)\.md(?:#[^)\s]*)?\)/g

const inLine = (text: string) => text
  .replace(NAMED, (_, to: string, words?: string) => `[${words ?? to.trim().replaceAll('-', ' ')}](${PAGES}${encodeURIComponent(to.trim())})`)
  .replace(FILE, `](${PAGES}$1)`)

/** A page's Markdown with addresses in its links; what stands in code stays. */
export function linked(text: string): string {
  let fenced = false
  return text.split('\n').map(line => {
    if (/^ {0,3}(```|~~~)/.test(line)) fenced = !fenced
    else if (!fenced) return line.split(/(`[^`]*`)/).map((part, i) => i % 2 === 1 ? part : inLine(part)).join('')
    return line
  }).join('\n')
}

/** The page that an address leads to; null: it leads elsewhere. */
export function slugOf(href: string): string | null {
  return href.startsWith(PAGES) ? decodeURIComponent(href.slice(PAGES.length).split(/[#?]/)[0]!) : null
}
