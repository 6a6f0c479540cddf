// The frame around the surfaces: getting in and out, finding, one's own settings, addresses of nothing, a new version.
import { Caller } from './lib/api.mjs'
import { axe } from './lib/axe.mjs'
import { launch } from './lib/browser.mjs'
import { company, PASSWORD } from './lib/seed.mjs'
import { eventually, holds, same, story } from './lib/story.mjs'

const world = await company()
const browser = await launch(world)
const WRONG_PASSWORD = [{ text: /401 .*\/v1\/signin/, why: 'the password is wrong, and Chromium notes the answer' }]

const title = page => page.locator('h1').first().innerText()
const arrives = (page, text) => eventually(async () => (await title(page)) === text, 8000, `the page "${text}"`)
const signInForm = page => page.locator('input[name=password]').waitFor()

async function enter(page, who, password) {
  await page.fill('input[name=person]', who)
  await page.fill('input[name=password]', password)
  await page.keyboard.press('Enter')
}

story('a wrong password keeps what was typed and says what to do; the right one leads on', async () => {
  const page = await browser.newPage()
  await page.goto('/desk')
  await signInForm(page)
  await axe(page)
  await enter(page, 'mia', 'not this one at all')
  await page.locator('.fault').waitFor()
  same([await page.inputValue('input[name=person]'), await page.evaluate(() => document.activeElement.name)], ['mia', 'password'], 'what was typed, and the focus')
  holds(await page.getAttribute('input[name=password]', 'aria-invalid') === 'true', 'the field is not marked')
  await axe(page)
  await page.fill('input[name=password]', PASSWORD)
  await page.keyboard.press('Enter')
  await arrives(page, 'Desk')
  same(new URL(page.url()).pathname, '/desk', 'the address')
  page.clean(WRONG_PASSWORD)
})

story('who may see no desk comes to their own page from the start', async () => {
  const page = await browser.newPage({ who: 'ana' })
  await page.goto('/')
  same(new URL(page.url()).pathname, '/panel', 'the address')
  await page.goto('/policy')
  await arrives(page, 'Policy')
  same(await page.locator('.rail a[href="/desk"]').count(), 0, 'links to the desk')
})

story('who tries too often is told when they can go on, and the button stays', async () => {
  const page = await browser.newPage()
  await page.goto('/signin')
  for (let i = 0; i < 30; i++) {
    const reply = await new Caller(world.server).ask('POST', '/v1/signin', { person: 'kim', password: `wrong password ${i}` })
    if (reply.status === 429) break
  }
  await enter(page, 'kim', 'wrong once more')
  const note = page.locator('.note[role=status]')
  await note.waitFor()
  holds(/\d:\d\d/.test(await note.innerText()), `no clock: ${await note.innerText()}`)
  const button = page.locator('button[type=submit]')
  holds(await button.isEnabled() && await button.getAttribute('aria-busy') === null, 'the button is gone')
  page.clean([{ text: /(401|429) .*\/v1\/signin/, why: 'that is what is tried' }])
})

story('a link lets somebody in once; its secret leaves the address', async () => {
  const root = await world.as('root')
  await root.post('/v1/people', { id: 'new', name: 'Nora New', kind: 'human', team: 'care', tier: 'frontline' })
  const { link } = await root.post('/v1/people/new/invite')
  const secret = link.split('#').pop()
  const page = await browser.newPage()
  await page.goto(`/invitation#${secret}`)
  await page.locator('h1', { hasText: 'Nora New' }).waitFor()
  holds(!page.url().includes(secret), 'the secret stands in the address')
  await axe(page)
  await page.fill('input[name=password]', 'abc')
  await eventually(async () => (await page.locator('.hint').innerText()).includes('3 so far'), 2000, 'the rule as it is typed')
  await page.keyboard.press('Enter')
  await page.locator('.fault').waitFor()
  await page.fill('input[name=password]', 'a password of Nora')
  await page.keyboard.press('Enter')
  await eventually(() => new URL(page.url()).pathname === '/panel', 8000, 'the panel')
  page.clean([{ text: /422 .*invitations/, why: 'a password that is too short' }])
  const again = await browser.newPage()
  await again.goto(`/invitation#${secret}`)
  await again.locator('.note').waitFor()
  await again.locator('a[href="/signin"]').waitFor()
  again.clean([{ text: /(404|410) .*invitations/, why: 'the link is used' }])
})

story('signing out ends all tabs, signing in brings them back', async () => {
  const lou = new Caller(world.server)
  await lou.signIn('lou', PASSWORD)
  const context = await browser.newContext({ who: lou })
  const [one, two] = [await browser.newPage({ context }), await browser.newPage({ context })]
  for (const page of [one, two]) {
    await page.goto('/people')
    await arrives(page, 'People and settings')
    await page.locator('.live', { hasText: 'Live' }).waitFor()
  }
  await one.click('.rail button.me')
  await one.click('dialog footer button:has-text("Sign out")')
  await signInForm(one)
  await signInForm(two)
  await enter(one, 'lou', PASSWORD)
  await arrives(one, 'Desk')
  await arrives(two, 'People and settings')
  for (const page of [one, two]) page.clean([{ text: /401/, why: 'the session has ended' }])
  await context.close()
})

story('find or do: acts, people, cases', async () => {
  const page = await browser.newPage({ who: 'mia' })
  await page.goto('/desk')
  await arrives(page, 'Desk')
  await page.locator('.live').filter({ hasText: 'Live' }).first().waitFor() // keys are heard once the page has its script
  const find = async words => {
    await page.keyboard.press('Control+k')
    await page.locator('dialog.pal input').fill(words)
  }
  const option = text => page.locator('dialog.pal [role=option]', { hasText: text })
  await find('policy')
  await option('Go to the policy').waitFor()
  await axe(page)
  await page.keyboard.press('Enter')
  await arrives(page, 'Policy')
  await eventually(() => page.evaluate(() => document.activeElement?.tagName === 'H1'), 2000, 'the focus on the title')
  await find('ana si')
  await option('Ana Silva').waitFor()
  await page.keyboard.press('Enter')
  await eventually(() => new URL(page.url()).pathname === '/people/p/ana', 4000, 'the person')
  await find('48213')
  await option('48213').waitFor()
  await find('no such thing at all')
  await page.locator('dialog.pal .none').waitFor()
  await page.keyboard.press('Escape')
  same(await page.locator('dialog[open]').count(), 0, 'open dialogs')
  page.clean([{ text: /404 .*\/v1\/cases\//, why: 'there is no such case' }])
})

story('the language changes without a reload, and stays', async () => {
  const page = await browser.newPage({ who: 'mia' })
  await page.goto('/policy')
  await arrives(page, 'Policy')
  await page.evaluate(() => { globalThis.stayed = true })
  await page.click('.rail button.me')
  await page.click('dialog label:has-text("Deutsch")')
  await arrives(page, 'Richtlinie')
  same(await page.evaluate(() => [globalThis.stayed, document.documentElement.lang]), [true, 'de'], 'the same page, in German')
  await axe(page)
  await page.reload()
  await arrives(page, 'Richtlinie')
})

story('a theme is there with the first byte of the next page', async () => {
  const page = await browser.newPage({ who: 'mia' })
  await page.goto('/policy')
  await arrives(page, 'Policy')
  await page.click('.top .seg label:has-text("Dark")')
  same(await page.evaluate(() => document.documentElement.dataset.theme), 'dark', 'at once')
  const reply = await page.reload()
  holds(/<html[^>]* data-theme="dark"/.test(await reply.text()), 'the page does not carry the theme')
  await page.click('.top .seg label:has-text("System")')
  holds(!/<html[^>]* data-theme/.test(await (await page.reload()).text()), 'the theme stays')
})

story('who is away says until when and who stands in', async () => {
  const page = await browser.newPage({ who: 'lee' })
  await page.goto('/policy')
  await page.click('.rail button.me')
  await page.click('dialog label:has-text("Away")')
  await page.fill('dialog input[type=datetime-local]', '2031-05-06T07:08')
  await page.fill('dialog input[list]', 'nobody-of-us')
  await page.click('dialog button:has-text("Save")')
  await page.locator('dialog .fault, dialog .note.bad').first().waitFor()
  await page.fill('dialog input[list]', 'lou')
  await page.click('dialog button:has-text("Save")')
  await page.locator('.toast', { hasText: 'away' }).waitFor()
  const { presence } = await (await world.as('root')).get('/v1/people/lee')
  same([presence.state, presence.deputy, presence.until.slice(0, 16)], ['away', 'lou', '2031-05-06T07:08'], 'presence')
  page.clean([{ text: /422 .*presence/, why: 'there is nobody of that name' }])
})

story('an own password is changed, and the one until now must be right', async () => {
  const page = await browser.newPage({ who: 'qua' })
  await page.goto('/policy')
  await page.click('.rail button.me')
  await page.click('dialog summary')
  const [old, fresh] = [page.locator('dialog input[autocomplete=current-password]'), page.locator('dialog input[autocomplete=new-password]')]
  await old.fill('another password than mine')
  await fresh.fill('a longer password 2')
  await page.click('dialog button:has-text("Set the new password")')
  await page.locator('dialog .fault, dialog .note.bad').first().waitFor()
  await old.fill(PASSWORD)
  await page.click('dialog button:has-text("Set the new password")')
  await page.locator('.toast').waitFor()
  await new Caller(world.server).signIn('qua', 'a longer password 2')
  page.clean([{ text: /(401|403|422) .*password/, why: 'the password until now was another' }])
})

story('an address of nothing leads back', async () => {
  const page = await browser.newPage({ who: 'mia' })
  await page.goto('/desk')
  await arrives(page, 'Desk')
  await page.evaluate(() => {
    history.pushState(null, '', '/nowhere')
    dispatchEvent(new PopStateEvent('popstate'))
  })
  await page.locator('.empty').waitFor()
  await axe(page)
  await page.goBack()
  await arrives(page, 'Desk')
})

story('a part that is gone, as a newer console is there, asks for one reload', async () => {
  const page = await browser.newPage({ who: 'mia' })
  await page.goto('/desk')
  await arrives(page, 'Desk')
  await page.route('**/assets/*.js', route => route.fulfill({ status: 404, body: '' }))
  await page.click('.rail a[href="/people"]')
  await page.locator('.empty', { hasText: 'Leeway was updated' }).waitFor()
  await page.unroute('**/assets/*.js')
  await page.click('.empty button')
  await arrives(page, 'People and settings')
  page.clean([{ text: /404|Failed to fetch dynamically imported module|preload/, why: 'the part is gone' }])
})
