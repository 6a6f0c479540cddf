// Stories: what a spec tells. A spec file says `story(name, fn)`; run.mjs tells them in their order once the file is read.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { FOLDER } from './places.mjs'

const stories = []
const endings = []
const STORY_MS_MAX = 180_000
const LEAVE_MS_MAX = 10_000

export class Failed extends Error {}

/** A story: what it shows, and a function that throws when it does not hold. */
export function story(name, fn) {
  stories.push({ name, fn })
}

/** Something to be closed when all stories are told, latest first. */
export function atEnd(fn) {
  endings.push(fn)
}

// What is open while a story is told: pages, whose looks are kept when it fails.
export const opened = new Set()

export function same(found, expected, what = 'it') {
  const [left, right] = [JSON.stringify(found), JSON.stringify(expected)]
  if (left !== right) throw new Failed(`${what}: ${left}, not ${right}`)
}

export function holds(condition, what) {
  if (!condition) throw new Failed(what)
}

export const sleep = ms => new Promise(resolve => setTimeout(resolve, ms))

async function tried(fn) {
  try {
    return { value: await fn() }
  } catch (error) {
    return { error }
  }
}

/** Limits that a busy machine misses are held too (run.mjs --timed). */
export const timed = process.env.LEEWAY_TIMED === '1'

// How much longer than usual things may take where time is not what is tested.
const PATIENCE = timed ? 1 : 4

/** Waits until fn gives something true, and gives that back. A throw is a no. ms: on a machine that does nothing else. */
export async function eventually(fn, ms = 5000, what = 'it') {
  const end = Date.now() + ms * PATIENCE
  let last = {}
  do {
    last = await tried(fn)
    if (last.value) return last.value
    await sleep(25)
  } while (Date.now() < end)
  throw new Failed(`${what} did not come within ${ms * PATIENCE} ms${last.error ? `: ${last.error.message}` : ''}`)
}

/** The same as a limit that is measured: gives back how many milliseconds it took. */
export async function within(ms, fn, what = 'it') {
  const start = performance.now()
  let last = {}
  do {
    last = await tried(fn)
    const took = performance.now() - start
    if (last.value && took <= ms) return took
    if (took > ms) throw new Failed(`${what} took over ${ms} ms${last.error ? `: ${last.error.message}` : ''}`)
    await sleep(5)
  } while (true)
}

// What is told of an error: with what lies behind it ("fetch failed" says nothing by itself).
function told(error) {
  if (error instanceof Failed) return error.message
  return error.cause ? `${error.stack}\n     for: ${error.cause.message ?? error.cause}` : error.stack
}

async function keepLooks(spec, name) {
  mkdirSync(FOLDER, { recursive: true })
  const title = `${spec}-${name}`.replace(/[^A-Za-z0-9]+/g, '-').slice(0, 90)
  let number = 0
  for (const page of opened) {
    const path = join(FOLDER, `${title}${number++ ? `-${number}` : ''}`)
    await page.screenshot({ path: `${path}.png`, timeout: 5000 }).catch(() => {})
    const text = await page.content().catch(error => `no content: ${error.message}`)
    writeFileSync(`${path}.html`, text)
    writeFileSync(`${path}.log`, `${page.url()}\n${(page.heard ?? []).map(item => `${item.kind}: ${item.text}`).join('\n')}\n`)
  }
}

async function closeAll() {
  const pages = [...opened]
  opened.clear()
  for (const page of pages) await Promise.race([page.leave?.().catch(() => {}), sleep(LEAVE_MS_MAX)]) // a browser that does not close one is no reason to wait
}

async function tell(spec, { name, fn }) {
  let timer
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Failed(`not told within ${STORY_MS_MAX / 1000} s`)), STORY_MS_MAX)
  })
  const start = Date.now()
  try {
    await Promise.race([fn(), late])
    console.log(`ok   ${spec}: ${name} (${Date.now() - start} ms)`)
    return true
  } catch (error) {
    console.log(`FAIL ${spec}: ${name}\n     ${told(error)}`)
    await keepLooks(spec, name)
    return false
  } finally {
    clearTimeout(timer)
    await closeAll()
  }
}

/** Tells all stories whose name has `only` in it; gives back how many held and how many did not. */
export async function tellAll(spec, only) {
  let passed = 0
  let failed = 0
  for (const item of stories.splice(0).filter(({ name }) => !only || name.includes(only))) {
    if (await tell(spec, item)) passed++
    else failed++
  }
  for (const fn of endings.splice(0).reverse()) await tried(fn)
  return { passed, failed }
}
