// Where things are: the program under test, and where a run keeps what it makes.
import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../../../..')
export const FOLDER = join(ROOT, 'build/check/console')

/** The program: of the environment (run.mjs --program), or the newest usual build. */
export function program() {
  const found = [process.env.LEEWAY_PROGRAM, join(ROOT, 'build/release/src/cli/leeway'), join(ROOT, 'build/t/src/cli/leeway')]
    .find(path => path && existsSync(path))
  if (!found) throw new Error('there is no program to test: build it (scripts/build release), or say --program PATH')
  return resolve(found)
}
