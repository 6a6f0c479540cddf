import { common } from '../lib/i18n.ts'
import { Button, Empty } from '../ui/index.ts'
import { Link } from '../lib/router.ts'
import { useTop } from './top.ts'

/** An address that is none of ours. */
export function Lost() {
  useTop(common('common.lost.title'))
  return <Empty title={common('common.lost.head')}><p>{common('common.lost.text')}</p><p class="mt5 row center"><Link class="btn pri" to="/">{common('common.lost.home')}</Link></p></Empty>
}

/** A part of the page that is there no more: the server has a newer console. */
export function Updated() {
  useTop(common('common.updated.title'))
  return <Empty title={common('common.updated.head')}><p>{common('common.updated.text')}</p><p class="mt5"><Button kind="pri" onClick={() => location.reload()}>{common('common.updated.do')}</Button></p></Empty>
}
