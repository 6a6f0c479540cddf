// The first run: from an empty database to a first decision.
import { axe } from './lib/axe.mjs'
import { launch } from './lib/browser.mjs'
import { nothing, PASSWORD } from './lib/seed.mjs'
import { eventually, holds, same, story } from './lib/story.mjs'

/** The printed link, opened in a browser of its own, by keyboard alone: the first administrator is in. */
async function comeIn(world, options = {}) {
  const page = await (await launch(world)).newPage(options)
  await page.goto(`/invitation#${world.invitation}`)
  await page.waitForSelector('input[name=name]')
  await page.locator('input[name=name]').focus()
  await page.keyboard.type('Root Admin')
  await page.keyboard.press('Tab')
  await page.keyboard.type('root')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Tab')
  await page.keyboard.type(PASSWORD)
  await page.keyboard.press('Enter')
  await page.waitForURL('**/setup')
  return page
}

story('the printed link leads to the first steps, by keyboard; its secret leaves the address at once', async () => {
  const world = await nothing()
  const page = await (await launch(world)).newPage()
  await page.goto(`/invitation#${world.invitation}`)
  await page.waitForSelector('input[name=password]')
  same(new URL(page.url()).hash, '', 'the address')
  await axe(page)
  await page.leave()
  const entered = await comeIn(world)
  await entered.waitForSelector('h1')
  entered.clean()
})

story('a link that was used says so, with a way on', async () => {
  const world = await nothing()
  await (await comeIn(world)).leave()
  const page = await (await launch(world)).newPage()
  await page.goto(`/invitation#${world.invitation}`)
  await eventually(async () => (await page.locator('main').innerText()).includes('This link has been used'), 5000, 'the word of it')
  same(await page.locator('main a').getAttribute('href'), '/signin', 'the way on')
  await axe(page)
  page.clean([{ text: /410/, why: 'the link is over' }])
})

story('a password that does not fit is told beside its field, and what was typed stays', async () => {
  const world = await nothing()
  const page = await (await launch(world)).newPage({ lang: 'de' })
  await page.goto(`/invitation#${world.invitation}`)
  await page.waitForSelector('input[name=name]')
  same(await page.evaluate(() => document.documentElement.lang), 'de', 'the language of the browser')
  await page.locator('input[name=name]').fill('Root Admin')
  await page.locator('input[name=id]').fill('root')
  await page.locator('input[name=password]').fill('short')
  await page.locator('input[name=password]').press('Enter')
  await page.waitForSelector('input[name=password][aria-invalid=true]')
  holds(await page.locator('input[name=name]').inputValue() === 'Root Admin', 'the name is gone')
  await page.locator('input[name=password]').fill(PASSWORD)
  await page.locator('input[name=password]').press('Enter')
  await page.waitForURL('**/setup')
  page.clean([{ text: /422/, why: 'the password was too short' }])
})
