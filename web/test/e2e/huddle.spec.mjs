// The huddle: a lead edits a team's page of a week and publishes it; the team reads it without whose the cases were; it goes on paper.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { axe } from './lib/axe.mjs'
import { launch } from './lib/browser.mjs'
import { FOLDER } from './lib/places.mjs'
import { company } from './lib/seed.mjs'
import { eventually, holds, same, story } from './lib/story.mjs'

const world = await company({})
const browser = await launch(world)
const week = (await (await world.as('lee')).get('/v1/huddles')).this_week
const TEAM = 'care-north'

async function open(who, options = {}, at = `/train/huddle?team=${TEAM}&week=${week}`) {
  const page = await browser.newPage({ who, ...options })
  page.setDefaultTimeout(20_000)
  await page.goto(options.lang ? `${at}&lang=${options.lang}` : at)
  return page
}

const shot = async (page, name) => writeFileSync(join(FOLDER, `huddle-${name}.png`), await page.screenshot({ fullPage: true }))
const wide = page => page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth)

story('a week has something to talk about', async () => {
  const [lee, ana, system] = await Promise.all([world.as('lee'), world.as('ana'), world.as('root')])
  const decisions = (await lee.get('/v1/decisions?limit=50')).items
  const [one, other] = decisions.filter(item => item.agent === 'ben' && item.verdict === 'granted')
  for (const [item, amount] of [[one, 'too_little'], [other, 'too_much']]) {
    const review = await lee.post('/v1/reviews', { decision: item.id })
    await lee.post(`/v1/reviews/${review.id}/send`, { amount, cause: 'right', kept: 'yes', understood: 'yes' })
  }
  const word = await lee.post('/v1/thanks', { to: 'ana', words: 'Three calls, and you stayed with it.', case: '48213', wall: true })
  await ana.put(`/v1/thanks/${word.id}/wall`, { on: true })
  holds(system !== undefined)
})

story('a lead takes another case, writes a sentence, leaves a part out, and publishes', async () => {
  const page = await open('lee')
  await page.getByRole('heading', { name: 'Cases to talk about' }).waitFor()
  await page.getByText('A draft').or(page.getByText('The week is not over')).waitFor()
  await page.getByText('A review said so.').first().waitFor()
  await axe(page)
  await shot(page, 'draft-light')
  await page.getByRole('button', { name: 'Edit' }).click()
  await page.getByLabel('Opening words').fill('A full week.\nThank you all.')
  const little = page.getByRole('group', { name: 'Too little?' })
  await little.getByLabel('One sentence').fill('Half of the bill was theirs to give.')
  await page.getByRole('group', { name: 'Too much?' }).getByLabel('Case').selectOption({ label: 'None' })
  await page.getByRole('button', { name: /Thanks: up/ }).click()
  await axe(page)
  await shot(page, 'edit-light')
  await page.getByRole('button', { name: 'Keep the draft' }).click()
  await page.getByText('Half of the bill was theirs to give.').waitFor()
  same(await page.getByText('Too much?').count(), 0, 'left out')
  await page.getByRole('button', { name: 'Publish to the team' }).click()
  await page.getByText(/Published by Lee Walker/).waitFor()
  page.clean()
  await page.leave()
})

story('the team reads it, without whose it was; by keyboard, narrow and dark, in German, and on paper', async () => {
  for (const [options, name, cases] of [[{ theme: 'dark', width: 400, height: 800 }, 'read-dark-400', 'Cases to talk about'], [{ width: 320, height: 700 }, 'read-light-320', 'Cases to talk about'],
    [{ lang: 'de' }, 'read-de', 'Fälle zum Besprechen'], [{ theme: 'dark' }, 'read-dark', 'Cases to talk about']]) {
    const page = await open('ana', options)
    await page.getByRole('heading', { name: cases }).waitFor()
    await page.getByText('Half of the bill was theirs to give.').waitFor()
    same(await page.getByText('Ben Ruiz').count(), 0, 'whose it was')
    same(await page.getByRole('button', { name: /Edit|Correct|Publish/ }).count(), 0, 'a reader changes nothing')
    holds(!await wide(page), `${name}: wider than the page: ${await page.evaluate(() => [...document.querySelectorAll('body *')].filter(one => one.getBoundingClientRect().right > document.documentElement.clientWidth + 1 && !one.closest('[data-scrolls]')).slice(0, 4).map(one => one.outerHTML.slice(0, 90)).join(' | '))}`)
    await axe(page)
    await shot(page, name)
    page.clean()
    await page.leave()
  }
  // Their lead on a phone: every act is on the screen, and so are Train's other parts.
  const phone = await open('lee', { width: 320, height: 700, lang: 'de' })
  await phone.getByRole('heading', { name: 'Fälle zum Besprechen' }).waitFor()
  const rights = await phone.locator('article.hud .hd button, .top .seg label').evaluateAll(all => all.filter(one => one.checkVisibility()).map(one => one.getBoundingClientRect().right))
  holds(rights.length >= 5 && Math.max(...rights) <= 320, `acts and parts within the screen: ${rights}`)
  await phone.leave()
  const page = await open('ana', {}, '/train')
  await page.getByRole('radio', { name: 'Huddle' }).focus()
  await page.keyboard.press('Space')
  await page.waitForURL('**/train/huddle')
  await page.getByRole('heading', { name: 'Cases to talk about' }).waitFor()
  await page.getByRole('button', { name: 'Print' }).waitFor()
  const bytes = await page.pdf({ preferCSSPageSize: true, path: join(FOLDER, 'huddle.pdf') })
  holds(bytes.length > 5000, 'a sheet')
  page.clean()
  await page.leave()
})

story('what is corrected is the lead’s alone until it is published again', async () => {
  const lee = await world.as('lee')
  const read = await open('ana')
  await read.getByText('A full week.').waitFor()
  await lee.put(`/v1/huddles/${TEAM}/${week}`, { words: 'A full week, corrected.' })
  const page = await open('lee')
  await page.getByText(/changed this since it was published/).waitFor()
  await page.getByRole('button', { name: 'Publish again' }).click()
  await eventually(async () => (await lee.get(`/v1/huddles/${TEAM}/${week}`)).edition === 2, 5000, 'published again')
  await read.getByText('A full week, corrected.').waitFor()
  page.clean()
  await page.leave()
  read.clean()
  await read.leave()
})
