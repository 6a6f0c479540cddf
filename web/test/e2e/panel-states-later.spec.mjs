// The states of the panel from the answer on, each as it comes about against the real server, looked at in 280, 320 and 400 px,
// light and dark; and some of them in German.
import { REFUSAL, UNREACHABLE, asked, billCase, looks, panel, quick, root, screen, toForm, toWaiting, world } from './panel-help.mjs?later' // a world of its own, where both specs are told by one process
import { eventually, holds, story } from './lib/story.mjs'

story('8 answered: another amount', async () => {
  const id = await billCase('ana')
  const page = await panel('ana', id)
  await toWaiting(page)
  const { mia, ask } = await asked(id)
  await mia.post(`/v1/approvals/${ask.id}/approve`, { amount: '220.00', note: 'Good call to ask. Keep the rest for the cable that was not sent back.' })
  await screen(page, 'answered')
  await page.locator('.btn.pri').waitFor()
  await looks(page, '08-answered')
  await page.getByRole('button', { name: 'Do something else' }).click()
  await screen(page, 'options')
  page.clean()
})

story('8 answered: another action', async () => {
  const id = await billCase('ana')
  const page = await panel('ana', id)
  await toWaiting(page)
  const { mia, ask } = await asked(id)
  await mia.post(`/v1/approvals/${ask.id}/approve`, { action: 'credit', amount: '90.00', note: 'As a credit it is there today.' })
  await screen(page, 'answered')
  await page.getByText('Mia opened another way').first().waitFor()
  await looks(page, '08-answered-action', { widths: [280] })
  page.clean()
})

story('8 answered: words, and what can be done', async () => {
  const id = await billCase('ana')
  const page = await panel('ana', id)
  await toWaiting(page)
  const { mia, ask } = await asked(id)
  await mia.post(`/v1/approvals/${ask.id}/decline`, { note: 'Not all of it: only one bill was wrong. Credit that one.' })
  await screen(page, 'answered')
  await page.getByText('Mia suggests another way').first().waitFor()
  holds(await page.locator('.rem button').count() > 0, 'what can be done')
  holds(!/denied|rejected|declined/i.test(await page.locator('.pn').innerText()), 'no word that ends it')
  await looks(page, '08-answered-words')
  page.clean()
})

story('9 just acted: the seconds in which it can be undone', async () => {
  const page = await panel('ana', await billCase('ana'))
  await toForm(page, 'credit', '4.00')
  await page.keyboard.press('Control+Enter')
  await screen(page, 'done')
  await page.locator('.pn-undo').waitFor()
  await looks(page, '09-done', { themes: ['light'] })
  await looks(page, '09-done', { themes: ['dark'] })
  page.clean()
})

story('10 beyond everybody: why, what instead, what can be done', async () => {
  const id = await billCase('ana')
  const page = await panel('ana', id)
  await toForm(page, 'credit', '5.00')
  await page.route('**/v1/decisions', async route => { // the mark came on the account between the look and the act
    await world.system.patch(`/v1/cases/${id}`, { facts: { customer: { flags: ['fraud-hold'] } } })
    await route.continue()
  }, { times: 1 })
  await page.keyboard.press('Control+Enter')
  await screen(page, 'beyond')
  await page.getByText('Hand the case to the fraud desk').waitFor()
  holds(await page.locator('.rem button').count() > 0, 'what can be done')
  await looks(page, '10-beyond')
  page.clean()
})

story('11 who has it, and it does not move', async () => {
  const page = await panel('ana', '47355')
  await screen(page, 'owner')
  await page.getByText('Jo Berg').first().waitFor()
  await looks(page, '11-owner')
  await page.getByRole('button', { name: /Message/ }).click()
  await page.locator('dialog textarea').waitFor()
  await looks(page, '11-owner-message', { widths: [280] })
  page.clean()
})

story('12 me: budgets, what I may do and why, my month', async () => {
  const page = await panel('cho', await billCase('cho'))
  await page.getByRole('tab', { name: /Me/ }).click()
  await page.getByText('What I may do').waitFor()
  await page.getByText('given,').waitFor()
  await looks(page, '12-me')
  page.clean()
})

story('13 the room grew', async () => {
  const page = await panel('ben', await billCase('ben'))
  await eventually(async () => (await (await world.as('ben')).get('/v1/me/authority')).seen, 5000, 'what is known')
  await root.patch('/v1/people/ben', { tier: 'lead' })
  await screen(page, 'grown')
  await looks(page, '13-grown')
  await page.getByRole('button', { name: 'Good to know' }).click()
  await screen(page, 'options')
  await root.patch('/v1/people/ben', { tier: 'frontline' })
  page.clean()
})

story('15 an act that failed: what did not happen, and what can be done', async () => {
  const id = await billCase('ana')
  const page = await panel('ana', id)
  await toWaiting(page)
  const { mia, ask } = await asked(id)
  const { answer } = await mia.post(`/v1/approvals/${ask.id}/approve`, { note: 'Yes.' })
  await page.locator('.btn.pri').waitFor()
  await page.route('**/confirm', async route => {
    await (await world.as('ana')).post(`/v1/decisions/${answer.decision}/release`)
    await route.continue()
  })
  await page.keyboard.press('Control+Enter')
  await screen(page, 'failed')
  holds(await page.locator('.rem button').count() > 0, 'what can be done')
  await looks(page, '15-failed')
  page.clean(REFUSAL)
})

story('in German nothing runs out at the side, and no message is left in English', async () => {
  const id = await billCase('ana')
  const page = await panel('ana', id, { lang: 'de' })
  const narrow = { widths: [280, 400], themes: ['light'], lang: '-de' }
  await looks(page, '04-options', narrow)
  await toForm(page, 'credit', '5,00')
  await looks(page, '05-give', narrow)
  await page.locator('.money input').fill('240,00')
  await page.locator('.btn.ask').waitFor()
  await looks(page, '06-ask', narrow)
  await page.keyboard.press('Control+Enter')
  await screen(page, 'waiting')
  await looks(page, '07-waiting', narrow)
  const { mia, ask } = await asked(id)
  await mia.post(`/v1/approvals/${ask.id}/approve`, { amount: '220.00', note: 'Ja.' })
  await page.locator('.btn.pri').waitFor()
  await looks(page, '08-answered', narrow)
  const text = await page.locator('.pn').innerText()
  holds(!/\b(now|answered|Good until|asked)\b/.test(text), `English in: ${text}`)
  page.clean()
})

story('8 answered: nobody did, and it is the agent\'s to decide', async () => {
  await root.post('/v1/policy/publish', { source: quick, note: 'Seconds.' })
  const id = await billCase('ana')
  const page = await panel('ana', id)
  await toWaiting(page)
  await page.locator('.pn[data-screen="answered"]').waitFor({ timeout: 20_000 })
  await page.getByText('Nobody answered').first().waitFor()
  await page.locator('.btn.pri').waitFor()
  await looks(page, '08-answered-nobody', { widths: [280] })
  page.clean()
})

story('14 no line: nothing is lost, and what could be done can be read', async () => {
  const page = await panel('ana', await billCase('ana'))
  await page.locator('.rem button:enabled').first().waitFor() // what the server drew ahead has no rows yet
  await world.server.kill()
  await screen(page, 'offline')
  holds(await page.locator('.rem button').first().isDisabled(), 'the rows are only read')
  await looks(page, '14-offline')
  await world.server.restart()
  await page.locator('.pn[data-screen="options"]').waitFor({ timeout: 20_000 }) // it asks again less and less often
  page.clean(UNREACHABLE)
})
