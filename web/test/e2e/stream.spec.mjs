// One stream of events for all tabs: it breaks and recovers, it is one for nine tabs, it goes on where there is no worker.
import { Caller } from './lib/api.mjs'
import { launch } from './lib/browser.mjs'
import { company, PASSWORD } from './lib/seed.mjs'
import { eventually, holds, same, sleep, story } from './lib/story.mjs'

const world = await company()
const browser = await launch(world)
const LINE = [{ text: /ERR_|Failed to load resource|NetworkError/, why: 'the server is away' }]
const TABS = 9

const state = (page, words) => eventually(async () => (await page.locator('.live').first().innerText()).startsWith(words), 25000, `"${words}"`)

async function streams() {
  const text = await (await fetch(`${world.url}/metrics`)).text()
  return Number(/^leeway_event_streams (\d+)$/m.exec(text)[1])
}

let amount = 150

/** Somebody asks for more than is theirs; it comes to the manager. */
async function ask() {
  const ana = await world.as('ana')
  // A case of its own: the same issue is put right once.
  const id = `ask-${amount}`
  const facts = { customer: { segment: 'gold', tenure_days: 900 }, lines: 2, invoice: { total: '249.00', issued_at: new Date(Date.now() - 1e9).toISOString() } }
  await world.openCase({ id, customer: `customer-${amount}`, owner: 'ana', department: 'care/care-north', channel: 'chat', subject: 'Billed twice', opened: new Date().toISOString(), facts })
  const decision = await ana.post('/v1/decisions', { action: 'credit', amount: `${amount++}.00`, case: id, reason: 'billing-error' })
  return ana.post(`/v1/decisions/${decision.id}/ask`, { note: 'Billed twice.' })
}

async function answer(approval) {
  await (await world.as('ana')).post(`/v1/approvals/${approval.id}/withdraw`)
}

const sum = approval => `$${Number(approval.amount).toFixed(2)}`
/** How many asks of that amount the desk shows; it stands in the ask's name. */
const shown = (page, approval) => page.locator('.ask', { hasText: new RegExp(`\\${sum(approval)}|\\$${Math.trunc(Number(approval.amount))}\\b`) }).count()

// Counts what the stream tells a page: the desk's own events would hide a double one.
async function counting(context) {
  await context.addInitScript(() => {
    globalThis.told = []
    const Real = globalThis.SharedWorker
    if (!Real) return
    globalThis.SharedWorker = class extends Real {
      constructor(...words) {
        super(...words)
        this.port.addEventListener('message', ({ data }) => { if (data.is === 'event') globalThis.told.push(data.seq) })
      }
    }
  })
}

story('the server is killed and comes back: what was missed is there, each event once, nobody reloads', async () => {
  const context = await browser.newContext({ who: 'mia' })
  await counting(context)
  const page = await browser.newPage({ context })
  await page.goto('/desk')
  await state(page, 'Live')
  const before = await ask()
  await eventually(async () => await shown(page, before) > 0, 5000, 'the ask before')
  await page.evaluate(() => { globalThis.stayed = true })
  await world.server.kill()
  await state(page, 'Offline')
  await world.server.restart()
  const missed = await ask()
  await state(page, 'Live')
  await eventually(async () => await shown(page, missed) > 0, 5000, 'the ask that was missed')
  const after = await ask()
  await eventually(async () => await shown(page, after) > 0, 5000, 'the ask after')
  const told = await page.evaluate(() => globalThis.told)
  same(told.length, new Set(told).size, 'events told, once each')
  holds(told.every((seq, i) => i === 0 || seq > told[i - 1]), `not in order: ${told}`)
  same(await page.evaluate(() => globalThis.stayed), true, 'no reload')
  page.clean(LINE)
  for (const approval of [before, missed, after]) await answer(approval)
  await context.close()
})

story('nine tabs: all are painted, one stream is open, an event arrives in all', async () => {
  const context = await browser.newContext({ who: 'mia' })
  const pages = []
  for (let i = 0; i < TABS; i++) pages.push(await browser.newPage({ context }))
  await Promise.all(pages.map(page => page.goto('/desk')))
  for (const page of pages) await state(page, 'Live')
  await eventually(async () => await streams() === 1, 8000, 'one stream')
  const approval = await ask()
  for (const page of pages) await eventually(async () => await shown(page, approval) > 0, 8000, 'the ask in every tab')
  same(await streams(), 1, 'streams')
  for (const page of pages) page.clean()
  await answer(approval)
  await context.close()
  await eventually(async () => await streams() === 0, 10000, 'the end of the stream')
})

story('without a worker one tab leads; when it closes the next one does', async () => {
  const context = await browser.newContext({ who: 'mia' })
  await context.addInitScript(() => { delete globalThis.SharedWorker })
  const pages = []
  for (let i = 0; i < 3; i++) {
    pages.push(await browser.newPage({ context }))
    await pages[i].goto('/desk')
    await state(pages[i], 'Live')
  }
  same(await streams(), 1, 'streams')
  let approval = await ask()
  for (const page of pages) await eventually(async () => await shown(page, approval) > 0, 8000, 'the ask in every tab')
  await answer(approval)
  await pages[0].leave()
  await eventually(async () => await streams() === 1, 8000, 'the stream of the next one')
  await sleep(300)
  approval = await ask()
  for (const page of pages.slice(1)) await eventually(async () => await shown(page, approval) > 0, 8000, 'the ask with the next leader')
  same(await streams(), 1, 'streams')
  for (const page of pages.slice(1)) page.clean()
  await answer(approval)
  await context.close()
})

story('a session that ends on the server ends in all tabs', async () => {
  const lou = new Caller(world.server)
  await lou.signIn('lou', PASSWORD)
  const context = await browser.newContext({ who: lou })
  const pages = [await browser.newPage({ context }), await browser.newPage({ context }), await browser.newPage({ context })]
  for (const page of pages) {
    await page.goto('/policy')
    await state(page, 'Live')
  }
  await lou.post('/v1/signout')
  // The server looks at the session before it tells somebody something.
  const approval = await ask()
  for (const page of pages) await page.locator('input[name=password]').waitFor({ timeout: 25000 })
  for (const page of pages) page.clean([{ text: /401/, why: 'the session has ended' }])
  await answer(approval)
  await context.close()
})

story('another person in the same browser gets their own stream', async () => {
  const context = await browser.newContext({ who: 'mia' })
  const first = await browser.newPage({ context })
  await first.goto('/desk')
  await state(first, 'Live')
  await browser.signIn(context, 'lee')
  const second = await browser.newPage({ context })
  await second.goto('/policy')
  await state(second, 'Live')
  await eventually(async () => (await first.locator('.rail .me').innerText()).includes('Lee'), 8000, 'the other tab as the new person')
  await eventually(async () => await streams() === 1, 10000, 'one stream')
  await context.close()
})
