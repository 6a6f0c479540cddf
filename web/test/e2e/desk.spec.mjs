// The manager's desk: what waits, answers by one key, the team, what was decided, what does not move, alerts, the phone; and a
// table of 100,000 rows.
import { axe } from './lib/axe.mjs'
import { focused, launch } from './lib/browser.mjs'
import { company, hundred } from './lib/seed.mjs'
import { eventually, holds, same, sleep, story, timed, within } from './lib/story.mjs'

const world = await company()
const browser = await launch(world)
const mia = await world.as('mia')
const big = await hundred()
const bigRoot = await big.as('root')
const shown = page => page.locator('article.ask h2').allInnerTexts()
const notThere = [{ text: /40[49]|410|422|429/, why: 'an answer that came too late is told in words' }]

let number = 0

/** An agent asks the manager; gives the approval. Each case is another, so that none counts for the same issue. */
async function ask(who, amount, { action = 'refund', note = 'Billed twice.', reason = 'billing-error' } = {}) {
  const agent = await world.as(who)
  const id = `desk-${++number}`
  await world.openCase({ id, customer: `desk-k${number}`, owner: who, department: 'care/care-north', subject: `Matter ${number}`, facts: { customer: { segment: 'gold', tenure_days: 900 }, invoice: { total: '249.00', issued_at: new Date(Date.now() - 864e6).toISOString() } } })
  const decision = await agent.post('/v1/decisions', { agent: who, action, amount, case: id, customer: `desk-k${number}`, reason })
  same(decision.verdict, 'ask', `verdict (${JSON.stringify(decision)})`)
  return agent.post(`/v1/decisions/${decision.id}/ask`, { note, evidence: ['https://files.example.com/bill.pdf', 'javascript:alert(1)'] })
}

const state = async approval => (await mia.get(`/v1/approvals/${approval.id}`))

/** Nobody waits for mia: stories leave nothing behind for the next. */
async function clear() {
  for (const { id } of (await mia.get('/v1/approvals?for=me&state=open&limit=100')).items) await mia.post(`/v1/approvals/${id}/decline`, { note: 'Cleared.' })
}

async function desk(options = {}) {
  const page = await browser.newPage({ who: 'mia', ...options })
  await page.goto(`${world.url}${options.path ?? '/desk'}${options.lang ? `?lang=${options.lang}` : ''}`)
  await page.locator('.card, article.ask').first().waitFor()
  return page
}

story('the oldest due is open, the others are lines with clocks; digits, J and K open', async () => {
  await clear()
  const first = await ask('ana', '180.00')
  await ask('ben', '140.00', { action: 'credit' })
  await ask('cho', '210.00', { action: 'credit' })
  const page = await desk()
  await eventually(async () => (await shown(page)).length === 3, 5000, 'three asks')
  same((await shown(page)).map(text => text.split(' ')[0]), ['Ana', 'Ben', 'Cho'], 'the order')
  same(await page.locator('article.on h2').innerText(), 'Ana Silva asks: Refund $180.00', 'what is open')
  holds(await page.locator('article [role=timer]').count() === 3, 'a clock each')
  await page.keyboard.press('3')
  await eventually(async () => (await page.locator('article.on h2').innerText()).startsWith('Cho'), 2000, 'the third')
  await page.keyboard.press('k')
  await eventually(async () => (await page.locator('article.on h2').innerText()).startsWith('Ben'), 2000, 'the one before')
  await page.keyboard.press('j')
  await page.keyboard.press('1')
  await eventually(async () => (await page.locator('article.on h2').innerText()).startsWith('Ana'), 2000, 'the first')
  const open = page.locator('article.on')
  await open.getByText('Billed twice.').waitFor()
  await open.getByText('22 like this, what was given').or(open.getByText(/like this, what was given/)).first().waitFor()
  same(await open.locator('.evs a').evaluateAll(links => links.map(link => [link.href, link.rel, link.target])), [['https://files.example.com/bill.pdf', 'noreferrer noopener', '_blank']], 'links of the evidence: only https')
  await eventually(async () => /Ana can give \$100/.test(await open.innerText()), 5000, 'what Ana can give alone')
  await eventually(async () => (await state(first)).seen?.some(one => one.by === 'mia'), 5000, 'seen, after a second')
  page.clean()
})

story('A approves, M gives the middle, and the next opens; a second press at once answers nothing', async () => {
  await clear()
  const one = await ask('ana', '180.00')
  const two = await ask('ben', '150.00')
  const three = await ask('cho', '240.00', { action: 'credit' })
  const page = await desk()
  await page.getByText('Ana Silva asks: Refund $180.00').waitFor()
  await page.locator('article.on').getByText(/like this, what was given/).waitFor()
  await page.keyboard.press('a')
  await page.keyboard.press('a')
  await eventually(async () => (await state(one)).state === 'approved', 5000, 'the first answer')
  same((await state(one)).answer.amount, '180.00', 'all of it')
  await page.getByText('Ana may give $180').waitFor()
  await eventually(async () => (await page.locator('article.on h2').innerText()).startsWith('Ben'), 3000, 'the next')
  await eventually(async () => await focused(page) === 'h2 Ben Ruiz asks: Refund $150.00', 2000, 'the focus on the next')
  same((await state(two)).state, 'open', 'a second press')
  await sleep(500)
  await page.locator('article.on').getByRole('button', { name: /the middle/ }).waitFor()
  await page.keyboard.press('m')
  await eventually(async () => (await state(two)).state === 'approved', 5000, 'the middle')
  holds(Number((await state(two)).answer.amount) < 150, `the middle is less: ${(await state(two)).answer.amount}`)
  same((await state(three)).state, 'open', 'the third')
  page.clean()
})

story('E: another amount, by the field and the ruler; more than was asked is said in place and not sent', async () => {
  await clear()
  const one = await ask('ana', '180.00')
  const page = await desk()
  await page.getByRole('button', { name: 'Approve $180' }).waitFor()
  await page.keyboard.press('e')
  await page.keyboard.type('200')
  await page.keyboard.press('Enter')
  await page.locator('#content').getByText('Ana asked for $180. For more, Ana asks anew.').waitFor()
  same((await state(one)).state, 'open', 'nothing was sent')
  await page.locator('article.on').getByRole('slider').focus()
  await page.keyboard.press('End')
  await page.keyboard.press('PageDown')
  await eventually(async () => await page.locator('article.on input').first().inputValue() === '155.00', 1000, 'field and ruler are one')
  await page.keyboard.press('e')
  await page.keyboard.type('120')
  await page.getByRole('button', { name: 'Approve $120' }).waitFor()
  await page.keyboard.press('Escape')
  await page.keyboard.press('n')
  await page.keyboard.type('A week is not two.')
  await page.keyboard.press('Control+Enter')
  await eventually(async () => (await state(one)).state === 'approved', 5000, 'the answer')
  const { answer } = await state(one)
  same([answer.amount, answer.note], ['120.00', 'A week is not two.'], 'amount and note')
  await ask('ben', '170.00')
  await page.getByRole('button', { name: 'A week is not two.' }).waitFor()
  page.clean()
})

story('D: another way needs a remedy or words, and says so; H holds two minutes', async () => {
  await clear()
  const one = await ask('ana', '180.00')
  const two = await ask('ben', '160.00')
  const page = await desk()
  await page.getByRole('button', { name: 'Approve $180' }).waitFor()
  await eventually(async () => (await state(one)).due, 1000)
  const before = Date.parse((await state(one)).due)
  await page.keyboard.press('h')
  await eventually(async () => Date.parse((await state(one)).due) - before === 120_000, 3000, 'two minutes more')
  await page.locator('article.on .sub', { hasText: '9 left' }).waitFor()
  await page.keyboard.press('d')
  const dialog = page.getByRole('dialog')
  await dialog.getByText('Choose a remedy or write a line.').waitFor()
  await page.keyboard.press('Control+Enter')
  await sleep(200)
  same((await state(one)).state, 'open', 'nothing was sent')
  await dialog.getByRole('textbox', { name: /Why/ }).fill('Offer a change of plan first.')
  await axe(page)
  await page.keyboard.press('Control+Enter')
  await eventually(async () => (await state(one)).state === 'declined', 5000, 'the words')
  same((await state(one)).answer.note, 'Offer a change of plan first.', 'the note')
  await eventually(async () => (await page.locator('article.on h2').innerText()).startsWith('Ben'), 3000, 'the next')
  await sleep(500)
  await page.keyboard.press('d')
  await dialog.getByRole('combobox').selectOption('credit')
  await dialog.getByRole('textbox', { name: 'Amount' }).fill('40')
  await dialog.getByRole('button', { name: 'Send to Ben' }).click()
  await eventually(async () => (await state(two)).state === 'approved', 5000, 'the remedy')
  same([(await state(two)).answer.action, (await state(two)).answer.amount], ['credit', '40.00'], 'what was opened')
  page.clean()
})

story('nothing moves under the pointer: what comes waits behind "Show 1 new"', async () => {
  await clear()
  await ask('ana', '180.00')
  const two = await ask('ben', '160.00')
  const page = await desk()
  await eventually(async () => (await shown(page)).length === 2, 5000, 'two asks')
  await page.locator('article.on h2').hover()
  await page.keyboard.press('2')
  await eventually(async () => (await page.locator('article.on h2').innerText()).startsWith('Ben'), 2000, 'the second')
  await page.keyboard.press('h')
  await eventually(async () => (await state(two)).holds === 1, 3000, 'held')
  const place = () => page.locator('article.ask').evaluateAll(all => all.map(one => [one.querySelector('h2').textContent, Math.round(one.getBoundingClientRect().top)]))
  await sleep(300)
  const before = await place()
  await ask('cho', '220.00', { action: 'credit' })
  await page.getByRole('button', { name: 'Show 1 new' }).waitFor()
  same(await place(), before, 'where the lines stand')
  await page.mouse.move(5, 5)
  await page.evaluate(() => document.activeElement?.blur())
  await eventually(async () => (await shown(page)).length === 3, 3000, 'the new one')
  // Ben's was held: it is due last.
  same((await shown(page)).map(text => text.split(' ')[0]), ['Ana', 'Cho', 'Ben'], 'the order anew')
  page.clean()
})

story('an ask by its address opens; a closed one tells its story', async () => {
  await clear()
  await ask('ana', '180.00')
  const two = await ask('ben', '160.00', { note: 'Second time this month.' })
  const page = await desk({ path: `/desk/approvals/${two.id}` })
  await eventually(async () => (await page.locator('article.on h2').innerText()).startsWith('Ben'), 5000, 'the named one')
  await mia.post(`/v1/approvals/${two.id}/approve`, { amount: '90.00', note: 'Half is right.' })
  await page.goto(`${world.url}/desk/approvals/${two.id}`)
  await page.getByRole('heading', { name: 'What happened' }).waitFor()
  await page.getByText('You answered').waitFor()
  await page.getByText('Half is right.').waitFor()
  await page.goto(`${world.url}/desk/approvals/apr_00000000000000000000000000`)
  await page.getByText('This ask is not here, or not for you to see.').waitFor()
  page.clean(notThere)
})

story('the team: least left first, together and each; more room can be given by who may change people', async () => {
  const page = await browser.newPage({ who: 'root' })
  await page.goto(`${world.url}/desk`)
  const team = page.locator('section[aria-labelledby=team]')
  await team.locator('li').first().waitFor()
  const shares = await team.locator('progress').evaluateAll(bars => bars.map(bar => bar.value))
  same(shares, [...shares].sort((a, b) => a - b), 'least left first')
  await team.getByRole('button', { name: 'Give more room' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('combobox').selectOption('ana')
  await dialog.getByRole('textbox', { name: 'New limit' }).fill('100')
  await dialog.getByRole('button', { name: 'Give more' }).click()
  await dialog.getByText('More than $200: here room only grows.').waitFor()
  await dialog.getByRole('textbox', { name: 'New limit' }).fill('260')
  await dialog.getByRole('button', { name: 'Give $260' }).click()
  await page.getByText('Ana Silva now has $260').waitFor()
  const ana = await (await world.as('root')).get('/v1/people/ana')
  same(ana.budgets['rep-month'].amount, '260.00', 'her own limit')
  page.clean()
})

story('what is escalated and does not move: nobody\'s first; a line to the owner, and another owner', async () => {
  const root = await world.as('root')
  await world.openCase({ id: '47500', customer: 'k12', department: 'care/care-north', subject: 'Recall notice never sent', promise: new Date(Date.now() - 2 * 864e5).toISOString(), escalated: true })
  const page = await browser.newPage({ who: 'root' })
  await page.goto(`${world.url}/desk`)
  const stale = page.locator('section[aria-labelledby=stale]')
  await stale.locator('.st').first().waitFor()
  holds(/#47500/.test(await stale.locator('.st').first().innerText()), 'nobody\'s stands first')
  await stale.getByRole('button', { name: 'Message Jo Berg about #47355' }).click()
  await page.getByRole('dialog').getByRole('textbox').fill('Please call her today.')
  await page.getByRole('dialog').getByRole('button', { name: 'Send to Jo' }).click()
  await page.getByText('Jo Berg was told about #47355').waitFor()
  same((await root.get('/v1/cases/47355')).nudges, 1, 'reminders')
  await stale.getByRole('button', { name: 'Give to… #47500' }).click()
  await page.getByRole('dialog').getByRole('textbox').fill('cho')
  await page.getByRole('dialog').getByRole('button', { name: /Cho Min-ji/ }).click()
  await page.getByText('Cho Min-ji has #47500 now').waitFor()
  same((await root.get('/v1/cases/47500')).owner, 'cho', 'the owner')
  page.clean()
})

story('a lead sees what nobody of the teams below has: without an owner, and with one who has left; and gives it to somebody', async () => {
  const root = await world.as('root')
  const promise = new Date(Date.now() - 3 * 864e5).toISOString()
  await root.post('/v1/people', { id: 'gus', name: 'Gus Vo', team: 'care-north', tier: 'frontline' })
  await world.openCase({ id: '47601', department: 'care/care-north', subject: 'Router never came', promise, escalated: true })
  await world.openCase({ id: '47602', owner: 'gus', subject: 'Number lost in the move', promise, escalated: true })
  await world.openCase({ id: '47603', department: 'retail', subject: 'Of another house', promise, escalated: true })
  await root.patch('/v1/people/gus', { active: false })
  for (const who of ['mia', 'lee']) {
    const page = await desk({ who })
    const stale = page.locator('section[aria-labelledby=stale]')
    await stale.getByText('Router never came').waitFor()
    const lines = await stale.locator('.st').allInnerTexts()
    holds(lines.slice(0, 2).every(text => /Router never came|Number lost in the move/.test(text)), `they stand first (${lines})`)
    await stale.locator('.st', { hasText: 'Number lost' }).getByText(/Gus Vo has left/).waitFor()
    same(await stale.getByRole('button', { name: /Message Gus/ }).count(), 0, 'who has left gets no message')
    holds(!lines.join().includes('Of another house'), 'another team\'s')
    if (who === 'lee') {
      await stale.getByRole('button', { name: 'Give to… #47602' }).click()
      await page.getByRole('dialog').getByRole('textbox').fill('ben')
      await page.getByRole('dialog').getByRole('button', { name: /Ben Ruiz/ }).click()
      await page.getByText('Ben Ruiz has #47602 now').waitFor()
      same((await root.get('/v1/cases/47602')).owner, 'ben', 'the owner')
    }
    page.clean()
    await page.leave()
  }
})

story('what is decided appears by itself; one opens by Enter and can be taken back', async () => {
  const page = await desk()
  const table = page.locator('section[aria-labelledby=decided] table')
  await table.locator('tbody tr').first().waitFor()
  const done = await world.system.post('/v1/decisions', { agent: 'ben', action: 'credit', amount: '17.00', reason: 'outage', customer: 'stream-1', case: 'stream-1', facts: { lines: 2 } })
  same(done.verdict, 'granted', 'granted')
  await within(2000, async () => /\$17\.00/.test(await table.locator('tbody tr').first().innerText()), 'the new row')
  await table.locator('tbody tr').first().focus()
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog', { name: 'Decision' })
  await dialog.getByText('Account credit $17.00').waitFor()
  await axe(page)
  await dialog.getByRole('button', { name: 'Take it back' }).click()
  await page.getByRole('dialog', { name: 'Take it back' }).getByRole('textbox').fill('Given twice.')
  await page.getByRole('dialog', { name: 'Take it back' }).getByRole('button', { name: 'Take $17.00 back' }).click()
  await page.getByText('Taken back: $17.00').waitFor()
  same((await mia.get(`/v1/decisions/${done.id}`)).state, 'reversed', 'its state')
  page.clean()
})

story('of what was decided each filter counts the rows that it lists: what was refused or still asks is in none', async () => {
  const page = await desk()
  const card = page.locator('section[aria-labelledby=decided]')
  const rows = () => card.locator('tbody tr').count()
  const there = new Date(new Date().toLocaleString('en-US', { timeZone: 'America/Los_Angeles' })) // the policy's clock
  const midnight = new Date(Math.floor(Date.now() / 1000) * 1000 - ((there.getHours() * 60 + there.getMinutes()) * 60 + there.getSeconds()) * 1000).toISOString()
  await card.locator('tbody tr').first().waitFor()
  const refused = await world.system.post('/v1/decisions', { agent: 'ben', action: 'refund', amount: '99999.00', reason: 'outage', customer: 'count-1', case: 'count-1' })
  holds(refused.verdict !== 'granted', 'it is not given')
  for (const [name, query] of [['All', ''], ['At once', '&how=at_once'], ['Asked', '&how=asked'], ['AI', '&kind=ai']]) {
    await card.getByRole('radio', { name: new RegExp(`^${name} \\d`) }).check()
    const count = (await mia.get(`/v1/decisions?verdict=granted&limit=1&count=true&since=${midnight}${query}`)).count
    await card.getByRole('radio', { name: `${name} ${count}`, exact: true }).waitFor()
    await eventually(async () => await rows() === Math.min(count, 12), 3000, `${name}: as many rows as are counted (${count})`)
  }
  page.clean()
})

story('alerts: each step says how it stands; the test ticks the live line, and what is off says what to mend', async () => {
  const page = await desk()
  await page.getByRole('button', { name: 'Alerts' }).click()
  const dialog = page.getByRole('dialog', { name: 'Alerts' })
  const served = (await mia.ask('GET', '/v1/me/alerts')).status === 200
  if (served) await dialog.getByText('The server sends no mail').waitFor()
  await dialog.getByRole('button', { name: 'Test all' }).click()
  const step = words => dialog.locator('.ladder li', { hasText: words })
  if (served) await within(5000, async () => /came after/.test(await step('The ask appears on this desk').innerText()), 'the live line')
  holds(/came after/.test(await step('A number on the tab').innerText()), 'the number on the tab')
  holds(/^\(1\) /.test(await page.title()), `the title (${await page.title()})`)
  holds(/blocked|not yet/.test(await step('A notification').innerText()), 'the notification says how it stands')
  await axe(page)
  page.clean(served ? [] : [{ text: /404/, why: 'this server has no alerts of its own' }])
})

story('an ask rings: the title has the number, also on another surface', async () => {
  await clear()
  const page = await desk()
  await page.getByText('Nobody is waiting').waitFor()
  await page.getByRole('link', { name: 'Policy' }).first().click()
  await ask('ana', '180.00')
  await within(2000, async () => /^\(1\) /.test(await page.title()), 'the number in the title')
  await clear()
  await within(2000, async () => !/^\(/.test(await page.title()), 'the number is gone')
  page.clean()
})

story('in the hand: one ask a screen, four answers of 40 px, team and decisions behind tabs', async () => {
  await clear()
  const one = await ask('ana', '180.00')
  await ask('ben', '160.00')
  const page = await desk({ width: 390, height: 844 })
  await page.getByText('1 of 2').waitFor()
  await page.locator('article.on').getByText(/like this, what was given/).waitFor()
  holds(await page.locator('article.ask').count() === 1, 'one ask')
  const low = await page.locator('.thumb .btn.lg').evaluateAll(all => all.map(one => one.getBoundingClientRect().height))
  holds(low.length >= 4 && low.every(height => height >= 40), `heights ${low}`)
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
  same(wide, 0, 'nothing is wider than the screen')
  await page.getByRole('button', { name: 'Approve $180' }).click()
  await eventually(async () => (await state(one)).state === 'approved', 5000, 'the answer')
  await page.getByRole('tab', { name: 'Team' }).click()
  await page.getByText('Escalated, not moving').waitFor()
  await page.getByRole('tab', { name: 'Decided' }).click()
  await page.locator('table').waitFor()
  page.clean()
})

for (const theme of ['light', 'dark']) {
  story(`axe finds nothing, at four widths, ${theme}`, async () => {
    await clear()
    await ask('ana', '180.00')
    await ask('ben', '160.00')
    for (const width of [390, 1024, 1280, 1440]) {
      const page = await desk({ width, theme })
      await page.locator('article.on').getByText(/like this, what was given/).waitFor()
      await axe(page)
      page.clean()
      await page.leave()
    }
  })
}

story('German: no text of the English catalogue, nothing wider than its place', async () => {
  await clear()
  await ask('ana', '180.00')
  for (const width of [390, 1024, 1440]) {
    const page = await desk({ width, lang: 'de' })
    await page.locator('article.on').getByText(/was es gab/).waitFor()
    const wide = await page.evaluate(() => [...document.querySelectorAll('main button, main h2, main h3, main .seg, main .hd')].filter(one => one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).overflow === 'visible' && one.getClientRects().length > 0).map(one => one.textContent))
    same(wide, [], `too wide at ${width}`)
    holds(!/Waiting|Approve|Another way|Decided/.test(await page.locator('main').innerText()), 'English words')
    page.clean()
    await page.leave()
  }
})

story('100,000 decisions: to the end under a second, scrolling without a stop, filters in the address, all of it as a file', async () => {
  // A server that has just been given all of it reads for some seconds.
  await eventually(async () => (await bigRoot.get('/v1/decisions?limit=1&count=true')).count >= 100_000, 30_000, 'lists that have caught up')
  const page = await (await launchFor(big)).newPage({ who: 'root', width: 1440, height: 900 })
  await page.goto(`${big.url}/desk/decisions?every=1`)
  const table = page.locator('table.long')
  await table.locator('tbody tr[data-row="0"] td').first().waitFor()
  await eventually(async () => Number(await table.getAttribute('aria-rowcount')) === 100_001, 10_000, 'the number of rows')
  await eventually(async () => /:/.test(await table.locator('tr[data-row="0"]').innerText()), 5000, 'the first row')
  await table.locator('tr[data-row="0"]').focus()
  const took = await within(1000, async () => {
    if (await page.locator('tr[data-row="99999"]').count() === 0) await page.keyboard.press('End')
    return /:/.test(await table.locator('tr[data-row="99999"]').innerText({ timeout: 200 }))
  }, 'the last row')
  same(await table.locator('tr[data-row="99999"]').getAttribute('aria-rowindex'), '100001', 'its index')
  await sleep(1000) // what the page brings later is there
  const frames = await page.evaluate(async () => {
    const box = document.querySelector('.tbl-box')
    const times = []
    let last = performance.now()
    for (let i = 0; i < 60; i++) {
      box.scrollTop -= box.clientHeight
      await new Promise(requestAnimationFrame)
      const now = performance.now()
      times.push(now - last)
      last = now
    }
    return times.sort((a, b) => a - b)
  })
  console.log(`     to the end in ${Math.round(took)} ms; the 95th of 60 frames ${frames[56].toFixed(1)} ms`)
  await axe(page)
  await page.getByRole('radio', { name: 'AI' }).check()
  await eventually(() => /show=ai/.test(page.url()), 3000, 'the filter in the address')
  await eventually(async () => { const n = Number(await page.locator('table.long').getAttribute('aria-rowcount')); return n > 1 && n < 100_001 }, 5000, 'fewer rows')
  const count = Number(await page.locator('table.long').getAttribute('aria-rowcount')) - 1
  const [file] = await Promise.all([page.waitForEvent('download', { timeout: 45_000 }), page.getByRole('button', { name: 'Save as CSV' }).click()])
  const stream = await file.createReadStream()
  let lines = 0
  for await (const bytes of stream) for (const byte of bytes) if (byte === 10) lines += 1
  same(lines, count + 1, 'lines of the file')
  page.clean()
  holds(!timed || frames[56] <= 50, `the 95th of 60 frames took ${frames[56].toFixed(1)} ms`)
})

let other = null

async function launchFor(big) {
  // The same browser, the pages of another company.
  other ??= Object.create(browser, { world: { value: big } })
  return other
}
