// Two sentences word by word: what stayed, what is gone, what is new.

export interface Part { text: string; is: 'same' | 'old' | 'new' }

const WORDS_MAX = 400

/** In the order in which it is read, an old part before the new one that took its place. Pure. */
export function compared(before: string, after: string): Part[] {
  const old = before.split(/(?<=\s)/)
  const now = after.split(/(?<=\s)/)
  if (old.length > WORDS_MAX || now.length > WORDS_MAX) return [{ text: before, is: 'old' }, { text: ' ', is: 'same' }, { text: after, is: 'new' }]
  // The longest common run of words from each place on.
  const most = Array.from({ length: old.length + 1 }, () => new Array<number>(now.length + 1).fill(0))
  for (let i = old.length - 1; i >= 0; i--) {
    for (let j = now.length - 1; j >= 0; j--) most[i]![j] = same(old[i]!, now[j]!) ? most[i + 1]![j + 1]! + 1 : Math.max(most[i + 1]![j]!, most[i]![j + 1]!)
  }
  const parts: Part[] = []
  let i = 0
  let j = 0
  while (i < old.length || j < now.length) {
    if (i < old.length && j < now.length && same(old[i]!, now[j]!)) { add(parts, now[j]!, 'same'); i++; j++ }
    else if (i < old.length && (j === now.length || most[i + 1]![j]! >= most[i]![j + 1]!)) add(parts, old[i++]!, 'old')
    else add(parts, now[j++]!, 'new')
  }
  return parts.map((part, at) => at + 1 < parts.length && part.is === 'old' && parts[at + 1]!.is === 'new' && !/\s$/.test(part.text) ? { ...part, text: `${part.text} ` } : part)
}

// A word at the end of a sentence is the same word without the space behind it.
const same = (one: string, other: string): boolean => one.trimEnd() === other.trimEnd()

function add(parts: Part[], text: string, is: Part['is']): void {
  const last = parts.at(-1)
  if (last?.is === is) last.text += text
  else parts.push({ text, is })
}
