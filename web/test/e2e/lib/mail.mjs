// A mail server to send to: it takes mails and keeps them, and refuses addresses that hold one of some words.
import { createServer } from 'node:net'
import { atEnd } from './story.mjs'

/** { url, mails, refuses }: what it took, as text. */
export async function mailServer(...refuses) {
  const mails = []
  const server = createServer(socket => {
    const say = line => socket.write(`${line}\r\n`)
    let [rest, taking] = ['', null]
    const hear = line => {
      const verb = line.trim().toUpperCase()
      if (taking !== null && line === '.') {
        mails.push(taking.join('\n'))
        taking = null
        say('250 taken')
      } else if (taking !== null) taking.push(line)
      else if (verb.startsWith('RCPT') && refuses.some(part => verb.includes(part.toUpperCase()))) say('550 nobody of that name')
      else if (verb === 'DATA') {
        taking = []
        say('354 go on')
      } else if (verb === 'QUIT') socket.end('221 bye\r\n')
      else say('250 well')
    }
    socket.on('error', () => {})
    socket.on('data', bytes => {
      const lines = (rest + bytes).split('\r\n')
      rest = lines.pop()
      lines.forEach(hear)
    })
    say('220 here')
  })
  await new Promise(done => { server.listen(0, '127.0.0.1', done) })
  atEnd(() => new Promise(done => { server.close(done) }))
  return { url: `smtp://127.0.0.1:${server.address().port}`, mails }
}

/** A port that nobody listened on a moment ago: links in mails name the server's before it starts. */
export async function freePort() {
  const probe = createServer()
  await new Promise(done => { probe.listen(0, '127.0.0.1', done) })
  const { port } = probe.address()
  await new Promise(done => { probe.close(done) })
  return port
}
