// The companies that stories happen in. Each is made once over the API, kept in build/check/console under the name of the
// program that made it, and copied for every spec that starts a server on it.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Caller } from './api.mjs'
import { FOLDER, ROOT, program } from './places.mjs'
import { start } from './server.mjs'
import { atEnd } from './story.mjs'

export const PASSWORD = 'a long enough password 1'
const HERE = dirname(fileURLToPath(import.meta.url))
const POLICY = readFileSync(join(ROOT, 'examples/telco/policy.yaml'), 'utf8')
const DAY_MS = 86_400_000

const PEOPLE = `id,name,email,team,tier,kind,holds,hired_at,manager
mia,Mia Novak,mia@example.com,care,manager,human,billing-101,2015-04-20,
lee,Lee Walker,lee@example.com,care,lead,human,billing-101,2019-09-16,mia
lou,Lou Grant,lou@example.com,care,lead,human,billing-101,2019-10-16,mia
ana,Ana Silva,ana@example.com,care/care-north,frontline,human,billing-101,2025-02-03,lee
ben,Ben Ruiz,ben@example.com,care/care-north,frontline,human,billing-101,2026-01-12,lee
cho,Cho Min-ji,cho@example.com,care/care-north,senior,human,billing-101,2022-06-01,lee
jo,Jo Berg,jo@example.com,billing,frontline,human,billing-101,2023-03-01,
kim,Kim Lind,kim@example.com,retail,frontline,human,,2023-01-01,
pol,Pol Haas,pol@example.com,care,frontline,human,,2023-01-01,
peo,Peo Dahl,peo@example.com,care,frontline,human,,2023-01-01,
qua,Qua Moor,qua@example.com,care,frontline,human,,2023-01-01,
aud,Aud Vik,aud@example.com,care,frontline,human,,2023-01-01,
desk-ai,Desk assistant,,care/care-north,frontline,ai,billing-101,2025-01-01,lee
`
const ROLES = { pol: ['policy'], peo: ['people'], qua: ['quality'], aud: ['auditor'], lee: ['lead'], lou: ['lead'], mia: ['lead'] }
const SIGN_IN = ['mia', 'lee', 'lou', 'ana', 'ben', 'cho', 'jo', 'kim', 'pol', 'peo', 'qua', 'aud']

const ago = days => new Date(Date.now() - days * DAY_MS).toISOString()

/** Cases: one with all that a bill dispute needs, one that nobody moves, one that is nobody's. */
function cases() {
  const bill = { customer: { segment: 'gold', tenure_days: 900 }, lines: 2, invoice: { total: '249.00', issued_at: ago(12) } }
  return [
    { id: '48213', customer: 'k3', owner: 'ana', department: 'care/care-north', channel: 'chat', subject: 'Billed twice for March', opened: ago(0.02), facts: bill },
    { id: '47355', customer: 'k7', owner: 'jo', department: 'billing', channel: 'phone', subject: 'Refund was promised, nothing came', opened: ago(7), promise: ago(4), escalated: true,
      facts: { customer: { segment: 'silver', tenure_days: 200 }, invoice: { total: '80.00', issued_at: ago(30) } } },
    { id: '47402', customer: 'k9', department: 'care/care-north', channel: 'mail', subject: 'No service since Monday', opened: ago(5), facts: { customer: { tenure_days: 60 }, lines: 1 } },
    { id: '48301', customer: 'k4', owner: 'ben', department: 'care/care-north', channel: 'chat', subject: 'Charged after a change of plan', opened: ago(0.1), facts: bill },
    { id: '48302', customer: 'k5', owner: 'cho', department: 'care/care-north', channel: 'chat', subject: 'Roaming on the bill', opened: ago(0.1), facts: bill },
  ]
}

/** Thirty decisions of the same few kinds, so that there is evidence and a team at work. */
function decisions() {
  const agents = ['ana', 'ben', 'cho', 'desk-ai', 'jo']
  const facts = { customer: { segment: 'standard', tenure_days: 400 }, lines: 3, invoice: { total: '200.00', issued_at: ago(9) } }
  return Array.from({ length: 30 }, (_, i) => {
    const common = { agent: agents[i % 5], customer: `past-${i}`, case: `old-${i}`, channel: i % 2 ? 'chat' : 'phone', facts }
    if (i % 6 === 5) return { ...common, action: 'plan_change', reason: 'goodwill' }
    if (i % 4 === 3) return { ...common, action: 'credit', reason: 'outage', amount: `${(i % 3 + 1) * 10}.00` }
    return { ...common, action: i % 3 ? 'credit' : 'refund', reason: 'billing-error', amount: `${10 + (i * 7) % 26}.00` }
  })
}

async function people(root) {
  const report = await root.post('/v1/people/import', PEOPLE)
  if (report.added !== PEOPLE.split('\n').length - 2) throw new Error(`people: ${JSON.stringify(report)}`)
  for (const [person, roles] of Object.entries(ROLES)) await root.patch(`/v1/people/${person}`, { roles })
  for (const person of SIGN_IN) {
    const { link } = await root.post(`/v1/people/${person}/invite`)
    await new Caller(root.server).post(`/v1/invitations/${link.split('#').pop()}`, { password: PASSWORD })
  }
  await root.patch('/v1/people/root', { tier: 'manager', team: 'care' })
}

async function fill(server) {
  const root = new Caller(server, { name: 'root' })
  await root.post(`/v1/invitations/${server.invitation}`, { password: PASSWORD, id: 'root', name: 'Root Admin', email: 'root@example.com' })
  await root.post('/v1/policy/publish', { source: POLICY, note: 'The first.' })
  await people(root)
  const { token } = await root.post('/v1/tokens', { name: 'Helpdesk', scopes: ['decide', 'facts', 'read'] })
  const system = new Caller(server, { token })
  for (const row of cases()) await system.post('/v1/cases', row)
  for (const row of decisions()) await system.post('/v1/decisions', row)
  return { token }
}

function fingerprint(...parts) {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest('hex').slice(0, 12)
}

/** A folder with a database, made by `make(folder)` unless this program has made it before. Two that make it at once both do, and
 *  one is kept. */
async function kept(name, make) {
  mkdirSync(FOLDER, { recursive: true })
  const folder = join(FOLDER, name)
  if (existsSync(folder)) return folder
  for (const old of readdirSync(FOLDER)) { // of other programs
    if (old.startsWith(name.replace(/[^-]*$/, ''))) rmSync(join(FOLDER, old), { recursive: true, force: true })
  }
  const fresh = mkdtempSync(join(FOLDER, 'new-'))
  await make(fresh)
  try {
    renameSync(fresh, folder)
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true })
    if (!existsSync(folder)) throw error
  }
  return folder
}

const mark = (...more) => fingerprint(readFileSync(program()), readFileSync(join(HERE, 'seed.mjs')), POLICY, ...more)

async function makeCompany(folder) {
  const server = await start()
  const said = await fill(server)
  await server.stop()
  writeFileSync(join(server.folder, 'seed.json'), JSON.stringify(said))
  cpSync(server.folder, folder, { recursive: true })
}

/** A server, and whoever calls it: `await world.as('ana')`, `world.system` (a token with decide, facts, read). */
class World {
  constructor(server, { token, password = PASSWORD }) {
    this.server = server
    this.password = password
    this.system = new Caller(server, { token, name: 'system' })
    this.callers = new Map()
  }

  get url() { return this.server.url }

  /** Somebody signed in; the session is kept for the spec. */
  async as(person) {
    if (!this.callers.has(person)) {
      const caller = new Caller(this.server, { name: person })
      this.callers.set(person, caller.signIn(person, this.password).then(() => caller))
    }
    return this.callers.get(person)
  }

  /** A new case, as the helpdesk would open it. */
  async openCase(row) {
    return this.system.post('/v1/cases', row)
  }
}

/** Fourteen people of a mobile operator, their cases and thirty decisions. options: of `leeway serve`; port 0: any. */
export async function company({ options = [], port = 0 } = {}) {
  const folder = await kept(`company-${mark()}`, makeCompany)
  const server = await start({ db: folder, options, port })
  return new World(server, JSON.parse(readFileSync(join(folder, 'seed.json'), 'utf8')))
}

/** Eight bills over Cho's limit that she asked for; six were granted by whoever was asked. What a draft can be tried on. */
export async function asked(world) {
  const cho = await world.as('cho')
  const facts = { customer: { segment: 'gold', tenure_days: 900 }, lines: 2, invoice: { total: '300.00', issued_at: ago(9) } }
  for (let i = 0; i < 8; i += 1) {
    const row = { case: `billed-${i}`, customer: `billed-${i}` }
    await world.openCase({ id: row.case, customer: row.customer, owner: 'cho', department: 'care/care-north', channel: 'chat', subject: 'Billed twice', facts })
    const decision = await cho.post('/v1/decisions', { action: 'refund', amount: `${104 + i * 4}.00`, reason: 'billing-error', ...row })
    const approval = await cho.post(`/v1/decisions/${decision.id}/ask`, { note: 'Billed twice.' })
    if (i < 6) await (await world.as(approval.asked[0].person)).post(`/v1/approvals/${approval.id}/approve`, { note: 'Yes.' })
  }
}

/** The demonstration as ./start has it: sign in as lee, ana, mia and others. */
export async function demonstration() {
  return new World(await start({ options: ['--demo'] }), { token: '', password: 'leeway-demo-1' })
}

/** Nothing but an empty database; `world.invitation` is the first administrator's. */
export async function nothing({ options = [] } = {}) {
  const world = new World(await start({ options }), { token: '' })
  world.invitation = world.server.invitation
  return world
}

function makeHundred(folder) {
  const done = spawnSync(program(), ['demo', 'generate', '--db', join(folder, 'leeway.db'), '--decisions', '100000', '--quiet'], { encoding: 'utf8' })
  if (done.status !== 0) throw new Error(`demo generate: ${done.stderr}`)
}

/** 100,000 decisions of an invented company, or those of a file that `leeway demo generate` has made; `root` is its administrator. */
export async function hundred({ options = [], file } = {}) {
  const from = file ? { file } : { db: await kept(`hundred-${fingerprint(readFileSync(program()))}`, makeHundred) }
  const world = new World(await start({ ...from, options }), { token: '' })
  const root = new Caller(world.server, { name: 'root' })
  await root.post(`/v1/invitations/${world.server.invitation}`, { password: PASSWORD, id: 'root', name: 'Root Admin', email: 'root@example.com' })
  world.callers.set('root', Promise.resolve(root))
  return world
}

// More in a month than anybody uses up: what half of the demonstration's teams have for the second half of its past.
const ROOMY = POLICY.replace('frontline: 200.00, senior: 400.00', 'frontline: 2000.00, senior: 4000.00')

function makeTried(folder) {
  writeFileSync(join(folder, 'roomy.yaml'), ROOMY)
  const done = spawnSync(program(), ['demo', 'generate', '--db', join(folder, 'leeway.db'), '--decisions', '40000', '--days', '120', '--trial', join(folder, 'roomy.yaml'), '--quiet'], { encoding: 'utf8' })
  if (done.status !== 0) throw new Error(`demo generate: ${done.stderr}`)
}

/** 120 days of an invented company of four teams, two of which have had another version for the last sixty. */
export async function onTrial({ options = [] } = {}) {
  const folder = await kept(`tried-${fingerprint(readFileSync(program()), ROOMY)}`, makeTried)
  const world = new World(await start({ db: folder, options }), { token: '' })
  const root = new Caller(world.server, { name: 'root' })
  await root.post(`/v1/invitations/${world.server.invitation}`, { password: PASSWORD, id: 'root', name: 'Root Admin', email: 'root@example.com' })
  world.callers.set('root', Promise.resolve(root))
  return world
}

/** A local listener that answers every request with that status; `got` has what came. */
export async function hook(status = 200) {
  const got = []
  const server = createServer((request, response) => {
    let text = ''
    request.on('data', bytes => { text += bytes })
    request.on('end', () => {
      got.push({ headers: request.headers, text })
      response.writeHead(status).end(status === 200 ? 'ok' : 'not today')
    })
  })
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve))
  atEnd(() => new Promise(resolve => { server.close(resolve); server.closeAllConnections() }))
  return { url: `http://127.0.0.1:${server.address().port}/hook`, got }
}

/** Two webhooks of the company: one that takes everything, one that fails. Needs the option --webhooks-inside. */
export async function hooks(world) {
  const root = await world.as('root')
  const [good, bad] = [await hook(200), await hook(503)]
  const made = []
  for (const { url } of [good, bad]) made.push(await root.post('/v1/webhooks', { url, kinds: ['decision'] }))
  return { good: { ...good, ...made[0], at: good.url }, bad: { ...bad, ...made[1], at: bad.url } }
}

function makeEarning(folder) {
  const yesterday = ago(1).slice(0, 10)
  const done = spawnSync(program(), ['demo', 'generate', '--db', join(folder, 'leeway.db'), '--decisions', '6000', '--agents', '20', '--days', '90', '--until', yesterday, '--quiet'], { encoding: 'utf8' })
  if (done.status !== 0) throw new Error(`demo generate: ${done.stderr}`)
}

/** Ninety days of an invented company, and in them agent2, whose asks came back as asked; reviewed so many times. mia leads them, omar keeps people. */
export async function earning({ reviews = 8 } = {}) {
  const folder = await kept(`earning-${ago(1).slice(0, 10)}-${fingerprint(readFileSync(program()))}`, makeEarning)
  const world = new World(await start({ db: folder }), { token: '' })
  const root = new Caller(world.server, { name: 'root' })
  await root.post(`/v1/invitations/${world.server.invitation}`, { password: PASSWORD, id: 'root', name: 'Root Admin', email: 'root@example.com' })
  world.callers.set('root', Promise.resolve(root))
  await root.post('/v1/people', { id: 'qora', name: 'Qora Moor', roles: ['quality'] })
  const enter = async person => {
    const { link } = await root.post(`/v1/people/${person}/invite`)
    await new Caller(world.server).post(`/v1/invitations/${link.split('#').pop()}`, { password: PASSWORD })
    return world.as(person)
  }
  const [agent] = [await enter('agent2'), await enter('mia'), await enter('omar')]
  const entered = new Set(['agent2', 'mia', 'omar'])
  for (let i = 0; i < 60; i += 1) {
    const decision = await agent.post('/v1/decisions', { agent: 'agent2', action: 'credit', amount: '1.00', reason: 'goodwill', case: `gesture-${i}`, customer: `gesture-${i}`, note: 'They asked for it.', facts: { customer_asked: true } })
    const approval = await agent.post(`/v1/decisions/${decision.id}/ask`, {})
    const by = approval.asked.map(one => one.person).sort().find(one => entered.has(one)) ?? approval.asked[0].person
    const lead = entered.has(by) ? await world.as(by) : await enter(by)
    entered.add(by)
    await lead.post(`/v1/approvals/${approval.id}/approve`, {})
  }
  const qora = await enter('qora')
  const { items } = await root.get(`/v1/decisions?agent=agent2&verdict=granted&limit=${reviews}`)
  for (const one of items) {
    const review = await qora.post('/v1/reviews', { decision: one.id })
    await qora.post(`/v1/reviews/${review.id}/send`, { amount: 'right', cause: 'right', kept: 'yes', understood: 'yes' })
  }
  for (const other of (await root.get('/v1/track/room')).items.filter(one => one.person !== 'agent2')) await root.post(`/v1/track/room/${other.id}/later`, { reason: 'Of the invented company; not told here.' })
  return world
}
