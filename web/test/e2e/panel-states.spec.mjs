// The states of the panel up to the wait, each as it comes about against the real server, looked at in 280, 320 and 400 px, light
// and dark: nothing runs out at the side, axe finds nothing, and there is always something to go on with.
import { asked, billCase, looks, panel, screen, toForm, toWaiting, world } from './panel-help.mjs'
import { holds, story } from './lib/story.mjs'

story('1 signed out: the way in, in the panel\'s own width', async () => {
  const page = await panel(null, '48213', { wait: 'form' })
  await looks(page, '01-signed-out')
  page.clean()
})

story('2 no case: its number can be typed, own cases are there', async () => {
  const page = await panel('ana', null, { wait: '.rem' })
  await looks(page, '02-no-case')
  await page.locator('.pn form button').click()
  await page.getByText('Type the number of a case.').waitFor()
  page.clean()
})

story('3 loading: the shape of what comes', async () => {
  const page = await panel('ana', null, { wait: '.pn' })
  let go
  const held = new Promise(resolve => { go = resolve })
  await page.route('**/v1/options', async route => { await held; await route.continue() })
  await page.goto(`${world.url}/panel?case=48213`)
  await page.locator('.skel').first().waitFor()
  await looks(page, '03-loading')
  go()
  await page.locator('.rem').first().waitFor()
  page.clean()
})

story('4 the first look: what can be done now', async () => {
  const page = await panel('ana', await billCase('ana'))
  await page.locator('.rem.best').waitFor()
  await looks(page, '04-options')
  page.clean()
})

story('5 within the room: effect, act, why', async () => {
  const page = await panel('ana', await billCase('ana'))
  await toForm(page, 'credit', '40.00')
  await page.locator('.why summary').click()
  await looks(page, '05-give')
  await page.keyboard.press('Escape')
  await toForm(page, 'plan_change')
  await looks(page, '05-give-bare', { widths: [280] })
  page.clean()
})

story('6 past the room: a person, and two ways', async () => {
  const page = await panel('ana', await billCase('ana'))
  await toForm(page, 'refund', '240.00')
  await page.locator('.btn.ask').waitFor()
  holds(await page.getByRole('button', { name: /now, ask for the other/ }).isVisible(), 'the second way')
  await looks(page, '06-ask')
  page.clean()
})

story('7 waiting: who has it, how long, what comes then', async () => {
  const id = await billCase('ana')
  const page = await panel('ana', id)
  await toWaiting(page)
  const { mia, ask } = await asked(id)
  await mia.post(`/v1/approvals/${ask.id}/seen`)
  await page.getByText('Mia is reading it').waitFor()
  await looks(page, '07-waiting')
  await page.getByRole('button', { name: 'Take it back' }).click()
  await screen(page, 'options')
  page.clean()
})
