// The console's page, everything but the agent's panel: what it shows first came with it.
import { seen } from './lib/seen.ts'

void seen().then(() => import('./app.tsx'))
