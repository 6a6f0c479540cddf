// axe-core on a page as it stands. It is run by the debugger, which the page's policy does not bind; what it does to the page
// meanwhile is not held against the page.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { Failed } from './story.mjs'

const SOURCE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** Throws when there is any violation, of whatever impact. frame: look into this one (a panel in a helpdesk). */
export async function axe(page, { frame = page, within, without = [] } = {}) {
  const inFrame = frame !== page
  page.deaf = true
  try {
    await frame.evaluate(SOURCE)
    const found = await frame.evaluate(async ({ within, without, inFrame }) => {
      const rules = Object.fromEntries([...without, ...(inFrame ? ['region'] : [])].map(rule => [rule, { enabled: false }]))
      const result = await globalThis.axe.run(within ?? document, { rules, resultTypes: ['violations'] })
      return result.violations.map(({ id, impact, help, nodes }) => ({ id, impact, help, nodes: nodes.map(node => `${node.target.join(' ')}: ${node.failureSummary}`) }))
    }, { within, without, inFrame })
    if (found.length > 0) {
      throw new Failed(`axe: ${found.map(({ id, impact, help, nodes }) => `${id} (${impact}): ${help}\n         ${nodes.slice(0, 6).join('\n         ')}`).join('\n       ')}`)
    }
  } finally {
    page.deaf = false
  }
}
