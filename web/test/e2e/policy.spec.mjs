// The policy: read, changed as a draft, published with a fault mended on its line, and rolled back; two who write at once.
import { axe } from './lib/axe.mjs'
import { launch } from './lib/browser.mjs'
import { company } from './lib/seed.mjs'
import { eventually, holds, same, story } from './lib/story.mjs'

const world = await company()
const browser = await launch(world)
const REFUSED = [{ text: /status of (409|412|422)/, why: 'the answer that the story is about' }]

const text = page => page.locator('.ca textarea')
const value = page => text(page).inputValue()

async function editor(who = 'pol', options = {}) {
  const page = await browser.newPage({ who, width: 1440, height: 900, ...options })
  page.setDefaultTimeout(8000)
  await page.goto('/policy/edit')
  await page.locator('.pane .say li').first().waitFor()
  return page
}

async function put(page, next) {
  await text(page).fill(next)
}

const live = async () => (await world.as('pol')).get('/v1/policy')

story('everybody reads it in sentences beside its text; a sentence opens its line and a line marks its sentence', async () => {
  const page = await browser.newPage({ who: 'ana', width: 1440 })
  await page.goto('/policy')
  await page.locator('.pane .say li').first().waitFor()
  same(await page.getByRole('button', { name: 'Change it' }).count(), 0, 'ways to change it, for an agent')
  const line = page.locator('.say li button').first()
  const number = Number((await line.innerText()).match(/\d+/)[0])
  await line.click()
  const at = await text(page).evaluate(area => area.value.slice(0, area.selectionStart).split('\n').length)
  same([at, await page.evaluate(() => document.activeElement.tagName)], [number, 'TEXTAREA'], 'where the text is')
  await page.locator('.say li.on').waitFor()
  await axe(page)
  page.clean()
})

story('a fault stands on its line, is mended by one click, and the draft is published with a note; then it is rolled back', async () => {
  const page = await editor()
  const before = await live()
  const right = before.source.replace('label: Goodwill', 'label: A kindness')
  holds(right !== before.source, 'nothing changes')
  await put(page, right.replace('tiers: [frontline', 'teirs: [frontline'))
  await page.locator('.ca-list li.bad').first().waitFor()
  await page.getByText('These are the last sentences that held').waitFor()
  await axe(page)
  const fix = page.getByRole('button', { name: /put “tiers”/ })
  await fix.click()
  await eventually(async () => await page.locator('.ca-list li.bad').count() === 0, 5000, 'a text without faults')
  same(await value(page), right, 'the text')
  await page.keyboard.press('Control+Enter')
  await page.locator('dialog .chg li').first().waitFor()
  await axe(page)
  await page.getByRole('button', { name: 'Publish this draft' }).click()
  await page.locator('dialog .fault').waitFor()
  await page.getByLabel('What changes, and why').fill('A kinder word.')
  await page.getByRole('button', { name: 'Publish this draft' }).click()
  await page.waitForURL(/\/policy$/)
  const now = await live()
  same([now.version, now.note, now.source === right], [before.version + 1, 'A kinder word.', true], 'what is live')
  await page.locator('.ver').nth(1).click()
  await page.getByRole('button', { name: `Roll back to ${before.version}` }).click()
  await page.locator('dialog textarea').fill('The old word was clearer.')
  await axe(page)
  await page.locator('dialog').getByRole('button', { name: `Roll back to ${before.version}` }).click()
  await eventually(async () => (await live()).source === before.source, 5000, 'the one before')
  page.clean()
})

story('what only the server finds when it is published comes back to its line', async () => {
  const page = await editor()
  const before = await live()
  const quiet = '**/v1/policy/explain' // whoever publishes faster than the text is looked at
  await page.route(quiet, route => route.fulfill({ status: 409, contentType: 'application/problem+json', body: '{"type":"urn:leeway:problem:conflict","status":409}' }))
  await put(page, before.source.replace('frontline, senior, lead, manager', 'frontline, senior, lead'))
  await eventually(async () => (await (await world.as('pol')).get('/v1/policy/draft')).source.includes('[frontline, senior, lead]'), 6000, 'the draft is kept')
  await page.keyboard.press('Control+Enter')
  await page.getByLabel('What changes, and why').fill('Without managers.')
  await page.getByRole('button', { name: 'Publish this draft' }).click()
  await page.locator('.ca-list li.bad').first().waitFor()
  same((await live()).version, before.version, 'what is live')
  await page.unroute(quiet)
  await put(page, before.source)
  await eventually(async () => (await (await world.as('pol')).get('/v1/policy/draft')).source === before.source, 6000, 'the draft is as it was')
  page.clean(REFUSED)
})

story('the draft is kept by itself, also when the page is left; nothing is in force by that', async () => {
  const page = await editor()
  const before = await live()
  await put(page, `${before.source}# a thought\n`)
  await page.locator('.rail a[href="/people"]').click()
  await page.waitForURL('**/people')
  await eventually(async () => (await (await world.as('pol')).get('/v1/policy/draft')).source.endsWith('# a thought\n'), 5000, 'the draft')
  same((await live()).version, before.version, 'what is live')
  await page.goto('/policy')
  await page.locator('.ver.draft').waitFor()
  page.clean()
})

story('two who write at once: nobody’s draft is lost, and the second one chooses', async () => {
  const page = await editor('pol')
  const root = await world.as('root')
  const draft = await root.ask('GET', '/v1/policy/draft')
  const theirs = `${draft.body.source}# theirs\n`
  const kept = await root.ask('PUT', '/v1/policy/draft', { source: theirs }, { 'If-Match': `"${draft.body.tag}"` })
  same(kept.status, 200, 'the other one’s draft')
  await put(page, `${draft.body.source}# mine\n`)
  await page.getByText(/saved this draft/).waitFor({ timeout: 8000 })
  await axe(page)
  await page.getByRole('button', { name: 'See what differs' }).click()
  holds((await value(page)).endsWith('# mine\n'), 'my text is gone')
  await page.getByRole('button', { name: 'Take theirs' }).click()
  await eventually(async () => await value(page) === theirs, 3000, 'their text')
  page.clean(REFUSED)
})

story('whose policy it is changes only when somebody says so', async () => {
  const page = await editor('root')
  const before = await live()
  await put(page, before.source.replace('organization: Aurora Mobile', 'organization: Aurora Telecom'))
  await page.keyboard.press('Control+Enter')
  await page.getByLabel('What changes, and why').fill('Another name.')
  await page.getByRole('button', { name: 'Publish this draft' }).click()
  await page.getByLabel('The organization has another name now').check()
  await page.getByRole('button', { name: 'Publish this draft' }).click()
  await eventually(async () => (await live()).organization === 'Aurora Telecom', 5000, 'the new name')
  page.clean(REFUSED)
})
