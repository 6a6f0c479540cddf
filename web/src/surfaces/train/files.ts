// A course's folder in the browser: what a new one begins with, what changed since it was published, and files in and out.
import type { CourseFinding } from '../../lib/api-types.ts'
import type { Finding } from '../../lib/model.ts'
import { stored } from '../../lib/store.ts'

export type Files = Record<string, string>

export const NAME = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}$/

const isFiles = (x: unknown): x is Files | null => x === null || (typeof x === 'object' && Object.values(x).every(one => typeof one === 'string'))

/** What of a course is written and not published: kept in the browser; null: nothing. */
export const unpublished = (id: string) => stored<Files | null>(`course:${id}`, null, isFiles)

/** A name that no file has yet: cases.yaml, cases-2.yaml and so on. */
export function unused(files: Files, name: string): string {
  const [, stem = name, end = ''] = /^(.*?)(\.[a-z]+)?$/.exec(name) ?? []
  let made = name
  for (let n = 2; made in files; n++) made = `${stem}-${n}${end}`
  return made
}

/** Something that can be published as it is. */
export function fresh(id: string, currency: string): Files {
  return {
    'course.yaml': `course: ${id}\ntitle: ${id}\ncertificate: ${id}\npass: 80\nvalid_days: 365\ncurrency: ${currency}\norder:\n  - welcome.md\n  - questions.gift\n`,
    'welcome.md': `# ${id}\n\nWhat this is about, in a few lines.\n`,
    'questions.gift': '// [id:first]\nWhat do you do first? {\n  =Say what you can do#Right.\n  ~Nothing#There is always something.\n}\n',
  }
}

export interface Changes { added: string[]; changed: string[]; gone: string[] }

export function changesOf(before: Files, after: Files): Changes {
  const names = Object.keys(after).sort()
  return { added: names.filter(name => !(name in before)), changed: names.filter(name => name in before && before[name] !== after[name]), gone: Object.keys(before).filter(name => !(name in after)).sort() }
}

/** The findings of one file, as the text field marks them. */
export function findingsOf(findings: readonly CourseFinding[], file: string): Finding[] {
  return findings.filter(one => one.file === file).map(({ line, severity, code, message, hint }) => ({ line, severity, code, message, hint, column: 1 }) as Finding)
}

/** With the file among `order:` of course.yaml, where it is not yet; a text that has no such list stays as it is. */
export function ordered(files: Files, name: string): Files {
  const yaml = files['course.yaml']
  if (yaml === undefined || name === 'course.yaml' || !/^order:\s*$/m.test(yaml) || new RegExp(`^\\s+- ${name.replaceAll('.', '\\.')}\\s*$`, 'm').test(yaml)) return files
  return { ...files, 'course.yaml': `${yaml.replace(/\n*$/, '\n')}  - ${name}\n` }
}

/** Gives a file to whoever is at the browser. */
export function save(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/plain;charset=utf-8' }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 1000)
}
