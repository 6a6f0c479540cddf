// What the studio says of a long past: between what the cost likely lies, whose budgets would have run dry, and what each value of the
// one that is being changed would do.
import { axe } from './lib/axe.mjs'
import { launch } from './lib/browser.mjs'
import { hundred } from './lib/seed.mjs'
import { eventually, holds, same, story } from './lib/story.mjs'

const world = await hundred()
const browser = await launch(world)

// took: how long a replay is said to take, whatever else the machine has to do. page.curves: how often one was asked for.
async function open({ took = 90, ...options } = {}) {
  const page = await browser.newPage({ who: 'root', width: 1440, height: 900, ...options })
  page.setDefaultTimeout(30_000)
  page.curves = 0
  await page.route('**/v1/policy/replay', async route => {
    page.curves += route.request().postData()?.includes('"set"') ? 1 : 0
    const response = await route.fetch().catch(() => null) // given up
    if (response === null) return
    await (response.ok() ? response.json().then(json => route.fulfill({ response, json: { ...json, took_ms: took } })) : route.fulfill({ response })).catch(() => {})
  })
  await page.goto('/policy')
  await page.getByRole('button', { name: options.lang === 'de' ? 'Ändern' : 'Change it' }).click()
  await page.waitForURL('**/policy/drafts/**')
  await page.locator('.say .tok').first().waitFor()
  await page.locator('.res .fact').first().waitFor()
  return page
}

const rule = (page, id) => page.locator('.say li', { has: page.locator(`.id:text-is("${id}")`) })

/** A value of a rule's sentence, typed and let go. */
async function type(page, id, nth, text) {
  await rule(page, id).locator('.tok').nth(nth).click()
  await rule(page, id).locator('.chv input').first().fill(text)
  await page.keyboard.press('Enter')
}

const curve = page => page.locator('.curve svg.ch')

story('the cost lies likely between two sums, which come after the figures', async () => {
  const page = await open()
  same(await page.locator('.likely').count(), 0, 'nothing has changed')
  await type(page, 'billing-error', 0, '150')
  await page.locator('.likely .band').waitFor()
  const label = await page.locator('.likely').getAttribute('aria-label')
  const [cost, low, high] = [...label.matchAll(/[+−]?\$\d[\d,]*(?:\.\d+)?/g)].map(found => Number(found[0].replace(/[$,]/g, '').replace('−', '-')))
  holds(low < cost && cost < high, `the range is not around the sum: ${label}`)
  page.clean()
})

story('budgets that would have run dry: whose, since when, and what is newly so', async () => {
  const page = await open()
  const rows = page.locator('.dry tbody tr')
  await rows.first().waitFor()
  same(await page.locator('.dry .tag').count(), 0, 'nothing is new, nothing is no longer')
  await type(page, 'customer-year', 1, '1')
  await page.locator('.dry .tag.warn').first().waitFor()
  const first = await rows.first().innerText()
  holds(/customer-year/.test(first) && /newly/.test(first), `the first row: ${first}`)
  same(await rows.count(), 5, 'rows at first')
  await page.getByRole('button', { name: /^\d+ more$/ }).click()
  await eventually(async () => await rows.count() > 5, 3000, 'all of them')
  const said = await page.locator('.cmp .pane-h', { hasText: 'run dry' }).innerText()
  holds(/\d+ newly, \d+ no longer/.test(said), `the sums: ${said}`)
  await axe(page)
  page.clean()
})

story('the curve of the value that is being changed is drawn, walked by keys, and told as a table', async () => {
  const page = await open()
  await rule(page, 'billing-error').locator('.tok').first().click()
  await curve(page).waitFor()
  same(await page.locator('.curve code').innerText(), 'grants.billing-error.up_to', 'which value')
  const points = await page.locator('.curve polyline').first().evaluate(line => line.getAttribute('points').split(' ').length)
  holds(points >= 10, `points: ${points}`)
  await axe(page)
  page.clean()
})

story('the curve stays while its value is moved: only the mark goes along', async () => {
  const page = await open()
  await rule(page, 'billing-error').locator('.tok').first().click()
  await curve(page).waitFor()
  await rule(page, 'billing-error').locator('.chv input').first().fill('150')
  await page.keyboard.press('Enter')
  await page.locator('.curve .mean').waitFor({ state: 'attached' })
  holds((await curve(page).textContent()).includes('$150 in the draft'), 'the mark')
  same(page.curves, 1, 'curves that were asked for')
  await curve(page).focus()
  await page.keyboard.press('Home')
  const said = page.locator('.curve p.t12')
  const first = await said.innerText()
  holds(/given at once/.test(first) && /get less/.test(first), `what is read: ${first}`)
  await page.keyboard.press('End')
  await eventually(async () => await said.innerText() !== first, 2000, 'the last point')
  await page.getByRole('button', { name: 'As a table' }).click()
  const table = page.locator('.curve table')
  await table.waitFor()
  holds((await table.innerText()).includes('$150 (in the draft)') && (await table.innerText()).includes('$100 (before)'), 'the marks in the table')
  await axe(page)
  page.clean()
})

story('a long past is not tried with many values unasked; the curve can be asked for', async () => {
  const page = await open({ took: 2000 })
  await rule(page, 'billing-error').locator('.tok').first().click()
  await page.getByText('The record is long').waitFor()
  same(page.curves, 0, 'curves that nobody asked for')
  await page.getByRole('button', { name: 'Draw the curve' }).click()
  await curve(page).waitFor()
  same(page.curves, 1, 'the curve')
  page.clean()
})

story('in German, in the dark, on a narrow screen', async () => {
  const page = await open({ lang: 'de', theme: 'dark', width: 420, height: 900 })
  await type(page, 'customer-year', 1, '2')
  await page.locator('.likely .band').waitFor()
  await curve(page).waitFor()
  await page.getByText('Budgets, die leer gewesen wären').waitFor()
  holds((await page.locator('.likely').textContent()).includes('wohl'), 'the range in German')
  holds((await curve(page).textContent()).includes('2 im Entwurf'), 'the mark in German')
  await axe(page)
  page.clean()
})
