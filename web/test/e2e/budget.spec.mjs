// How much a page loads before it can be used, as it comes over the wire, and when something is first seen.
import { launch } from './lib/browser.mjs'
import { company } from './lib/seed.mjs'
import { holds, story, timed } from './lib/story.mjs'

const world = await company()
const browser = await launch(world)
const SCRIPT_BYTES_MAX = 61440
const PAINT_MS_MAX = 200
const LOADS = 5
const PAGES = [['signin', '/signin', null], ['panel', '/panel?case=48213', 'ana'], ['desk', '/desk', 'mia'], ['policy', '/policy', 'mia'], ['people', '/people', 'root'], ['setup', '/setup', 'root']]

/** When something was first seen, and the bytes of the scripts that were asked for before, compressed, headers left out. */
async function load(path, who) {
  const page = await browser.newPage({ who })
  await page.goto(path)
  const found = await page.evaluate(async () => {
    const ms = await new Promise(resolve => {
      new PerformanceObserver(list => { for (const entry of list.getEntriesByName('first-contentful-paint')) resolve(entry.startTime) }).observe({ type: 'paint', buffered: true })
    })
    const scripts = performance.getEntriesByType('resource').filter(({ name, startTime }) => name.endsWith('.js') && startTime < ms)
    return { ms, bytes: scripts.reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0), files: scripts.length }
  })
  await page.leave()
  return found
}

async function median(path, who) {
  const all = []
  for (let i = 0; i < LOADS; i++) all.push((await load(path, who)).ms)
  return all.sort((a, b) => a - b)[LOADS >> 1]
}

for (const [name, path, who] of PAGES) {
  story(`${name}: scripts of the first load are at most ${SCRIPT_BYTES_MAX} bytes`, async () => {
    const { bytes, files } = await load(path, who)
    console.log(`     ${name}: ${bytes} bytes in ${files} files`)
    holds(bytes > 5000 && bytes <= SCRIPT_BYTES_MAX, `${bytes} bytes`)
  })
}

// Machines are shared: a second set counts when the first one misses.
for (const [name, path, who] of PAGES) {
  story(`${name}: something is seen within ${PAINT_MS_MAX} ms, the middle of ${LOADS}`, async () => {
    const first = await median(path, who)
    const ms = first <= PAINT_MS_MAX ? first : await median(path, who)
    console.log(`     ${name}: ${Math.round(ms)} ms${ms === first ? '' : ` (first ${Math.round(first)})`}`)
    holds(!timed || ms <= PAINT_MS_MAX, `${Math.round(ms)} ms`)
  })
}
