// Every page's script: what a page shows first came with it, so this waits until that is seen. The agent's panel is a page of its own.
import { keepMessages } from './lib/early.ts'
import { bring, seen } from './lib/seen.ts'

async function main(): Promise<void> {
  const kept = keepMessages()
  await seen()
  bring()
  if (location.pathname.startsWith('/panel')) (await import('./panel-app.tsx')).begin(kept)
  else await import('./app.tsx')
}

void main()
