// Practice: the whole panel on invented or past cases, out of Train and back, and nothing of it is left anywhere.
import { axe } from './lib/axe.mjs'
import { launch } from './lib/browser.mjs'
import { company } from './lib/seed.mjs'
import { holds, same, story } from './lib/story.mjs'

const world = await company({})
const browser = await launch(world)
const root = await world.as('root')

const CASES = `- id: down
  title: Three days without a line
  situation: "Kari has had **no connection** for three days."
  ask: What do you do first?
  request: {reason: billing-error, channel: chat, facts: {lines: 1, customer: {tenure_days: 900, segment: gold}, invoice: {total: 249.50, issued_at: "2026-11-20T12:00:00Z"}}}
  remedies:
    - action: credit
      ruler: {from: 0.00, to: 400.00}
      accept: [{from: 1.00, to: 400.00, feedback: A credit.}]
    - {say: Explain and apologise, feedback: She has heard that already.}
`
await root.post('/v1/courses', { files: { 'course.yaml': 'course: cases\ntitle: From life\npass: 50\ncurrency: USD\norder: [cases.yaml]\n', 'cases.yaml': CASES } })

async function open(path, who, options = {}) {
  const page = await browser.newPage({ who, width: 400, height: 900, ...options })
  page.setDefaultTimeout(10_000)
  page.sent = []
  page.on('request', request => { if (request.method() !== 'GET') page.sent.push(`${request.method()} ${new URL(request.url()).pathname}`) })
  await page.goto(path)
  return page
}

/** All that could have been left behind: the journal's head, budgets, asks and decisions. */
async function left(who) {
  const own = await world.as(who)
  const journal = await (await fetch(`${world.url}/v1/journal`, { headers: root.headers('GET') })).text()
  const [{ items: budgets }, { items: asks }, { items: decisions }] = await Promise.all([own.get('/v1/budgets'), own.get('/v1/approvals?for=mine'), own.get('/v1/decisions?limit=1')])
  return { head: JSON.parse(journal.trimEnd().split('\n').at(-1)).seq, budgets: budgets.map(({ budget, left: is, times }) => `${budget} ${is} ${times}`).sort(), asks: asks.length, last: decisions[0]?.id }
}

const BANNER = 'Practice: nothing is given, nothing is recorded'
const says = (page, text) => page.locator('.pn').getByText(text).first().waitFor()
const remedy = (page, action) => page.locator(`[data-action="${action}"]`)

async function tried(page, action, amount) {
  await remedy(page, action).click()
  if (amount) await page.locator('.money input').fill(amount)
  await says(page, BANNER)
  await page.locator('.form .btn.lg').waitFor()
  await page.keyboard.press('Control+Enter')
}

story('a scenario out of Train: given, asked, asked in part, and beyond everybody; the journal and the budgets are as they were', async () => {
  const before = await left('ana')
  const page = await open('/train', 'ana', { width: 1280 })
  await page.getByRole('navigation', { name: 'Short practice' }).getByRole('link', { name: /Three days without a line/ }).click()
  await page.waitForURL('**/panel?practice=down&course=cases')
  await says(page, BANNER)
  await says(page, 'no connection')
  await tried(page, 'credit', '12.34')
  await says(page, 'would be given at once')
  await says(page, /Left after it:/)
  await axe(page)
  await tried(page, 'refund', '240.00')
  await says(page, 'would be asked for')
  await axe(page)
  await remedy(page, 'refund').click()
  await page.locator('.money input').fill('120.00')
  await page.locator('.form').getByRole('button', { name: /now, ask for the other/ }).click()
  await says(page, 'would be given at once')
  await says(page, 'would be asked for')
  await tried(page, 'plan_change')
  await says(page, 'would be given at once')
  await page.getByRole('link', { name: 'Leave practice' }).click()
  await page.waitForURL('**/train')
  same([...new Set(page.sent)].filter(one => /decisions|approvals|practice|authority/.test(one)), ['POST /v1/practice'], 'what was sent')
  same(await left('ana'), before, 'what is left')
  page.clean()
  await page.leave()
})

story('an invented case: what the records say is made up, and the room follows; one of the own cases likewise', async () => {
  const before = await left('ana')
  const page = await open('/train', 'ana')
  await page.getByRole('link', { name: /An invented case/ }).click()
  await says(page, BANNER)
  await page.getByRole('combobox').first().selectOption('outage')
  await page.getByText(/more/i).first().waitFor()
  await remedy(page, 'credit').waitFor()
  await axe(page)
  await page.goto('/panel?practice=48213')
  await says(page, 'Billed twice for March')
  await page.getByRole('combobox').first().selectOption('billing-error')
  await tried(page, 'credit', '5.00')
  await says(page, 'would be given at once')
  await page.goto('/panel?practice=nobody-knows')
  await says(page, 'not there for practice')
  await axe(page)
  same(await left('ana'), before, 'what is left')
  page.clean([{ text: /status of 404/, why: 'a case that is not there' }])
  await page.leave()
})

story('in German, light and dark, at 320 px: nothing is wider than the page, and every look holds', async () => {
  for (const theme of ['light', 'dark']) {
    const page = await open('/panel?practice=down&course=cases&lang=de', 'ana', { theme, width: 320 })
    await says(page, 'Übung: nichts wird gegeben, nichts wird aufgezeichnet')
    await remedy(page, 'credit').waitFor()
    holds(await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth), 'no wider than the page')
    await axe(page)
    await remedy(page, 'credit').click()
    await page.locator('.money input').fill('10')
    await axe(page)
    await page.keyboard.press('Control+Enter')
    await says(page, 'würde sofort gegeben')
    await axe(page)
    if (process.env.LEEWAY_LOOKS) await page.screenshot({ path: `${process.env.LEEWAY_LOOKS}/practice-de-${theme}.png`, fullPage: true })
    page.clean()
    await page.leave()
  }
})
