// Earned room: on Track and on the person's page with the replay first, put forward with a word, given in one touch; and what opens next in the panel.
import { axe } from './lib/axe.mjs'
import { launch } from './lib/browser.mjs'
import { earning } from './lib/seed.mjs'
import { eventually, holds, same, story } from './lib/story.mjs'

const world = await earning({})
const browser = await launch(world)

async function open(path, who, options = {}) {
  const page = await browser.newPage({ who, ...options })
  page.setDefaultTimeout(15_000)
  await page.goto(path)
  return page
}

const card = page => page.locator('section[aria-labelledby=room]')

async function shot(page, name) {
  if (process.env.LEEWAY_SHOTS) await page.screenshot({ path: `${process.env.LEEWAY_SHOTS}/${name}.png`, fullPage: true })
}

story('a lead reads what it would have done, puts it forward with a word; whoever keeps people gives it in one touch', async () => {
  const [one] = (await (await world.as('mia')).get('/v1/track/room')).items
  same([one.person, one.after], ['agent2', 'senior'], 'the proposal')
  for (const theme of ['light', 'dark']) for (const width of [400, 1280]) {
    const look = await open('/track', 'mia', { theme, width, height: 900 })
    await card(look).getByRole('heading', { name: one.name }).waitFor()
    await axe(look)
    await shot(look, `room-${theme}-${width}`)
    look.clean()
    await look.close()
  }
  const lead = await open('/track', 'mia')
  const first = card(lead).locator('section p').first()
  await first.waitFor()
  holds((await first.innerText()).startsWith(`${one.replay.avoided} asks would have been granted at once`), 'the replay stands first')
  same(await card(lead).getByRole('button', { name: `Give it: ${one.name}` }).count(), 0, 'a lead can not give it')
  await card(lead).getByRole('button', { name: `Not now: ${one.name}` }).click()
  await card(lead).getByRole('button', { name: 'Not now' }).click()
  await card(lead).getByText('Say why, in a few words.').waitFor()
  await card(lead).getByRole('button', { name: 'Back' }).click()
  await card(lead).getByRole('button', { name: `Put forward: ${one.name}` }).click()
  await card(lead).getByLabel('A word to it').fill('Ready since spring.')
  await card(lead).getByRole('button', { name: 'Put forward' }).click()
  await card(lead).getByText('Ready since spring.').waitFor()
  lead.clean()

  const keeper = await open('/people/p/agent2', 'omar')
  await card(keeper).getByText('Ready since spring.').waitFor()
  await axe(keeper)
  await shot(keeper, 'room-person')
  await card(keeper).getByRole('button', { name: `Give it: ${one.name}` }).click()
  await eventually(async () => await card(keeper).count() === 0, 8000, 'it is given')
  same((await (await world.as('root')).get('/v1/people/agent2')).tier, 'senior', 'the tier')
  keeper.clean()
})

story('what opens next stands in the panel, in Me, for nobody else', async () => {
  const panel = await open('/panel', 'agent2', { width: 400, height: 900 })
  await panel.getByRole('tab', { name: 'Me' }).click()
  await panel.getByRole('heading', { name: 'What opens next' }).waitFor()
  await panel.getByText('60 days in your tier', { exact: false }).waitFor()
  await axe(panel)
  await shot(panel, 'room-me')
  const german = await open('/panel', 'agent2', { width: 400, height: 900, lang: 'de', theme: 'dark' })
  await german.getByRole('tab', { name: 'Ich' }).click()
  await german.getByRole('heading', { name: 'Was sich als Nächstes öffnet' }).waitFor()
  await axe(german)
  await shot(german, 'room-me-de')
  panel.clean()
  german.clean()
})
