// What a page shows before its script has run: what the script then shows as well, on the same elements, at the same place.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { axe } from './lib/axe.mjs'
import { launch } from './lib/browser.mjs'
import { ROOT } from './lib/places.mjs'
import { company } from './lib/seed.mjs'
import { holds, same, story } from './lib/story.mjs'

const world = await company()
const browser = await launch(world)
const words = lang => JSON.parse(readFileSync(join(ROOT, `web/src/i18n/common.${lang}.json`), 'utf8'))
const frameOf = said => ['product', 'nav.panel', 'nav.policy', 'nav.people', 'palette.name'].map(key => said[`common.${key}`])
const GERMAN = words('de')
const FRAME = { en: frameOf(words('en')), de: frameOf(GERMAN) }
// path, who, the heading in English, what is there when the surface is, what else is seen at once
const PAGES = [
  ['/signin', null, 'Sign in', '.enter .btn.pri:not([disabled])', ['Id or e-mail', 'Password', 'No password yet?']],
  ['/desk', null, 'Sign in', '.enter .btn.pri:not([disabled])', ['Id or e-mail']],
  ['/panel?case=48213', null, 'Sign in', '.enter .btn.pri:not([disabled])', ['Id or e-mail']],
  ['/panel?case=48213', 'ana', 'Case #48213', '.rem', ['Case', 'Me']],
  ['/panel', 'ana', null, '.pn-sec h2', ['Case', 'Me', 'No case is open']],
  ['/panel', 'mia', null, '.pn-sec h2', ['Case', 'Me', 'Desk']],
  ['/desk', 'mia', 'Desk', '.dk', [...FRAME.en, 'Mia Novak', 'manager, care', 'MN']],
  ['/desk/decisions', 'lee', 'Desk', '.tbl', [...FRAME.en, 'Lee Walker']],
  ['/policy', 'ana', 'Policy', '.say li', [...FRAME.en, 'Ana Silva', 'frontline, care-north']],
  ['/policy/edit', 'root', null, '.say li', FRAME.en],
  ['/people', 'root', null, '.pp', [...FRAME.en, 'Root Admin']],
  ['/people/p/ana', 'root', null, '.pp .kv, .pp .say', FRAME.en],
  ['/setup', 'root', null, '.su', FRAME.en],
  ['/train', 'ana', 'Train', '.tr', FRAME.en],
  ['/keys', 'ana', null, '.keylist', FRAME.en],
]

/** A page whose scripts wait until `go` is called. */
async function held(options, path) {
  const page = await browser.newPage(options)
  let go
  const gate = new Promise(resolve => { go = resolve })
  await page.route('**/assets/*.js', async route => {
    await gate
    await route.continue()
  })
  await page.goto(path, { waitUntil: 'commit' })
  await page.waitForSelector('#boot', { state: 'attached' })
  await page.evaluate(async () => { // the typefaces, which the scripts would ask for
    const fonts = document.createElement('link')
    const come = new Promise(done => { fonts.onload = done })
    Object.assign(fonts, { rel: 'stylesheet', href: document.querySelector('script[data-later]').dataset.later.split(' ')[0] })
    document.head.append(fonts)
    await come
    await document.fonts.ready
  })
  await page.evaluate(() => new Promise(resolve => requestAnimationFrame(() => requestAnimationFrame(resolve))))
  return { page, go }
}

const drawn = page => page.evaluate(() => {
  const spelled = one => [one.localName, ...['class', 'href', 'aria-current', 'aria-selected', 'type', 'value'].map(name => one.getAttribute(name) ?? ''), one.checked ?? '', one.children.length ? '' : one.textContent].join('|')
  globalThis.__first ??= [...document.querySelectorAll('#app *')].filter(one => !one.closest('.live, .toasts'))
  return globalThis.__first.map(one => {
    const { x, y, width, height } = one.getBoundingClientRect()
    const grows = one.matches('.app, .app > div, main, .pn-page, .pn, .pn-body, .pn-sec, .pn-sec *, .find, .find *, .sp') // around what comes, or into what is left
    return { is: `${one.isConnected ? '' : 'gone: '}${spelled(one)}`, at: one.closest('svg, .vh') || grows ? '' : [x, y, width, height].map(Math.round).join(' ') }
  })
})

for (const [path, who, heading, ready, seen] of PAGES) {
  story(`${path} of ${who ?? 'nobody'}: seen before any script; taken over, not drawn again`, async () => {
    const { page, go } = await held({ who }, path)
    const text = await page.evaluate(() => document.getElementById('app').innerText)
    for (const word of seen) holds(text.includes(word), `${word} is not there: ${text}`)
    const title = await page.evaluate(() => document.querySelector('h1')?.textContent)
    if (heading) same(title, heading, 'the heading')
    const before = await drawn(page)
    holds(before.length > 10, 'nothing to see')
    go()
    await page.locator(ready).first().waitFor({ timeout: 10_000 })
    const after = await drawn(page)
    same(after.filter((one, i) => one.is !== before[i].is).map(one => one.is), [], 'what became something else')
    same(after.filter((one, i) => one.at !== before[i].at).map((one, i) => `${one.is}: ${one.at}`), [], 'what moved')
    same(await page.evaluate(() => document.querySelector('h1')?.textContent), title, 'the heading that stays')
    page.clean()
  })
}

for (const theme of ['light', 'dark']) {
  story(`${theme}, in German: the first look has its colours, its words and no violation`, async () => {
    for (const [path, who, seen] of [['/signin', null, [GERMAN['common.signin.title'], GERMAN['common.signin.password']]], ['/desk', 'mia', FRAME.de], ['/panel', 'ana', ['Fall', 'Ich']]]) {
      const { page, go } = await held({ who, theme, lang: 'de' }, path)
      const text = await page.evaluate(() => document.getElementById('app').innerText)
      for (const word of seen) holds(text.includes(word), `${path}: ${word} is not there: ${text}`)
      const [red] = await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor.match(/\d+/g).map(Number))
      holds(theme === 'dark' ? red < 40 : red > 220, `${path}: the ground is ${red}`)
      await axe(page)
      go()
      page.clean()
    }
  })
}

story('the theme that was chosen is on at once, also against the system\'s', async () => {
  const context = await browser.newContext({ who: 'mia', theme: 'light' })
  await context.addCookies([{ name: 'lw_theme', value: 'dark', url: world.url }])
  const { page, go } = await held({ context }, '/desk')
  same(await page.evaluate(() => [getComputedStyle(document.documentElement).backgroundColor, document.querySelector('.top input:checked').value]), ['rgb(14, 19, 18)', 'dark'], 'dark')
  go()
  await page.leave()
  await context.close()
})

story('a password can not get into an address before the script is there, and what is typed stays', async () => {
  const { page, go } = await held({}, '/signin')
  await page.fill('input[name=person]', 'ana')
  await page.fill('input[name=password]', world.password)
  await page.press('input[name=password]', 'Enter')
  await page.waitForTimeout(200)
  same(new URL(page.url()).search, '', 'the address')
  go()
  await page.locator('.enter .btn.pri:not([disabled])').waitFor()
  same(await page.inputValue('input[name=person]'), 'ana', 'what was typed')
  await page.click('.enter .btn.pri')
  await page.waitForURL('**/panel')
  page.clean()
})

story('a panel in a frame begins as one; where a browser does not say it, with nothing', async () => {
  const ana = await world.as('ana')
  const app = async headers => /<div id="app">(.*?)<\/div><script type="application/s.exec((await ana.ask('GET', '/panel?case=7', undefined, headers)).body)[1]
  holds((await app({ 'sec-fetch-dest': 'iframe' })).includes('pn-page framed'), 'in a frame')
  holds(!(await app({ 'sec-fetch-dest': 'document' })).includes('framed'), 'alone')
  holds((await app({})).includes('pn alone'), 'who says nothing, where nobody may frame it')
  const there = await company()
  await (await there.as('root')).patch('/v1/settings', { frame_ancestors: ['https://helpdesk.example.com'] })
  const reply = await (await there.as('ana')).ask('GET', '/panel')
  holds(reply.body.includes('<div id="app"></div>'), 'who says nothing')
})

story('names and addresses can not leave their place in it', async () => {
  const root = await world.as('root')
  await root.patch('/v1/people/qua', { name: '"><img src=x onerror=alert(1)> <b>' })
  const { body } = await (await world.as('qua')).ask('GET', '/policy')
  holds(body.includes('&quot;&gt;&lt;img src=x onerror=alert(1)&gt; &lt;b&gt;') && !body.includes('<img'), 'the name')
  const panel = await (await world.as('ana')).ask('GET', `/panel?case=${encodeURIComponent('"><script>1</script>')}`)
  holds(panel.body.includes('#&quot;&gt;&lt;script&gt;1'), 'the case')
})
