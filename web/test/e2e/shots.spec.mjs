// Pictures of every surface, both themes, for docs/screenshots. They are looked at, not compared.
import { mkdirSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { launch } from './lib/browser.mjs'
import { ROOT } from './lib/places.mjs'
import { asked, company, demonstration, hooks, onTrial } from './lib/seed.mjs'
import { story } from './lib/story.mjs'

const world = await company({ options: ['--webhooks-inside'] })
const browser = await launch(world)
await hooks(world)
const folder = join(ROOT, 'docs/screenshots')
mkdirSync(folder, { recursive: true })

const root = await world.as('root')
const ana = await world.as('ana')

/** An ask of Ana's that waits: beyond her room, for somebody who may. */
async function ask() {
  const decision = await ana.post('/v1/decisions', { action: 'refund', amount: '249.00', case: '48213', customer: 'k3', reason: 'billing-error' })
  await ana.post(`/v1/decisions/${decision.id}/ask`, { note: 'Billed twice for March. The second bill came the day after she had paid the first.', hold: '4h' })
}

async function open(page, path, ready) {
  await page.goto(path)
  await page.locator(ready).first().waitFor({ timeout: 10_000 })
  await page.waitForTimeout(500)
}

async function shoot(name, path, ready, { who = 'root', width = 1280, height = 860, langs = ['en'], act, browser: own = browser } = {}) {
  for (const lang of langs) {
    for (const theme of ['light', 'dark']) {
      const page = await own.newPage({ who, theme, lang, width, height })
      await open(page, path, ready)
      if (act) await act(page)
      await page.screenshot({ path: join(folder, `${name}${lang === 'en' ? '' : `-${lang}`}-${theme}.png`) })
      await page.leave()
    }
  }
}

const CASE = '/panel?case=48213&customer=k3&reason=billing-error'
const PHONE = { width: 400, height: 860, who: 'ana', langs: ['en', 'de'] }

story('the panel: what can be done now, giving', async () => {
  await shoot('panel', CASE, '.rem', PHONE)
  await shoot('panel-give', CASE, '.rem', { ...PHONE, act: async page => {
    await page.locator('[data-action="credit"]').click()
    await page.locator('.form .btn.lg').waitFor()
    await page.locator('.money input').fill(page.url().includes('lang=de') ? '40' : '40')
    await page.waitForTimeout(500)
  } })
})

story('the panel: waiting; the desk', async () => {
  await ask()
  await shoot('panel-waiting', CASE, '.clk, .ring', PHONE)
  await shoot('desk', '/desk', '.dk .ring', { who: 'mia', width: 1440, height: 900, langs: ['en', 'de'] })
  await shoot('desk-decisions', '/desk/decisions', '.tbl tbody tr', { who: 'mia' })
})

story('policy', async () => {
  await shoot('policy', '/policy', '.say li')
  await shoot('policy-edit', '/policy/edit', '.say li', { act: async page => {
    const text = page.locator('.ca textarea')
    await text.fill((await text.inputValue()).replace('tiers: [', 'teirs: ['))
    await page.locator('.ca-list li').first().waitFor()
    await page.waitForTimeout(300)
    await text.fill((await text.inputValue()).replace('teirs: [', 'tiers: ['))
    await page.locator('.ca-list li').first().waitFor({ state: 'detached' })
  } })
})

/** Two values changed where they are said, and the past under them. */
async function change(page) {
  for (const [rule, to] of [['billing-error', '120'], ['outage-per-line', '5']]) {
    const line = page.locator('.say li', { has: page.locator(`.id:text-is("${rule}")`) })
    await line.locator('.tok').first().click()
    await line.locator('.chv input').first().fill(to)
    await page.keyboard.press('Enter')
  }
  await page.locator('.way .chg .nums').nth(1).waitFor({ timeout: 10_000 })
  await page.locator('.say li', { has: page.locator('.id:text-is("billing-error")') }).locator('.tok').first().click()
  await page.waitForTimeout(300)
}

story('the policy studio', async () => {
  await asked(world)
  for (const [name, width, height] of [['studio', 1440, 1060], ['studio-1024', 1024, 1200], ['studio-400', 400, 1600]]) {
    const { id } = await root.post('/v1/policy/drafts', {})
    await shoot(name, `/policy/drafts/${id}`, '.say .tok', { width, height, act: async page => {
      if (await page.locator('.tok.new').count() === 0) await change(page)
      else await page.locator('.way .chg .nums').nth(1).waitFor({ timeout: 10_000 })
    } })
    const { tag } = await root.get(`/v1/policy/drafts/${id}`)
    await root.ask('DELETE', `/v1/policy/drafts/${id}`, undefined, { 'If-Match': `"${tag}"` })
  }
})

story('a trial, and what versions did', async () => {
  const other = await onTrial()
  const page = await launch(other)
  const pat = await other.as('root')
  const { source } = await pat.get('/v1/policy')
  const { id } = await pat.post('/v1/policy/drafts', { source: source.replace('up_to: 100.00', 'up_to: 120.00') })
  const started = { act: async shown => {
    await shown.getByRole('button', { name: /Choose teams and try it|Teams wählen und versuchen/ }).click()
    await shown.locator('dialog input[type=checkbox]').nth(4).check()
    await shown.locator('dialog .note').nth(1).waitFor()
    await shown.waitForTimeout(400)
  } }
  await shoot('trial', '/policy', '.tri .mea-t', { browser: page, width: 1440, height: 1000, langs: ['en', 'de'] })
  await shoot('trial-1024', '/policy', '.tri .mea-t', { browser: page, width: 1024, height: 1200 })
  await shoot('trial-400', '/policy', '.tri .mea-t', { browser: page, width: 400, height: 1500 })
  await shoot('trial-start', `/policy/drafts/${id}`, '.way .note', { browser: page, width: 1440, height: 1000, ...started })
})

story('track', async () => {
  const other = await onTrial()
  const page = await launch(other)
  await shoot('track', '/track?days=365', '.tk .ch', { browser: page, width: 1440, height: 1400, langs: ['en', 'de'] })
  await shoot('track-400', '/track?days=365', '.tk .ch', { browser: page, width: 400, height: 1600 })
  await shoot('charts', '/track/charts?of=each', '.tk svg.ch', { browser: page, width: 1280, height: 760 })
  const { causes } = await (await other.as('root')).get('/v1/track?days=365')
  await shoot('cause', `/track/causes/${causes.find(one => one.reason !== '').reason}`, '.facts', { browser: page, width: 1280, height: 1200 })
})

story('people and settings', async () => {
  await shoot('people', '/people/people', '.tbl .lee2')
  await shoot('person', '/people/p/ana', '.kv')
  await shoot('tiers', '/people/tiers', '.mx')
  await shoot('tokens', '/people/tokens', '.tbl')
  await root.post('/v1/decisions', { action: 'plan_change', reason: 'goodwill', case: '48301', customer: 'k4' }).catch(() => {})
  await shoot('webhooks', '/people/webhooks', '.cn')
})

story('first steps', async () => {
  await shoot('setup', '/setup?step=people', '.su-people')
})

story('Train: taking a course, the team, writing one', async () => {
  const course = join(ROOT, 'examples/telco/courses/billing-101')
  await root.post('/v1/courses', { files: Object.fromEntries(readdirSync(course).map(name => [name, readFileSync(join(course, name), 'utf8')])) })
  const attempt = await ana.post('/v1/courses/billing-101/attempts', {})
  await ana.put(`/v1/attempts/${attempt.id}/answers/who-may`, { choice: 1 })
  await shoot('train', '/train/c/billing-101', '.q-text', { who: 'ana', act: async page => {
    await page.getByRole('button', { name: 'Back' }).click()
    await page.locator('.opts').waitFor()
  } })
  await shoot('train-400', '/train/c/billing-101', '.q-text', { who: 'ana', width: 400 })
  await shoot('train-team', '/train/team', '.tbl tbody tr', { who: 'lee' })
  await shoot('train-write', '/train/write/billing-101', '.tr-item', { who: 'qua' })
})

story('of the demonstration: reviews, the huddle, the pulse, room to learn, reference pages', async () => {
  const other = await demonstration()
  const page = await launch(other)
  await shoot('reviews', '/reviews', '.top h1', { browser: page, who: 'lee', width: 1440, height: 900, act: async shown => {
    const draw = shown.getByRole('button', { name: 'Draw this week' })
    if (await draw.isVisible()) await draw.click()
    await shown.locator('.rv .tbl tbody tr').first().waitFor()
    await shown.waitForTimeout(300)
  } })
  await shoot('huddle', '/train/huddle', '.hud', { browser: page, who: 'lee', height: 1100 })
  await shoot('pulse', '/train/pulse', '.top h1', { browser: page, who: 'lee' })
  await shoot('growing', '/train/growing', '.top h1', { browser: page, who: 'ana' })
  await shoot('pages', '/train/pages', '.top h1', { browser: page, who: 'ana' })
})
