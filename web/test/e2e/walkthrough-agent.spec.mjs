// Where a new agent and a new manager once hesitated or were misled (docs/console-walkthrough.md): each is a story.
import { launch } from './lib/browser.mjs'
import { helpdesk, panelFrame } from './lib/frame.mjs'
import { company, PASSWORD } from './lib/seed.mjs'
import { eventually, holds, same, story } from './lib/story.mjs'

const world = await company()
const browser = await launch(world)
const inside = await helpdesk('localhost')
await (await world.as('root')).patch('/v1/settings', { frame_ancestors: [inside.origin, 'https://helpdesk.example.com'] })

story('where the browser drops the session inside another site, the panel says so and offers a window of its own', async () => {
  const page = await browser.newPage()
  await page.goto(inside.address(`${world.url}/panel?case=48213`))
  const frame = await panelFrame(page, world.url)
  await frame.locator('input[name=person]').fill('ana')
  await frame.locator('input[name=password]').fill(PASSWORD)
  await frame.locator('input[name=password]').press('Enter')
  await frame.getByText('keeps no sign-in inside another site').waitFor()
  same(await frame.getByRole('link', { name: 'Open it in a window of its own' }).getAttribute('target'), '_blank', 'the way on')
  page.clean([{ text: /401/, why: 'nobody is in' }])
})

story('what takes no amount says that nobody is asked; a number that nobody knows is doubted', async () => {
  const page = await browser.newPage({ who: 'ana', width: 400 })
  await page.goto('/panel?case=no-such-number')
  await page.getByText('Is the number right?').waitFor()
  holds((await page.locator('[data-action="plan_change"]').innerText()).includes('without asking'), 'the change of plan')
  await page.goto('/panel?case=48213')
  await page.locator('[data-action]').first().waitFor()
  same(await page.getByText('Is the number right?').count(), 0, 'doubts about a case that is known')
  page.clean([{ text: /404/, why: 'there is no such case' }])
})

story('the desk strikes what was undone, and blames nobody for the days before the record began', async () => {
  const ana = await world.as('ana')
  const given = await ana.post('/v1/decisions', { agent: 'ana', action: 'credit', amount: '7.77', reason: 'billing-error', case: '48213', customer: 'k3', hold: '1m' })
  await ana.post(`/v1/decisions/${given.id}/release`)
  const page = await browser.newPage({ who: 'mia', width: 1366 })
  await page.goto('/desk')
  const row = page.locator('tr', { hasText: '$7.77' })
  await row.waitFor()
  holds((await row.innerText()).includes('undone') && !(await row.innerText()).includes('at once'), await row.innerText())
  same(await row.locator('.gone').count(), 1, 'the amount is struck')
  await page.getByRole('heading', { name: /Your team's room/ }).waitFor()
  await eventually(async () => (await page.locator('.lee').count()) > 5, 5000, 'the team')
  same(await page.getByText('Worth a talk').count(), 0, 'blame')
  page.clean()
})

story('an ask about another case that nobody answered is told as that', async () => {
  const ana = await world.as('ana')
  const page = await browser.newPage({ who: 'ana', width: 400 })
  await page.goto('/panel?case=48301')
  await page.locator('[data-action]').first().waitFor()
  const told = page.getByText('about #48213')
  const asked = await ana.post('/v1/decisions', { agent: 'ana', action: 'credit', amount: '150.00', reason: 'billing-error', case: '48213', customer: 'k3' })
  const approval = await ana.post(`/v1/decisions/${asked.id}/ask`, { note: 'Twice.' })
  await page.route('**/v1/approvals/**', async route => { // as after the time of the last level
    const answer = await route.fetch()
    const body = await answer.json()
    await route.fulfill({ response: answer, json: body.id === approval.id ? { ...body, state: 'lapsed', answer: undefined } : body })
  })
  await (await world.as('mia')).post(`/v1/approvals/${approval.id}/approve`, { note: 'Yes.' })
  await told.waitFor()
  holds((await told.innerText()).startsWith('Nobody answered'), await told.innerText())
  page.clean()
})
