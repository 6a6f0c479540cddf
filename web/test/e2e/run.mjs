// The console in a real browser against the real server:
//
//   node test/e2e/run.mjs [SPEC...] [--program PATH] [--only WORDS] [--quick] [--timed] [--shots]
//
// SPEC: a name ("panel") or its beginning; without one all but the screenshots, which --shots makes. --quick: those that ./check runs,
// two at a time. --timed: limits that a busy machine misses (first paint, frames while scrolling) are held too; else they are
// printed. Each spec runs in a process of its own. The last line is `N passed, N failed`; exit 1 if something failed. What a failed story looked like is kept in
// build/check/console.
import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { program } from './lib/places.mjs'
import { tellAll } from './lib/story.mjs'

const HERE = dirname(fileURLToPath(import.meta.url))
const SPEC_MS_MAX = 300_000
const QUICK = ['ask', 'frame', 'panel', 'serving', 'setup', 'stream', 'surfaces'].map(name => `${name}.spec.mjs`)
const AT_ONCE = 2

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { program: { type: 'string' }, only: { type: 'string' }, shots: { type: 'boolean' }, quick: { type: 'boolean' }, timed: { type: 'boolean' }, one: { type: 'string' } },
})
if (values.timed) process.env.LEEWAY_TIMED = '1'
if (values.program) process.env.LEEWAY_PROGRAM = resolve(values.program)

function wanted() {
  const all = readdirSync(HERE).filter(name => name.endsWith('.spec.mjs')).sort()
  if (values.shots) return all.filter(name => name.startsWith('shots'))
  if (values.quick) return QUICK
  const usual = all.filter(name => !name.startsWith('shots'))
  return positionals.length === 0 ? usual : usual.filter(name => positionals.some(word => name.startsWith(basename(word).replace(/\.spec\.mjs$/, ''))))
}

/** Runs a spec in a process of its own; gives back its sums. */
function runSpec(name) {
  const words = [fileURLToPath(import.meta.url), '--one', name, ...(values.only ? ['--only', values.only] : [])]
  return new Promise(done => {
    let text = ''
    const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] })
    const timer = setTimeout(() => { console.log(`FAIL ${name}: did not end within ${SPEC_MS_MAX / 1000} s`); child.kill('SIGKILL') }, SPEC_MS_MAX)
    child.stdout.on('data', bytes => {
      text += bytes
      if (!values.quick) process.stdout.write(String(bytes).replace(/^sums .*\n/gm, ''))
    })
    child.once('exit', () => {
      clearTimeout(timer)
      if (values.quick) process.stdout.write(text.replace(/^sums .*\n/gm, '')) // several run at once: each in one piece
      const sums = /^sums (\d+) (\d+)$/m.exec(text)
      done(sums ? { passed: Number(sums[1]), failed: Number(sums[2]) } : { passed: 0, failed: 1 })
    })
  })
}

async function one(name) {
  const spec = name.replace(/\.spec\.mjs$/, '')
  let sums
  try {
    await import(pathToFileURL(join(HERE, name)).href)
    sums = await tellAll(spec, values.only)
  } catch (error) {
    console.log(`FAIL ${spec}: the spec can't begin\n     ${error.stack}`)
    await tellAll(spec, '\0') // ends what it has started
    sums = { passed: 0, failed: 1 }
  }
  console.log(`sums ${sums.passed} ${sums.failed}`)
  process.exit(sums.failed ? 1 : 0)
}

async function main() {
  const specs = wanted()
  const total = { passed: 0, failed: 0 }
  if (specs.length === 0) throw new Error('there is no such spec')
  program()
  const left = [...specs]
  const work = async () => {
    for (let name = left.shift(); name !== undefined; name = left.shift()) {
      const start = Date.now()
      const { passed, failed } = await runSpec(name)
      console.log(`${failed ? 'FAIL' : 'ok  '} ${name}: ${passed} passed, ${failed} failed (${((Date.now() - start) / 1000).toFixed(1)} s)`)
      total.passed += passed
      total.failed += failed
    }
  }
  await Promise.all(Array.from({ length: values.quick ? AT_ONCE : 1 }, work))
  console.log(`${total.passed} passed, ${total.failed} failed`)
  process.exitCode = total.failed ? 1 : 0
}

if (values.one) await one(values.one)
else await main()
