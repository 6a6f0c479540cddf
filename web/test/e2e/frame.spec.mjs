// The panel in a frame of another origin: who may have it there, whose messages count, and that the session stays.
import { launch } from './lib/browser.mjs'
import { helpdesk, panelFrame } from './lib/frame.mjs'
import { company } from './lib/seed.mjs'
import { eventually, Failed, holds, same, story } from './lib/story.mjs'

const world = await company()
const root = await world.as('root')
const desk = await helpdesk()
const stranger = await helpdesk()
await root.patch('/v1/settings', { frame_ancestors: [desk.origin] })
const browser = await launch(world)

// A page that may not be shown says so on the host's console; that is what is wanted there.
const REFUSED_FRAME = [{ text: /frame-ancestors|Refused to frame|Framing/, why: 'the frame is refused' }]
const chatwoot = id => JSON.stringify({ event: 'appContext', data: { conversation: { id, channel: 'chat' }, contact: { id: 'k3', name: 'Nia Holm' }, currentAgent: { name: 'Somebody Else' } } })

async function framed({ panel = `${world.url}/panel`, host = desk, ...options } = {}) {
  const page = await browser.newPage({ who: 'ana', width: 460, ...options })
  await page.goto(host.address(panel))
  return page
}

/** Whether that case is open: the panel's heading names it (others of one's own may stand in a list). */
async function isOpen(frame, id) {
  return (await frame.locator('h1').first().innerText()).includes(id)
}

async function opens(frame, id, ms = 8000) {
  return eventually(() => isOpen(frame, id), ms, `case ${id} in the panel`)
}

story('the panel opens in a frame of an origin that is set, signed in', async () => {
  const page = await framed({ panel: `${world.url}/panel?case=48213` })
  const frame = await panelFrame(page, world.url)
  await opens(frame, '48213')
  page.clean()
})

story('no other page opens in a frame, and the panel in none of another origin', async () => {
  for (const [panel, host] of [[`${world.url}/desk`, desk], [`${world.url}/people`, desk], [`${world.url}/panel`, stranger]]) {
    const page = await framed({ panel, host })
    await eventually(() => page.heard.some(({ text }) => REFUSED_FRAME[0].text.test(text)), 5000, `a refusal of ${panel} in ${host.origin}`)
    for (const frame of page.frames().slice(1)) holds(await frame.locator('#app').count() === 0, `${panel} is there`)
    page.clean(REFUSED_FRAME.concat({ text: /ERR_BLOCKED_BY_RESPONSE/, why: 'the same' }))
    await page.leave()
  }
})

story('what Chatwoot says opens the case; the agent that it names changes nothing', async () => {
  const page = await framed()
  const frame = await panelFrame(page, world.url)
  await frame.locator('#app > *').first().waitFor()
  await eventually(() => page.evaluate(() => heard.some(({ data }) => data === 'chatwoot-dashboard-app:fetch-info')), 5000, 'the question of the panel')
  await page.evaluate(text => say(text), chatwoot(48213))
  await opens(frame, '48213')
  holds(!(await frame.locator('body').innerText()).includes('Somebody Else'), 'the name of an agent from the host')
  page.clean()
})

story('what Zendesk says opens the case', async () => {
  const page = await framed({ panel: `${world.url}/panel?origin=${encodeURIComponent(desk.origin)}&app_guid=g-1` })
  const frame = await panelFrame(page, world.url)
  const heard = part => page.evaluate(part => heard.map(({ data }) => { try { return typeof data === 'string' ? JSON.parse(data) : data } catch { return {} } }).find(data => JSON.stringify(data).includes(part)) ?? null, part)
  await eventually(() => heard('iframe.handshake'), 5000, 'the handshake')
  await page.evaluate(() => say(JSON.stringify({ key: 'zaf.app.registered', message: { context: {} } })))
  const asked = await eventually(() => heard('ticket.id'), 5000, 'the question for the ticket')
  same(asked.appGuid, 'g-1', 'whose question')
  await page.evaluate(id => say(JSON.stringify({ id, result: { 'ticket.id': 48213, 'ticket.subject': 'Billed twice', 'ticket.requester.id': 'k3', 'ticket.requester.name': 'Nia Holm', 'currentUser.locale': 'en-US' } })), asked.id)
  await opens(frame, '48213')
  page.clean()
})

story('a message of our own form opens the case in any host that is set', async () => {
  const page = await framed()
  const frame = await panelFrame(page, world.url)
  await frame.locator('#app > *').first().waitFor()
  await eventually(() => page.evaluate(() => heard.some(({ data }) => data === 'chatwoot-dashboard-app:fetch-info')), 8000, 'the question of the panel')
  await page.evaluate(() => say({ leeway: 'case', case: '48213' }))
  await opens(frame, '48213')
  page.clean()
})

story('what the host says as soon as the frame has loaded is heard, though the panel listens later', async () => {
  const page = await framed()
  const frame = await panelFrame(page, world.url)
  await page.evaluate(() => new Promise(done => {
    const element = document.querySelector('iframe')
    element.addEventListener('load', () => { say({ leeway: 'case', case: '48213' }); done() }, { once: true })
    element.src = element.src.split('#')[0] // once more, with somebody who speaks at once
  }))
  await opens(frame, '48213')
  page.clean()
})

story('a message of another window is not listened to', async () => {
  const page = await framed()
  const frame = await panelFrame(page, world.url)
  await frame.locator('#app > *').first().waitFor()
  await page.waitForTimeout(300)
  // Another frame of the same host: the origin is right, the window is not.
  await page.evaluate(() => {
    const other = document.createElement('iframe')
    other.srcdoc = '<script>parent.frames[0].postMessage({ leeway: "case", case: "48213" }, "*"); parent.sent = true</' + 'script>'
    document.body.append(other)
  })
  await eventually(() => page.evaluate(() => globalThis.sent), 3000, 'the message of the other frame')
  await page.waitForTimeout(500)
  holds(!await isOpen(frame, '48213'), 'the case of another window is open')
})

story('a message of another origin is not listened to, whoever lets it into the page', async () => {
  const page = await framed()
  const frame = await panelFrame(page, world.url)
  await frame.locator('#app > *').first().waitFor()
  await page.waitForTimeout(300)
  await page.evaluate(address => {
    const other = document.createElement('iframe')
    other.src = address
    document.body.append(other)
    globalThis.sent = new Promise(resolve => addEventListener('message', event => { if (event.data === 'sent') resolve(event.origin) }))
  }, stranger.sending({ leeway: 'case', case: '48213' }))
  same(await page.evaluate(() => globalThis.sent), stranger.origin, 'who has sent it')
  await page.waitForTimeout(500)
  holds(!await isOpen(frame, '48213'), 'the case of a stranger is open')
  page.clean()
})

story('the host\'s theme and language are followed', async () => {
  const page = await framed({ panel: `${world.url}/panel?theme=dark&lang=de` })
  const frame = await panelFrame(page, world.url)
  await eventually(() => frame.evaluate(() => document.documentElement.dataset.theme === 'dark' && document.documentElement.lang === 'de'), 5000, 'dark and German')
  await page.evaluate(() => say({ leeway: 'case', case: '48213', theme: 'light' }))
  await eventually(() => frame.evaluate(() => document.documentElement.dataset.theme === 'light'), 5000, 'light')
  page.clean()
})

story('single keys are off in a frame until it is clicked', async () => {
  const page = await framed({ panel: `${world.url}/panel?case=48213` })
  const frame = await panelFrame(page, world.url)
  await opens(frame, '48213')
  await page.locator('h1').click()
  const before = await frame.locator('body').innerText()
  await page.keyboard.press('1')
  await page.waitForTimeout(300)
  same(await frame.locator('body').innerText(), before, 'after a key in the host')
  page.clean()
})

/** Something that ana has asked for and that waits, in the panel of a host. */
async function waits(panel) {
  const ana = await world.as('ana')
  const decision = await ana.post('/v1/decisions', { action: 'credit', amount: '150.00', case: '48213', customer: 'k3', reason: 'billing-error' })
  same(decision.verdict, 'ask', 'beyond what is given at once')
  const approval = await ana.post(`/v1/decisions/${decision.id}/ask`, { note: 'Billed twice.' })
  const page = await framed({ panel })
  const frame = await panelFrame(page, world.url)
  await frame.getByRole('button', { name: 'Put in reply' }).waitFor({ timeout: 15_000 })
  return { page, frame, done: () => ana.post(`/v1/approvals/${approval.id}/withdraw`) }
}

story('words for the customer go into the reply where the host can, else into the clipboard', async () => {
  const plain = await waits(`${world.url}/panel?case=48213`)
  try {
    await plain.frame.getByRole('button', { name: 'Put in reply' }).click()
    await plain.frame.getByText('Copied').waitFor()
    const pasted = await plain.page.evaluate(() => {
      const field = document.body.appendChild(document.createElement('textarea'))
      field.focus()
      return field.tagName
    })
    same(pasted, 'TEXTAREA', 'a field of the host')
    await plain.page.keyboard.press('Control+V')
    await eventually(async () => (await plain.page.locator('textarea').inputValue()).includes('I have asked for'), 3000, 'the words in the host')
    await plain.page.leave()
  } finally {
    await plain.done()
  }
  const zendesk = await waits(`${world.url}/panel?case=48213&origin=${encodeURIComponent(desk.origin)}&app_guid=g-1`)
  try {
    await zendesk.frame.getByRole('button', { name: 'Put in reply' }).click()
    await zendesk.frame.getByText('It stands in your reply').waitFor()
    await eventually(() => zendesk.page.evaluate(() => heard.some(({ data }) => String(data).includes('ticket.comment.appendText') && String(data).includes('I have asked for'))), 3000, 'the words in the reply')
  } finally {
    await zendesk.done()
  }
})

story('signed out, the panel in a frame has its own form, and the session stays there', async () => {
  const page = await framed({ who: null })
  const frame = await panelFrame(page, world.url)
  await signIn(frame)
  await frame.goto(`${world.url}/panel?case=48213`)
  await opens(frame, '48213')
  page.clean([{ text: /401/, why: 'it was signed out' }])
})

story('in a frame of another site the session is partitioned, and stays', async () => {
  const there = await company({ options: ['--public-url', 'https://leeway.test'] })
  const elsewhere = await helpdesk('localhost')
  await (await there.as('root')).patch('/v1/settings', { frame_ancestors: [elsewhere.origin] })
  const other = await launch(there)
  const page = await other.newPage({ width: 460 })
  await page.goto(elsewhere.address(`${there.url}/panel`))
  const frame = await panelFrame(page, there.url)
  await signIn(frame)
  await frame.goto(`${there.url}/panel?case=48213`)
  await opens(frame, '48213')
  const [cookie] = (await page.context().cookies()).filter(({ name }) => name === '__Host-leeway')
  holds(cookie?.secure && cookie.httpOnly && cookie.sameSite === 'None' && cookie.partitionKey, `the cookie is ${JSON.stringify(cookie)}`)
  page.clean([{ text: /401/, why: 'it was signed out' }])
  // By itself, outside the frame, the page is signed out: the session is the frame's.
  const alone = await page.context().newPage()
  await alone.goto(`${there.url}/panel`)
  same(await alone.evaluate(() => JSON.parse(document.getElementById('boot').textContent).signed_in), false, 'outside of the frame')
})

async function signIn(frame) {
  const fields = frame.locator('input')
  await fields.first().waitFor()
  await frame.locator('input:not([type=password])').first().fill('ana')
  await frame.locator('input[type=password]').fill('a long enough password 1')
  await frame.locator('input[type=password]').press('Enter')
  const signedIn = () => frame.evaluate(() => JSON.parse(document.getElementById('boot').textContent).signed_in)
  await eventually(signedIn, 8000, 'the session').catch(async () => {
    throw new Failed(`still signed out: ${await frame.locator('body').innerText()}`)
  })
}
