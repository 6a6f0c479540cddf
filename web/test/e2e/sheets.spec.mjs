// What Track leads to and what one takes from it: the cases behind each figure, CSV, and a page on paper that can be read by itself.
import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { axe } from './lib/axe.mjs'
import { launch } from './lib/browser.mjs'
import { FOLDER } from './lib/places.mjs'
import { company } from './lib/seed.mjs'
import { eventually, holds, same, story } from './lib/story.mjs'

const world = await company({})
const browser = await launch(world)

async function open(path, who = 'root', options = {}) {
  const page = await browser.newPage({ who, ...options })
  page.setDefaultTimeout(10_000)
  await page.goto(path)
  return page
}

const number = text => Number(text.replace(/[^0-9]/g, ''))
const listed = async page => {
  await page.locator('section[aria-labelledby=decisions] [role=status]', { hasText: /\d|No|Nothing/ }).first().waitFor()
  return number(await page.locator('section[aria-labelledby=decisions] [role=status]').first().innerText())
}

story('behind each figure of the whole stands a list with as many rows; so behind an agent, a cause, a day', async () => {
  const page = await open('/track')
  await page.locator('.facts').waitFor()
  const is = await (await world.as('root')).get('/v1/track?days=90')
  const { whole } = is
  const wanted = [whole.decisions, whole.at_once, whole.given, whole.given, whole.asked]
  for (let i = 0; i < wanted.length; i++) {
    await page.goto('/track')
    await page.locator('.facts a').nth(i).click()
    await page.waitForURL('**/desk/decisions?**')
    await eventually(async () => await listed(page) === wanted[i], 8000, `figure ${i}: ${wanted[i]}`)
  }
  await axe(page)
  const cause = is.causes.find(one => one.reason !== '')
  await page.goto(`/track/causes/${cause.reason}`)
  await page.locator('.facts a').nth(2).click()
  await page.waitForURL('**/desk/decisions?**')
  await eventually(async () => await listed(page) === cause.decisions, 8000, `the cause: ${cause.decisions}`)
  await page.goto('/track')
  const chart = page.locator('section[aria-labelledby=days] svg.ch')
  await chart.focus()
  await page.keyboard.press('End')
  await page.keyboard.press('Enter')
  await page.waitForURL('**/desk/decisions?**')
  await eventually(async () => await listed(page) === is.by_day.at(-1).decisions, 8000, `the day: ${is.by_day.at(-1).decisions}`)
  await page.goto('/track')
  await page.locator('section[aria-labelledby=agents] tr[data-row="0"]').focus()
  await page.keyboard.press('Enter')
  await page.waitForURL('**/desk/decisions?**')
  await eventually(async () => await listed(page) === is.agents[0].decisions, 8000, `the agent: ${is.agents[0].decisions}`)
  page.clean()
})

story('a point of the funnel and of a chart leads to its cases', async () => {
  const page = await open('/track')
  const funnel = page.locator('.fun svg.ch')
  await funnel.focus()
  await page.keyboard.press('Home')
  await page.keyboard.press('Enter')
  await page.waitForURL('**/desk/decisions?of=requests**')
  const chart = await (await world.as('root')).get('/v1/track/charts?of=amount&by=day')
  await page.goto('/track/charts?of=decisions')
  await page.locator('section[aria-labelledby=chart] svg.ch').focus()
  await page.keyboard.press('t')
  await page.locator('.ch-table tbody a').last().click()
  await page.waitForURL('**/desk/decisions?**')
  const last = chart.points.at(-1)
  await eventually(async () => await listed(page) === last.decisions, 8000, `the point: ${last.decisions}`)
  page.clean()
})

story('each card has its CSV', async () => {
  const page = await open('/track')
  await page.locator('section[aria-labelledby=brought] a[download]').waitFor()
  const caller = await world.as('root')
  const links = await page.locator('a[download]').evaluateAll(all => all.map(one => one.getAttribute('href')))
  holds(links.length >= 6, `${links.length} links`)
  for (const href of new Set(links)) {
    const answer = await caller.ask('GET', href)
    same([answer.status, answer.headers.get('content-type')], [200, 'text/csv; charset=utf-8'], href)
  }
  page.clean()
})

/** The page's PDF as text, where pdftotext is; else what the page shows on paper. */
async function printed(page, name) {
  await page.locator('.sheet-words, .pp').first().waitFor({ state: 'attached' })
  mkdirSync(FOLDER, { recursive: true })
  const file = join(FOLDER, `${name}.pdf`)
  const bytes = await page.pdf({ preferCSSPageSize: true, path: file })
  holds(bytes.subarray(0, 5).toString() === '%PDF-' && bytes.length > 5000, 'a PDF')
  try {
    return execFileSync('pdftotext', ['-layout', file, '-'], { encoding: 'utf8' })
  } catch (error) {
    if (error.code !== 'ENOENT') throw error
    await page.emulateMedia({ media: 'print' })
    return page.evaluate(() => document.body.innerText)
  }
}

const flat = text => text.replace(/\s+/g, ' ')

story('Track on paper: of whom, of when, its figures, every agent, what the words mean, and nothing to press', async () => {
  for (const theme of ['light', 'dark']) {
    const page = await open('/track?team=care', 'root', { theme })
    await page.locator('#brought').waitFor()
    await page.locator('section[aria-labelledby=agents] tbody tr').first().waitFor()
    const is = await (await world.as('root')).get('/v1/track?days=90&team=care')
    const text = flat(await printed(page, `track-${theme}`))
    holds(text.includes('Team care') && text.includes('Printed') && text.includes('What the words mean'), text.slice(0, 300))
    holds(text.includes(new Intl.NumberFormat('en').format(is.whole.decisions)), 'the decisions')
    for (const one of is.agents) holds(text.includes(one.name ?? one.id), `${one.name} is missing`)
    for (const not of ['Find or do', 'CSV', 'Print ', 'Settings']) holds(!text.includes(not), `there is "${not}"`)
    page.clean()
  }
})

story('a chart, a cause, a person and how reviewers agree go on paper, in German, too', async () => {
  const reason = (await (await world.as('root')).get('/v1/track?days=90')).causes.find(one => one.reason !== '')
  for (const [name, path, ready, words] of [
    ['chart', '/track/charts', 'section[aria-labelledby=chart] svg.ch', ['Was die Wörter bedeuten', 'Gedruckt am']],
    ['cause', `/track/causes/${reason.reason}`, '.facts', ['Was die Wörter bedeuten', 'Gedruckt am']],
    ['person', '/people/p/ana', '.p-head', ['Gedruckt am', 'Ana Silva']],
    ['agreement', '/reviews?show=agreement&team=', '.card', ['Was die Wörter bedeuten', 'Gedruckt am']],
  ]) {
    const page = await open(path, name === 'agreement' || name === 'person' ? 'lou' : 'root', { lang: 'de' })
    await page.locator(ready).first().waitFor()
    await page.waitForTimeout(600)
    await axe(page)
    const text = flat(await printed(page, name))
    for (const word of words) holds(text.includes(word), `${name}: "${word}" is missing in ${text.slice(0, 400)}`)
    holds(!text.includes('CSV') && !text.includes('Drucken'), `${name}: something to press`)
    page.clean()
  }
})

story('on a narrow screen nothing of it is wider than the screen', async () => {
  for (const path of ['/track', '/track/charts', '/desk/decisions?of=requests&since=2026-01-01T00:00:00Z', '/reviews?show=agreement&team=']) {
    const page = await open(path, 'lou', { width: 320, height: 700 })
    await page.locator('.card').first().waitFor()
    await page.waitForTimeout(400)
    const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
    holds(over <= 0, `${path}: ${over} px wider`)
    await axe(page)
    page.clean()
  }
})
