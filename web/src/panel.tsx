// The agent's panel, a page of its own: what it shows first came with it.
import { seen } from './lib/seen.ts'

void seen().then(() => import('./panel-app.tsx'))
