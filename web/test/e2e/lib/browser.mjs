// Chromium for stories: fresh profiles, people signed in by the API, and ears for whatever goes wrong on a page.
import { execFileSync } from 'node:child_process'
import { chromium } from 'playwright-core'
import { Failed, opened } from './story.mjs'

const FLAGS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']

function executable() {
  try {
    return execFileSync('sh', ['-c', 'command -v chromium'], { encoding: 'utf8' }).trim()
  } catch {
    throw new Error('chromium is not there: scripts/deps brings it')
  }
}

let shared = null

/** One browser for all specs that a process tells; what they share is nothing but its program. world: whose pages it opens (seed.mjs). */
export async function launch(world) {
  if (!shared?.isConnected()) shared = await chromium.launch({ executablePath: executable(), args: FLAGS })
  return new Browser(shared, world)
}

export async function closeBrowser() {
  await shared?.close()
  shared = null
}

class Browser {
  constructor(chromium, world) {
    this.chromium = chromium
    this.world = world
  }

  /** A context of its own: nothing of other pages is in it. who: signed in as them, or nobody. bare: without ears, which cost a page
   *  some 60 ms before anything is seen: for what is measured. */
  async newContext({ who, bare = false, theme = 'light', lang = 'en', width = 1280, height = 800, scale = 1, motion = 'reduce', more = {} } = {}) {
    const context = await this.chromium.newContext({
      baseURL: this.world.url, viewport: { width, height }, deviceScaleFactor: scale, colorScheme: theme, reducedMotion: motion,
      locale: lang === 'de' ? 'de-DE' : 'en-US', timezoneId: 'UTC', permissions: [], ...more,
    })
    if (who) await this.signIn(context, who)
    if (bare) return context
    await context.exposeBinding('__leewayHear', ({ page }, kind, text) => { page.hear?.(kind, text) })
    await context.addInitScript(() => {
      addEventListener('securitypolicyviolation', event => {
        globalThis.__leewayHear?.('csp', `${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile ?? ''}:${event.lineNumber} ${event.sample ?? ''}`)
      })
    })
    return context
  }

  async signIn(context, who) {
    const caller = typeof who === 'string' ? await this.world.as(who) : who
    const { name, value } = caller.cookie
    await context.addCookies([{ name, value, url: this.world.url, httpOnly: true, sameSite: 'Lax', secure: name.startsWith('__Host-') }])
  }

  /** A page, in a context of its own or in one given (tabs of one person). `page.clean()` throws on whatever went wrong. */
  async newPage(options = {}) {
    const context = options.context ?? await this.newContext(options)
    const page = await context.newPage()
    if (!options.bare) {
      listen(page)
      await listenToIssues(context, page)
    }
    page.leave = async () => {
      opened.delete(page)
      if (options.context) await page.close()
      else await context.close()
    }
    opened.add(page)
    return page
  }
}

function listen(page) {
  page.heard = []
  page.hear = (kind, text) => { if (!page.deaf) page.heard.push({ kind, text }) }
  page.on('console', message => { if (message.type() === 'error') page.hear('console', `${message.text()} (${message.location().url})`) })
  page.on('pageerror', error => page.hear('error', `${error.name} ${error.message} ${error.stack ?? ''}`))
  page.on('response', response => { if (response.status() >= 500) page.hear('answer', `${response.status()} ${response.url()}`) })
  page.on('requestfailed', request => {
    const why = request.failure()?.errorText ?? ''
    if (why !== 'net::ERR_ABORTED') page.hear('request', `${why} ${request.url()}`)
  })
  /** Throws when something went wrong that is not expected. expected: [{ text: /.../, why: '...' }]. Forgets it, too. */
  page.clean = (expected = []) => {
    const wrong = page.heard.filter(({ text }) => !expected.some(item => item.text.test(text)))
    page.heard = []
    if (wrong.length > 0) throw new Failed(`the page is not clean:\n       ${wrong.map(item => `${item.kind}: ${item.text}`).join('\n       ')}`)
  }
}

// What Chromium itself holds against a page's policy, also before a script of ours runs.
async function listenToIssues(context, page) {
  const session = await context.newCDPSession(page)
  session.on('Audits.issueAdded', ({ issue }) => {
    const details = issue.details?.contentSecurityPolicyIssueDetails
    if (issue.code === 'ContentSecurityPolicyIssue' && !details?.isReportOnly) page.hear('csp', JSON.stringify(details))
  })
  await session.send('Audits.enable')
}

/** The focused element, as somebody would say it: "button Refund $40.00 now". */
export function focused(page) {
  return page.evaluate(() => {
    const at = document.activeElement
    return at ? `${at.getAttribute('role') ?? at.tagName.toLowerCase()} ${(at.getAttribute('aria-label') ?? at.textContent ?? '').trim().slice(0, 80)}`.trim() : ''
  })
}
