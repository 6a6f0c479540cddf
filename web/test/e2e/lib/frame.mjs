// A helpdesk for tests: a page on a port of its own that has the panel in a frame.
import { createServer } from 'node:http'
import { atEnd } from './story.mjs'

const PAGE = `<!doctype html><html lang="en"><head><title>Helpdesk</title></head><body><h1>Helpdesk</h1><iframe title="Leeway" width="400" height="700"></iframe>
<script>
  globalThis.heard = []
  addEventListener('message', event => { heard.push({ origin: event.origin, data: event.data }) })
  const frame = document.querySelector('iframe')
  frame.src = new URLSearchParams(location.search).get('panel')
  globalThis.say = (data, origin = '*') => frame.contentWindow.postMessage(data, origin)
</script></body></html>`

// A page within a host's page that sends the panel beside it a message of its own.
const SENDER = `<!doctype html><title>Sender</title><script>
  parent.frames[0].postMessage(JSON.parse(new URLSearchParams(location.search).get('send')), '*')
  parent.postMessage('sent', '*')
</script>`

/** host: by which name it is called ("127.0.0.1", "localhost"). Gives { origin, address(panel), sending(message) }. */
export async function helpdesk(host = '127.0.0.1') {
  const server = createServer((request, response) => {
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(request.url.includes('?send=') ? SENDER : PAGE)
  })
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve))
  atEnd(() => new Promise(resolve => { server.close(resolve); server.closeAllConnections() }))
  const origin = `http://${host}:${server.address().port}`
  const sending = message => `${origin}/?send=${encodeURIComponent(JSON.stringify(message))}`
  return { origin, sending, address: panel => `${origin}/?panel=${encodeURIComponent(panel)}` }
}

/** The frame of the panel in a helpdesk's page, once it is there. */
export async function panelFrame(page, url) {
  const element = await page.waitForSelector('iframe')
  const frame = await element.contentFrame()
  await frame.waitForURL(address => String(address).startsWith(url))
  return frame
}
