// Every surface in both themes, in German, at 200 % and narrower: nothing to hold against it, nothing cut off, nothing left in English.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { axe } from './lib/axe.mjs'
import { launch } from './lib/browser.mjs'
import { ROOT } from './lib/places.mjs'
import { company, hooks } from './lib/seed.mjs'
import { holds, same, story } from './lib/story.mjs'

const world = await company({ options: ['--webhooks-inside'] })
const browser = await launch(world)
await hooks(world)

const SURFACES = [
  ['/desk', '.dk, main .seg, main .card'], ['/desk/decisions', '.tbl'], ['/panel?case=48213&reason=billing-error', '.rem'], ['/policy', '.say li'], ['/policy/edit', '.say li'], ['/people/people', '.tbl'], ['/people/p/ana', '.say, .kv'], ['/people/teams', '.tree'], ['/people/import', 'textarea'],
  ['/people/tiers', '.mx'], ['/people/signin', 'textarea'], ['/people/frame', '.secret'], ['/people/tokens', '.tbl'], ['/people/webhooks', '.cn'], ['/people/mail', '.card'], ['/people/alerts', 'form'], ['/people/language', 'form'], ['/people/about', '.kv'], ['/setup?step=people', '.su-people'], ['/setup?step=you', 'form'], ['/keys', 'h1'], ['/track', '.tk, .empty'], ['/reviews?team=care', '.empty, .rv'], ['/train', '.tr'],
]

const OTHERS_AT_WIDTHS = ['/desk', '/policy', '/policy/edit', '/people/people', '/people/p/ana', '/track', '/reviews?team=care', '/train']

async function show(page, [path, ready]) {
  await page.goto(path)
  await page.locator(ready).first().waitFor({ timeout: 10_000 })
  await page.waitForTimeout(200)
}

// What reaches past its page: the page itself, unless it stands in something that is marked as scrolling.
const wide = page => page.evaluate(() => {
  const over = document.documentElement.scrollWidth - innerWidth
  if (over <= 0) return ''
  const far = [...document.querySelectorAll('body *')].filter(one => !one.closest('[data-scrolls], .vh') && one.getBoundingClientRect().right > innerWidth + 1)
  return `${over}px: ${far.slice(0, 3).map(one => `${one.tagName.toLowerCase()}.${one.className}`).join(', ')}`
})

for (const theme of ['light', 'dark']) {
  for (const width of [1024, 1280, 1440]) {
    story(`${theme} at ${width}: no violation, no error, no report, nothing cut off`, async () => {
      const page = await browser.newPage({ who: 'root', theme, width, height: 900 })
      // All of them at one width; at the others, those whose layout is another one there.
      for (const surface of width === 1280 ? SURFACES : SURFACES.filter(([path]) => OTHERS_AT_WIDTHS.includes(path))) {
        await show(page, surface)
        await axe(page)
        same(await wide(page), '', `${surface[0]}: what is too wide`)
      }
      page.clean()
    })
  }
}

const folder = join(ROOT, 'web/src/i18n')
const TIERS = ['frontline', 'senior', 'lead', 'manager'] // names of the policy, in whatever language it is
const read = lang => Object.assign({}, ...readdirSync(folder).filter(name => name.endsWith(`.${lang}.json`)).map(name => JSON.parse(readFileSync(join(folder, name), 'utf8'))))

story('in German no text of the English ones is left, and nothing is cut off', async () => {
  const [en, de] = [read('en'), read('de')]
  const german = new Set(Object.values(de))
  const english = new Set(Object.keys(en).filter(key => en[key] !== de[key] && !en[key].includes('{') && !german.has(en[key]) && !TIERS.includes(en[key].toLowerCase())).map(key => en[key].replaceAll('**', '')))
  const page = await browser.newPage({ who: 'root', lang: 'de', width: 1280, height: 900 })
  for (const surface of SURFACES) {
    await show(page, surface)
    const texts = await page.evaluate(() => {
      const found = []
      const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
      for (let node = walk.nextNode(); node; node = walk.nextNode()) if (!node.parentElement.closest('[lang=en], script, textarea')) found.push(node.textContent.trim())
      return found
    })
    same(texts.filter(text => english.has(text)), [], `${surface[0]}: English`)
    same(await wide(page), '', `${surface[0]}: what is too wide`)
  }
  page.clean()
})

for (const [width, height] of [[640, 400], [320, 256]]) {
  story(`at ${width} x ${height} (zoomed in) nothing scrolls sideways, and the main act is reached`, async () => {
    const page = await browser.newPage({ who: 'root', width, height })
    for (const surface of SURFACES) {
      await show(page, surface)
      same(await wide(page), '', `${surface[0]}: what is too wide`)
    }
    await show(page, ['/people/alerts', 'form'])
    const button = page.getByRole('button', { name: 'Save' })
    await button.scrollIntoViewIfNeeded()
    holds(await button.isVisible(), 'the button is not there')
    page.clean()
  })
}

story('forced colours and less motion open as well', async () => {
  const page = await browser.newPage({ who: 'root', more: { forcedColors: 'active' } })
  for (const surface of SURFACES.slice(0, 6)) await show(page, surface)
  page.clean()
})
