import { common } from '../lib/i18n.ts'

export type SkeletonRow = 'w40' | 'w60' | 'w80' | 'h28' | 'h44'

/** The shape of what comes; shown only after a moment (a resource's `slow`). */
export function Skeleton({ rows }: { rows: SkeletonRow[] }) {
  return <div class="col" aria-busy="true"><span class="vh">{common('common.reading')}</span>{rows.map((row, i) => <div key={i} class={`skel ${row}`} />)}</div>
}
