// Questions: the agent reads theirs first, in Me, and explains; then their lead closes it on Track. Own figures stand beside.
import { axe } from './lib/axe.mjs'
import { launch } from './lib/browser.mjs'
import { company } from './lib/seed.mjs'
import { eventually, holds, same, story } from './lib/story.mjs'

const world = await company({})
const browser = await launch(world)

async function open(path, who, options = {}) {
  const page = await browser.newPage({ who, ...options })
  page.setDefaultTimeout(8000)
  await page.goto(path)
  return page
}

story('a question is the agent’s first, who explains it; then the lead’s, who closes it with words', async () => {
  const [cho, lee] = [await world.as('cho'), await world.as('lee')]
  const facts = { customer: { segment: 'gold', tenure_days: 900 }, lines: 2, invoice: { total: '249.00', issued_at: new Date(Date.now() - 12 * 86400000).toISOString() } }
  for (const i of [1, 2, 3]) await world.system.post('/v1/decisions', { agent: 'cho', case: `split-${i}`, action: 'refund', reason: 'billing-error', amount: '40.00', customer: 'k-split', facts, note: 'A note.' })
  await lee.post('/v1/questions/look', {})
  const mine = (await cho.get('/v1/questions')).items
  same(mine.map(one => one.kind), ['split'], `asked: ${JSON.stringify(mine)}`)
  same(mine[0].detail.decisions.map(one => one.amount), ['40.00', '40.00', '40.00'], 'what each gave')
  const lead = await open('/track', 'lee')
  await lead.locator('section[aria-labelledby=asked]').waitFor()
  await lead.getByText('Nothing stands out that somebody has explained', { exact: false }).waitFor()
  same(await lead.locator('.asked').count(), 0, 'the lead sees it before it was explained')
  for (const theme of ['light', 'dark']) for (const width of [400, 1440]) {
    const look = await open('/panel', 'cho', { theme, width, height: 900 })
    await look.getByRole('tab', { name: 'Me' }).click()
    await look.locator('.asked').waitFor()
    await axe(look)
    if (process.env.LEEWAY_SHOTS) await look.screenshot({ path: `${process.env.LEEWAY_SHOTS}/me-${theme}-${width}.png`, fullPage: true })
    await look.close()
  }
  const panel = await open('/panel', 'cho')
  await panel.getByRole('tab', { name: 'Me' }).click()
  await panel.locator('.asked textarea').fill('Three invoices, three errors.')
  await panel.getByRole('button', { name: 'Explain' }).click()
  await panel.getByText('Three invoices, three errors.').waitFor()
  await lead.reload()
  await lead.locator('.asked').waitFor()
  await axe(lead)
  if (process.env.LEEWAY_SHOTS) await lead.screenshot({ path: `${process.env.LEEWAY_SHOTS}/track-asked.png`, fullPage: true })
  const german = await open('/track', 'lee', { lang: 'de' })
  await german.getByText('Cho Min-ji erklärt:').waitFor()
  await axe(german)
  if (process.env.LEEWAY_SHOTS) await german.screenshot({ path: `${process.env.LEEWAY_SHOTS}/track-de.png`, fullPage: true })
  german.clean()
  await german.leave()
  await lead.locator('.asked textarea').fill('Quite so.')
  await lead.getByRole('button', { name: 'Close with these words' }).click()
  await eventually(async () => await lead.locator('.asked').count() === 0, 4000, 'closing')
  const closed = (await cho.get('/v1/questions')).items[0]
  same([closed.state, closed.words], ['closed', 'Quite so.'], 'closed')
  holds((await cho.get('/v1/me/track')).questions.closed === 1, 'counted')
  panel.clean()
  lead.clean()
})
