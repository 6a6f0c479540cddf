import type { ComponentChildren } from 'preact'

/** Nothing is here, and why that is good or what to do. */
export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return <div class="empty"><h3>{title}</h3>{children && <div class="t13">{children}</div>}</div>
}
