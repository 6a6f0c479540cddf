// How soon figures follow a value that is dragged: from the pointer's release to what is seen, in the studio of a company with a past.
// With --timed --past FILE (a million decisions) the limits hold; else it is printed how long it took.
import { launch } from './lib/browser.mjs'
import { hundred } from './lib/seed.mjs'
import { eventually, holds, story, timed } from './lib/story.mjs'

const FIRST_MS_MAX = 1000
const MS_MAX = 100
const DRAGS = 11
const PAST = process.env.LEEWAY_PAST

const world = await hundred({ file: PAST })
const browser = await launch(world)

// Within the page: when the pointer is let go, and when other figures have been painted.
const released = () => new Promise(resolve => {
  let from = 0
  const shown = () => [...document.querySelectorAll('.res .fact b')].map(fact => fact.textContent).join()
  const before = shown()
  addEventListener('pointerup', event => { from = event.timeStamp }, { capture: true, once: true })
  const observer = new MutationObserver(() => {
    if (from === 0 || shown() === before || shown() === '') return
    observer.disconnect()
    requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - from), 0)) // behind the frame that has them
  })
  observer.observe(document.body, { subtree: true, childList: true, characterData: true })
})

const middle = all => all.toSorted((a, b) => a - b)[all.length >> 1]

// The past is read once somebody asks.
async function past() {
  const root = await world.as('root')
  const { source } = await root.get('/v1/policy')
  await eventually(async () => (await root.ask('POST', '/v1/policy/replay', { source })).status === 200, 120_000, 'the past')
}

async function open() {
  await past()
  const page = await browser.newPage({ who: 'root', width: 1440, height: 900 })
  page.setDefaultTimeout(30_000)
  await page.goto('/policy')
  await page.getByRole('button', { name: 'Change it' }).click()
  await page.waitForURL('**/policy/drafts/**')
  await page.locator('.res .fact').first().waitFor()
  const rule = page.locator('.say li', { has: page.locator('.id:text-is("billing-error")') })
  await rule.locator('.tok').first().click()
  await rule.getByRole('slider').waitFor()
  return { page, slider: rule.getByRole('slider') }
}

/** The slider's thumb taken and put elsewhere; how many ms until other figures stand there. */
async function drag(page, slider, from, to) {
  const { x, y, width, height } = await slider.boundingBox()
  await page.mouse.move(x + width * from, y + height / 2)
  await page.mouse.down()
  for (let i = 1; i <= 8; i += 1) await page.mouse.move(x + width * (from + (to - from) * i / 8), y + height / 2)
  const seen = page.evaluate(released)
  await page.evaluate(() => new Promise(resolve => { requestAnimationFrame(resolve) })) // what listens is there by now
  await page.mouse.up()
  return seen
}

story(`figures follow a dragged value: first within ${FIRST_MS_MAX} ms, then within ${MS_MAX}, the middle of ${DRAGS - 1}`, async () => {
  const { page, slider } = await open()
  const took = []
  let at = 0.4
  for (let i = 0; i < DRAGS; i += 1) {
    const to = 0.2 + (i * 7 % DRAGS) / DRAGS * 0.6
    took.push(await drag(page, slider, at, to))
    at = to
    await page.getByText(/^Kept/).waitFor() // nothing of this one is under way when the next begins
  }
  const [first, ...later] = took.map(Math.round)
  console.log(`     the first ${first} ms, the middle of the others ${middle(later)} ms (${Math.min(...later)} to ${Math.max(...later)})`)
  holds(!(timed && PAST) || (first <= FIRST_MS_MAX && middle(later) <= MS_MAX), `the first ${first} ms, the others ${later.join(', ')} ms`)
  page.clean()
})
