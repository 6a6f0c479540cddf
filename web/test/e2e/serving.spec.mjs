// Pages and files as they come over the wire: headers to the byte, tags, compression, what a page carries, and cookies.
import { createHash } from 'node:crypto'
import { Caller } from './lib/api.mjs'
import { launch } from './lib/browser.mjs'
import { company, nothing, PASSWORD } from './lib/seed.mjs'
import { same, holds, story } from './lib/story.mjs'

const world = await company()
const nobody = new Caller(world.server)
const PAGES = ['/desk', '/desk/approvals/apr_x', '/desk/decisions', '/policy', '/policy/drafts/drf_1', '/policy/versions', '/people', '/people/teams', '/people/p/ana', '/setup', '/signin', '/invitation', '/keys', '/panel']

const csp = frames => `default-src 'none'; script-src 'self'; style-src 'self' 'sha256-X'; font-src 'self'; img-src 'self' data:; connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors ${frames}; require-trusted-types-for 'script'; trusted-types leeway`

function bootOf(html) {
  return JSON.parse(/<script type="application\/json" id="boot">(.*?)<\/script>/s.exec(html)[1])
}

/** The policy of a page, with X for the digest of its styles, which differs from page to page. */
const policyOf = reply => reply.headers.get('content-security-policy').replace(/'sha256-[A-Za-z0-9+/=]{44}'/, "'sha256-X'")

/** All but what differs with every answer. */
function headersOf(reply) {
  const headers = Object.fromEntries([...reply.headers].filter(([name]) => !['date', 'x-request-id', 'content-length', 'connection', 'keep-alive'].includes(name)))
  return { ...headers, ...(headers['content-security-policy'] && { 'content-security-policy': policyOf(reply) }) }
}

const pageHeaders = frames => ({
  'cache-control': 'no-store', 'content-security-policy': csp(frames), 'content-type': 'text/html; charset=utf-8', 'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=()', 'referrer-policy': 'same-origin', 'x-content-type-options': 'nosniff',
})

async function filesOf(path) {
  const { body } = await nobody.ask('GET', path)
  return [...body.matchAll(/(?:href|src)="(\/[^"]+)"/g)].map(found => found[1])
}

story('each page has its headers to the byte, and sets no cookie', async () => {
  for (const path of PAGES) {
    const reply = await nobody.ask('GET', path)
    same(reply.status, 200, path)
    same(headersOf(reply), pageHeaders("'none'"), path)
    const head = await nobody.ask('HEAD', path)
    same([head.status, head.body, headersOf(head)], [200, '', pageHeaders("'none'")], `HEAD ${path}`)
  }
})

story('a window that a page of somebody else opened is cut off from it; our own links and typed addresses need no cut', async () => {
  const opener = async site => (await nobody.ask('GET', '/desk', undefined, site ? { 'sec-fetch-site': site } : {})).headers.get('cross-origin-opener-policy')
  for (const site of ['cross-site', 'same-site', 'something', null]) same(await opener(site), 'same-origin', site ?? 'not said')
  for (const site of ['none', 'same-origin']) same(await opener(site), null, site)
  const browser = await launch(world)
  const page = await browser.newPage()
  const other = new URL(world.url)
  other.hostname = other.hostname === 'localhost' ? '127.0.0.1' : 'localhost'
  await page.goto(`${other.origin}/healthz`)
  const [opened] = await Promise.all([page.waitForEvent('popup'), page.evaluate(url => { globalThis.held = open(url) }, `${world.url}/signin`)])
  await opened.locator('.enter').first().waitFor()
  same([await page.evaluate(() => globalThis.held.closed), await opened.evaluate(() => globalThis.opener)], [true, null], 'held by the page that opened it')
  await page.leave()
})

story('a signed-out page says who is missing, and nothing of the organization', async () => {
  const { body } = await nobody.ask('GET', '/desk')
  const boot = bootOf(body)
  same([boot.signed_in, boot.page, 'me' in boot, 'csrf' in boot, 'setup' in boot], [false, 'app', false, false, false], 'boot')
  holds(!body.includes('Aurora'), 'the organization is named')
  same(boot.settings, { duty: {}, undo_seconds: 8, language: 'en' }, 'settings')
})

story('a signed-in page carries what GET /v1/me gives, and how far the set-up is for whom it concerns', async () => {
  const ana = await world.as('ana')
  const { body } = await ana.ask('GET', '/panel')
  const boot = bootOf(body)
  same(boot.me, await ana.get('/v1/me'), 'me')
  same([boot.page, boot.signed_in, 'setup' in boot, boot.settings.organization], ['panel', true, false, 'Aurora Mobile'], 'boot')
  holds(Number.isInteger(boot.seq) && boot.seq > 30 && Math.abs(Date.parse(boot.now) - Date.now()) < 60_000, 'seq or now')
  const root = await world.as('root')
  same(bootOf((await root.ask('GET', '/setup')).body).setup, await root.get('/v1/setup'), 'setup')
})

story('the token against forged requests that a page carries is good', async () => {
  const lou = new Caller(world.server)
  await lou.signIn('lou', PASSWORD)
  lou.csrf = bootOf((await lou.ask('GET', '/panel')).body).csrf
  same((await lou.ask('PUT', '/v1/me/presence', { state: 'here' })).status, 200, 'with the token of the page')
})

story('what people write can not leave the block of data', async () => {
  const root = await world.as('root')
  const name = '</script><!-- <script>alert(1)</script> \u2028 & end'
  await root.patch('/v1/people/qua', { name })
  const qua = await world.as('qua')
  const { body } = await qua.ask('GET', '/panel')
  same(bootOf(body).me.person.name, name, 'the name')
  same(body.match(/<script/g).length, 2, 'scripts of the page')
  holds(!body.includes('<!--') && !body.includes('\u2028'), 'unescaped')
})

story('the language is of the address, the cookie, the browser, the setting, in this order', async () => {
  const langOf = async (path, headers) => /<html lang="(..)"/.exec((await nobody.ask('GET', path, undefined, headers)).body)[1]
  same(await langOf('/signin?lang=de', { cookie: 'lw_lang=en' }), 'de', 'of the address')
  same(await langOf('/signin', { cookie: 'lw_lang=de', 'accept-language': 'en' }), 'de', 'of the cookie')
  same(await langOf('/signin', { 'accept-language': 'fr, de-AT;q=0.8, en;q=0.7' }), 'de', 'of the browser')
  same(await langOf('/signin', { 'accept-language': 'fr' }), 'en', 'of the setting')
  same(await langOf('/signin?lang=fr', { 'accept-language': 'de;q=0.2, en;q=0.9' }), 'en', 'one that there is not')
})

story('the theme that was kept stands in the page', async () => {
  const html = async cookie => (await nobody.ask('GET', '/signin', undefined, { cookie })).body
  holds((await html('lw_theme=dark')).includes('<html lang="en" data-theme="dark">'), 'dark')
  holds((await html('lw_theme=light')).includes('<html lang="en" data-theme="light">'), 'light')
  holds((await html('lw_theme="><script>')).includes('<html lang="en">'), 'another word')
})

story('files are kept for good, come compressed to whom takes it, and are not sent twice', async () => {
  const [main] = (await filesOf('/signin')).filter(path => path.endsWith('.js'))
  const get = (headers, method = 'GET') => fetch(world.url + main, { method, headers: { 'accept-encoding': 'identity', ...headers } })
  const plain = await get({})
  same([plain.status, plain.headers.get('content-encoding')], [200, null], 'plain')
  const { 'content-length': _, ...headers } = headersOf(plain)
  same(headers, {
    'cache-control': 'public, max-age=31536000, immutable', 'content-type': 'text/javascript; charset=utf-8', 'cross-origin-resource-policy': 'same-origin',
    etag: plain.headers.get('etag'), vary: 'Accept-Encoding', 'x-content-type-options': 'nosniff',
  }, 'headers of a file')
  const small = await get({ 'accept-encoding': 'gzip' })
  same(small.headers.get('content-encoding'), 'gzip', 'compressed')
  same(small.headers.get('etag'), plain.headers.get('etag').replace(/"$/, '-g"'), 'its tag')
  holds(Number(small.headers.get('content-length')) < Number(plain.headers.get('content-length')), 'not smaller')
  same(await small.text(), await plain.text(), 'the same bytes')
  same((await get({ 'accept-encoding': 'gzip;q=0, br' })).headers.get('content-encoding'), null, 'who does not take it')
  for (const [tag, encoding, status] of [[plain.headers.get('etag'), 'identity', 304], [small.headers.get('etag'), 'gzip', 304], [plain.headers.get('etag'), 'gzip', 200], ['"x"', 'identity', 200]]) {
    const again = await get({ 'if-none-match': tag, 'accept-encoding': encoding })
    same([again.status, again.status === 304 ? (await again.text()) : ''], [status, ''], `${tag} by ${encoding}`)
  }
  const head = await get({}, 'HEAD')
  same([head.status, head.headers.get('content-length'), await head.text()], [200, plain.headers.get('content-length'), ''], 'HEAD')
})

story('every file that a page names is there; others are not', async () => {
  for (const path of ['/signin', '/panel', '/desk']) {
    for (const file of await filesOf(path)) same((await nobody.ask('GET', file)).status, 200, file)
  }
  const icon = await nobody.ask('GET', '/favicon.svg')
  same([icon.status, icon.headers.get('cache-control'), icon.headers.get('content-type')], [200, 'no-cache', 'image/svg+xml'], 'the icon')
  const absent = await nobody.ask('GET', '/assets/main-OLD.js')
  same([absent.status, absent.headers.get('cache-control')], [404, 'no-store'], 'an old file')
  same((await nobody.ask('GET', '/assets/../pages.c')).status, 404, 'a path out of the folder')
  same((await nobody.ask('POST', '/desk', {})).headers.get('allow'), 'GET, HEAD', 'another method')
})

story('the first address leads to where somebody works', async () => {
  const to = async who => {
    const reply = await (await world.as(who)).ask('GET', '/')
    return [reply.status, reply.headers.get('location')]
  }
  same(await to('ana'), [302, '/panel'], 'an agent')
  same(await to('lee'), [302, '/desk'], 'a lead')
  same(await to('root'), [302, '/desk'], 'an administrator, when something was decided')
  same((await nobody.ask('GET', '/')).status, 200, 'nobody: the form')
  const empty = await nothing()
  const first = new Caller(empty.server)
  await first.post(`/v1/invitations/${empty.invitation}`, { password: PASSWORD, id: 'root', name: 'Root' })
  const reply = await first.ask('GET', '/')
  same([reply.status, reply.headers.get('location')], [302, '/setup'], 'an administrator of nothing yet')
})

story('the cookie is the page\'s own: Lax, and partitioned where frames are allowed', async () => {
  const cookies = async (options, frames) => {
    const there = await company({ options })
    if (frames) await (await there.as('root')).patch('/v1/settings', { frame_ancestors: frames })
    const reply = await new Caller(there.server).ask('POST', '/v1/signin', { person: 'ana', password: PASSWORD })
    return reply.headers.getSetCookie().map(text => text.replace(/=[^;]{20,};/, '=SECRET;'))
  }
  const https = ['--public-url', 'https://leeway.test']
  const frames = ['https://helpdesk.example.com']
  same(await cookies([], null), ['leeway=SECRET; Path=/; HttpOnly; SameSite=Lax; Max-Age=604800'], 'on loopback')
  same(await cookies([], frames), ['leeway=SECRET; Path=/; HttpOnly; SameSite=Lax; Max-Age=604800'], 'on loopback, in frames')
  same(await cookies(https, null), [
    '__Host-leeway=; Path=/; HttpOnly; Secure; SameSite=None; Partitioned; Max-Age=0',
    '__Host-leeway=SECRET; Path=/; HttpOnly; Secure; SameSite=Lax; Max-Age=604800'], 'over https')
  same(await cookies(https, frames), [
    '__Host-leeway=; Path=/; HttpOnly; Secure; SameSite=Lax; Max-Age=0',
    '__Host-leeway=SECRET; Path=/; HttpOnly; Secure; SameSite=None; Partitioned; Max-Age=604800'], 'over https, in frames')
})

story('the styles within a page are those that its policy lets in, and no others', async () => {
  for (const path of PAGES) {
    const { body, headers } = await nobody.ask('GET', path)
    const styles = [...body.matchAll(/<style[^>]*>(.*?)<\/style>/gs)].map(found => found[1])
    const digest = createHash('sha256').update(styles[0] ?? '').digest('base64')
    same([styles.length, headers.get('content-security-policy').includes(`style-src 'self' 'sha256-${digest}';`)], [1, true], path)
  }
})

story('the panel says who may have it in a frame, as soon as it is set; no other page does', async () => {
  const there = await company()
  const root = await there.as('root')
  const frames = ['https://helpdesk.example.com', 'http://localhost:3000']
  await root.patch('/v1/settings', { frame_ancestors: frames })
  const panel = await root.ask('GET', '/panel')
  same(policyOf(panel), csp(frames.join(' ')), 'of the panel')
  same(bootOf(panel.body).framed_by, frames, 'whose messages count')
  const desk = await root.ask('GET', '/desk')
  same([policyOf(desk), bootOf(desk.body).framed_by], [csp("'none'"), []], 'of the desk')
})

story('as many frames as may be set fit into the answer', async () => {
  const there = await company()
  const root = await there.as('root')
  const frames = Array.from({ length: 16 }, (_, i) => `https://${String(i).padStart(2, '0')}${'a'.repeat(178)}.example:65535`.slice(0, 200))
  await root.patch('/v1/settings', { frame_ancestors: frames })
  const panel = await root.ask('GET', '/panel', undefined, { 'user-agent': 'x'.repeat(600), cookie: `a=${'b'.repeat(1000)}; ${root.cookie.name}=${root.cookie.value}` })
  same([panel.status, policyOf(panel)], [200, csp(frames.join(' '))], 'the panel')
})

story('pages are counted together, and are no part of the contract', async () => {
  const text = await nobody.get('/metrics')
  holds(/leeway_http_requests_total\{method="GET",route="page",status="2xx"\} \d+/.test(text), 'no figure for pages')
  holds(!text.includes('route="/desk"'), 'a page by its own name')
  const { paths } = await nobody.get('/v1/openapi.json')
  same(Object.keys(paths).filter(path => !path.startsWith('/v1/') && !['/healthz', '/readyz', '/metrics'].includes(path)), [], 'paths of the contract')
})

story('each page opens in a browser without a word of complaint', async () => {
  const browser = await launch(world)
  for (const [path, who] of [['/signin', null], ['/panel', 'ana'], ['/desk', 'lee'], ['/policy', 'pol'], ['/people', 'peo'], ['/setup', 'root']]) {
    const page = await browser.newPage({ who })
    await page.goto(path)
    await page.waitForSelector('#app > *')
    await page.waitForTimeout(500) // what comes right after the first paint
    page.clean()
    await page.leave()
  }
})
