// The console in a real browser against the real server:
//
//   node test/e2e/run.mjs [SPEC...] [--program PATH] [--only WORDS] [--quick] [--timed] [--past DATABASE] [--shots]
//
// SPEC: a name ("panel") or its beginning; without one all but the screenshots, which --shots makes. --quick: those that ./check runs,
// two at a time. --timed: limits that a busy machine misses (first paint, frames while scrolling) are held too; else they are
// printed. --past: a database that `leeway demo generate` has made, for the specs that measure on a long past. Specs are told in processes that keep one browser from spec to spec; each spec has servers and contexts of its own. The last
// line is `N passed, N failed`; exit 1 if something failed. What a failed story looked like is kept in build/check/console.
import { fork } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { closeBrowser } from './lib/browser.mjs'
import { program } from './lib/places.mjs'
import { tellAll } from './lib/story.mjs'

const HERE = dirname(fileURLToPath(import.meta.url))
const SPEC_MS_MAX = 600_000
const END_MS_MAX = 10_000
// The longest first, so that both lanes end at about the same time.
const QUICK = ['surfaces', 'panel', 'ask', 'frame', 'setup', 'stream', 'serving'].map(name => `${name}.spec.mjs`)
const AT_ONCE = 2

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { program: { type: 'string' }, only: { type: 'string' }, shots: { type: 'boolean' }, quick: { type: 'boolean' }, timed: { type: 'boolean' }, past: { type: 'string' }, teller: { type: 'boolean' } },
})
if (values.timed) process.env.LEEWAY_TIMED = '1'
if (values.past) process.env.LEEWAY_PAST = resolve(values.past)
if (values.program) process.env.LEEWAY_PROGRAM = resolve(values.program)

function wanted() {
  const all = readdirSync(HERE).filter(name => name.endsWith('.spec.mjs')).sort()
  if (values.shots) return all.filter(name => name.startsWith('shots'))
  if (values.quick) return QUICK
  const usual = all.filter(name => !name.startsWith('shots'))
  return positionals.length === 0 ? usual : usual.filter(name => positionals.some(word => name.startsWith(basename(word).replace(/\.spec\.mjs$/, ''))))
}

/** A process that tells specs one after another. One that had a failure is not used again. */
class Teller {
  constructor() {
    const words = ['--teller', ...(values.only ? ['--only', values.only] : [])]
    this.child = fork(fileURLToPath(import.meta.url), words, { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] })
    this.spent = false
    this.ended = new Promise(resolve => this.child.once('exit', () => { this.spent = true; resolve() }))
  }

  /** Its sums. Prints what the spec prints: as it comes, or in one piece where several are told at once. */
  async tell(name, atOnce) {
    let text = ''
    let timer
    const { child } = this
    const sums = await new Promise(resolve => {
      const end = () => resolve(/^sums (\d+) (\d+)$/m.exec(text))
      timer = setTimeout(() => { console.log(`FAIL ${name}: did not end within ${SPEC_MS_MAX / 1000} s`); child.kill('SIGKILL') }, SPEC_MS_MAX)
      child.stdout.on('data', bytes => {
        text += bytes
        if (!atOnce) process.stdout.write(String(bytes).replace(/^sums .*\n/gm, ''))
        if (/^sums .*\n/m.test(text)) end()
      })
      child.once('close', end)
      child.send(name, error => { if (error) end() })
    })
    clearTimeout(timer)
    child.stdout.removeAllListeners('data')
    child.removeAllListeners('close')
    if (atOnce) process.stdout.write(text.replace(/^sums .*\n/gm, ''))
    const told = sums ? { passed: Number(sums[1]), failed: Number(sums[2]) } : { passed: 0, failed: 1 }
    this.spent = told.failed > 0
    return told
  }

  async end() {
    if (this.child.connected) this.child.disconnect()
    const timer = setTimeout(() => this.child.kill('SIGKILL'), END_MS_MAX)
    await this.ended
    clearTimeout(timer)
  }
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
}

function teller() {
  process.on('message', name => { void one(name) })
  process.once('disconnect', async () => {
    await closeBrowser()
    process.exit(0)
  })
}

async function main() {
  const specs = wanted()
  const total = { passed: 0, failed: 0 }
  if (specs.length === 0) throw new Error('there is no such spec')
  program()
  const left = [...specs]
  const atOnce = values.quick ? Math.min(AT_ONCE, specs.length) : 1
  const work = async () => {
    let told = new Teller()
    for (let name = left.shift(); name !== undefined; name = left.shift()) {
      const start = Date.now()
      if (told.spent) {
        await told.end()
        told = new Teller()
      }
      const { passed, failed } = await told.tell(name, atOnce > 1)
      console.log(`${failed ? 'FAIL' : 'ok  '} ${name}: ${passed} passed, ${failed} failed (${((Date.now() - start) / 1000).toFixed(1)} s)`)
      total.passed += passed
      total.failed += failed
    }
    await told.end()
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  console.log(`${total.passed} passed, ${total.failed} failed`)
  process.exitCode = total.failed ? 1 : 0
}

if (values.teller) teller()
else await main()
