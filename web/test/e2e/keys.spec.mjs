// Without a pointer: from signing in to the main act of each surface, with a focus that is seen, no trap, and keys that rest
// where people type.
import { focused, launch } from './lib/browser.mjs'
import { company, PASSWORD } from './lib/seed.mjs'
import { eventually, holds, same, story } from './lib/story.mjs'

const world = await company()
const browser = await launch(world)
const TABS_MAX = 80

const arrives = (page, text) => eventually(async () => (await page.locator('h1').first().innerText()) === text, 8000, `the page "${text}"`)
const settled = page => page.locator('.live, .pn-bar').filter({ hasText: /Live|Case/ }).first().waitFor()
const press = async (page, ...keys) => { for (const key of keys) await page.keyboard.press(key) }

let amount = 150

async function ask() {
  const ana = await world.as('ana')
  // A case of its own: the same issue is put right once.
  const id = `ask-${amount}`
  const facts = { customer: { segment: 'gold', tenure_days: 900 }, lines: 2, invoice: { total: '249.00', issued_at: new Date(Date.now() - 1e9).toISOString() } }
  await world.openCase({ id, customer: `customer-${amount}`, owner: 'ana', department: 'care/care-north', channel: 'chat', subject: 'Billed twice', opened: new Date().toISOString(), facts })
  const decision = await ana.post('/v1/decisions', { action: 'credit', amount: `${amount++}.00`, case: id, reason: 'billing-error' })
  return ana.post(`/v1/decisions/${decision.id}/ask`, { note: 'Billed twice.' })
}

/** What the focus looks like: drawn by the element itself or by the box around it (an amount, a choice). */
const seen = page => page.evaluate(() => {
  const at = document.activeElement
  const drawn = element => {
    const style = element ? getComputedStyle(element) : null
    return style !== null && style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2
  }
  const box = at.closest('.money, .seg label, .qi, .ca-box')
  return { drawn: drawn(at) || drawn(box), inView: at.getBoundingClientRect().bottom > 0, is: `${at.tagName} ${at.className?.baseVal ?? at.className} ${(at.textContent ?? '').trim().slice(0, 40)}`, body: at === document.body }
})

/** Tab through the whole page: every stop is seen, and the way ends where it began. */
async function walk(page) {
  const stops = []
  for (let i = 0; i < TABS_MAX; i++) {
    await page.keyboard.press('Tab')
    const now = await seen(page)
    if (now.body) return stops
    holds(now.drawn, `the focus is not seen on: ${now.is}`)
    stops.push(now.is)
    if (stops.length > 2 && now.is === stops[0] && await page.evaluate(() => document.activeElement.classList.contains('skip'))) return stops
  }
  holds(new Set(stops).size > 5, `a trap: ${stops.slice(-4)}`)
  return stops
}

story('signing in, and on to the desk', async () => {
  const page = await browser.newPage()
  await page.goto('/desk')
  await page.locator('input[name=person]').waitFor()
  await eventually(async () => (await page.evaluate(() => document.activeElement.name)) === 'person', 2000, 'the focus in the first field')
  await page.keyboard.type('mia')
  await press(page, 'Tab')
  await page.keyboard.type(PASSWORD)
  await press(page, 'Enter')
  await arrives(page, 'Desk')
})

story('the first stop leads to the content', async () => {
  const page = await browser.newPage({ who: 'mia' })
  await page.goto('/policy')
  await settled(page)
  await press(page, 'Tab')
  same(await focused(page), 'a To the content', 'the first stop')
  holds((await page.locator('.skip').boundingBox()).y >= 0, 'it is not in sight')
  await press(page, 'Enter')
  same(await page.evaluate(() => document.activeElement.id), 'content', 'the focus')
})

story('an agent gives by keys: a remedy, an amount, the act', async () => {
  const page = await browser.newPage({ who: 'ana', width: 400 })
  await page.goto('/panel?case=48213&reason=billing-error')
  await page.locator('.rem').first().waitFor()
  await press(page, '1')
  const field = page.locator('.money input')
  await field.waitFor()
  await field.focus()
  await page.keyboard.press('Control+a')
  await page.keyboard.type('12')
  await press(page, 'Control+Enter')
  await page.locator('.toast', { hasText: '12' }).or(page.locator('.note.can', { hasText: '12' })).first().waitFor()
  const ana = await world.as('ana')
  const { items } = await ana.get('/v1/decisions?case=48213&limit=1')
  same([items[0].amount, items[0].verdict], ['12.00', 'granted'], 'the decision')
})

story('a manager answers by one key', async () => {
  const approval = await ask()
  const page = await browser.newPage({ who: 'mia' })
  await page.goto('/desk')
  await page.locator('.ask').first().waitFor()
  await press(page, 'a')
  const root = await world.as('root')
  await eventually(async () => (await root.get(`/v1/approvals/${approval.id}`)).state === 'approved', 5000, 'the answer')
})

story('single keys rest where people type', async () => {
  const approval = await ask()
  const page = await browser.newPage({ who: 'mia' })
  await page.goto('/desk')
  await page.locator('.ask').first().waitFor()
  await press(page, 'e')
  await eventually(async () => page.evaluate(() => document.activeElement.tagName === 'INPUT'), 3000, 'the amount field')
  await press(page, 'a', 'h', 'd')
  await new Promise(resolve => setTimeout(resolve, 400))
  const root = await world.as('root')
  same((await root.get(`/v1/approvals/${approval.id}`)).state, 'open', 'the ask')
  same(await page.locator('dialog[open]').count(), 0, 'open dialogs')
  await (await world.as('ana')).post(`/v1/approvals/${approval.id}/withdraw`)
})

story('from surface to surface by two keys, with the focus on the title', async () => {
  const page = await browser.newPage({ who: 'root' })
  await page.goto('/desk')
  await arrives(page, 'Desk')
  await settled(page) // keys are heard once the page has its script
  for (const [keys, name] of [['gp', 'Policy'], ['gl', 'People and settings'], ['gd', 'Desk']]) {
    await press(page, ...keys)
    await arrives(page, name)
    await eventually(() => page.evaluate(() => document.activeElement.tagName === 'H1'), 3000, `the focus on the title of ${name}`)
  }
})

story('dialogs take the focus and give it back', async () => {
  const page = await browser.newPage({ who: 'mia' })
  await page.goto('/policy')
  await settled(page)
  await page.locator('.rail button.me').focus()
  await press(page, 'Enter')
  await page.locator('dialog[open]').waitFor()
  holds(await page.evaluate(() => document.activeElement.closest('dialog') !== null), 'the focus is not in the dialog')
  for (let i = 0; i < 25; i++) {
    await press(page, 'Tab')
    const now = await seen(page)
    holds(now.body || await page.evaluate(() => document.activeElement.closest('dialog') !== null), `the focus left the dialog: ${now.is}`)
  }
  await press(page, 'Escape')
  same(await page.locator('dialog[open]').count(), 0, 'open dialogs')
  holds(await page.evaluate(() => document.activeElement.classList.contains('me')), 'the focus did not come back')
})

story('the list of keys: another key, one that is taken, none at all', async () => {
  const page = await browser.newPage({ who: 'mia' })
  await page.goto('/policy')
  await settled(page)
  await press(page, '?')
  const row = page.locator('.keylist li', { hasText: 'Go to the desk' })
  await row.locator('button').last().focus()
  await press(page, 'Enter', '?')
  await row.locator('.fault').waitFor()
  await press(page, 'Enter', 'x')
  same(await row.locator('kbd').innerText(), 'X', 'the new key')
  await press(page, 'Escape')
  await page.keyboard.press('x')
  await arrives(page, 'Desk')
  await page.goto('/policy')
  await settled(page)
  await press(page, '?')
  await page.locator('dialog button:focus').waitFor() // where a dialog begins
  await page.locator('dialog input[type=checkbox]').focus()
  await press(page, ' ')
  holds(!await page.locator('dialog input[type=checkbox]').isChecked(), 'keys are off')
  await press(page, 'Escape')
  await press(page, 'x')
  await new Promise(resolve => setTimeout(resolve, 300))
  same(new URL(page.url()).pathname, '/policy', 'no key did anything')
})

for (const [path, who, width] of [['/desk', 'mia', 1280], ['/panel?case=48213&reason=billing-error', 'ana', 400], ['/policy', 'root', 1280], ['/people', 'root', 1280], ['/people/tokens', 'root', 1280], ['/setup', 'root', 1280], ['/signin', null, 1280], ['/keys', 'mia', 1280]]) {
  story(`every stop of ${path} is seen, and none is a trap`, async () => {
    const page = await browser.newPage({ who, width })
    await page.goto(path)
    if (who) await settled(page)
    await page.waitForTimeout(500)
    const stops = await walk(page)
    holds(stops.length >= 3, `only ${stops.length} stops`)
  })
}
