// Train: what is due, the courses with what each opens, taking one by keyboard, the team, and writing.
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { axe } from './lib/axe.mjs'
import { launch } from './lib/browser.mjs'
import { ROOT } from './lib/places.mjs'
import { company } from './lib/seed.mjs'
import { story } from './lib/story.mjs'

const world = await company({})
const browser = await launch(world)
const FOLDER = join(ROOT, 'examples/telco/courses/billing-101')
const BILLING = Object.fromEntries(readdirSync(FOLDER).map(name => [name, readFileSync(join(FOLDER, name), 'utf8')]))

async function open(path, who, options = {}) {
  const page = await browser.newPage({ who, ...options })
  page.setDefaultTimeout(20_000)
  await page.goto(path)
  return page
}

const publish = async files => (await world.as('root')).post('/v1/courses', { files })

story('nothing is there yet, and says so; a course that is published appears with what it opens', async () => {
  const page = await open('/train', 'kim')
  await page.getByRole('heading', { name: 'No course yet' }).waitFor()
  await axe(page)
  await publish(BILLING)
  await page.reload()
  const row = page.getByRole('navigation', { name: 'Courses' }).getByRole('link', { name: /Billing errors/ })
  await row.waitFor()
  await row.click()
  await page.waitForURL('**/train/c/billing-101')
  await page.getByText('billing-error', { exact: true }).waitFor()
  await axe(page)
  page.clean()
  await page.leave()
})
