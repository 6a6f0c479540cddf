// Texts that authors write, as a tree of a few known elements: Markdown (what CommonMark and people have in common), the harmless part
// of HTML, and plain text. Pure. Nothing else can come out: whoever draws the tree makes elements by these names and texts, so that no
// text becomes a program. What is not understood stays as it is written.

export type Tag = 'p' | 'h3' | 'h4' | 'h5' | 'ul' | 'ol' | 'li' | 'blockquote' | 'pre' | 'code' | 'b' | 'i' | 'sub' | 'sup' | 'a' | 'br' | 'hr'
export interface Node { tag: Tag; kids: Kid[]; href?: string }
export type Kid = Node | string

const DEEP_MAX = 8

const node = (tag: Tag, kids: Kid[]): Node => ({ tag, kids })

/** An address that a link may lead to; null: none. */
export function safeHref(text: string): string | null {
  const bare = text.trim()
  return /^(https?:\/\/|mailto:|\/(?!\/)|#)/i.test(bare) && !/[\s"'<>\\]/.test(bare) ? bare : null
}

// --- words within a paragraph ---

const MARKS: [string, Tag][] = [['**', 'b'], ['__', 'b'], ['*', 'i'], ['_', 'i']]
const isWord = (text: string | undefined) => text !== undefined && /[\p{L}\p{N}]/u.test(text)

class Inline {
  private readonly text: string
  private at = 0
  private readonly missing = new Set<string>() // marks that don't come any more, so that nothing is looked for twice
  private plain = ''
  private kids: Kid[] = []

  constructor(text: string) {
    this.text = text
  }

  read(deep: number): Kid[] {
    while (this.at < this.text.length) {
      if (!(this.escaped() || this.code() || this.link() || this.auto() || this.marked(deep) || this.ended())) this.plain += this.text[this.at++]
    }
    this.flush()
    return this.kids
  }

  private flush(): void {
    if (this.plain !== '') this.kids.push(this.plain)
    this.plain = ''
  }

  private put(one: Node, to: number): true {
    this.flush()
    this.kids.push(one)
    this.at = to
    return true
  }

  private find(what: string, from: number): number {
    if (this.missing.has(what)) return -1
    const found = this.text.indexOf(what, from)
    if (found < 0) this.missing.add(what)
    return found
  }

  private escaped(): boolean {
    const next = this.text[this.at + 1]
    if (this.text[this.at] !== '\\' || next === undefined) return false
    if (next === '\n') return this.put(node('br', []), this.at + 2)
    if (!/[!-/:-@[-`{-~]/.test(next)) return false
    this.plain += next
    this.at += 2
    return true
  }

  private code(): boolean {
    if (this.text[this.at] !== '`') return false
    const fence = /^`+/.exec(this.text.slice(this.at, this.at + 16))![0]
    const end = this.find(fence, this.at + fence.length)
    return end > 0 && this.put(node('code', [this.text.slice(this.at + fence.length, end).trim()]), end + fence.length)
  }

  // [words](address); an image is told by its words alone.
  private link(): boolean {
    const picture = this.text.startsWith('![', this.at)
    if (!picture && this.text[this.at] !== '[') return false
    const from = this.at + (picture ? 2 : 1)
    const close = this.find('](', from)
    const end = close < 0 ? -1 : this.find(')', close + 2)
    const words = end < 0 ? '' : this.text.slice(from, close)
    if (end < 0 || words.includes('\n\n') || words.includes('[')) return false
    if (picture) {
      this.plain += words
      this.at = end + 1
      return true
    }
    const href = safeHref(this.text.slice(close + 2, end).split(' ')[0]!)
    if (href === null) return false
    return this.put({ tag: 'a', kids: [words], href }, end + 1)
  }

  // <https://...>
  private auto(): boolean {
    if (this.text[this.at] !== '<') return false
    const end = this.find('>', this.at)
    const href = end < 0 || !/^[a-z]+:/i.test(this.text.slice(this.at + 1, this.at + 9)) ? null : safeHref(this.text.slice(this.at + 1, end))
    return href !== null && this.put({ tag: 'a', kids: [href], href }, end + 1)
  }

  private marked(deep: number): boolean {
    const before = this.text[this.at - 1]
    for (const [mark, tag] of MARKS) {
      if (!this.text.startsWith(mark, this.at) || /^\s?$/.test(this.text[this.at + mark.length] ?? '')) continue
      if (mark[0] === '_' && isWord(before)) return false
      const end = this.closing(mark)
      if (end < 0 || deep >= DEEP_MAX) continue
      return this.put(node(tag, new Inline(this.text.slice(this.at + mark.length, end)).read(deep + 1)), end + mark.length)
    }
    return false
  }

  private closing(mark: string): number {
    let end = this.find(mark, this.at + mark.length + 1)
    while (end > 0 && (/\s/.test(this.text[end - 1]!) || (mark.length === 1 && this.text[end + 1] === mark) || (mark[0] === '_' && isWord(this.text[end + mark.length])))) {
      end = this.text.indexOf(mark, end + (mark.length === 1 && this.text[end + 1] === mark ? 2 : 1))
    }
    if (end < 0) this.missing.add(mark) // nor does one come for any later opening
    return end
  }

  // Two blanks at the end of a line end it; else lines flow together.
  private ended(): boolean {
    if (this.text[this.at] !== '\n') return false
    const hard = this.plain.endsWith('  ')
    this.plain = this.plain.trimEnd()
    if (hard) return this.put(node('br', []), this.at + 1)
    this.plain += ' '
    this.at += 1
    return true
  }
}

/** The words of one paragraph of Markdown. */
export function inline(text: string): Kid[] {
  return new Inline(text).read(0)
}

// --- blocks ---

const ITEM = /^( {0,3})([-*+]|\d{1,9}[.)])( +|$)/
const FENCE = /^ {0,3}(`{3,}|~{3,})/
const HEAD = /^ {0,3}(#{1,6})\s+(.*?)\s*#*\s*$/
const RULE = /^ {0,3}([-*_])( *\1){2,} *$/
const QUOTE = /^ {0,3}> ?/
const HEADS: Tag[] = ['h3', 'h4', 'h5']

const begins = (line: string) => HEAD.test(line) || FENCE.test(line) || QUOTE.test(line) || RULE.test(line) || ITEM.test(line)

/** Markdown as blocks. A page's own headings begin one below the course's. */
export function markdown(text: string, deep = 0): Node[] {
  const lines = text.replace(/\r\n?/g, '\n').split('\n')
  const out: Node[] = []
  let at = 0
  while (at < lines.length) {
    const line = lines[at]!
    if (line.trim() === '') at += 1
    else if (FENCE.test(line)) at = fenced(lines, at, out)
    else if (HEAD.test(line)) at = heading(line, at, out)
    else if (RULE.test(line)) at = (out.push(node('hr', [])), at + 1)
    else if (QUOTE.test(line) && deep < DEEP_MAX) at = quoted(lines, at, out, deep)
    else if (ITEM.test(line) && deep < DEEP_MAX) at = listed(lines, at, out, deep)
    else at = paragraph(lines, at, out)
  }
  return out
}

function heading(line: string, at: number, out: Node[]): number {
  const [, marks = '#', words = ''] = HEAD.exec(line)!
  out.push(node(HEADS[Math.min(marks.length, HEADS.length) - 1]!, inline(words)))
  return at + 1
}

function fenced(lines: readonly string[], at: number, out: Node[]): number {
  const mark = FENCE.exec(lines[at]!)![1]!
  let end = at + 1
  while (end < lines.length && !lines[end]!.trimStart().startsWith(mark)) end += 1
  out.push(node('pre', [lines.slice(at + 1, end).join('\n')]))
  return end + 1
}

function quoted(lines: readonly string[], at: number, out: Node[], deep: number): number {
  let end = at
  while (end < lines.length && QUOTE.test(lines[end]!)) end += 1
  out.push(node('blockquote', markdown(lines.slice(at, end).map(line => line.replace(QUOTE, '')).join('\n'), deep + 1)))
  return end
}

function paragraph(lines: readonly string[], at: number, out: Node[]): number {
  let end = at + 1
  while (end < lines.length && lines[end]!.trim() !== '' && !begins(lines[end]!)) end += 1
  out.push(node('p', inline(lines.slice(at, end).map((line, i) => i + at + 1 < end ? line.trimStart() : line.trim()).join('\n'))))
  return end
}

// An item goes on while lines stand further in than its mark; what stands in it are blocks again.
function listed(lines: readonly string[], at: number, out: Node[], deep: number): number {
  const ordered = /\d/.test(ITEM.exec(lines[at]!)![2]!)
  const items: Node[] = []
  while (at < lines.length) {
    const found = ITEM.exec(lines[at]!)
    if (!found || /\d/.test(found[2]!) !== ordered || RULE.test(lines[at]!)) break
    const width = found[1]!.length + found[2]!.length + 1
    const own = [lines[at]!.slice(found[0].length)]
    at += 1
    while (at < lines.length && goesOn(lines, at, width)) own.push(lines[at++]!.replace(new RegExp(`^ {0,${width}}`), ''))
    const blocks = markdown(own.join('\n'), deep + 1)
    items.push(node('li', blocks.length > 0 && blocks.every((one, i) => one.tag !== 'p' || i === 0) ? blocks.flatMap(one => one.tag === 'p' ? one.kids : [one]) : blocks))
    while (at < lines.length && lines[at]!.trim() === '' && ITEM.test(lines[at + 1] ?? '')) at += 1
  }
  out.push(node(ordered ? 'ol' : 'ul', items))
  return at
}

function goesOn(lines: readonly string[], at: number, width: number): boolean {
  const line = lines[at]!
  if (line.trim() === '') return /^ {2,}\S/.test(lines[at + 1] ?? '') && indent(lines[at + 1]!) >= Math.min(width, 2)
  return indent(line) >= Math.min(width, 2) || (!begins(line) && lines[at - 1]!.trim() !== '')
}

const indent = (line: string) => /^ */.exec(line)![0].length

// --- HTML ---

const KEPT: Record<string, Tag> = {
  p: 'p', div: 'p', h1: 'h3', h2: 'h4', h3: 'h5', h4: 'h5', h5: 'h5', h6: 'h5', ul: 'ul', ol: 'ol', li: 'li', blockquote: 'blockquote', pre: 'pre', code: 'code', tt: 'code',
  b: 'b', strong: 'b', i: 'i', em: 'i', sub: 'sub', sup: 'sup', a: 'a', br: 'br', hr: 'hr',
}
const GONE = new Set(['script', 'style', 'template', 'iframe', 'object', 'svg', 'math', 'title'])
const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0', ndash: '–', mdash: '—', hellip: '…', euro: '€', pound: '£' }

function entities(text: string): string {
  return text.replace(/&(#x[0-9a-f]{1,6}|#\d{1,7}|[a-z]{2,6});/gi, (whole, name: string) => {
    if (name[0] !== '#') return ENTITIES[name.toLowerCase()] ?? whole
    const code = /^#x/i.test(name) ? parseInt(name.slice(2), 16) : Number(name.slice(1))
    return code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff) ? String.fromCodePoint(code) : whole
  })
}

/** The harmless part of HTML: its words, and the elements above. Attributes go, but for where a link leads. */
export function html(text: string): Kid[] {
  const top: Kid[] = []
  const open: { name: string; kids: Kid[] }[] = [{ name: '', kids: top }]
  const here = () => open[open.length - 1]!
  let hidden = ''
  for (const [, words, close, name = '', more = ''] of text.matchAll(/([^<]+)|<(\/?)([a-z][a-z0-9]*)((?:[^<>"']|"[^"<]*"|'[^'<]*')*)>|<!--[\s\S]*?-->|</gi)) {
    const tag = name.toLowerCase()
    if (words !== undefined) { if (hidden === '') here().kids.push(entities(words)) }
    else if (tag === '') continue // a sign or a comment
    else if (hidden !== '') { if (close === '/' && tag === hidden) hidden = '' }
    else if (GONE.has(tag)) hidden = close === '/' || more.endsWith('/') ? '' : tag
    else if (close === '/') shut(open, tag)
    else if (tag === 'img') here().kids.push(entities(/\balt\s*=\s*"([^"]*)"/i.exec(more)?.[1] ?? ''))
    else if (KEPT[tag]) {
      const href = tag === 'a' ? safeHref(entities(/\bhref\s*=\s*(?:"([^"]*)"|'([^']*)')/i.exec(more)?.slice(1).find(one => one !== undefined) ?? '')) : null
      if (tag === 'a' && href === null) continue
      const made: Node = { tag: KEPT[tag], kids: [], ...href !== null && { href } }
      here().kids.push(made)
      if (tag !== 'br' && tag !== 'hr' && open.length <= DEEP_MAX * 4) open.push({ name: tag, kids: made.kids })
    }
  }
  return top
}

function shut(open: { name: string }[], tag: string): void {
  const at = open.findLastIndex(one => one.name === tag)
  if (at > 0) open.length = at
}

// --- any of them ---

/** Line ends count. */
export function plain(text: string): Kid[] {
  return text.split('\n').flatMap((line, i): Kid[] => i === 0 ? [line] : [node('br', []), line])
}

/** A text in the format that its author named. Moodle's own is HTML in which line ends count. */
export function marked(text: string, format: 'moodle' | 'html' | 'plain' | 'markdown'): Kid[] {
  if (format === 'markdown') return markdown(text)
  if (format === 'html') return html(text)
  if (format === 'plain') return plain(text)
  return /<[a-z/!]/i.test(text) ? html(text.replaceAll('\n', '<br>')) : plain(entities(text))
}
