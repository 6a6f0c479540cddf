// A draft in the shadow: begun beside its draft, counted as requests come, compared with what is live, stopped; nothing is done by it.
import { axe } from './lib/axe.mjs'
import { launch } from './lib/browser.mjs'
import { company } from './lib/seed.mjs'
import { eventually, holds, same, story } from './lib/story.mjs'

const world = await company()
const browser = await launch(world)
const pol = await world.as('pol')

const drafts = async () => (await pol.get('/v1/policy/drafts')).items

/** The studio of a draft with one value changed. */
async function open(to, options = {}) {
  const { source } = await pol.get('/v1/policy')
  const draft = await pol.post('/v1/policy/drafts', { source: source.replace('up_to: 100.00', `up_to: ${to}`), title: `Up to ${to}` })
  const page = await browser.newPage({ who: 'pol', width: 1440, height: 1000, ...options })
  page.setDefaultTimeout(15_000)
  await page.goto(`/policy/drafts/${draft.id}`)
  await page.locator('.sha h3').waitFor()
  return { page, draft }
}

const step = page => page.locator('.way li', { has: page.locator('.sha') })

async function ask(id, amount) {
  const facts = { customer: { segment: 'gold', tenure_days: 900 }, lines: 2, invoice: { total: '300.00', issued_at: new Date(Date.now() - 9 * 86_400_000).toISOString() } }
  await world.openCase({ id, customer: id, owner: 'cho', department: 'care/care-north', channel: 'chat', subject: 'Billed twice', facts })
  return (await world.as('cho')).post('/v1/decisions', { action: 'refund', amount, reason: 'billing-error', case: id, customer: id })
}

story('a draft runs in the shadow: what it says is counted as it comes, the requests that differ are listed, and it is stopped', async () => {
  const { page, draft } = await open('60.00')
  await step(page).getByRole('button', { name: 'Run in the shadow' }).click()
  await step(page).getByText('no request has come yet').waitFor()
  const first = await ask('sh-1', '80.00')
  same(first.verdict, 'granted', 'what is done')
  await ask('sh-2', '20.00')
  await step(page).getByText('2 requests since').waitFor()
  const figures = await step(page).locator('.sha-f').innerText()
  same(figures.replace(/\s+/g, ' '), 'The same 1 Gains 0 Gets less 1 $80 at once', 'the figures')
  await step(page).getByText('The request that differs').click()
  const line = await step(page).locator('.sha-l li').innerText()
  holds(line.includes('#sh-1') && line.includes('Cho Min-ji') && line.includes('at once') && line.includes('up to $60 at once'), line)
  await axe(page)
  // The draft goes on; what runs does not.
  const now = (await drafts()).find(one => one.id === draft.id)
  const { source } = await pol.get(`/v1/policy/drafts/${draft.id}`)
  await pol.call('PUT', `/v1/policy/drafts/${draft.id}`, { source: source.replace('up_to: 60.00', 'up_to: 55.00') }, { 'if-match': `"${now.tag}"` })
  await page.reload()
  await step(page).getByText('The draft has changed since').waitFor()
  await step(page).getByRole('button', { name: 'Run the draft as it is now' }).click()
  await step(page).getByText('no request has come yet').waitFor()
  await step(page).getByRole('button', { name: 'Stop it' }).click()
  await step(page).getByRole('button', { name: 'Run in the shadow' }).waitFor()
  same((await pol.get('/v1/policy/drafts')).shadow, undefined, 'it has ended')
  page.clean()
})

story('one at a time: another draft says whose it is and takes its place; in German, at the width of a phone', async () => {
  const one = await open('70.00')
  await step(one.page).getByRole('button', { name: 'Run in the shadow' }).click()
  await step(one.page).getByText('no request has come yet').waitFor()
  await one.page.leave()
  const { page } = await open('75.00', { lang: 'de', width: 390, height: 900 })
  await step(page).getByText('„Up to 70.00“ läuft seit').waitFor()
  await step(page).getByRole('button', { name: 'Stattdessen diesen mitlaufen lassen' }).click()
  await step(page).getByText('noch ist keine Anfrage gekommen').waitFor()
  await axe(page)
  holds(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), 'too wide')
  await step(page).getByRole('button', { name: 'Beenden' }).click()
  await step(page).getByRole('button', { name: 'Im Schatten mitlaufen lassen' }).waitFor()
  page.clean()
})

await eventually(async () => (await pol.get('/v1/policy/drafts')).shadow === undefined, 1000, 'nothing runs')
