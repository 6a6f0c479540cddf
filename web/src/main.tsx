// Every page's script: what a page shows first came with it, so this waits until that is seen. The agent's panel is a page of its own.
import { seen } from './lib/seen.ts'

void seen().then(() => location.pathname.startsWith('/panel') ? import('./panel-app.tsx') : import('./app.tsx'))
