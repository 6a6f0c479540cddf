// The policy studio: a draft opened, one value changed in its sentence, what it would have done in the past, two changes made two
// drafts, one published, and everything taken back to normal.
import { axe } from './lib/axe.mjs'
import { launch } from './lib/browser.mjs'
import { asked, company } from './lib/seed.mjs'
import { eventually, holds, same, story } from './lib/story.mjs'

const world = await company()
const browser = await launch(world)
await asked(world)

const live = async () => (await world.as('pol')).get('/v1/policy')
const drafts = async () => (await (await world.as('pol')).get('/v1/policy/drafts')).items

async function open({ who = 'pol', ...options } = {}) {
  const page = await browser.newPage({ who, width: 1440, height: 900, ...options })
  page.setDefaultTimeout(10_000)
  await page.goto('/policy')
  await page.getByRole('button', { name: 'Change it' }).click()
  await page.waitForURL('**/policy/drafts/**')
  await page.locator('.say .tok').first().waitFor()
  return page
}

const rule = (page, id) => page.locator('.say li', { has: page.locator(`.id:text-is("${id}")`) })
const facts = page => page.locator('.res .fact b').allInnerTexts()

/** A value of a rule's sentence, typed and let go. */
async function type(page, id, nth, text) {
  await rule(page, id).locator('.tok').nth(nth).click()
  await rule(page, id).locator('.chv input').first().fill(text)
  await page.keyboard.press('Enter')
}

story('one value changed in its sentence stands in the text and on the server; the past says what it would have done, case by case', async () => {
  const page = await open()
  const before = await live()
  await page.locator('.res .fact').first().waitFor()
  same((await facts(page))[0], '0 at once', 'nothing has changed')
  await type(page, 'billing-error', 0, '120')
  await eventually(async () => (await facts(page))[0] === '+2 at once', 5000, 'the figures')
  same(await page.locator('.ca textarea').inputValue(), before.source.replace('up_to: 100.00', 'up_to: 120.00'), 'the text')
  await rule(page, 'billing-error').locator('.tok.new').waitFor()
  same(await rule(page, 'billing-error').locator('del').textContent(), 'before: 100.00', 'what it was')
  await eventually(async () => (await page.locator('.flips tbody tr').allInnerTexts()).every(row => row.includes('billing-error up_to 120.00')), 5000, 'because of what')
  same(await page.locator('.flips tbody tr').count(), 2, 'what is different')
  holds((await page.locator('.flips tbody tr').first().innerText()).includes('asked Mia Novak'), 'who was asked then')
  await page.getByText('Gets less 0').click()
  await page.getByText('Nobody would have got less.').waitFor()
  await page.reload() // its address is its own
  await rule(page, 'billing-error').locator('.tok.new').waitFor()
  const [draft] = await drafts()
  same([draft.variables, (await live()).version], [1, before.version], 'one change, not live')
  await axe(page)
  page.clean()
})

story('a value is dragged by the keys of its slider, and goes back', async () => {
  const page = await open()
  const before = await live()
  await rule(page, 'goodwill').locator('.tok').first().click()
  const slider = rule(page, 'goodwill').getByRole('slider')
  await slider.focus()
  await slider.press('End')
  await eventually(async () => await page.locator('.ca textarea').inputValue() === before.source.replace('up_to: 50.00', 'up_to: 125.00'), 3000, 'the text')
  await rule(page, 'goodwill').getByRole('button', { name: 'Back to 50.00' }).click()
  await eventually(async () => await page.locator('.ca textarea').inputValue() === before.source, 3000, 'the text as it was')
  await page.getByText(/^Kept/).waitFor()
  page.clean()
})

story('a text with a fault keeps its last sentences and figures, and says so', async () => {
  const page = await open()
  const { source } = await live()
  await page.locator('.res').waitFor()
  await page.locator('.ca textarea').fill(source.replace('tiers: [frontline', 'teirs: [frontline'))
  await page.getByText('These are the last sentences that held').waitFor()
  await page.getByText(/These are the figures of .* of the last text that held/).waitFor()
  await page.locator('.ca-notes .bad i').first().waitFor()
  same(await page.locator('.say .tok').count(), 0, 'values that could be set now')
  await page.getByRole('button', { name: /put “tiers”/ }).click()
  await page.locator('.say .tok').first().waitFor()
  same(await page.getByText('These are the figures of').count(), 0, 'figures of before')
  page.clean()
})

story('the past that is still being read says so, and the figures come by themselves', async () => {
  const page = await browser.newPage({ who: 'pol', width: 1440, height: 900 })
  let times = 0
  await page.route('**/v1/policy/replay', route => (times += 1) > 2 ? route.continue()
    : route.fulfill({ status: 503, headers: { 'Retry-After': '1' }, contentType: 'application/problem+json', body: '{"type":"urn:leeway:problem:busy","status":503,"detail":"41 of 100 percent are read"}' }))
  await page.goto('/policy/edit')
  await page.getByText('41 of 100 percent are read').waitFor()
  await page.locator('.res .fact').first().waitFor({ timeout: 10_000 })
  page.clean([{ text: /503/, why: 'the past is being read' }])
})

story('two changes become two drafts, each with its own effect; one is published, and normal comes back in one act', async () => {
  const page = await open()
  const first = await live()
  await (await world.as('pol')).ask('PUT', '/v1/policy/normal', { version: first.version })
  await type(page, 'billing-error', 0, '120')
  await type(page, 'outage-per-line', 0, '5')
  await page.getByText('2 things change here').waitFor()
  await eventually(async () => (await page.locator('.way .chg .nums').count()) === 2, 5000, 'what each does alone')
  await axe(page)
  const before = (await drafts()).length
  await page.getByRole('button', { name: 'Make 2 drafts' }).click()
  await eventually(async () => (await drafts()).length === before + 1, 5000, 'two in the place of one')
  await page.locator('.say .tok.new').first().waitFor()
  same(await page.locator('.way .chg').count(), 0, 'what is together')
  await page.keyboard.press('Control+Enter')
  await page.getByLabel('What changes, and why').fill('Less waiting for small bills.')
  await page.getByRole('button', { name: 'Publish this draft' }).click()
  await page.waitForURL(/\/policy$/)
  await eventually(async () => (await live()).version === first.version + 1, 5000, 'what is live')
  same((await drafts()).length, before, 'the other draft waits')
  await page.getByRole('button', { name: `Back to normal (${first.version})` }).click()
  await eventually(async () => (await live()).source === first.source, 5000, 'what was normal')
  await axe(page)
  page.clean()
})

story('changes that belong together need a reason, which stays with the version', async () => {
  const page = await open()
  const before = await live()
  await type(page, 'billing-error', 0, '110')
  await type(page, 'goodwill', 0, '60')
  await page.getByText('2 things change here').waitFor()
  await page.keyboard.press('Control+Enter')
  await page.getByLabel('What changes, and why').fill('A little more room.')
  await page.getByRole('button', { name: 'Publish this draft' }).click()
  await page.locator('dialog .fault').waitFor()
  await page.locator('dialog').getByLabel('Why these belong together').fill('One promise to the customer covers both.')
  await axe(page)
  await page.getByRole('button', { name: 'Publish this draft' }).click()
  await page.waitForURL(/\/policy$/)
  await page.getByText('Together because: One promise').waitFor()
  same((await live()).source, before.source.replace('up_to: 100.00', 'up_to: 110.00').replace('up_to: 50.00', 'up_to: 60.00'), 'what is live')
  page.clean()
})

story('a draft is thrown away; whoever keeps no policy opens none', async () => {
  const page = await open()
  const before = (await drafts()).length
  await page.getByRole('button', { name: 'Discard', exact: true }).click()
  await page.getByRole('button', { name: 'Discard the draft' }).click()
  await page.waitForURL(/\/policy$/)
  same((await drafts()).length, before - 1, 'drafts')
  const other = await browser.newPage({ who: 'ana', width: 1440 })
  await other.goto('/policy')
  await other.locator('.say li').first().waitFor()
  same([await other.getByRole('button', { name: 'Change it' }).count(), await other.getByRole('button', { name: 'New draft' }).count(), await other.getByRole('button', { name: 'normal' }).count()], [0, 0, 0], 'ways to change it, for an agent')
  other.clean()
  page.clean()
})
