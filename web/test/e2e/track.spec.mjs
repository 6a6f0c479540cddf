// Track: the figures of a window, who lies where in the funnel, and who may look.
import { axe } from './lib/axe.mjs'
import { launch } from './lib/browser.mjs'
import { company } from './lib/seed.mjs'
import { eventually, holds, same, story } from './lib/story.mjs'

const world = await company({})
const browser = await launch(world)

async function open(path = '/track', who = 'root', options = {}) {
  const page = await browser.newPage({ who, ...options })
  page.setDefaultTimeout(8000)
  await page.goto(path)
  return page
}

const number = text => Number(text.replace(/[^0-9.]/g, ''))

story('the figures are those of the record, by window and team; the address keeps both', async () => {
  const root = await world.as('root')
  const page = await open()
  await page.locator('.facts').waitFor()
  const is = await root.get('/v1/track?days=90')
  same(number(await page.locator('.fact b').first().innerText()), is.whole.decisions, 'decisions')
  same(await page.locator('.par').count(), is.causes.length, 'causes')
  holds(is.agents.length > 1, 'nobody to compare')
  await page.getByText('7 days', { exact: true }).click()
  await page.waitForURL('**/track?days=7')
  const week = await root.get('/v1/track?days=7')
  await eventually(async () => number(await page.locator('.fact b').first().innerText()) === week.whole.decisions, 5000, 'the week')
  await page.goto('/track?team=care')
  const team = await root.get('/v1/track?days=90&team=care')
  await eventually(async () => number(await page.locator('.fact b').first().innerText()) === team.whole.decisions, 5000, 'the team')
  await axe(page)
  page.clean()
})

story('the funnel is walked by arrow keys and read as a table; somebody’s decisions are one step away', async () => {
  const page = await open()
  const chart = page.locator('.fun svg.ch')
  await chart.waitFor()
  await chart.focus()
  await page.keyboard.press('ArrowRight')
  await eventually(async () => await page.locator('.fun .pt.me').count() === 1, 3000, 'the point')
  await page.keyboard.press('t')
  const rows = page.locator('.fun table tbody tr')
  await rows.first().waitFor()
  const is = await (await world.as('root')).get('/v1/track?days=90')
  same(await rows.count(), is.agents.filter(one => one.amount_compared).length, 'everybody')
  await page.getByText('How often', { exact: true }).click()
  await page.waitForURL('**/track?by=given')
  await page.locator('section[aria-labelledby=agents] tr[data-row="0"]').click()
  await page.waitForURL(url => url.pathname === '/desk/decisions' && url.searchParams.get('agent') === is.agents[0].id && url.searchParams.get('of') === 'requests')
  page.clean()
})

story('what it brought: ratings and outcomes come in and are shown beside the time before; who stays, with the plain word that it is no proof', async () => {
  const root = await world.as('root')
  const token = await root.post('/v1/tokens', { scopes: ['facts'], name: 'records' })
  const bring = async (path, text) => {
    const answer = await fetch(`${world.url}${path}`, { method: 'POST', headers: { authorization: `Bearer ${token.token}`, 'content-type': 'text/csv' }, body: text })
    same(answer.status, 200, path)
    same((await answer.json()).applied, true, path)
  }
  const now = new Date(Date.now() - 3_600_000).toISOString()
  await bring('/v1/ratings/import?scale=1..5', `case,at,rating,agent\nbr-1,${now},5,ana\nbr-2,${now},2,ana\nbr-3,${now},4,ana\n`)
  await bring('/v1/outcomes/import', `customer,at,outcome\nbr-k1,${now},kept\nbr-k2,${now},lost\n`)
  const page = await open('/track')
  const card = page.locator('section[aria-labelledby=brought]')
  await card.getByText('Customers kept', { exact: true }).waitFor()
  const is = await root.get('/v1/track/brought?days=90')
  same(await card.locator('tbody tr').count(), is.figures.filter(one => one.now.n > 0 || one.before.n > 0).length, 'figures')
  holds((await page.locator('section[aria-labelledby=staying]').innerText()).includes('no proof'), 'the plain word')
  await axe(page)
  await card.getByRole('link', { name: /Customers kept: the cases/ }).click()
  await page.locator('section[aria-labelledby=behind] tbody tr').nth(1).waitFor()
  same(await page.locator('section[aria-labelledby=behind] tbody tr[data-row]').count(), is.figures.find(one => one.figure === 'customers_kept').now.n, 'customers behind the figure')
  holds((await page.locator('section[aria-labelledby=behind]').innerText()).includes('br-k2'), 'one of them')
  await axe(page)
  await page.reload() // an address of its own
  await page.locator('section[aria-labelledby=behind] tbody tr').nth(1).waitFor()
  await page.getByRole('link', { name: 'Track', exact: true }).first().click()
  const { ratings, rating } = (await root.get('/v1/track')).whole
  await page.locator('.facts a[href*="/track/ended/rated"]').click()
  await page.locator('section[aria-labelledby=behind] tbody tr').nth(2).waitFor()
  const shares = await page.locator('section[aria-labelledby=behind] tbody tr[data-row] td:last-child').allInnerTexts()
  same(shares.length, ratings, 'ratings behind the figure')
  holds(Math.abs(shares.reduce((sum, one) => sum + parseFloat(one) / 100, 0) / shares.length - Number(rating)) < 0.001, 'they make the figure')
  holds((await page.locator('section[aria-labelledby=behind]').innerText()).includes('br-2'), 'one of them')
  await axe(page)
  await page.reload()
  await page.locator('section[aria-labelledby=behind] tbody tr').nth(2).waitFor()
  page.clean()
  const german = await open('/track', 'root', { lang: 'de', theme: 'dark', width: 1280 })
  await german.locator('section[aria-labelledby=brought] tbody tr').first().waitFor()
  await axe(german)
  german.clean()
})

story('an agent has no such page in their list, and what they open says who sees it', async () => {
  const page = await open('/panel', 'ana')
  await page.locator('body').waitFor()
  same(await page.locator('.rail a[href="/track"]').count(), 0, 'a way to it')
  const lead = await open('/track', 'lee')
  await lead.locator('.facts, .empty').first().waitFor()
  const teams = new Set((await (await world.as('lee')).get('/v1/track')).agents.map(one => one.team.split('/')[0]))
  holds(teams.size <= 1, `a lead sees ${[...teams]}`)
  lead.clean()
})

