// Train: what is due, the courses with what each opens, taking one by keyboard, the team, and writing.
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { axe } from './lib/axe.mjs'
import { launch } from './lib/browser.mjs'
import { ROOT } from './lib/places.mjs'
import { company } from './lib/seed.mjs'
import { eventually, holds, same, story } from './lib/story.mjs'

const world = await company({})
const browser = await launch(world)
const FOLDER = join(ROOT, 'examples/telco/courses/billing-101')
const BILLING = Object.fromEntries(readdirSync(FOLDER).map(name => [name, readFileSync(join(FOLDER, name), 'utf8')]))

async function open(path, who, options = {}) {
  const page = await browser.newPage({ who, ...options })
  page.setDefaultTimeout(20_000)
  await page.goto(path)
  return page
}

const publish = async files => (await world.as('root')).post('/v1/courses', { files })

story('nothing is there yet, and says so; a course that is published appears with what it opens', async () => {
  const page = await open('/train', 'kim')
  await page.getByRole('heading', { name: 'No course yet' }).waitFor()
  await axe(page)
  await publish(BILLING)
  await page.reload()
  const row = page.getByRole('navigation', { name: 'Courses' }).getByRole('link', { name: /Billing errors/ })
  await row.waitFor()
  await row.click()
  await page.waitForURL('**/train/c/billing-101')
  await page.getByText(/account credit.*100/).first().waitFor()
  await axe(page)
  page.clean()
  await page.leave()
})

// A case that the live policy decides: its answer names what is possible at once, and whom one would ask.
const CASES = `- id: down
  title: Three days without a line
  situation: "Kari has had **no connection** for three days."
  ask: What do you do first?
  request: {reason: outage, facts: {lines: 1}}
  as: {tier: frontline, team: care}
  remedies:
    - action: credit
      ruler: {from: 0.00, to: 400.00}
      accept: [{from: 1.00, to: 400.00, feedback: A credit is what three days are worth.}]
      peers: Most gave 30.
    - {say: Explain and apologise, feedback: She has heard that already.}
  general: She named a date.
`

story('a scenario: one picks a way out and an amount, and hears what the policy says to each, by keyboard', async () => {
  await publish({ 'course.yaml': 'course: cases\ntitle: From life\npass: 50\ncurrency: USD\norder: [cases.yaml]\n', 'cases.yaml': CASES })
  for (const [who, theme, width] of [['ana', 'light', 1280], ['ben', 'dark', 400]]) {
    const page = await open('/train/c/cases', who, { theme, width, height: 900 })
    await page.getByRole('button', { name: /Begin/ }).click()
    await page.getByRole('radiogroup', { name: 'What do you do first?' }).waitFor()
    await page.getByText('Your limits here are those of frontline.').waitFor()
    await page.keyboard.press('1')
    await page.getByRole('textbox', { name: 'Amount' }).fill('12.50')
    await axe(page)
    await page.getByRole('button', { name: /^Answer/ }).click()
    await page.getByText('What made the difference:').waitFor()
    await page.getByText(/Granted at once|would be asked|Not possible now/).first().waitFor()
    await page.getByText('She has heard that already.').waitFor()
    await axe(page)
    page.clean()
    await page.leave()
  }
})

story('a scenario is made of a decision, from where it is read: names changed, and a file to go on with', async () => {
  const [one] = (await (await world.as('root')).get('/v1/decisions?limit=1')).items
  const page = await open(`/desk/decisions?one=${one.id}`, 'root')
  await page.getByRole('button', { name: 'Make a scenario' }).click()
  const file = page.getByLabel('cases.yaml', { exact: true })
  await file.waitFor()
  const text = await file.textContent()
  holds(text.startsWith('- id: case-') && text.includes('remedies:') && !text.includes(one.agent), text)
  await page.getByRole('combobox', { name: 'Course' }).selectOption('cases')
  await axe(page)
  await page.getByRole('button', { name: 'Open in Write' }).click()
  await page.waitForURL('**/train/write/cases?file=cases-2.yaml')
  await page.getByRole('button', { name: 'cases-2.yaml', exact: true }).and(page.locator('[aria-current="true"]')).waitFor()
  same(await page.getByRole('textbox', { name: 'cases-2.yaml' }).inputValue(), text, 'the draft, as a file of the course')
  await page.getByText('cases-2.yaml', { exact: false }).first().waitFor()
  await page.reload()
  await page.getByRole('textbox', { name: 'cases-2.yaml' }).waitFor()
  page.clean()
  await page.leave()
})

// Thirty questions of every kind, so that the middle is far from both ends.
const KINDS = {
  choice: n => [`// [id:c${n}]\n::Choice ${n}::What is ${n} and one? {=${n + 1}#Yes, one more. ~${n}#That is ${n} itself. ~nothing of it#One is more than nothing. ####Counting on.}`, async page => page.keyboard.press('1')],
  choices: n => [`// [id:m${n}]\nWhich are smaller than ${n + 10}? {~%50%${n}#It is. ~%50%1#It is. ~%-100%${n + 100}#It is not.}`, async page => { await page.keyboard.press('1'); await page.keyboard.press('2') }],
  truth: n => [`// [id:t${n}]\n${n} is a number. {T#It is.#It is one.}`, async page => page.keyboard.press('1')],
  number: n => [`// [id:n${n}]\nHow much is ${n} and ${n}? {#${2 * n}}`, async page => { await page.keyboard.press('Tab'); await page.keyboard.type(String(2 * n)) }],
  short: n => [`// [id:s${n}]\nThe word for nothing? {=zero =nought}`, async page => { await page.keyboard.press('Tab'); await page.keyboard.type('Zero') }],
  matching: n => [`// [id:p${n}]\nWhat belongs to what? {=one -> 1 =two -> 2}`, async page => { await page.keyboard.press('Tab'); await page.keyboard.type('1'); await page.keyboard.press('Tab'); await page.keyboard.type('2'); await page.keyboard.press('Tab') }],
}
const ORDER = Array.from({ length: 28 }, (_, i) => Object.keys(KINDS)[i % 6])
const MANY = {
  'course.yaml': 'course: many\ntitle: Thirty questions\ncertificate: many-1\npass: 90\nvalid_days: 20\ncurrency: USD\norder: [welcome.md, many.gift, amounts.yaml, last.gift]\n',
  'welcome.md': '# Thirty questions\n\nRead *this*, then go on. <script>alert(1)</script>\n',
  'many.gift': ORDER.map((kind, n) => KINDS[kind](n + 1)[0]).join('\n\n') + '\n',
  'amounts.yaml': '- id: late\n  title: An hour late\n  text: An hour late. How much?\n  ruler: {from: 0.00, to: 60.00}\n  accept:\n    - {from: 3.00, to: 5.00, feedback: As peers gave.}\n  otherwise: Far from what peers gave.\n',
  'last.gift': '// [id:why]\nWhy do you ask? {}\n',
}
const enter = page => page.keyboard.press('Enter')
const step = (page, name) => page.getByRole('group', { name, exact: true }).waitFor()

/** Answers question n by keyboard alone, looks at what is said, and goes on. */
async function keyed(page, n) {
  await step(page, `Question ${n} of 30`)
  await KINDS[ORDER[n - 1]](n)[1](page)
  await enter(page)
  await page.getByRole('status').filter({ hasText: /^Right\.$/ }).waitFor()
  await enter(page)
}

story('thirty questions by keyboard alone; the browser closes in the middle, and another goes on where it stopped', async () => {
  await publish(MANY)
  const page = await open('/train/c/many', 'ben')
  await page.getByRole('button', { name: /Begin/ }).waitFor()
  await enter(page)
  await step(page, 'A page to read')
  holds(await page.getByText('<script>alert(1)</script>').count() === 1, 'what an author writes stays a text')
  await enter(page)
  for (let n = 1; n <= 14; n++) await keyed(page, n)
  await step(page, 'Question 15 of 30')
  await page.keyboard.press('1')
  page.clean()
  await page.leave() // in the middle of a question

  const next = await open('/train', 'ben')
  const open14 = next.getByRole('link', { name: /Thirty questions 14 of 30 Saved/ })
  await open14.focus()
  await enter(next)
  for (let n = 15; n <= 28; n++) await keyed(next, n)
  await step(next, 'Question 29 of 30')
  await next.keyboard.press('Tab')
  await next.keyboard.press('Tab')
  await next.getByRole('slider', { name: 'Amount' }).waitFor()
  for (let i = 0; i < 4; i++) await next.keyboard.press('ArrowRight')
  await enter(next)
  await next.getByText('As peers gave.').waitFor()
  same(await next.getByRole('status').filter({ hasText: /right/i }).textContent(), 'Right.', await next.getByRole('group', { name: /^Question/ }).ariaSnapshot())
  await enter(next)
  await step(next, 'Question 30 of 30')
  await next.keyboard.press('Tab')
  await next.keyboard.type('To know who can help.')
  await eventually(async () => (await (await world.as('ben')).get('/v1/attempts?person=ben')).items[0].answered === 30, 5000, 'what is written is kept as it is written')
  await next.keyboard.press('Tab')
  await enter(next)
  await step(next, 'Finish')
  await next.getByText('30 of 30 done, 29 right at once').first().waitFor()
  await enter(next)
  await next.getByRole('heading', { name: 'Passed: Thirty questions' }).waitFor()
  const holdsNow = (await (await world.as('root')).get('/v1/people/ben')).holds.map(one => one.name)
  holds(holdsNow.includes('many-1'), `ben holds ${holdsNow}`)
  await next.getByText(/29 of 29/).waitFor()
  await axe(next)
  next.clean()
  await next.leave()
})

story('each kind says what it is to who does not see it, and every option is told about at once', async () => {
  const page = await open('/train/c/many', 'cho')
  await page.getByRole('button', { name: /Begin/ }).click()
  await page.getByRole('button', { name: /Next/ }).click()
  const tree = async () => page.getByRole('group', { name: /^Question/ }).ariaSnapshot()
  const seen = async (n, ...parts) => {
    await step(page, `Question ${n} of 30`)
    const text = await tree()
    for (const part of parts) holds(text.includes(part), `question ${n} has no ${part}:\n${text}`)
    await axe(page)
  }
  await seen(1, 'radiogroup "What is 1 and one?"', 'radio "2"', 'button "Answer')
  await page.getByRole('button', { name: /^Answer/ }).click()
  await page.getByText('Give an answer first, or leave it for later.').first().waitFor()
  await page.getByText('1', { exact: true }).last().click()
  await page.getByRole('button', { name: /^Answer/ }).click()
  await page.getByText('Not this one.').waitFor()
  const told = await tree()
  for (const part of ['list "All answers"', 'Yes, one more.', 'That is 1 itself.', 'One is more than nothing.', 'Counting on.', 'your answer']) holds(told.includes(part), `${part} is not said:\n${told}`)
  await axe(page)
  await page.getByRole('button', { name: /^Next/ }).click()
  await seen(2, 'group "Which are smaller than 12?"', 'checkbox "2"')
  await page.getByRole('button', { name: 'Later' }).click()
  await seen(3, 'radiogroup "3 is a number."', 'radio "True"')
  await page.getByRole('button', { name: 'Later' }).click()
  await seen(4, 'textbox "Your number"')
  await page.getByRole('button', { name: 'Later' }).click()
  await seen(5, 'textbox "Your answer"')
  await page.getByRole('button', { name: 'Later' }).click()
  await seen(6, 'combobox "one"', 'combobox "two"')
  await page.getByRole('button', { name: 'Back' }).click()
  await step(page, 'Question 5 of 30')
  same((await (await world.as('cho')).get('/v1/attempts?person=cho')).items.map(one => [one.state, one.answered, one.right]), [['open', 1, 0]], 'one was answered')
  page.clean()
  await page.leave()
})

story('a lead sees who holds what and who is in the middle, and vouches with a reason', async () => {
  const page = await open('/train/team', 'lee')
  await page.getByRole('row', { name: /Cho Min-ji.*Thirty questions, 1 of 30/ }).waitFor()
  await page.getByRole('row', { name: /Ben Ruiz.*many-1.*until/ }).waitFor()
  await axe(page)
  await page.getByRole('button', { name: 'How Ben Ruiz is getting on' }).click()
  const went = page.getByRole('dialog', { name: 'How Ben Ruiz is getting on' }).getByRole('region', { name: 'Thirty questions' })
  await went.getByText('29 of 29').waitFor()
  await went.getByText('as it works').waitFor()
  await went.getByText('Too early to say: no cases on both sides of the course yet.').waitFor()
  await axe(page)
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Vouch for Ana Silva' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Vouch' }).click()
  await page.getByText('Say why: it stands in the record.').waitFor()
  await page.getByLabel('Certificate').selectOption('many-1')
  await page.getByLabel('Why').fill('She has done this for nine years.')
  await axe(page)
  await page.getByRole('dialog').getByRole('button', { name: 'Vouch' }).click()
  await page.getByRole('row', { name: /Ana Silva.*many-1/ }).waitFor()
  page.clean()
  await page.leave()
  const due = await open('/train', 'ben') // holds it for 20 days: that is soon
  await due.getByRole('navigation', { name: 'Due' }).getByRole('link', { name: /Thirty questions/ }).waitFor()
  await axe(due)
  await due.leave()
})

story('a course is written beside what people will see; what is to be mended is told by line as one types, and stays after a reload', async () => {
  const page = await open('/train/write', 'qua')
  await page.getByRole('link', { name: /Thirty questions/ }).waitFor()
  await axe(page)
  await page.getByLabel('A new course').fill('refunds-2')
  await page.getByRole('button', { name: 'Begin' }).click()
  const seen = page.getByRole('region', { name: 'As people will see it' })
  await seen.getByText('What do you do first?').waitFor()
  await page.getByRole('button', { name: 'questions.gift' }).click()
  const text = page.getByRole('textbox', { name: 'questions.gift' })
  await text.fill('How many days? {#30}\n\nOne more? {=yes')
  await page.getByRole('button', { name: 'Line 3' }).waitFor()
  await page.getByText('Something is to be mended: this is the last that was whole.').waitFor()
  await axe(page)
  await page.reload()
  await page.getByRole('button', { name: /questions.gift 1/ }).click()
  same(await text.inputValue(), 'How many days? {#30}\n\nOne more? {=yes', 'what was typed')
  await text.fill('How many days? {#30}')
  await seen.getByRole('textbox', { name: 'Your number' }).waitFor()
  await page.getByLabel('Bring files in').setInputFiles({ name: 'more.gift', mimeType: 'text/plain', buffer: Buffer.from('Is it so? {T}\n') })
  await seen.getByRole('radio', { name: 'True' }).waitFor()
  const report = page.locator('.tr-report')
  await report.getByText('1 question was read, line by line').click()
  await report.getByText('True or false, 2 answers').waitFor()
  await axe(page)
  await page.getByRole('textbox', { name: 'more.gift' }).fill('Is it so? {T}\n\nAnd that? {T\n')
  await report.getByText(/brace/i).first().waitFor()
  await report.getByRole('button', { name: 'Go to line 3' }).waitFor()
  await page.getByRole('textbox', { name: 'more.gift' }).fill('Is it so? {T}\n')
  await page.getByText('New: course.yaml, more.gift, questions.gift, welcome.md.').waitFor()
  const saved = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Save all files' }).click()
  holds(/\.(yaml|gift|md)$/.test((await saved).suggestedFilename()), 'files are saved')
  await page.getByRole('button', { name: 'Publish version 1' }).click()
  await page.getByText(/^Version 1, as it was published/).waitFor()
  same((await (await world.as('root')).get('/v1/courses/refunds-2')).questions, 2, 'published')
  await axe(page)
  page.clean()
  await page.leave()
})

story('of an AI agent: which version passed what, and what is to be passed again, on its page and behind Getting on', async () => {
  const root = await world.as('root')
  const files = { 'course.yaml': 'course: one\ntitle: One question\ncertificate: one-1\npass: 100\ntries: 3\ncurrency: USD\nper_version: true\norder: [q.gift]\n', 'q.gift': '// [id:sun]\nThe sun rises in the east.{T}\n' }
  await publish(files)
  const { token } = await root.post('/v1/tokens', { name: 'assistant', scopes: ['decide', 'read'], person: 'desk-ai' })
  const robot = (method, path, body) => fetch(world.url + path, { method, headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, ...(body && { body: JSON.stringify(body) }) }).then(answer => answer.json())
  await robot('PUT', '/v1/people/desk-ai/version', { version: 'model-1' })
  const { id } = await robot('POST', '/v1/courses/one/attempts')
  await robot('PUT', `/v1/attempts/${id}/answers/sun`, { truth: true })
  same((await robot('POST', `/v1/attempts/${id}/finish`)).state, 'passed', 'the course')
  const page = await open('/people/p/desk-ai', 'lee', { width: 1280, height: 900 })
  const card = page.getByRole('region', { name: 'Version', exact: true })
  await card.getByText('Passed by model-1').waitFor()
  same(await card.getByText('to be passed again').count(), 0, 'it counts')
  await robot('PUT', '/v1/people/desk-ai/version', { version: 'model-2' })
  await card.getByText('to be passed again').waitFor()
  holds((await card.innerText()).includes('model-2'), 'the version that it is now')
  await axe(page)
  page.clean()
  const lead = await open('/train/team', 'lee', { width: 400, height: 900, lang: 'de', theme: 'dark' })
  await lead.getByRole('button', { name: /Desk assistant/ }).first().click()
  await lead.getByRole('region', { name: 'Version', exact: true }).getByText('noch einmal zu bestehen').waitFor()
  await axe(lead)
  lead.clean()
})
