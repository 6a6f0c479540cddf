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

const RUN_MS_MAX = 60_000
const button = (page, name) => page.getByRole('button', { name }).first()
const isAt = (page, title) => page.getByRole('heading', { name: title }).waitFor()

/** The four steps with the pointer and the keyboard, as a first administrator would take them. */
async function policyStep(page) {
  await page.locator('.su-card', { hasText: 'Aurora Mobile' }).filter({ hasText: 'bills, outages, promises' }).click()
  await page.getByLabel('Your organization').fill('Fjord Mobile')
  await button(page, 'Begin with this policy').click()
  await isAt(page, 'Who works here')
}

async function youStep(page) {
  await isAt(page, 'Your own room')
  await page.getByLabel('Your tier').selectOption('manager')
  await button(page, 'This is me').press('Enter')
  await isAt(page, 'A first decision')
}

async function give(page) {
  await button(page, 'Open the practice case').click()
  await page.locator('[data-action="credit"]').click()
  await page.locator('.money input').fill('20.00')
  await page.keyboard.press('Control+Enter')
}

story('from an empty database to a first decision on the desk, by keyboard and pointer', async () => {
  const world = await nothing()
  const start = Date.now()
  const page = await comeIn(world)
  await isAt(page, 'A policy to begin with')
  await policyStep(page)
  await button(page, 'Take invented people').click()
  await page.getByText('people are in.').waitFor()
  await page.getByRole('link', { name: /You/ }).first().click()
  await youStep(page)
  await give(page)
  await page.getByText('Given, recorded, on the desk').waitFor({ timeout: 15_000 })
  const took = Date.now() - start
  holds(took < RUN_MS_MAX, `it took ${took} ms`)
  await page.getByRole('link', { name: 'To the desk' }).click()
  await page.waitForURL('**/desk')
  await eventually(async () => (await page.locator('main').innerText()).includes('$20'), 8000, 'the decision on the desk')
  page.clean()
})

story('each step can be left and taken up again', async () => {
  const world = await nothing()
  const page = await comeIn(world)
  await isAt(page, 'A policy to begin with')
  await button(page, 'Later').click()
  await isAt(page, 'Who works here')
  await button(page, 'Later').click()
  await isAt(page, 'Your own room')
  await page.goto('/setup')
  await isAt(page, 'A policy to begin with')
  await policyStep(page)
  await page.reload()
  await isAt(page, 'Who works here')
  await page.goto('/setup?step=you')
  await youStep(page)
  await page.goto('/')
  await page.waitForURL('**/setup')
  await eventually(async () => await page.locator('.su-steps .done').count() >= 2, 5000, 'marks at what is done')
  await page.goto('/setup?step=first')
  await give(page)
  await page.getByText('The first decision is made').first().waitFor({ timeout: 15_000 })
  page.clean([{ text: /404.*policy\/terms/, why: 'there is no policy yet, so no tiers either' }])
})

story('people are typed by keyboard; a fault names itself and nobody is added', async () => {
  const world = await nothing()
  const page = await comeIn(world)
  await (await world.as('root')).post('/v1/policy/publish', { source: (await (await world.as('root')).get('/v1/policy/starters/telco')).source })
  await page.goto('/setup?step=people')
  await page.getByLabel('Name, 1').focus()
  await page.keyboard.type('Dana Whitfield')
  await page.keyboard.press('Tab')
  await page.keyboard.type('dana@example.com')
  await page.keyboard.press('Tab')
  await page.keyboard.type('care')
  await page.keyboard.press('Tab')
  await page.keyboard.type('lead')
  await page.getByLabel('Name, 2').fill('Ben Ruiz')
  await page.getByLabel('Manager, 2').fill('Dana Whitfield')
  await page.getByLabel('Manager, 1').fill('nobody-here')
  await page.getByRole('button', { name: 'Add 2 people' }).focus()
  await page.keyboard.press('Enter')
  await page.getByText('Nobody was added yet').waitFor()
  await page.getByLabel('Manager, 1').fill('')
  await page.keyboard.press('Enter')
  await page.getByText('2 people are in.').waitFor()
  const ben = await (await world.as('root')).get('/v1/people/ben')
  same([ben.name, ben.manager], ['Ben Ruiz', 'dana'], 'Ben and his lead')
  page.clean()
})

story('a policy of one’s own goes to the editor, and is not in force', async () => {
  const world = await nothing()
  const page = await comeIn(world)
  const root = await world.as('root')
  const { source } = await root.get('/v1/policy/starters/hotel')
  await page.locator('.su-file input[type=file]').setInputFiles({ name: 'policy.yaml', mimeType: 'text/yaml', buffer: Buffer.from(source) })
  await page.waitForURL('**/policy/edit')
  await eventually(async () => await page.locator('.ca textarea').inputValue() === source, 5000, 'the text')
  same((await root.ask('GET', '/v1/policy')).status, 404, 'the live policy')
  page.clean([{ text: /404/, why: 'there is no draft before the first one' }])
})
