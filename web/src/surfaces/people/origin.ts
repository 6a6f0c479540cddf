// Whether a text is an origin that may show the panel: https, or http of this machine; nothing behind the port.

export function isOrigin(text: string): boolean {
  if (!/^https?:\/\/[a-z0-9.-]+(:\d{1,5})?$|^https?:\/\/\[[0-9a-f:]+\](:\d{1,5})?$/i.test(text)) return false
  try {
    const url = new URL(text)
    return url.pathname === '/' && (url.protocol === 'https:' || ['localhost', '127.0.0.1'].includes(url.hostname))
  } catch {
    return false
  }
}

/** What people paste: an address becomes its origin. */
export function originOf(text: string): string {
  const trimmed = text.trim()
  try {
    const url = new URL(trimmed)
    return url.protocol === 'https:' || url.protocol === 'http:' ? url.origin : trimmed
  } catch {
    return trimmed
  }
}
