// Track over time and root causes: what the charts show is the record's, a point's cause is typed by keyboard, a cause has an owner and a
// fix, and what became of it is said in words.
import { axe } from './lib/axe.mjs'
import { launch } from './lib/browser.mjs'
import { onTrial } from './lib/seed.mjs'
import { eventually, holds, same, story } from './lib/story.mjs'

const world = await onTrial({})
const browser = await launch(world)

async function open(path, options = {}) {
  const page = await browser.newPage({ who: 'root', ...options })
  page.setDefaultTimeout(10000)
  await page.goto(path)
  return page
}

const shot = async (page, name) => { if (process.env.LEEWAY_SHOTS_IN) await page.screenshot({ path: `${process.env.LEEWAY_SHOTS_IN}/${name}.png`, fullPage: true }) }

story('a chart is walked and read as a table, drawn four ways; what lies behind a point is typed and stands there', async () => {
  const root = await world.as('root')
  const is = await root.get('/v1/track/charts')
  const page = await open('/track/charts')
  const chart = page.locator('section[aria-labelledby=chart] svg[role=img]')
  await chart.waitFor()
  await shot(page, 'charts')
  await axe(page)
  for (const [kind, text] of [['range', 'Jumps'], ['ewma', 'Average'], ['cusum', 'Sums']]) {
    await page.getByRole('radiogroup', { name: 'Kind of chart' }).getByText(text, { exact: true }).click()
    await page.waitForURL(`**/track/charts?kind=${kind}`)
    await chart.waitFor()
    await shot(page, `charts-${kind}`)
  }
  await page.getByRole('radiogroup', { name: 'Kind of chart' }).getByText('Values', { exact: true }).click()
  await chart.focus()
  await page.keyboard.press('End')
  await eventually(async () => await page.locator('section[aria-labelledby=chart] .pt.me').count() === 1, 3000, 'the point')
  await page.keyboard.press('Enter')
  await page.locator('.naming input:focus').waitFor() // letters before that would be the chart's keys
  await page.keyboard.type('Carrier strike, three days')
  await page.keyboard.press('Enter')
  await page.locator('.opens').getByText('Carrier strike, three days').waitFor()
  same((await root.get('/v1/track/charts')).points.at(-1).cause.text, 'Carrier strike, three days', 'what the server has')
  await shot(page, 'charts-said')
  await chart.focus()
  await page.keyboard.press('t')
  await page.locator('section[aria-labelledby=chart] table tbody tr').first().waitFor()
  same(await page.locator('section[aria-labelledby=chart] table tbody tr').count(), is.points.length, 'a row a point')
  await axe(page)
  await page.goto('/track/charts?agent=' + encodeURIComponent((await root.get('/v1/track')).agents[0].id))
  await page.getByRole('radiogroup', { name: 'Kind of chart' }).waitFor()
  same(await page.getByRole('radiogroup', { name: 'Days or weeks' }).count(), 0, 'one agent is by week')
  page.clean()
})

story('a cause’s page: owner and fix are changed, its effect is said in words first, and the list shows who sees to it', async () => {
  const root = await world.as('root')
  const cause = (await root.get('/v1/causes')).items.find(one => one.cause !== '')
  const owner = (await root.get('/v1/people?limit=5')).items.find(one => one.id !== 'root')
  const page = await open(`/track/causes/${cause.cause}`)
  await page.getByRole('button', { name: 'Change' }).click()
  await page.getByLabel('Owner', { exact: true }).fill(owner.id)
  await page.getByLabel('What is done').fill('Second carrier in the north')
  const since = new Date(Date.now() - 40 * 86_400_000).toISOString().slice(0, 10)
  await page.getByLabel('Shows from').fill(since)
  await shot(page, 'cause-edit')
  await axe(page)
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Second carrier in the north').waitFor()
  const effect = await root.get(`/v1/causes/${cause.cause}/effect`)
  const words = { worked: 'It worked', too_early: 'Too early to say', cost_only: 'Cost without effect', worse: 'It made it worse', mixed: 'Better in one thing, worse in another', too_few_teams: 'Too few teams to say' }
  await page.locator('.mea-v').getByText(words[effect.verdict]).waitFor()
  await page.locator('section[aria-labelledby=chart] svg[role=img]').waitFor()
  await shot(page, 'cause')
  await axe(page)
  for (const width of [400, 760]) {
    await page.setViewportSize({ width, height: 900 })
    await eventually(async () => await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 3000, `nothing beside the page at ${width}`)
    await shot(page, `cause-${width}`)
  }
  await page.setViewportSize({ width: 1440, height: 900 })
  await page.goto('/track')
  await page.locator('.par').getByText('Second carrier in the north').waitFor()
  await shot(page, 'track')
  await axe(page)
  await page.locator('.par a').first().click()
  await page.waitForURL('**/track/causes/*')
  holds((await root.get(`/v1/causes/${cause.cause}`)).owner === owner.id, 'the owner')
  page.clean()
})

story('dark, in German, and for a phone: nothing is cut off', async () => {
  const page = await open('/track/charts', { theme: 'dark', lang: 'de', width: 400 })
  await page.locator('section[aria-labelledby=chart] svg[role=img]').waitFor()
  await eventually(async () => await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 3000, 'nothing beside the page')
  await shot(page, 'charts-400-dark')
  await axe(page)
  page.clean()
})
