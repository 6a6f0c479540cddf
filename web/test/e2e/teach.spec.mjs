// Approvals teach: steady answers become a card on the policy's page, a draft in one click, or are put aside; in both languages.
import { axe } from './lib/axe.mjs'
import { launch } from './lib/browser.mjs'
import { company } from './lib/seed.mjs'
import { eventually, holds, same, story } from './lib/story.mjs'

const world = await company()
const browser = await launch(world)
const ASKS = 24

/** Bills that are wrong by a little more than agents may put right; their manager says yes to each of them. */
async function past() {
  const pol = await world.as('pol')
  const { source } = await pol.get('/v1/policy')
  const roomy = source.replace('{frontline: 200.00, senior: 400.00, lead: 1000.00', '{frontline: 9000.00, senior: 9000.00, lead: 9000.00')
  holds(roomy !== source, 'budgets that last')
  await pol.post('/v1/policy/publish', { source: roomy, note: 'Budgets that last.' })
  const [ana, mia] = [await world.as('ana'), await world.as('mia')]
  const facts = { customer: { segment: 'standard', tenure_days: 400 }, invoice: { total: '400.00', issued_at: new Date(Date.now() - 9 * 86_400_000).toISOString() } }
  for (let i = 0; i < ASKS; i++) {
    const asked = await world.system.post('/v1/decisions', { agent: 'ana', action: 'credit', amount: '110.00', customer: `teach-${i}`, case: `teach-${i}`, reason: 'billing-error', facts })
    same(asked.verdict, 'ask', 'it is beyond the limit')
    const approval = await ana.post(`/v1/decisions/${asked.id}/ask`, {})
    await mia.post(`/v1/approvals/${approval.id}/approve`, {})
  }
}

await past()

async function reading(options) {
  const page = await browser.newPage({ who: 'pol', width: 1440, height: 900, ...options })
  page.setDefaultTimeout(8000)
  await page.goto('/policy')
  await page.locator('.tea li').first().waitFor()
  return page
}

story('a card says what people say yes to and what the change would have done; it becomes a draft in one click', async () => {
  const page = await reading()
  const card = page.locator('.tea li', { hasText: 'billing-error' })
  const words = await card.innerText()
  holds(words.includes(`${ASKS} of the last ${ASKS} requests`) && words.includes('grants.billing-error.up_to'), `the sentence: ${words}`)
  holds(words.includes(`spared ${ASKS} approvals`), `what it would have done: ${words}`)
  holds(words.includes("one person's answers"), 'that it is one person who said so')
  same(await card.locator('.ba b').innerText(), '110.00', 'what it would be')
  await axe(page)
  await card.getByRole('button', { name: 'Make a draft' }).click()
  await page.waitForURL(/\/policy\/drafts\/drf_/)
  await eventually(async () => (await page.locator('.ca textarea').inputValue()).includes('up_to: 110.00'), 5000, 'the draft with that value')
  const id = page.url().split('/').pop()
  const draft = await (await world.as('pol')).get(`/v1/policy/drafts/${id}`)
  same([draft.variables, draft.errors, draft.reason.includes(`${ASKS} of the last ${ASKS}`)], [1, 0, true], 'one change, and why')
  page.clean()
})

story('in German; put aside it is gone for everybody who may change the policy; who may not is offered nothing', async () => {
  const agent = await browser.newPage({ who: 'ana', width: 1440, height: 900 })
  await agent.goto('/policy')
  await agent.locator('.pane .say li').first().waitFor()
  same(await agent.getByRole('button', { name: 'Make a draft' }).count(), 0, 'nothing to do, for an agent')
  const page = await reading({ lang: 'de' })
  const card = page.locator('.tea li', { hasText: 'billing-error' })
  holds((await page.locator('.tea h3').innerText()) === 'Freigaben lehren' && (await card.innerText()).includes('genau wie gefragt freigegeben'), `auf Deutsch: ${await card.innerText()}`)
  await axe(page)
  await card.getByRole('button', { name: 'Jetzt nicht' }).click()
  await eventually(async () => await page.locator('.tea li', { hasText: 'billing-error' }).count() === 0, 5000, 'the card is gone')
  const list = await (await world.as('mia')).get('/v1/policy/suggestions')
  same(list.items.filter(one => one.path === 'grants.billing-error.up_to'), [], 'gone from the list, too')
  page.clean()
  agent.clean()
})
