// Pulse surveys: opened in Train, answered from a quiet card in the panel and on My path by mouse and keys, put off with one touch, closed, read.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { axe } from './lib/axe.mjs'
import { focused, launch } from './lib/browser.mjs'
import { company } from './lib/seed.mjs'
import { eventually, holds, same, story } from './lib/story.mjs'

const world = await company()
const browser = await launch(world)
const shots = process.env.PULSE_SHOTS
if (shots) mkdirSync(shots, { recursive: true })

const shot = (page, name) => shots ? page.screenshot({ path: join(shots, `${name}.png`), fullPage: true }) : undefined
const PEOPLE = ['mia', 'lee', 'lou', 'cho', 'kim', 'pol', 'peo', 'aud', 'jo']

/** The tab Me; the first click may come before the page has its script. */
async function me(page, name = 'Me') {
  const tab = page.getByRole('tab', { name })
  await eventually(async () => {
    await tab.click()
    return await tab.getAttribute('aria-selected') === 'true'
  }, 8000, 'the tab')
}

async function answers(who, round, numbers, words) {
  const caller = await world.as(who)
  const ids = ['make-right', 'answer-in-time', 'heard', 'plan', 'again']
  await caller.post(`/v1/me/pulse/${round}`, { answers: Object.fromEntries(ids.map((id, i) => [id, numbers[i]])), ...words && { words } })
}

story('quality asks everybody; the card is answered in the panel by keys, on My path, and put off with one touch; closed, it is read in a sentence first', async () => {
  const page = await browser.newPage({ who: 'qua', width: 1280, height: 900 })
  await page.goto('/train/pulse')
  await page.getByText('Nobody was asked yet.').waitFor()
  await axe(page)
  await page.getByRole('button', { name: 'Ask how it is going' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('For how many days?').fill('0')
  await dialog.getByRole('button', { name: 'Ask them' }).click()
  await dialog.getByText('A number from 1 to 92.').waitFor()
  await dialog.getByLabel('For how many days?').fill('7')
  await dialog.getByLabel('A name for it (you may leave it out)').fill('Autumn')
  await axe(page)
  await shot(page, 'ask-1280')
  await dialog.getByRole('button', { name: 'Ask them' }).click()
  await page.getByText('Results are shown when it is closed').waitFor()
  const round = (await (await world.as('qua')).get('/v1/pulse')).items[0].id
  // In the panel, by keys alone.
  const panel = await browser.newPage({ who: 'ana', width: 400, height: 900 })
  await panel.goto('/panel')
  await me(panel)
  const card = panel.getByRole('region', { name: 'Autumn' })
  await card.getByRole('button', { name: 'Answer' }).focus()
  await panel.keyboard.press('Enter')
  await card.getByRole('button', { name: 'Send' }).focus()
  await panel.keyboard.press('Enter')
  await card.getByText('Choose an answer to each question.').waitFor()
  for (let i = 0; i < 5; i++) {
    await card.getByRole('radiogroup').nth(i).getByRole('radio').nth(2).focus()
    await panel.keyboard.press('ArrowRight')
  }
  await card.getByLabel('What should we change first?').fill('The return form.')
  await axe(panel)
  await shot(panel, 'card-400')
  holds((await card.innerText()).includes("added to your team's sums"), 'the sentence on who sees what')
  await card.getByRole('button', { name: 'Send' }).focus()
  await panel.keyboard.press('Enter')
  await card.getByText('You have answered. Thank you.').waitFor()
  await panel.goto('/panel')
  await me(panel)
  await panel.getByText('Thank somebody').waitFor()
  same(await panel.getByRole('region', { name: 'Autumn' }).count(), 0, 'the card of one who has answered')
  panel.clean()
  // On My path: later, with one touch; at 320, in the dark, in German.
  const path = await browser.newPage({ who: 'ben', width: 320, height: 900, lang: 'de', dark: true })
  await path.goto('/train')
  const mine = path.getByRole('region', { name: 'Autumn' })
  await mine.getByRole('button', { name: 'Antworten' }).click()
  await mine.getByRole('radiogroup').first().waitFor()
  await axe(path)
  await shot(path, 'card-320-dark-de')
  await path.reload()
  await mine.getByRole('button', { name: 'Später' }).click()
  await mine.getByText('aufgeschoben.').waitFor()
  await path.reload()
  await path.locator('#tr-path').waitFor()
  await eventually(async () => (await (await world.as('ben')).get('/v1/me/pulse')).items[0].later_until !== undefined, 3000, 'it was put off')
  same(await path.getByRole('region', { name: 'Autumn' }).count(), 0, 'the card that was put off')
  path.clean()
  for (const [i, who] of PEOPLE.entries()) await answers(who, round, [4, i % 5 + 1, 2, 5, 3], who === 'kim' ? 'More hands on Mondays.' : '')
  // Closed, and read.
  await page.reload()
  await page.getByText('10 of 13 have answered').first().waitFor().catch(async () => { throw new Error(await page.locator('main').innerText()) })
  await page.getByRole('button', { name: 'Close it now' }).click()
  await axe(page)
  await page.getByRole('dialog').getByRole('button', { name: 'Close it now' }).click()
  await page.getByText('Highest: “I know the plan: what we change next, and why” (4.9)').waitFor()
  const words = await page.locator('main').innerText()
  holds(words.includes('The return form.') && words.includes('More hands on Mondays.'), words)
  await axe(page)
  await shot(page, 'results-1280')
  for (const width of [400, 320]) {
    const narrow = await browser.newPage({ who: 'lee', width, height: 900, dark: width === 400 })
    await narrow.goto(`/train/pulse/${round}`)
    await narrow.getByText('Highest:').waitFor()
    await axe(narrow)
    await shot(narrow, `results-${width}`)
    same(await narrow.evaluate(() => [document.documentElement.scrollWidth, innerWidth, ...[...document.querySelectorAll('body *')].filter(one => !one.closest('[data-scrolls]') && one.getBoundingClientRect().right > innerWidth + 1).map(one => one.className)]), [width, width], `nothing goes past the edge at ${width}`)
    await shot(narrow, `results-${width}`)
    narrow.clean()
  }
  page.clean()
})

story('an agent has the card and no tab; a lead asks their own team alone; in German', async () => {
  const agent = await browser.newPage({ who: 'ana', width: 1280, height: 900 })
  await agent.goto('/train/pulse')
  await agent.locator('#tr-path').waitFor()
  same(await agent.getByRole('button', { name: 'Ask how it is going' }).count(), 0, 'asking')
  agent.clean()
  const lead = await browser.newPage({ who: 'lee', width: 1280, height: 900, lang: 'de', dark: true })
  await lead.goto('/train/pulse')
  await lead.getByRole('button', { name: 'Fragen, wie es läuft' }).click()
  const dialog = lead.getByRole('dialog')
  await dialog.getByLabel('Wen?').waitFor()
  same(await dialog.getByLabel('Wen?').locator('option').filter({ hasText: 'Alle' }).count(), 0, 'everybody is not theirs to ask')
  await axe(lead)
  await shot(lead, 'ask-1280-dark-de')
  await lead.keyboard.press('Escape')
  await eventually(async () => (await focused(lead)).includes('Fragen'), 3000, 'the focus comes back')
  lead.clean()
})
