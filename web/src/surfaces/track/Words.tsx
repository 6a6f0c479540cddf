// What the words of a printed page mean: whoever reads the sheet has no page to ask.
import { useT } from '../../lib/i18n.ts'
import { SheetWords } from '../../ui/index.ts'

export type Word = 'decision' | 'atonce' | 'stands' | 'asked' | 'band' | 'cause' | 'limits' | 'expected' | 'brought'

export function Words({ words }: { words: readonly Word[] }) {
  const t = useT('track')
  return <SheetWords words={words.map(word => [t(`track.word.${word}`), t(`track.word.${word}.text`)])} />
}
