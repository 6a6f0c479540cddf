// Where a new administrator once hesitated or was misled (docs/console-walkthrough.md): each is a story, so that it stays mended.
import { launch, focused } from './lib/browser.mjs'
import { nothing, PASSWORD } from './lib/seed.mjs'
import { eventually, holds, same, story } from './lib/story.mjs'

const noPolicy = { text: /404.*policy\/terms/, why: 'there is no policy yet, so no tiers either' }
const said = page => page.locator('main').innerText()
const button = (page, name) => page.getByRole('button', { name }).first()

async function enter(world) {
  const page = await (await launch(world)).newPage()
  await page.goto(`/invitation#${world.invitation}`)
  await page.locator('input[name=id]').fill('root')
  await page.locator('input[name=name]').fill('Root Admin')
  await page.locator('input[name=password]').fill(PASSWORD)
  await page.keyboard.press('Enter')
  await page.waitForURL('**/setup')
  return page
}

story('who opens an empty installation without the link is told where the link is', async () => {
  const world = await nothing()
  const page = await (await launch(world)).newPage()
  await page.goto('/')
  await eventually(async () => (await said(page)).includes('printed where the server was started'), 5000, 'the word of the link')
  await page.goto('/signin')
  await eventually(async () => (await said(page)).includes('printed where the server was started'), 5000, 'the word of the link')
  await (await enter(world)).leave()
  await page.goto('/signin')
  await eventually(async () => (await said(page)).includes('Your administrator has a link for you'), 5000, 'the usual word')
  page.clean()
})

story('the link is good after a wrong one in the same tab, and after a reload; its first field has the focus', async () => {
  const world = await nothing()
  const page = await (await launch(world)).newPage()
  await page.goto('/invitation#not-this-one')
  await eventually(async () => (await said(page)).includes('not known here'), 5000, 'the refusal')
  await page.goto(`/invitation#${world.invitation}`)
  await page.waitForSelector('input[name=name]')
  same(new URL(page.url()).hash, '', 'the address')
  await page.reload()
  await page.waitForSelector('input[name=name]')
  await eventually(async () => (await page.evaluate(() => document.activeElement?.getAttribute('name'))) === 'name', 3000, 'the focus')
  page.clean([{ text: /404/, why: 'the first link is none' }])
})

story('all that does not fit in the first form is said at once, each beside its field; Back does not return to it', async () => {
  const world = await nothing()
  const page = await (await launch(world)).newPage()
  await page.goto('/signin')
  await page.goto(`/invitation#${world.invitation}`)
  await page.locator('input[name=id]').fill('Root A')
  await page.locator('input[name=email]').fill('root at example')
  await page.locator('input[name=password]').fill('short')
  await page.keyboard.press('Enter')
  await page.waitForSelector('input[name=password][aria-invalid=true]')
  same(await page.locator('[aria-invalid=true]').evaluateAll(all => all.map(one => one.name)), ['id', 'email', 'password'], 'what does not fit')
  await eventually(async () => (await page.evaluate(() => document.activeElement?.getAttribute('name'))) === 'id', 3000, 'the focus')
  await page.locator('input[name=id]').fill('root')
  await page.locator('input[name=email]').fill('root@example.com')
  await page.locator('input[name=password]').fill(PASSWORD)
  await page.keyboard.press('Enter')
  await page.waitForURL('**/setup')
  await page.goBack()
  holds(!page.url().includes('/invitation'), `back is ${page.url()}`)
  page.clean()
})

story('a link for somebody else says that it ends who is signed in here', async () => {
  const world = await nothing()
  const page = await enter(world)
  const root = await world.as('root')
  await root.post('/v1/people', { id: 'ana', name: 'Ana Duarte' })
  const { link } = await root.post('/v1/people/ana/invite')
  await page.goto(new URL(link).pathname + new URL(link).hash)
  await eventually(async () => (await said(page)).includes('You are signed in as Root Admin here'), 5000, 'the warning')
  page.clean()
})

story('starting policies are told apart by what they are for; the time zone is that of this browser; Back is one step', async () => {
  const world = await nothing()
  const page = await enter(world)
  await page.locator('.su-card').first().waitFor()
  const heads = await page.locator('.su-card b').allInnerTexts()
  same(new Set(heads).size, heads.length, 'cards with a title of their own')
  await page.locator('.su-card', { hasText: 'A hotel' }).click()
  same(await page.getByLabel('Time zone').inputValue(), 'UTC', 'the time zone')
  await button(page, 'Begin with this policy').click()
  await page.getByRole('heading', { name: 'Who works here' }).waitFor()
  await page.goBack()
  await page.getByRole('heading', { name: 'A policy to begin with' }).waitFor()
  page.clean()
})

story('typed people: a manager goes by the name that one knows, and what does not fit is marked in its row', async () => {
  const world = await nothing()
  const page = await enter(world)
  await page.goto('/setup?step=people')
  await button(page, 'Add people').click()
  await eventually(async () => (await focused(page)).includes('Name, 1'), 3000, 'with nothing typed, the place to begin')
  await page.getByLabel('Name, 1').fill('Ana Duarte')
  await page.getByLabel('E-mail, 1').fill('ana(at)example.com')
  await page.getByLabel('Manager, 1').fill('Nobody Here')
  await button(page, 'Add 1 person').click()
  await page.getByText('nobody here is called “Nobody Here”').waitFor()
  same(await page.locator('[aria-invalid=true]').evaluateAll(all => all.map(one => one.getAttribute('aria-label'))), ['E-mail, 1', 'Manager, 1'], 'what is marked')
  await page.getByLabel('E-mail, 1').fill('ana@example.com')
  await page.getByLabel('Manager, 1').fill('root admin')
  await button(page, 'Add 1 person').click()
  await page.getByText('1 person is in.').waitFor()
  same((await (await world.as('root')).get('/v1/people/ana')).manager, 'root', 'her manager')
  page.clean([noPolicy])
})

story('a table with several faults has them all named, each at its line', async () => {
  const world = await nothing()
  const page = await enter(world)
  await page.goto('/setup?step=people')
  await page.getByText('I have a table (CSV)').click()
  const csv = 'id,name,email\nben,Ben Ruiz,ben at example\nben,Ben Again,\n,No Id,\n'
  await page.locator('.su-more input[type=file]').setInputFiles({ name: 'people.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) })
  await eventually(async () => (await page.locator('.su-more .told li').count()) === 3, 5000, 'three faults')
  const words = await page.locator('.su-more .told').innerText()
  for (const line of ['line 2', 'line 3', 'line 4']) holds(words.includes(line), `${line} is not in ${words}`)
  page.clean([noPolicy, { text: /422/, why: 'the table does not fit' }])
})
