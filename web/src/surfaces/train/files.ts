// A course's folder in the browser: what a new one begins with, what changed since it was published, and files in and out.
import type { CourseChecked, CourseFinding } from '../../lib/api-types.ts'
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

const BLOCK = /^order:[ \t]*(?:#.*)?\n((?:[ \t]*(?:-[^\n]*|#[^\n]*)?(?:\n|$))*)/m
const FLOW = /^(order:\s*\[)([^\]]*)\]/m

const inList = (text: string, name: string): boolean => text.split(/[\s,\[\]]+/).some(one => one.replace(/^["']|["']$/g, '') === name)

/** With the file among `order:` of course.yaml, where it is not yet: in a list of lines or one in brackets. A text that has neither stays as it is. */
export function ordered(files: Files, name: string): Files {
  const yaml = files['course.yaml']
  if (yaml === undefined || name === 'course.yaml') return files
  const flow = FLOW.exec(yaml)
  const block = flow ? null : BLOCK.exec(yaml)
  if ((!flow && !block) || inList((flow ?? block)![0], name)) return files
  if (flow) return { ...files, 'course.yaml': yaml.replace(FLOW, (_, head: string, items: string) => `${head}${items.trimEnd().replace(/,$/, '')}${items.trim() === '' ? '' : ', '}${name}]`) }
  const at = block!.index + block![0].trimEnd().length
  const indent = /^([ \t]*)-/m.exec(block![1]!)?.[1] ?? '  '
  return { ...files, 'course.yaml': `${yaml.slice(0, at)}\n${indent}- ${name}\n${yaml.slice(at).replace(/^[ \t]*\n/, '')}` }
}

/** Without the file, also in `order:`. */
export function dropped(files: Files, name: string): Files {
  const { [name]: _, ...rest } = files
  const yaml = rest['course.yaml']
  if (yaml === undefined) return rest
  const word = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  const lines = yaml.replace(BLOCK, list => list.replace(new RegExp(`^[ \\t]*-[ \\t]*["']?${word}["']?[ \\t]*(?:#.*)?\\n?`, 'm'), ''))
  return { ...rest, 'course.yaml': lines.replace(FLOW, (_, head: string, items: string) => `${head}${items.split(',').filter(one => one.trim().replace(/^["']|["']$/g, '') !== name).join(',').trimStart()}]`) }
}

export interface ReportLine { line: number; finding?: CourseFinding; question?: ReadQuestion }
export type ReadQuestion = CourseChecked['questions'][number]

/** What was read of a file and what is to be mended in it, by line; a question before what is said of it. */
export function reportOf(checked: Pick<CourseChecked, 'findings' | 'questions'>, file: string): ReportLine[] {
  const lines: ReportLine[] = [...checked.questions.filter(one => one.file === file).map(question => ({ line: question.line, question })), ...checked.findings.filter(one => one.file === file).map(finding => ({ line: finding.line, finding }))]
  return lines.sort((a, b) => a.line - b.line || Number(a.finding !== undefined) - Number(b.finding !== undefined))
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
