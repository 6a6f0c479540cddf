// The one address that may become a script: our own worker. The page's policy lets nothing else through.
interface Policies { createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): unknown } }

function allowed(url: string): string {
  const whole = new URL(url, location.href)
  if (whole.origin !== location.origin || !/^\/assets\/hub-[A-Z0-9]{8}\.js$/.test(whole.pathname) || whole.search || whole.hash)
    throw new TypeError(`not our worker: ${url}`)
  return whole.href
}

let policy: { createScriptURL(url: string): unknown } | undefined

/** The worker's address in the form that the browser takes; throws for any other. */
export function trusted(url: string): string {
  const policies = (globalThis as { trustedTypes?: Policies }).trustedTypes
  if (!policies) return allowed(url)
  policy ??= policies.createPolicy('leeway', { createScriptURL: allowed })
  return policy.createScriptURL(url) as string
}
