// What changed of the policy: read in the panel and in Train, in old and new words, acknowledged once; the lead sees who has.
import { axe } from './lib/axe.mjs'
import { launch } from './lib/browser.mjs'
import { company } from './lib/seed.mjs'
import { eventually, holds, same, story } from './lib/story.mjs'

const world = await company()
const browser = await launch(world)
const pol = await world.as('pol')
const { source } = await pol.get('/v1/policy')

async function open(path, who, options = {}) {
  const page = await browser.newPage({ who, ...options })
  page.setDefaultTimeout(20_000)
  await page.goto(path)
  return page
}

const publish = async (to, more = '') => (await pol.post('/v1/policy/publish', { source: source.replace('up_to: 100.00', `up_to: ${to}`) + more, note: 'For a story.' })).version
const mine = async who => (await (await world.as(who)).get('/v1/me/reads')).items

story('a change is told in old and new words; acknowledging it takes it away, and the lead sees one more', async () => {
  const version = await publish('90.00')
  const page = await open('/train', 'ana', { width: 1280, height: 900 })
  const due = page.getByRole('navigation', { name: 'Due' }).getByRole('link', { name: new RegExp(`Policy ${version}: what changed`) })
  await due.click()
  await page.waitForURL('**/train/read')
  const card = page.locator(`[data-read="${version}"]`)
  await card.locator('del', { hasText: '100.00' }).waitFor()
  holds((await card.locator('ins').first().innerText()).includes('90.00'), 'the new words')
  await axe(page)
  await card.getByRole('button', { name: 'I have read this' }).first().focus()
  await page.keyboard.press('Enter')
  await eventually(async () => (await mine('ana')).length === 0)
  await page.getByText('Nothing to read').waitFor()
  await axe(page)
  const lead = await open(`/policy?v=${version}`, 'lee', { width: 1280, height: 900 })
  await lead.getByRole('heading', { name: 'Who has read what changed' }).waitFor()
  holds(/^1 of \d+ people/m.test(await lead.locator('[aria-labelledby="pol-read"]').innerText()), 'the count')
  holds((await lead.locator('[aria-labelledby="pol-read"] ul').first().innerText()).includes('Ben Ruiz'), 'who has not')
  await axe(lead)
  page.clean(); lead.clean()
})

story('in the panel it stands above what one can do, at 320 px and in German; until it is read that one remedy goes to the lead', async () => {
  const version = await publish('80.00', '\nchanges: {until_read: ask}\n')
  const page = await open('/panel?case=48301', 'ben', { width: 320, height: 900 })
  const card = page.locator(`[data-read="${version}"]`)
  await card.getByText('goes to your lead').first().waitFor()
  await axe(page)
  const before = (await mine('ben')).length
  holds(before > 0, 'something to read')
  for (let left = await mine('ben'); left.length > 0; left = await mine('ben')) {
    await page.locator(`[aria-labelledby="read-${left[0].id}"]`).getByRole('button', { name: 'I have read this' }).click()
    await eventually(async () => (await mine('ben')).length < left.length)
  }
  await eventually(async () => await card.count() === 0)
  page.clean()
  const german = await open('/train/read', 'cho', { width: 400, height: 800, lang: 'de', theme: 'dark' })
  await german.getByText('was sich geändert hat').first().waitFor()
  await axe(german)
  same(await german.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true, 'nothing is cut off')
  german.clean()
})

story('asking about a change: a question in one step, answered on the policy’s page, the answer beside the read; in German, too', async () => {
  const version = await publish('70.00')
  const page = await open('/train/read', 'ana', { width: 400, height: 900 })
  const card = page.locator(`[data-read="${version}"]`)
  await card.getByRole('button', { name: 'Ask about it' }).first().click()
  await card.getByRole('button', { name: 'Ask', exact: true }).click()
  await card.getByText('Write what you want to know.').waitFor()
  await card.getByLabel('What do you want to know?').fill('Does it hold for what was ordered before?')
  await axe(page)
  await card.getByRole('button', { name: 'Ask', exact: true }).click()
  await card.getByText('No answer yet.').waitFor()
  same(await card.getByRole('button', { name: 'Ask about it' }).count(), 0, 'one at a time')
  holds((await mine('ana')).some(one => one.version === version), 'asking is not reading')
  const policy = await open('/policy', 'pol', { width: 1440, height: 900 })
  const list = policy.getByRole('region', { name: "In people's way" })
  const row = list.locator('li', { hasText: `Question about policy ${version}` })
  await row.getByText('Asked once, by one person.').waitFor()
  holds((await row.innerText()).includes('Does it hold for what was ordered before?') && (await row.locator('ins').first().innerText()).includes('70.00'), 'the question, and what changed')
  await axe(policy)
  await row.getByRole('button', { name: 'Answer' }).click()
  await row.getByLabel('What you say to all who spoke').fill('Yes, from today on.')
  await row.getByRole('button', { name: 'Answer' }).click()
  await card.getByText('Explained.').waitFor()
  holds((await card.innerText()).includes('Yes, from today on.'), 'the answer, without loading the page again')
  await card.getByRole('button', { name: 'Ask about it' }).waitFor()
  for (let left = await mine('ana'); left.length > 0; left = await mine('ana')) {
    await page.locator(`[aria-labelledby="read-${left[0].id}"]`).getByRole('button', { name: 'I have read this' }).click()
    await eventually(async () => (await mine('ana')).length < left.length)
  }
  await page.getByRole('region', { name: 'What you asked about changes' }).getByText('Yes, from today on.').waitFor()
  await axe(page)
  page.clean()
  policy.clean()
  const german = await open('/panel?case=48301', 'ben', { width: 320, height: 900, lang: 'de', theme: 'dark' })
  const there = german.locator(`[data-read="${version}"]`)
  await there.getByRole('button', { name: 'Dazu fragen' }).first().click()
  await there.getByLabel('Was möchten Sie wissen?').waitFor()
  await axe(german)
  same(await german.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true, 'nothing is cut off')
  german.clean()
})
