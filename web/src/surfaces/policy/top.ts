// Single values at the top of a policy's text, changed where they stand: the rest of the text, its comments and order stay.

const PLAIN = /^[\p{L}\p{N}][\p{L}\p{N} _./&+'’-]*$/u
const MEANS_SOMETHING = /^(true|false|yes|no|on|off|null|~|[\d._+-]+)$/i

/** A text as YAML would read it back: plain when it can be, else in quotes. */
export function scalar(text: string): string {
  return PLAIN.test(text) && !MEANS_SOMETHING.test(text) && text.trim() === text ? text : JSON.stringify(text)
}

function lineOf(key: string): RegExp {
  return new RegExp(`^(${key}:[ \\t]*)("(?:[^"\\\\]|\\\\.)*"|'(?:[^']|'')*'|[^#\\r\\n]*?)([ \\t]*(?:#[^\\r\\n]*)?)(\\r?)$`, 'm')
}

/** The value of a key at the top; null when it does not stand there. */
export function getTop(source: string, key: string): string | null {
  const found = lineOf(key).exec(source)?.[2]
  if (found === undefined) return null
  if (found.startsWith('"')) return String(JSON.parse(found))
  return found.startsWith("'") ? found.slice(1, -1).replaceAll("''", "'") : found.trim()
}

/** The same text with another value of a key; a key that is not there comes after the first one. */
export function setTop(source: string, key: string, value: string): string {
  const line = lineOf(key)
  if (line.test(source)) return source.replace(line, (_, start: string, __: string, after: string, end: string) => `${/\s$/.test(start) ? start : start + ' '}${scalar(value)}${after}${end}`)
  const first = /^[a-z_]+:.*$/m.exec(source)
  const at = first ? first.index + first[0].length : 0
  return first ? `${source.slice(0, at)}\n${key}: ${scalar(value)}${source.slice(at)}` : `${key}: ${scalar(value)}\n${source}`
}
