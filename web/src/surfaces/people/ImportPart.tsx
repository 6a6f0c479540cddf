import { useT } from '../../lib/i18n.ts'
import { Card } from './form.tsx'
import { ImportFile } from './Import.tsx'

export function ImportPart() {
  const t = useT('people')
  return <Card title={t('people.part.import')} text={t('people.import.explain')}><div class="pad"><ImportFile /></div></Card>
}
