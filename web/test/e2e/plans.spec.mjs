// Game plans: beside the case, ticked as one goes, also without a line; written per cause with what agents will see; read in reviews.
import { axe } from './lib/axe.mjs'
import { launch } from './lib/browser.mjs'
import { company } from './lib/seed.mjs'
import { eventually, holds, same, story } from './lib/story.mjs'

const world = await company({})
const browser = await launch(world)
const root = await world.as('root')
const OUTAGE = '---\ncause: outage\nneeds: [works-now, know-next]\n---\n## listen\nAsk **what they could not do** meanwhile.\n\n- at home\n- at work\n\n> Since when is it down?\n\n## choose\nA credit for the days without.\n'
await root.put('/v1/plans/cause:outage', { text: OUTAGE })

const facts = { customer: { segment: 'standard', tenure_days: 400 }, lines: 3 }
const opened = async (id, owner = 'ana') => { await world.system.post('/v1/cases', { id, customer: `k-${id}`, owner, subject: 'Three days without service', department: 'care', facts }) }
const told = async (id, who = 'ana') => (await world.as(who)).get(`/v1/cases/${id}/plan`)

async function panel(id, options = {}) {
  const page = await browser.newPage({ who: 'ana', width: 400, height: 1100, ...options })
  page.setDefaultTimeout(10_000)
  await page.goto(`/panel?case=${id}`)
  return page
}

const row = page => page.locator('.pn-plan > summary')
const step = (page, name) => page.getByRole('checkbox', { name, exact: true })

story('one quiet line opens to six steps; ticked with the keyboard, the cause and the need chosen from shared words; it is kept, and its lead sees it', async () => {
  await opened('plan-1')
  const page = await panel('plan-1')
  await row(page).waitFor()
  same(await row(page).innerText(), 'Plan, 0 of 6', 'the line')
  await axe(page)
  await row(page).focus()
  await page.keyboard.press('Enter')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Space')
  await eventually(async () => (await told('plan-1')).done === 1, 5000, 'the first tick')
  await step(page, 'Find the cause').waitFor()
  await page.getByRole('button', { name: 'Find the cause: what to do' }).click()
  await page.getByLabel('The cause', { exact: true }).selectOption('outage')
  await eventually(async () => await row(page).innerText() === 'Plan for Service outage, 2 of 6', 5000, 'the plan of that cause')
  same(await page.getByLabel('What is it about?').inputValue(), 'outage', 'what it is about was not said yet: it is now')
  await page.getByRole('button', { name: 'Find the need: what to do' }).click()
  const needs = await page.getByLabel('What they need').locator('option').allInnerTexts()
  same(needs.slice(0, 3), ['Not found yet', 'To have it working now', 'To know what happens next'], 'usual needs first')
  await page.getByLabel('What they need').selectOption('works-now')
  await eventually(async () => (await told('plan-1', 'lee')).done === 3, 5000, 'their lead sees it')
  const said = await told('plan-1', 'lee')
  same([said.found.cause.id, said.found.need.id, said.ticked.map(one => one.step).join()], ['outage', 'works-now', 'listen,find_cause,find_need'], 'what was found')
  await page.getByRole('button', { name: 'Listen: what to do' }).click()
  await page.getByText('Since when is it down?').waitFor()
  await axe(page)
  await step(page, 'Listen').uncheck()
  await eventually(async () => (await told('plan-1')).done === 2, 5000, 'unticked')
  await page.goto('/panel?case=plan-1')
  await eventually(async () => await row(page).innerText() === 'Plan for Service outage, 2 of 6', 8000, 'after coming back')
  page.clean()
})

story('in dark, in German, at 320 pixels: nothing is cut off, and nothing is wrong for a screen reader', async () => {
  await opened('plan-2')
  for (const [width, theme, lang] of [[320, 'dark', 'de'], [400, 'light', 'de'], [1280, 'dark', 'en']]) {
    const page = await panel('plan-2', { width, theme, lang })
    await row(page).click()
    await step(page, lang === 'de' ? 'Zuhören' : 'Listen').waitFor()
    await axe(page)
    holds(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `at ${width} it is wider than the window`)
    page.clean()
  }
})

story('without a line a tick is kept and goes once', async () => {
  await opened('plan-3')
  const page = await panel('plan-3')
  await row(page).click()
  await step(page, 'Listen').waitFor()
  await page.context().setOffline(true)
  await step(page, 'Listen').check()
  await eventually(async () => (await page.locator('main').innerText()).includes('Ticked: Listen'), 8000, 'it is kept')
  same((await told('plan-3')).done, 0, 'nothing has gone')
  await page.context().setOffline(false)
  await eventually(async () => (await told('plan-3')).done === 1, 15_000, 'it went')
})

story('in practice the plan is there and nothing of it is kept', async () => {
  await opened('plan-4')
  const page = await browser.newPage({ who: 'ana', width: 400, height: 1100 })
  const sent = []
  page.on('request', request => { if (request.method() === 'POST' && request.url().endsWith('/plan')) sent.push(request.url()) })
  await page.goto('/panel?practice=plan-4')
  await row(page).click()
  await step(page, 'Listen').check()
  await eventually(async () => await row(page).innerText() === 'Plan, 1 of 6', 5000, 'ticked here')
  await page.getByText('In practice nothing of it is kept.').waitFor()
  await axe(page)
  same([sent, (await told('plan-4')).done], [[], 0], 'nothing was sent')
  page.clean()
})

story('whoever writes courses writes a plan: mistakes stand at their line, beside it what agents will see; saved, it stands beside the case; taken away, what was before', async () => {
  await opened('plan-5')
  const page = await browser.newPage({ who: 'qua', width: 1280, height: 1000 })
  page.setDefaultTimeout(10_000)
  await page.goto('/train/write')
  const list = page.getByRole('region', { name: 'Game plans' })
  await list.getByRole('link', { name: 'Billing error' }).waitFor()
  holds((await list.innerText()).includes('Leeway brings it'), 'the general plan is the program’s')
  await axe(page)
  same(await page.getByRole('radio', { name: 'Write' }).or(page.getByRole('button', { name: 'Write', exact: true })).count(), 1, 'one way to Write')
  await list.getByRole('link', { name: 'Billing error' }).click()
  const text = page.getByRole('textbox', { name: 'Billing error' })
  await text.waitFor()
  await text.fill('---\ncause: billing-error\nneeds: [not-our-cost]\n---\n## choos\nGive back what was **too much**.\n')
  await page.getByText('"choos" is no step').first().waitFor()
  await axe(page)
  await text.fill('---\ncause: billing-error\nneeds: [not-our-cost]\n---\n## choose\nGive back what was **too much**.\n\n> Is it right now?\n')
  const seen = page.getByRole('region', { name: 'What agents see' })
  await seen.getByText('Is it right now?').waitFor()
  await seen.getByText('Give back what was').waitFor()
  await axe(page)
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText(/^Version 1, by Qua Moor/).waitFor()
  await eventually(async () => (await page.getByRole('region', { name: 'Game plans' }).innerText()).includes('1 step of its own'), 5000, 'the list')
  const other = await world.as('qua')
  await other.put('/v1/plans/cause:billing-error', { text: '---\ncause: billing-error\n---\n## choose\nSomebody else.\n' })
  await text.fill('---\ncause: billing-error\n---\n## choose\nMine.\n')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('somebody has changed this plan meanwhile').waitFor()
  await page.goto('/train/plan/cause:billing-error')
  await page.getByText(/^Version 2, by/).waitFor()
  await page.getByRole('button', { name: 'Take it away' }).click()
  await page.getByText('Nobody has written it yet').waitFor()
  await page.goto('/train/plan/needs')
  await page.getByRole('textbox', { name: 'Shared needs' }).waitFor()
  await page.getByRole('region', { name: 'What agents see' }).getByText('Not to pay for our mistake').waitFor()
  for (const [width, theme, lang] of [[320, 'light', 'de'], [400, 'dark', 'de'], [1280, 'dark', 'en']]) {
    const one = await browser.newPage({ who: 'qua', width, height: 1000, theme, lang })
    await one.goto('/train/plan/general')
    await one.getByText(lang === 'de' ? 'Lassen Sie den Kunden zu Ende erzählen.' : 'Let the customer tell it to the end.').last().waitFor()
    await axe(one)
    holds(await one.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `at ${width} it is wider than the window`)
    one.clean()
  }
})

story('a review says what was ticked and found in the case, to whoever reviews it; of a plan that nobody used it says nothing', async () => {
  const ana = await world.as('ana')
  await opened('plan-6')
  const given = async id => (await world.system.post('/v1/decisions', { agent: 'ana', action: 'plan_change', customer: `k-${id}`, case: id, reason: 'outage', facts })).id
  for (const body of [{ step: 'listen' }, { step: 'find_cause', cause: 'outage' }, { step: 'find_need', need: 'works-now' }]) await ana.post('/v1/cases/plan-6/plan', body)
  await opened('plan-7')
  const lee = await world.as('lee')
  const [used, unused] = [await lee.post('/v1/reviews', { decision: await given('plan-6') }), await lee.post('/v1/reviews', { decision: await given('plan-7') })]
  for (const [theme, lang, width] of [['light', 'en', 1280], ['dark', 'de', 400]]) {
    const page = await browser.newPage({ who: 'lee', width, height: 1000, theme, lang })
    await page.goto(`/reviews?one=${used.id}`)
    const line = page.getByText(lang === 'de' ? '3 von 6 Schritten des Plans wurden abgehakt. Gefundene Ursache: Service outage. Gefundener Bedarf: Dass es jetzt wieder geht.' : '3 of 6 steps of the plan were ticked. Cause found: Service outage. Need found: To have it working now.')
    await line.waitFor()
    await page.getByText(lang === 'de' ? 'Welche Schritte' : 'Which steps').click()
    await page.getByText('Ana Silva,').first().waitFor()
    await axe(page)
    page.clean()
  }
  const page = await browser.newPage({ who: 'lee', width: 1280, height: 1000 })
  await page.goto(`/reviews?one=${unused.id}`)
  await page.getByRole('heading', { name: '#plan-7' }).waitFor()
  await page.waitForTimeout(500)
  holds(!(await page.locator('main').innerText()).includes('of the plan'), 'nothing is said')
  page.clean()
})
