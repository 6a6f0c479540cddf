// What a page shows before its script has run ("looks"): the components of src/looks.tsx, drawn once when the console is built.
//
// Preact draws into the few elements below, which can do no more than be written as HTML. Each look is drawn in a world of its own:
// nothing is fetched in it, no timer ever rings, and whatever the page's modules ask of a browser is there and empty. What differs
// from one request to the next is a mark in the text (see `mark`); the program puts it in.
const VOID = new Set(['br', 'hr', 'img', 'input'])
const SVG = 'http://www.w3.org/2000/svg'

/** What the program puts in for itself: its name between two signs of the private area, which no text of ours has. */
export const mark = name => `\uE000${name}\uE001`

const escaped = text => String(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')

class Element {
  constructor(namespaceURI, localName) {
    Object.assign(this, { nodeType: 1, namespaceURI, localName, childNodes: [], attributes: [], parentNode: null, style: { setProperty() {} } })
  }

  get firstChild() { return this.childNodes[0] ?? null }
  get nextSibling() { return next(this) }
  addEventListener() {}
  removeEventListener() {}

  insertBefore(node, before) {
    node.parentNode?.removeChild(node)
    const at = before ? this.childNodes.indexOf(before) : -1
    this.childNodes.splice(at < 0 ? this.childNodes.length : at, 0, node)
    node.parentNode = this
    return node
  }

  appendChild(node) { return this.insertBefore(node, null) }

  removeChild(node) {
    this.childNodes = this.childNodes.filter(one => one !== node)
    node.parentNode = null
  }

  remove() { this.parentNode?.removeChild(this) }

  setAttribute(name, value) {
    this.removeAttribute(name)
    this.attributes.push({ name, value })
  }

  removeAttribute(name) { this.attributes = this.attributes.filter(one => one.name !== name) }

  get inner() { return this.childNodes.map(node => node.html).join('') }

  get html() {
    const attributes = this.attributes.map(({ name, value }) => {
      const spelled = this.namespaceURI === SVG ? name : name.toLowerCase()
      return value === true && !/^(aria|data)-/.test(name) ? ` ${spelled}` : ` ${spelled}="${escaped(value)}"`
    }).join('')
    return `<${this.localName}${attributes}>${VOID.has(this.localName) ? '' : `${this.inner}</${this.localName}>`}`
  }
}

class Text {
  constructor(data) { Object.assign(this, { nodeType: 3, data, parentNode: null }) }
  get nextSibling() { return next(this) }
  get html() { return escaped(this.data) }
  remove() { this.parentNode?.removeChild(this) }
}

const next = node => node.parentNode?.childNodes[node.parentNode.childNodes.indexOf(node) + 1] ?? null

// The names that the modules know of a browser. The server of this one never answers.
function world(boot, address, framed) {
  const nothing = () => {}
  const block = { textContent: JSON.stringify(boot) }
  const document = Object.assign(new Element('', '#document'), {
    documentElement: { dataset: {}, lang: '' }, visibilityState: 'visible', cookie: '', title: '', activeElement: null,
    createElementNS: (namespace, name) => new Element(namespace, name), createTextNode: text => new Text(text),
    querySelector: selector => selector === 'script[type="application/json"]' ? block : null, getElementById: () => null,
  })
  const store = { getItem: () => null, setItem: nothing, removeItem: nothing, key: () => null, length: 0 }
  const window = { addEventListener: nothing, removeEventListener: nothing }
  window.parent = framed ? {} : window
  return {
    document, window, parent: window.parent, location: new URL(address), localStorage: store, sessionStorage: store, navigator: { platform: '', userAgent: '', language: boot.lang, onLine: true },
    history: { replaceState: nothing, pushState: nothing }, performance: { now: () => 0 }, addEventListener: nothing, removeEventListener: nothing,
    matchMedia: () => ({ matches: false, addEventListener: nothing, removeEventListener: nothing }), fetch: () => new Promise(nothing),
    setTimeout: nothing, setInterval: nothing, clearTimeout: nothing, clearInterval: nothing, requestAnimationFrame: nothing, cancelAnimationFrame: nothing,
  }
}

/** Draws one: `code` is src/looks.tsx as one script that leaves `looks`. */
export async function draw(code, name, boot, address) {
  const names = world(boot, address, name.includes('framed'))
  const { show } = new Function(...Object.keys(names), `${code};return looks`)(...Object.values(names))
  const root = new Element('http://www.w3.org/1999/xhtml', 'div')
  await show(name, root)
  return root.inner
}
