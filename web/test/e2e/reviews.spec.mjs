// Reviews and coaching: the queue, one review with a draft that is never lost, two blind to each other, the agent's side, a talk.
import { axe } from './lib/axe.mjs'
import { launch } from './lib/browser.mjs'
import { company } from './lib/seed.mjs'
import { eventually, holds, same, story } from './lib/story.mjs'

const world = await company({})
const browser = await launch(world)
const RIGHT = { amount: 'right', cause: 'right', kept: 'yes', understood: 'yes' }

async function open(path, who, options = {}) {
  const page = await browser.newPage({ who, ...options })
  page.setDefaultTimeout(20_000)
  await page.goto(path)
  return page
}

/** A decision of that agent, to be looked at. */
async function picked(agent, by = 'qua', skip = 0) {
  const caller = await world.as(by)
  const { items } = await (await world.as('root')).get(`/v1/decisions?agent=${agent}&limit=50`)
  const made = []
  for (const one of items.slice(skip)) {
    const review = await caller.post('/v1/reviews', { decision: one.id })
    if (review.state === 'open' && review.answers.length === 0) return review
    made.push(review.id)
  }
  throw new Error(`nothing left of ${agent}: ${made}`)
}

const answer = async (page, name, text) => page.getByRole('radiogroup', { name }).getByText(text, { exact: true }).click()

story('a review is begun, its draft is there after a reload and in another browser, and what is sent reaches the agent, who answers and appeals', async () => {
  const review = await picked('ben')
  await picked('ben')
  const page = await open(`/reviews?week=open&team=&one=${review.id}`, 'qua')
  const note = page.getByLabel('Note, Ben Ruiz reads it')
  await note.fill('You had room left: use it next time.')
  await answer(page, 'Used the room there was', 'Too little')
  await page.getByText('Kept', { exact: true }).waitFor()
  await axe(page)
  await page.reload()
  await eventually(async () => await note.inputValue() === 'You had room left: use it next time.', 5000, 'the draft after a reload')
  const other = await open(`/reviews?week=open&team=&one=${review.id}`, 'qua')
  await eventually(async () => await other.getByLabel('Note, Ben Ruiz reads it').inputValue() === 'You had room left: use it next time.', 5000, 'the draft elsewhere')
  await other.leave()
  await page.getByRole('button', { name: /Send and next/ }).click()
  await page.getByText('Answer the four questions first.').waitFor()
  await answer(page, 'Understood what mattered', 'Yes')
  await answer(page, 'Right root cause', 'Yes')
  await answer(page, 'The customer is kept', 'Unsure')
  await note.focus()
  await page.keyboard.press('Control+Enter')
  await page.waitForURL(url => url.searchParams.get('one') !== review.id)
  const sent = await (await world.as('qua')).get(`/v1/reviews/${review.id}`)
  same([sent.state, sent.answers[0].amount, sent.answers[0].note, sent.draft], ['done', 'too_little', 'You had room left: use it next time.', undefined], 'sent')
  page.clean()

  const panel = await open('/panel', 'ben', { width: 400 })
  await panel.getByRole('tab', { name: 'Me' }).click()
  const said = panel.locator('details.talk').first()
  await said.locator('summary').click()
  await said.getByText('You had room left: use it next time.').waitFor()
  await said.getByLabel('Your answer').fill('The customer wanted no more.')
  await said.getByRole('button', { name: 'Answer' }).click()
  await said.getByText('The customer wanted no more.').waitFor()
  await said.getByLabel('Why you see it otherwise').fill('The budget was gone that day.')
  await said.getByRole('button', { name: 'Appeal' }).click()
  await said.getByText('Ben Ruiz appealed').waitFor()
  await axe(panel)
  panel.clean()

  const lead = await open('/reviews?show=appeals&team=', 'lou')
  await lead.locator('tr[data-row="0"]').click()
  await lead.getByLabel('What you found').fill('He was right.')
  for (const [question, text] of [['Understood what mattered', 'Yes'], ['Used the room there was', 'Right'], ['Right root cause', 'Yes'], ['The customer is kept', 'Yes']]) await answer(lead, question, text)
  await lead.getByRole('button', { name: 'Change it' }).click()
  await eventually(async () => (await (await world.as('qua')).get(`/v1/reviews/${review.id}`)).appeal.state === 'changed', 5000, 'the appeal')
  lead.clean()
})

story('a second reviewer sees nothing of the first; what both said is held against chance', async () => {
  const review = await picked('cho')
  const first = await open(`/reviews?week=open&team=&one=${review.id}`, 'qua')
  await first.getByRole('button', { name: 'Ask a second' }).click()
  await first.getByText('Two answer', { exact: true }).waitFor()
  await (await world.as('qua')).post(`/v1/reviews/${review.id}/send`, { ...RIGHT, note: 'The first opinion.' })
  const second = await open(`/reviews?week=open&team=&one=${review.id}`, 'lou')
  await second.getByText('Somebody has answered already.', { exact: false }).waitFor()
  same(await second.getByText('The first opinion.').count(), 0, 'the first opinion')
  await (await world.as('lou')).post(`/v1/reviews/${review.id}/send`, { ...RIGHT, amount: 'too_much' })
  const agreement = await open('/reviews?show=agreement&team=', 'qua')
  await agreement.getByText('Lou Grant and Qua Moor').waitFor()
  await agreement.getByText('The same answer in 0 of 1.').first().waitFor()
  holds(await agreement.getByText('take the interval for a hint', { exact: false }).count() + await agreement.getByText('nothing can be said of chance', { exact: false }).count() > 0, 'words for so few')
  await axe(agreement)
  first.clean()
  second.clean()
  agreement.clean()
})

story('a review is passed over with a reason, marked for a scenario, and the decision is taken back', async () => {
  const review = await picked('jo')
  const page = await open(`/reviews?week=open&team=&one=${review.id}`, 'root')
  await page.locator('.empty, .rv, .note').first().waitFor()
  const qua = await open(`/reviews?week=open&team=&one=${review.id}`, 'qua')
  await qua.getByRole('button', { name: 'Make a scenario' }).click()
  await qua.getByText('To become a scenario').first().waitFor()
  await qua.getByRole('button', { name: 'Pass over' }).click()
  await qua.getByLabel('Why it is passed over').fill('I trained him on this very case.')
  await qua.locator('dialog footer').getByRole('button', { name: 'Pass over' }).click()
  await eventually(async () => (await (await world.as('qua')).get(`/v1/reviews/${review.id}`)).state === 'skipped', 5000, 'passed over')
  same((await (await world.as('qua')).get(`/v1/reviews/${review.id}`)).scenario, true, 'a scenario')
  const mine = await picked('ana', 'lou')
  const lou = await open(`/reviews?week=open&team=&one=${mine.id}`, 'lou')
  if (mine.verdict === 'granted') {
    await lou.getByRole('button', { name: 'Take it back' }).click()
    await lou.getByLabel('Why it is taken back').fill('It was given twice.')
    await lou.locator('dialog footer').getByRole('button', { name: 'Take it back' }).click()
    await lou.getByText('Taken back since').waitFor()
  }
  qua.clean()
  lou.clean()
})

story('a lead and an agent talk: on the person’s page and in the panel, and nobody else sees it', async () => {
  const lead = await open('/people/p/ana', 'lee')
  const begin = lead.locator('details.talk form').first()
  await begin.getByLabel('Note').fill('You had 60 to use without asking.')
  await begin.getByLabel('A step that you agree on').fill('Use your own room first.')
  await begin.getByRole('button', { name: 'Begin a talk' }).click()
  await lead.getByText('Use your own room first.').waitFor()
  await axe(lead)
  const panel = await open('/panel', 'ana', { width: 400 })
  await panel.getByRole('tab', { name: 'Me' }).click()
  await panel.getByText('You had 60 to use without asking.').waitFor()
  await panel.getByRole('checkbox', { name: /Use your own room first/ }).check()
  await panel.getByLabel('Note').fill('I did not know.')
  await panel.getByRole('button', { name: 'Write it down' }).click()
  await panel.getByText('I did not know.').waitFor()
  await axe(panel)
  await lead.getByText('I did not know.').waitFor()
  holds(await lead.getByRole('checkbox', { name: /Use your own room first/ }).isChecked(), 'ticked for the lead, too')
  await lead.getByRole('button', { name: 'Close the talk' }).click()
  await lead.getByText('Closed', { exact: false }).first().waitFor()
  const other = await open('/people/p/ana', 'qua')
  await other.locator('.p-head').waitFor()
  same(await other.getByText('You had 60 to use without asking.').count(), 0, 'what quality sees of it')
  lead.clean()
  panel.clean()
})

story('a lowering is asked for apart from everything, and a second person confirms it', async () => {
  const lead = await open('/people/p/cho', 'lee')
  await lead.getByText('Ask for a lowering', { exact: true }).first().click()
  await lead.getByLabel('Tier they are to have').selectOption('frontline')
  await lead.getByLabel('Reason; Cho Min-ji reads it').fill('We agreed on it.')
  await lead.getByLabel('Ends on').fill(new Date(Date.now() + 20 * 86_400_000).toISOString().slice(0, 10))
  await lead.getByRole('button', { name: 'Ask for a lowering' }).click()
  await lead.getByText('Waits for a second person').waitFor()
  const second = await open('/people/p/cho', 'lou')
  await second.getByRole('button', { name: 'Confirm' }).click()
  await second.getByText('In force').waitFor()
  same((await (await world.as('root')).get('/v1/people/cho')).tier, 'frontline', 'lowered')
  await second.getByRole('button', { name: 'End it now' }).click()
  await second.getByText('Ended', { exact: true }).waitFor()
  same((await (await world.as('root')).get('/v1/people/cho')).tier, 'senior', 'given back')
  await axe(second)
  lead.clean()
  second.clean()
})

story('how many are looked at is set by the team, and an empty week is drawn', async () => {
  const page = await open('/reviews?team=care', 'lou')
  await page.getByText('Nothing to look at here').waitFor()
  await page.getByRole('button', { name: 'How many' }).click()
  await page.getByLabel('A week').fill('10')
  await page.getByRole('button', { name: 'Save' }).click()
  await eventually(async () => (await (await world.as('lou')).get('/v1/reviews/shares?team=care')).number === 10, 5000, 'the number')
  await page.getByRole('button', { name: 'Draw this week' }).click()
  await eventually(async () => await page.locator('.note.bad').count() === 0, 3000, 'no refusal')
  await axe(page)
  page.clean()
})
