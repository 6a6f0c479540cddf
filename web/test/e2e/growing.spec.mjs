// Growing: the room seen, a course spent at once and undone, one beyond it asked, hours by keys, a certificate that the lead vouches for.
import { axe } from './lib/axe.mjs'
import { launch } from './lib/browser.mjs'
import { company } from './lib/seed.mjs'
import { eventually, holds, same, story } from './lib/story.mjs'

const world = await company({})
const browser = await launch(world)

async function open(who, options = {}) {
  const page = await browser.newPage({ who, ...options })
  page.setDefaultTimeout(20_000)
  await page.goto('/train/growing')
  await page.getByRole('heading', { name: /Room to learn|Spielraum zum Lernen/ }).waitFor()
  await page.locator('.live').getByText(/Live|Verbunden/).first().waitFor({ timeout: 3000 }).catch(() => {})
  return page
}

async function writeDown(page, title, price) {
  await page.getByRole('button', { name: 'Write down a course' }).click()
  await page.getByLabel('What is it?').fill(title)
  await page.getByLabel('Price').fill(price)
  await page.getByRole('button', { name: 'Keep' }).click()
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  const row = page.getByRole('listitem').filter({ hasText: title })
  await row.waitFor()
  return row
}

story('a course is spent from the room with its effect before the act, undone, spent again; one beyond it goes to a named lead', async () => {
  const page = await open('ana', { width: 1280 })
  await page.getByText('$600 of $600 left').waitFor()
  await axe(page)
  const row = await writeDown(page, 'Spanish B2', '360')
  await row.getByText('$600 → $240').waitFor()
  await axe(page)
  await row.getByRole('button', { name: 'Spend $360 now' }).click()
  await page.getByText('$240 of $600 left').waitFor()
  await page.getByRole('button', { name: 'Undo' }).click()
  await page.getByText('$600 of $600 left').waitFor()
  await row.getByRole('button', { name: 'Spend $360 now' }).click()
  await row.getByText('agreed').waitFor()
  const dear = await writeDown(page, 'Conference', '900')
  await dear.getByRole('button', { name: /^Ask .+ for \$900/ }).click()
  await dear.getByText('asked', { exact: true }).waitFor()
  await axe(page)
  page.clean()
  await page.leave()
})

story('hours by two keys, the certificate that a course brought, and the lead who vouches for it', async () => {
  const page = await open('ana', { theme: 'dark', width: 400 })
  await page.keyboard.press('h')
  await page.keyboard.type('1:30')
  await page.keyboard.press('Enter')
  await page.getByText('1 h 30 min learnt this year.').waitFor()
  await page.getByLabel('Time').fill('soon')
  await page.keyboard.press('Enter')
  await page.getByText('Write a time, such as 1:30 or 45m.').waitFor()
  const row = page.getByRole('listitem').filter({ hasText: 'Spanish B2' })
  await row.getByRole('button', { name: 'Begin' }).click()
  await row.getByRole('button', { name: 'Finish' }).click()
  await page.getByLabel('Certificate').fill('DELE B2')
  await axe(page)
  await page.getByRole('dialog').getByRole('button', { name: 'Finish' }).click()
  await row.getByText('Your lead can vouch for it.').waitFor()
  await axe(page)
  same(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true, 'nothing runs out of a narrow page')
  page.clean()
  await page.leave()
  const lead = await open('lee', { width: 1280 })
  await lead.getByRole('button', { name: 'Vouch for Ana Silva: Spanish B2' }).click()
  await lead.getByLabel('As which certificate?').fill('spanish-b2')
  await lead.getByLabel('Why').fill('I have seen it.')
  await lead.getByRole('dialog').getByRole('button', { name: 'Vouch' }).click()
  await lead.getByRole('dialog').waitFor({ state: 'detached' })
  await lead.getByRole('table', { name: 'Whom I lead' }).getByText('spanish-b2').waitFor()
  await axe(lead)
  lead.clean()
  await lead.leave()
  const held = (await (await world.as('root')).get('/v1/people/ana')).holds
  await eventually(() => held.some(one => one.name === 'spanish-b2'))
  holds(held.some(one => one.name === 'spanish-b2'), JSON.stringify(held))
})

story('in German, at 320 px', async () => {
  const page = await open('ana', { width: 320, lang: 'de', language: 'de' })
  same(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true, 'nothing runs out of a narrow page')
  await axe(page)
  page.clean()
  await page.leave()
})
