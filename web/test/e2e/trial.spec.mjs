// Some teams first: what a trial would show and what holds it back stand there before it starts; one that runs says what it did, is
// kept, ended or given more time; and the list of versions says what each of them did.
import { axe } from './lib/axe.mjs'
import { launch } from './lib/browser.mjs'
import { onTrial } from './lib/seed.mjs'
import { eventually, holds, same, story } from './lib/story.mjs'

const world = await onTrial()
const browser = await launch(world)
const root = await world.as('root')

const trials = async () => (await root.get('/v1/policy/trials')).items
const live = async () => (await root.get('/v1/policy')).version
const DAY_MS = 86_400_000

async function open(path, options = {}) {
  const page = await browser.newPage({ who: 'root', width: 1440, height: 1000, ...options })
  page.setDefaultTimeout(15_000)
  await page.goto(path)
  return page
}

/** A draft with one value changed, in its studio. */
async function draft(from = 'up_to: 100.00', to = 'up_to: 120.00') {
  const { source } = await root.get('/v1/policy')
  return root.post('/v1/policy/drafts', { source: source.replace(from, to) })
}

const card = page => page.locator('section.tri')

story('the list of versions says what each did: figures, the interval and words; the page of the version says all of it', async () => {
  const page = await open('/policy')
  const effect = await root.get('/v1/policy/versions/2/effect')
  holds(effect.decided.new > 1000 && effect.decided.kept > 1000, 'both versions decided')
  const row = page.locator('.ver', { has: page.getByText('on trial') })
  await row.locator('svg.ci').waitFor()
  const share = effect.measures.find(one => one.measure === 'granted_at_once')
  const points = `+${(Number(share.change) * 100).toFixed(1)} points`
  holds(Number(share.change) > 0, 'more at once')
  same(await row.locator('svg.ci').getAttribute('aria-label'), `at once ${points}, between ${[share.low, share.high].map(one => `${Number(one) > 0 ? '+' : '−'}${Math.abs(Number(one) * 100).toFixed(1)} points`).join(' and ')}`, 'the interval')
  same((await row.locator('p').last().innerText()).trim(), `${points}, ${effect.words}`, 'the words')
  same(await page.locator('.ver.live p').last().innerText(), 'nothing before it to compare with', 'the first version')
  await row.click()
  await card(page).locator('.mea-v').waitFor()
  const rows = await card(page).locator('.mea-t tbody tr').allInnerTexts()
  holds(rows.some(text => text.includes('at once') && text.includes(points)), `the whole: ${rows.join(' | ')}`)
  await axe(page)
  page.clean([{ text: /503/, why: 'the past is being read' }])
})

story('a trial that runs: its teams, the days that are left, what each version decided; it goes on for longer', async () => {
  const page = await open('/policy')
  const [trial] = await trials()
  const effect = await root.get('/v1/policy/versions/2/effect')
  await card(page).getByText('14 days left').waitFor()
  holds((await card(page).innerText()).includes('care-north, care-south'), 'its teams')
  const number = n => new Intl.NumberFormat('en').format(n)
  await card(page).getByText(`${number(effect.decided.new)} by version 2, ${number(effect.decided.kept)} by version 1`).waitFor()
  await card(page).getByRole('button', { name: 'Go longer' }).click()
  await page.locator('dialog').getByText(/^In \d\d days/).waitFor()
  await axe(page)
  await page.locator('dialog').getByRole('button', { name: /^Until/ }).click()
  await card(page).getByText('28 days left').waitFor()
  same(Date.parse((await trials())[0].until) - Date.parse(trial.until), 14 * DAY_MS, 'two weeks more')
  page.clean()
})

story('what holds a trial back is said in place, and a team that is on trial is marked', async () => {
  const { id } = await draft()
  const page = await open(`/policy/drafts/${id}`)
  await page.getByText(/In 14 days/).waitFor() // in the way to live, before anything is chosen
  await page.getByRole('link', { name: /Version 2 is on trial until/ }).waitFor()
  await page.getByRole('button', { name: 'Choose teams and try it' }).click()
  const dialog = page.locator('dialog')
  await dialog.getByLabel(/^care-north/).check()
  await dialog.getByText('on trial with 2').first().waitFor()
  await dialog.getByText(/runs for the team care-north already/).waitFor()
  await axe(page)
  await dialog.getByLabel(/^care-north/).uncheck()
  await dialog.getByLabel(/^billing-desk/).check()
  await eventually(async () => await dialog.getByText('It can’t start like this').count() === 0, 5000, 'nothing in the way')
  await page.keyboard.press('Escape')
  same((await trials()).length, 1, 'none began')
  page.clean([{ text: /409/, why: 'another trial has the team' }])
})

story('a trial that could show nothing starts only when one says so; it is seen to run, and kept', async () => {
  for (const one of await trials()) await root.post(`/v1/policy/trials/${one.id}/end`, {})
  const before = await live()
  const { id } = await draft()
  const page = await open(`/policy/drafts/${id}`)
  await page.getByRole('button', { name: 'Choose teams and try it' }).click()
  const dialog = page.locator('dialog')
  await dialog.getByRole('button', { name: 'Start the trial' }).click()
  await dialog.getByText('Choose at least one team.').waitFor()
  await dialog.getByLabel(/^care /).check() // the team above all others of care, and nobody is left to compare with but billing
  await dialog.getByLabel('What changes, and why').fill('Less waiting for small bills.')
  await dialog.getByLabel(/^Stops by itself/).fill('90000')
  const blind = dialog.getByLabel(/^Start it all the same/)
  const shown = dialog.getByText(/you will see a change of|would show/)
  await shown.waitFor()
  if (await blind.count() > 0) {
    await dialog.getByRole('button', { name: 'Start the trial' }).click()
    await dialog.getByText('Take more teams or more days').waitFor()
    same((await trials()).filter(one => one.state === 'running').length, 0, 'not started blind')
    await blind.check()
  }
  await dialog.getByRole('button', { name: 'Start the trial' }).click()
  await page.waitForURL(/versions\?v=/)
  await card(page).getByText('has decided nothing yet', { exact: false }).waitFor()
  const [trial] = await trials()
  same([trial.state, trial.teams, trial.stops.cost_a_day, trial.note], ['running', ['care'], '90000.00', 'Less waiting for small bills.'], 'the trial')
  await card(page).getByText('above $90,000 on one day').waitFor()
  await card(page).getByRole('button', { name: 'Keep it' }).click()
  await dialog.getByText('What it did so far: has decided nothing yet.').waitFor()
  await axe(page)
  await dialog.getByRole('button', { name: 'Keep it for everybody' }).click()
  await eventually(async () => await live() === trial.version, 5000, 'it is live for everybody')
  await eventually(async () => await card(page).count() === 0, 5000, 'no trial is shown')
  await page.locator('.ver.live', { hasText: 'tried, then kept' }).waitFor()
  await root.ask('PUT', '/v1/policy/normal', { version: before })
  await page.getByRole('button', { name: `Back to normal (${before})` }).click()
  await eventually(async () => await live() === before, 5000, 'what was normal')
  page.clean()
})

story('somebody who may not change the policy reads what was tried, and has no way to end it', async () => {
  const { source } = await root.get('/v1/policy')
  await root.post('/v1/policy/trials', { source: source.replace('up_to: 50.00', 'up_to: 60.00'), teams: ['care-north'], until: new Date(Date.now() + 7 * DAY_MS).toISOString().replace(/\.\d+/, ''), note: 'A little more.' })
  const { link } = await root.post('/v1/people/ana/invite')
  await root.post(`/v1/invitations/${link.split('#').pop()}`, { password: world.password })
  const page = await open('/policy', { who: 'ana', lang: 'de' })
  await card(page).getByText('noch 7 Tage').waitFor()
  same(await card(page).getByRole('button').count(), 1, 'ways to act')
  await card(page).getByRole('button', { name: 'Zeigen, was sie bewirkt hat' }).click()
  await card(page).getByText('Sie hat noch nichts entschieden.').waitFor()
  await axe(page)
  page.clean()
})
