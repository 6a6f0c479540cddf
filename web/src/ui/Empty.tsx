import type { ComponentChildren } from 'preact'

/** Nothing is here, and why that is good or what to do. */
export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return <div class="empty"><h2>{title}</h2>{children && <div class="t13">{children}</div>}</div>
}
