// What the specs of the panel's states share: a company, cases, a panel that is open, and looks at it in six ways.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { axe } from './lib/axe.mjs'
import { launch } from './lib/browser.mjs'
import { FOLDER } from './lib/places.mjs'
import { company } from './lib/seed.mjs'
import { eventually, Failed } from './lib/story.mjs'

const WIDTHS = [280, 320, 400]
export const REFUSAL = [{ text: /status of (404|409|412|422|503)/, why: 'the answer that the state is about' }]
export const UNREACHABLE = [{ text: /ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_INCOMPLETE_CHUNKED|ERR_EMPTY_RESPONSE|Failed to load resource/, why: 'the server was pulled out' }]
const DAY_MS = 86_400_000

export const world = await company()
const browser = await launch(world)
export const root = await world.as('root')
// Routes of seconds, so that nobody's answer can be waited for.
const { source } = await root.get('/v1/policy')
export const quick = source.replace(/within: \d+s/g, 'within: 4s')
let count = 0

const ago = days => new Date(Date.now() - days * DAY_MS).toISOString()

export async function billCase(owner, more = {}) {
  const id = `s${++count}`
  await world.openCase({
    id, customer: `sk${count}`, owner, department: 'care/care-north', channel: 'chat', subject: 'Billed twice for March', opened: ago(0.01),
    facts: { customer: { segment: 'gold', tenure_days: 900 }, lines: 2, invoice: { total: '249.00', issued_at: ago(5) } }, ...more,
  })
  return id
}

export async function panel(who, id, { reason = 'billing-error', wait = '.rem', ...options } = {}) {
  const page = await browser.newPage({ who, width: 400, height: 800, ...options })
  page.setDefaultTimeout(8000)
  await page.goto(`${world.url}/panel${id ? `?case=${id}&name=Nia+Holm${reason ? `&reason=${reason}` : ''}` : ''}`)
  if (wait) await page.locator(wait).first().waitFor()
  return page
}

export const screen = (page, is) => page.locator(`.pn[data-screen="${is}"]`).waitFor()

async function overflow(page) {
  return page.evaluate(() => {
    const wide = [...document.querySelectorAll('#app *')].filter(element => !element.closest('.vh, svg') && element.scrollWidth > element.clientWidth + 1 && getComputedStyle(element).overflowX === 'visible'
      && getComputedStyle(element).display !== 'inline' && element.getBoundingClientRect().right > innerWidth + 1)
    const page = document.documentElement
    return page.scrollWidth > page.clientWidth ? `${page.scrollWidth} px wide at ${page.clientWidth}: ${wide.slice(-3).map(element => element.className || element.tagName).join(', ')}` : ''
  })
}

/** Six looks at what is on. A picture of each is kept when LEEWAY_LOOKS is set. */
export async function looks(page, name, { widths = WIDTHS, themes = ['light', 'dark'], lang = '' } = {}) {
  for (const theme of themes) {
    for (const width of widths) {
      await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' })
      await page.setViewportSize({ width, height: 800 })
      await page.evaluate(() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done))))
      const wide = await overflow(page)
      if (wide) throw new Failed(`${name}, ${width} px ${theme} ${lang}: ${wide}`)
      if (process.env.LEEWAY_LOOKS) {
        mkdirSync(join(FOLDER, 'looks'), { recursive: true })
        await page.screenshot({ path: join(FOLDER, 'looks', `${name}${lang}-${width}-${theme}.png`), fullPage: true })
      }
      await axe(page).catch(error => { throw new Failed(`${name}, ${width} px ${theme} ${lang}: ${error.message}`) })
    }
  }
}

export async function toForm(page, action, amount) {
  await page.locator(`[data-action="${action}"]`).click()
  await page.locator('.form').waitFor()
  if (amount) await page.locator('.money input').fill(amount)
}

export async function toWaiting(page, amount = '240.00') {
  await toForm(page, 'refund', amount)
  await page.keyboard.press('Control+Enter')
  await screen(page, 'waiting')
}

export async function asked(id) {
  const mia = await world.as('mia')
  const ask = await eventually(async () => (await mia.get('/v1/approvals?for=me&state=open')).items.find(item => item.case === id))
  return { mia, ask }
}
