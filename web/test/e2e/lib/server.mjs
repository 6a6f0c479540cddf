// `leeway serve` for tests: in a folder of its own, on a free port of loopback.
import { spawn } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { program } from './places.mjs'
import { atEnd } from './story.mjs'

const START_MS_MAX = 20_000
const STOP_MS_MAX = 15_000

class Server {
  /** folder: its database lies there, as leeway.db. */
  constructor(folder, options) {
    this.folder = folder
    this.options = options
    this.port = 0
    this.said = ''
  }

  get db() {
    return join(this.folder, 'leeway.db')
  }

  /** The secret of the link for the first administrator, if one was printed. */
  get invitation() {
    return /\/invitation#([A-Za-z0-9_-]+)/.exec(this.said)?.[1] ?? null
  }

  async launch(port = 0) {
    this.said = ''
    const child = spawn(program(), ['serve', '--db', this.db, '--listen', `127.0.0.1:${port}`, ...this.options], { cwd: this.folder, stdio: ['ignore', 'pipe', 'pipe'] })
    this.child = child
    this.asked = false // to end
    this.ended = new Promise(resolve => child.once('exit', (code, signal) => {
      if (!this.asked) console.log(`FAIL the server ended by itself (${signal ?? code}); its last words:\n${this.said.slice(-4000)}`)
      resolve()
    }))
    child.stderr.on('data', bytes => { this.said += bytes })
    await new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`the server did not say its address:\n${this.said}`)), START_MS_MAX)
      child.once('exit', code => reject(new Error(`the server ended (${code}):\n${this.said}`)))
      child.stdout.on('data', bytes => {
        this.said += bytes
        const found = /Leeway listens on (http:\/\/\S+:(\d+))/.exec(this.said)
        if (found) {
          clearTimeout(timer)
          this.url = found[1]
          this.port = Number(found[2])
          resolve()
        }
      })
    })
    return this
  }

  /** As somebody pulls the plug. */
  async kill() {
    this.asked = true
    this.child.kill('SIGKILL')
    await this.ended
  }

  async stop() {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return
    this.asked = true
    this.child.kill('SIGTERM')
    const timer = setTimeout(() => this.child.kill('SIGKILL'), STOP_MS_MAX)
    await this.ended
    clearTimeout(timer)
  }

  /** The same database on the same port once more; after kill() or stop(). */
  async restart() {
    await this.stop()
    return this.launch(this.port)
  }
}

/** db: a folder with a database to begin with, or file: a database by its name (copied); else an empty one. It ends with the spec. */
export async function start({ db, file, options = [], port = 0 } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'leeway-console-'))
  if (db) cpSync(db, folder, { recursive: true })
  if (file) for (const ending of ['', '.key']) cpSync(`${file}${ending}`, join(folder, `leeway.db${ending}`))
  const server = new Server(folder, options)
  atEnd(async () => {
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
  })
  return server.launch(port)
}
