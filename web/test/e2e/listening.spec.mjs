// "This rule is in my way": one touch in the panel, gathered on the policy's page, answered, and what became of it is seen by who spoke.
import { axe } from './lib/axe.mjs'
import { launch } from './lib/browser.mjs'
import { company } from './lib/seed.mjs'
import { eventually, holds, same, story } from './lib/story.mjs'

const world = await company()
const browser = await launch(world)
const facts = { customer: { segment: 'standard', tenure_days: 400 }, invoice: { total: '400.00', issued_at: new Date(Date.now() - 9 * 86_400_000).toISOString() } }

/** The tab Me; the first click may come before the page has its script. */
async function me(page) {
  const tab = page.getByRole('tab', { name: 'Me' })
  await eventually(async () => {
    await tab.click()
    return await tab.getAttribute('aria-selected') === 'true' && (await page.locator('main').innerText()).includes('Thank')
  }, 8000, 'the tab')
}

async function asked(id) {
  await world.system.post('/v1/cases', { id, customer: `customer-${id}`, owner: 'ana' })
  const decision = await world.system.post('/v1/decisions', { agent: 'ana', action: 'credit', amount: '110.00', customer: `customer-${id}`, case: id, reason: 'billing-error', facts })
  same(decision.verdict, 'ask', 'it is beyond the limit')
  await (await world.as('ana')).post(`/v1/decisions/${decision.id}/ask`, {})
  return decision.id
}

story('one touch while waiting says it, a word may follow; it stands on the policy’s page with its waiting, is answered, and the answer is seen', async () => {
  const decision = await asked('way-1')
  const panel = await browser.newPage({ who: 'ana', width: 360, height: 900 })
  await panel.goto('/panel?case=way-1')
  await panel.getByRole('button', { name: 'This rule is in my way' }).click()
  await panel.getByLabel('What happened? (you may leave it out)').fill('110 on the invoice; 100 is never enough.')
  await panel.getByRole('button', { name: 'Say it' }).click()
  await eventually(async () => (await (await world.as('ana')).get('/v1/me/obstacles')).items[0]?.said.note === '110 on the invoice; 100 is never enough.', 5000, 'what was said, with its note')
  same((await (await world.as('ana')).get('/v1/me/obstacles')).items[0].said.decision, decision, 'of that decision')
  await axe(panel)
  const policy = await browser.newPage({ who: 'pol', width: 1440, height: 900 })
  await policy.goto('/policy')
  const card = policy.getByRole('region', { name: "In people's way" })
  await card.waitFor()
  const words = await card.innerText()
  holds(words.includes('Said once, by one person') && words.includes('waits for an answer') && words.includes('100 is never enough'), words)
  await axe(policy)
  await card.getByRole('button', { name: 'Answer' }).click()
  await card.getByLabel('What becomes of it').selectOption('stays')
  await card.getByRole('button', { name: 'Answer' }).click()
  await card.getByText('Say in a few words what becomes of it.').waitFor()
  await card.getByLabel('What you say to all who spoke').fill('It stays until December.')
  await axe(policy)
  await card.getByRole('button', { name: 'Answer' }).click()
  await eventually(async () => (await card.innerText()).includes('The rule stays.'), 5000, 'the answer on the page')
  await panel.goto('/panel')
  await me(panel)
  await eventually(async () => (await panel.locator('main').innerText()).includes('It stays until December.'), 5000, 'what became of it')
  await axe(panel)
  panel.clean()
  policy.clean()
})

story('in German, in the dark; who may not change the policy answers nothing', async () => {
  await asked('way-2')
  const panel = await browser.newPage({ who: 'ana', width: 320, height: 900, lang: 'de', dark: true })
  await panel.goto('/panel?case=way-2')
  await panel.getByRole('button', { name: 'Diese Regel ist mir im Weg' }).waitFor()
  await axe(panel)
  panel.clean()
  const lead = await browser.newPage({ who: 'ana', width: 1440, height: 900 })
  await lead.goto('/policy')
  await lead.locator('.pane .say li').first().waitFor()
  same(await lead.getByRole('button', { name: 'Answer' }).count(), 0, 'nothing to answer')
  lead.clean()
})

story('thanks are said in the panel, read by whoever is thanked, put on the wall and printed as a card; a lead is reminded of hard cases', async () => {
  await world.system.post('/v1/cases', { id: 'hard-1', customer: 'customer-hard', owner: 'ana', subject: 'A modem that would not' })
  await world.system.patch('/v1/cases/hard-1', { escalated: true })
  await world.system.post('/v1/ratings', { case: 'hard-1', rating: 5, scale: { min: 1, max: 5 } })
  const lead = await browser.newPage({ who: 'mia', width: 400, height: 900 })
  await lead.goto('/panel')
  await me(lead)
  await eventually(async () => (await lead.locator('main').innerText()).includes('A modem that would not'), 8000, 'the hard case')
  await axe(lead)
  await lead.getByRole('button', { name: 'Thank Ana Silva' }).first().click()
  await lead.getByLabel('What for? In your own words').fill('You did not let go of that modem.')
  await lead.getByLabel('I would like to see it on the wall').check()
  await axe(lead)
  await lead.getByRole('button', { name: 'Thank Ana Silva' }).last().click()
  await lead.getByRole('button', { name: 'Print a card' }).waitFor()
  holds((await lead.getByRole('link', { name: 'As a mail' }).getAttribute('href')).startsWith('mailto:?subject=Thank%20you&body=You%20did'), 'a mail in their own words')
  const ana = await browser.newPage({ who: 'ana', width: 360, height: 900, dark: true })
  await ana.goto('/panel')
  await me(ana)
  await eventually(async () => (await ana.locator('main').innerText()).includes('You did not let go of that modem.'), 8000, 'the words')
  await ana.getByRole('button', { name: 'Show it on the wall' }).click()
  await ana.getByRole('button', { name: 'Take it off the wall' }).waitFor()
  await axe(ana)
  const wall = (await (await world.as('pol')).get('/v1/thanks?wall=true')).items
  same(wall.map((word) => [word.words, word.case]), [['You did not let go of that modem.', undefined]], 'the wall')
  lead.clean()
  ana.clean()
})
