// Every page's script: what a page shows first came with it, so this waits until that is seen. The agent's panel is a page of its own.
import { bring, seen } from './lib/seen.ts'

async function begin(): Promise<void> {
  await seen()
  bring()
  await (location.pathname.startsWith('/panel') ? import('./panel-app.tsx') : import('./app.tsx'))
}

void begin()
