// The single values of a policy's text: by which path each is called, and where it stands. A reader of as much YAML as policies
// use: maps and lists by indent and in brackets, plain and quoted texts. What it does not know it passes over: such a value is changed in the text.

export interface Leaf { path: string; line: number; from: number; to: number; text: string }

const KEY = /^("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s#[\]{},&*!|>%@`"'-][^:#\n]*?|-[^\s:#][^:#\n]*?)[ \t]*:(?=[ \t\r\n]|$)/
const QUOTED = /^(?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\n]|'')*')/

class Reader {
  readonly leaves: Leaf[] = []
  #at = 0
  #counted = 0
  #line = 1
  private readonly source: string
  constructor(source: string) { this.source = source }

  all(): Leaf[] {
    this.#node(0, '')
    return this.leaves
  }

  #rest(): string { return this.source.slice(this.#at) }

  // To the next line that says something: its indent, or -1 at the end.
  #next(): number {
    const found = /^(?:[ \t]*(?:#[^\n]*)?\r?\n|---[^\n]*\n)*/.exec(this.#rest())![0]
    this.#at += found.length
    const indent = /^ */.exec(this.#rest())![0].length
    return this.#at + indent >= this.source.length || this.#rest().slice(indent).startsWith('#') ? -1 : indent
  }

  #toEnd(): void {
    const end = this.source.indexOf('\n', this.#at)
    this.#at = end < 0 ? this.source.length : end + 1
  }

  #put(path: string, from: number, to: number): void {
    if (from < this.#counted) this.#counted = 0, this.#line = 1
    for (; this.#counted < from; this.#counted += 1) if (this.source[this.#counted] === '\n') this.#line += 1
    this.leaves.push({ path, line: this.#line, from, to, text: this.source.slice(from, to) })
  }

  // What stands at an indent or deeper, from the beginning of a line.
  #node(indent: number, path: string): void {
    let item = 0
    for (;;) {
      const here = this.#next()
      if (here < indent) return
      const line = this.#rest().slice(here)
      if (/^-[ \n\r]/.test(line)) {
        item += 1
        this.#item(here, path, item)
      } else {
        const key = KEY.exec(line)
        if (item > 0 && here === indent) return // a list with the indent of its key has ended
        if (!key) this.#toEnd()
        else {
          this.#at += here + key[0].length
          const name = key[1]!.replace(/^(["'])(.*)\1$/, '$2')
          this.#value(here, path === '' ? name : `${path}.${name}`)
        }
      }
    }
  }

  // One of a list: called by its id, or by its number.
  #item(indent: number, path: string, number: number): void {
    const first = this.leaves.length
    const dash = /^ *-[ ]*/.exec(this.#rest())![0].length
    const own = `${path}.${number}`
    const inside = this.#rest().slice(dash)
    if (KEY.test(inside) && !/^[[{]/.test(inside)) {
      const key = KEY.exec(inside)!
      this.#at += dash + key[0].length
      this.#value(dash, `${own}.${key[1]!}`)
      this.#node(dash, own)
    } else {
      this.#at += dash
      this.#value(indent, own)
    }
    const id = this.leaves.slice(first).find(leaf => leaf.path === `${own}.id`)
    if (id) for (const leaf of this.leaves.slice(first)) leaf.path = `${path}.${id.text}${leaf.path.slice(own.length)}`
  }

  // What comes behind a key: on its line, or under it.
  #value(indent: number, path: string, ahead?: number): void {
    if (ahead !== undefined) this.#at += ahead
    else this.#at += /^[ \t]*/.exec(this.#rest())![0].length
    const rest = this.#rest()
    if (/^(?:#[^\n]*)?\r?(\n|$)/.test(rest)) {
      this.#toEnd()
      const deeper = this.#next()
      const list = /^ *-[ \n\r]/.test(this.#rest())
      if (deeper > indent && /^ *[[{]/.test(this.#rest())) return this.#value(indent, path, deeper)
      if (deeper > indent || (list && deeper === indent)) this.#node(deeper, path)
    } else if (/^[[{]/.test(rest)) {
      this.#flow(path)
      this.#toEnd()
    } else if (/^[|>]/.test(rest)) {
      this.#toEnd()
      this.#passBy(indent)
    } else {
      const text = QUOTED.exec(rest)?.[0] ?? /^(?:[^\n\r#]|(?<![ \t])#)*/.exec(rest)![0].trimEnd()
      this.#put(path, this.#at, this.#at + text.length)
      this.#toEnd()
      this.#passBy(indent)
    }
  }

  // Lines that belong to a text of several lines.
  #passBy(indent: number): void {
    for (let here = this.#next(); here > indent; here = this.#next()) this.#toEnd()
  }

  #space(): void {
    this.#at += /^(?:\s|(?<=\s)#[^\n]*)*/.exec(this.#rest())![0].length
  }

  #flow(path: string): void {
    const map = this.source[this.#at] === '{'
    this.#at += 1
    for (let number = 1; ; number += 1) {
      this.#space()
      const rest = this.#rest()
      if (rest === '' || /^[\]}]/.test(rest)) break
      let own = `${path}.${number}`
      const key = map ? KEY.exec(rest) ?? /^([^:,}\]]+)(?=[,}])/.exec(rest) : null
      if (key) {
        own = `${path}.${key[1]!.replace(/^(["'])(.*)\1$/, '$2').trim()}`
        this.#at += key[0].length
        this.#space()
      }
      this.#flowValue(own)
      this.#space()
      if (this.source[this.#at] === ',') this.#at += 1
    }
    this.#at += 1
  }

  #flowValue(path: string): void {
    const rest = this.#rest()
    if (/^[[{]/.test(rest)) return this.#flow(path)
    const text = QUOTED.exec(rest)?.[0] ?? /^[^,\]}\n]*/.exec(rest)![0].trimEnd()
    if (text !== '') this.#put(path, this.#at, this.#at + text.length)
    this.#at += text.length
    if (text === '' && !/^[,\]}]/.test(rest)) this.#at += 1 // never stand still
  }
}

/** All single values, in the order of the text. */
export function leavesOf(source: string): Leaf[] {
  return new Reader(source).all()
}

/** The lines on which a value, or all that is under a path, stands. */
export function linesOf(leaves: readonly Leaf[], path: string): number[] {
  return [...new Set(leaves.filter(leaf => leaf.path === path || leaf.path.startsWith(`${path}.`)).map(leaf => leaf.line))]
}

export type Unit = 's' | 'm' | 'h' | 'd'
/** A number in a text: `unit` when it is a length of time. */
export interface Figure { from: number; to: number; amount: string; unit?: Unit }

const SECONDS: Record<Unit, number> = { s: 1, m: 60, h: 3600, d: 86400 }
const WRITTEN = /(?<![\w.-])(\d+(?:\.\d+)?)(s|m|h|d)?(?![\w.])/g
const SAID = /(?<![\w.-])(\d+(?:\.\d+)?)(?:[ \u00a0](second|minute|hour|day)s?\b)?(?![\w-]|\.\d)/g

/** The numbers of a value as it is written: "120.00", "60s", `invoice.age <= duration("1440h")`. */
export function figures(text: string): Figure[] {
  return [...text.matchAll(WRITTEN)].map(found => ({ from: found.index, to: found.index + found[0].length, amount: found[1]!, ...(found[2] !== undefined && { unit: found[2] as Unit }) }))
}

/** Another number in the place of one. */
export const withFigure = (text: string, figure: Figure, next: string): string => text.slice(0, figure.from) + next + text.slice(figure.to)

/** A number of a sentence that stands for one of the text. */
export interface Token { from: number; to: number; leaf: Leaf; figure: Figure }

interface Rule { id: string; text: string; line?: number | undefined }

const WITH_RULES = ['budgets', 'actions', 'grants', 'rails', 'routes']
const ONLY_WORDS = new Set(['why', 'label', 'instead', 'then', 'id', 'note', 'kind', 'type'])
// In what order a sentence says what a rule has.
const ORDER: Record<string, number> = { who: 0, may: 1, no: 1, for: 1, at_most: 2, up_to: 2, amount: 2, times: 3, over: 4, when: 4, ask: 5, otherwise: 6 }

/** The values of the rule that a sentence is about. */
export function ruleLeaves(leaves: readonly Leaf[], rule: Rule): Leaf[] {
  if (rule.line === undefined || rule.id === '') return []
  const prefix = WITH_RULES.map(name => `${name}.${rule.id}.`).find(name => leaves.some(leaf => leaf.path.startsWith(name) && Math.abs(leaf.line - rule.line!) <= 1))
  if (prefix === undefined) return []
  const rank = (leaf: Leaf) => ORDER[leaf.path.slice(prefix.length).split('.')[0]!] ?? 9
  return leaves.filter(leaf => leaf.path.startsWith(prefix) && !leaf.path.slice(prefix.length).split('.').some(key => ONLY_WORDS.has(key))).sort((a, b) => rank(a) - rank(b))
}

interface Said { from: number; to: number; amount: string; seconds: number | null; taken: boolean }

// The numbers that a sentence says.
function said(text: string): Said[] {
  return [...text.matchAll(SAID)].map(found => ({
    from: found.index, to: found.index + found[0].length, amount: found[1]!, taken: false,
    seconds: found[2] === undefined ? null : Number(found[1]) * SECONDS[found[2][0] as Unit],
  }))
}

const fits = (one: Said, figure: Figure): boolean => figure.unit ? one.seconds === Number(figure.amount) * SECONDS[figure.unit] : Number(one.amount) === Number(figure.amount)

/** The numbers of a sentence that can be changed where they are said. What is only words ("Why: ...") has none. */
export function tokensOf(leaves: readonly Leaf[], rule: Rule): Token[] {
  const end = rule.text.search(/\n(?:Why|Then|Instead):/)
  const numbers = said(end < 0 ? rule.text : rule.text.slice(0, end))
  const tokens: Token[] = []
  for (const leaf of ruleLeaves(leaves, rule)) {
    for (const figure of figures(leaf.text)) {
      if (Number(figure.amount) === 0) continue // "none of", "any": no value that is turned up or down
      const free = numbers.filter(number => !number.taken && fits(number, figure))
      const one = leaf.path.endsWith('.over') ? free.at(-1) : free[0] // a label, said first, may name its window
      if (!one) continue
      one.taken = true
      const plain = figure.unit === undefined && one.seconds !== null // "30 days" for 30: the number alone is the value
      tokens.push({ from: one.from, to: plain ? one.from + one.amount.length : one.to, leaf, figure })
    }
  }
  return tokens.sort((a, b) => a.from - b.from)
}
