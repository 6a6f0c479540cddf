// Parts of a surface that come when they are opened.
import { signal } from '@preact/signals'
import type { ComponentType } from 'preact'
import { useEffect } from 'preact/hooks'
import { common } from '../../lib/i18n.ts'
import { Button, Note } from '../../ui/index.ts'

export function lazy<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  const part = signal<ComponentType<P> | null>(null)
  const failed = signal(false)
  return function Lazy(props: P) {
    useEffect(() => { if (!part.value) load().then(found => { part.value = found }, () => { failed.value = true }) }, [])
    const Part = part.value
    if (Part) return <Part {...props} />
    return failed.value ? <Note kind="warn">{common('common.updated.text')} <Button size="sm" onClick={() => location.reload()}>{common('common.updated.do')}</Button></Note> : null
  }
}
