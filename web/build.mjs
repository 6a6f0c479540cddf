// Builds the console: `node build.mjs` writes dist/, `node build.mjs --check` builds aside and says whether dist/ is the same.
//
// esbuild bundles two pages (app, panel; one small script opens either) with lazy surfaces, the worker that holds the event stream, and the styles. The names of
// files carry a hash of their content, so the server may let browsers keep them for good. dist/manifest.json tells the server
// what there is, what each page needs first and what it shows before its script has run (looks.mjs). Same sources, same bytes: nothing of the machine or the day gets in.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync, copyFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, extname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import * as esbuild from 'esbuild'
import { draw, mark } from './looks.mjs'

const ROOT = dirname(fileURLToPath(import.meta.url))
const SCRIPT_BYTES_MAX = 61440
const STYLE_BYTES_MAX = 12288
const DIST_BYTES_MAX = 1376256 // of all surfaces in both languages, plain: a page loads what it needs of it, which the two above hold small
const LANGS = ['en', 'de']
const SURFACES = ['desk', 'people', 'policy', 'reviews', 'setup', 'track', 'train']
const TYPES = { '.js': 'text/javascript', '.css': 'text/css', '.woff2': 'font/woff2', '.svg': 'image/svg+xml', '.webmanifest': 'application/manifest+json', '.txt': 'text/plain' }

// Messages as one object each: as a JSON module every message would be an export of its own as well.
const messages = {
  name: 'messages',
  setup(build) {
    build.onLoad({ filter: /[\\/]i18n[\\/][a-z]+\.[a-z]+\.json$/ }, ({ path }) => ({ contents: `export default ${JSON.stringify(JSON.parse(readFileSync(path, 'utf8')))}`, loader: 'js' }))
  },
}

// Where each component stands: name -> file, as ui/index.ts lists them.
function componentFiles() {
  const text = readFileSync(join(ROOT, 'src/ui/index.ts'), 'utf8')
  return new Map([...text.matchAll(/export \{([^}]+)\} from '\.\/([^']+)'/g)].flatMap(([, names, file]) => names.split(',').map(name => [name.trim().replace(/^type /, ''), file])))
}

// A page shall load only the components that it uses. The bundler divides by files, so that one list of all components would bring
// all of them everywhere: imports from ui/index.ts become imports from the component's own file.
// The bundler makes a file of each set of modules that are always needed together. Parts that come later name what is there before
// them, the core (src/core.ts) and the surface that they belong to: else what they share with those would fall into small pieces.
const LATER = /[\\/]src[\\/](surfaces[\\/].*|pages[\\/].*|shell[\\/](Account|Find|Invitation|Keys|Page)|app|panel-app)\.tsx?$/
const PART = /[\\/]src[\\/]surfaces[\\/][a-z]+[\\/](?!index\.)[^\\/]+\.tsx$/
const named = (path, file) => `import '${relative(dirname(path), file).replaceAll('\\', '/').replace(/^(?!\.)/, './')}';`
const before = path => (LATER.test(path) ? named(path, join(ROOT, 'src/core.ts')) : '') + (PART.test(path) ? named(path, join(dirname(path), 'index.tsx')) : '')

const components = {
  name: 'components',
  setup(build) {
    const files = componentFiles()
    const direct = (whole, names, path) => names.split(',').map(name => name.trim()).filter(name => name !== '' && !name.startsWith('type ')).map(name => {
      const file = files.get(name.split(' as ')[0])
      if (!file) throw new Error(`ui/index.ts has no ${name}`)
      return `import { ${name} } from '${path}${file}'`
    }).join('; ')
    build.onLoad({ filter: /[\\/]src[\\/].*\.tsx?$/ }, ({ path }) => ({
      contents: before(path) + readFileSync(path, 'utf8').replace(/^import \{([^}]+)\} from '((?:\.\.?\/)+(?:ui\/)?)index\.ts'/gm, (whole, names, folder) => join(dirname(path), folder) === join(ROOT, 'src/ui/') ? direct(whole, names, folder) : whole),
      loader: path.endsWith('x') ? 'tsx' : 'ts',
    }))
  },
}

const common = {
  absWorkingDir: ROOT, bundle: true, minify: true, target: ['chrome123', 'firefox120', 'safari17.5'], jsx: 'automatic', jsxImportSource: 'preact',
  legalComments: 'none', charset: 'utf8', sourcemap: false, metafile: true, entryNames: '[name]-[hash]', chunkNames: 'c-[hash]', assetNames: '[name]-[hash]',
  define: { 'process.env.NODE_ENV': '"production"' }, loader: { '.woff2': 'file' }, plugins: [messages, components], logLevel: 'warning',
}

async function bundle(out) {
  const outdir = join(out, 'assets')
  const pages = await esbuild.build({ ...common, outdir, format: 'esm', splitting: true, entryPoints: ['src/main.tsx'] })
  const worker = await esbuild.build({ ...common, outdir, format: 'iife', entryPoints: { hub: 'src/hub.worker.ts' } })
  const styles = await esbuild.build({ ...common, outdir, entryPoints: ['app', 'fonts', ...SURFACES, 'panel-app'].sort().map(name => `src/css/${name}.css`) })
  for (const name of readdirSync(join(ROOT, 'public')).sort()) copyFileSync(join(ROOT, 'public', name), join(out, name))
  return { pages: outputs(pages), worker: outputs(worker), styles: outputs(styles) }
}

// --- looks ---

// Somebody whom the program replaces by whoever asks. The case's number is a mark from the start: nothing is made of it.
const WHO = { name: 'Yyy Xxx', tier: 'tttt', team: 'mmmm' }
const HELP = 'hhhh'
const LOOKS = ['signin', 'setup', 'desk', 'policy', 'policy/edit', 'people', 'track', 'reviews', 'train', 'keys', 'panel', 'panel/none', 'panel/framed', 'panel/framed/none']

function bootOf(name, lang) {
  const rights = Object.fromEntries(['SEE_STATS', 'SETTINGS', 'LEARN'].map(right => [right, 'all']))
  return {
    page: name.startsWith('panel') ? 'panel' : 'app', version: '', now: '2000-01-01T00:00:00Z', lang, worker: '', assets: {}, signed_in: name !== 'signin', framed_by: [],
    settings: { undo_seconds: 8, duty: {}, language: lang, signin_help: HELP }, setup: { policy: 0, decided: false }, me: { actor: '', rights, person: { id: '', ...WHO } },
  }
}

// What was drawn for somebody becomes what is drawn for anybody. Each of these stands in it as often as is said, or the build fails.
function anybody(name, lang, html) {
  const put = (times, from, to) => {
    const parts = html.split(from)
    if (times !== null && parts.length !== times + 1) throw new Error(`the look ${name} has ${from} ${parts.length - 1} times`)
    html = parts.join(to)
  }
  const only = (what, whole) => mark(`if_${what}`) + whole + mark('end')
  const cut = (times, pattern, make) => {
    let found = 0
    html = html.replace(pattern, (...all) => { found += 1; return make(...all) })
    if (found !== times) throw new Error(`the look ${name} has ${pattern} ${found} times`)
  }
  if (name === 'signin') {
    put(1, HELP, mark(`help=${messageOf('common', lang, 'common.signin.help')}`))
    cut(1, /<button type="submit"/, () => '<button disabled type="submit"') // before the script has it, a form would put a password into an address
    return html
  }
  if (name.startsWith('panel')) {
    if (!name.includes('framed')) cut(1, /<a [^>]*href="\/desk".*?<\/a>/, whole => only('desk', whole))
    return html
  }
  put(1, `>${WHO.name}<`, `>${mark('name')}<`)
  put(1, 'class="av on"', `class="av${mark('presence')}"`)
  put(1, '>YX<', `>${mark('initials')}<`)
  cut(1, /<span class="t12 f ell">tttt, mmmm<\/span>/, whole => only('under', whole.replace('tttt, mmmm', mark('under'))))
  cut(5, /<a [^>]*href="\/(desk|setup|track|reviews|train)".*?<\/a>/g, (whole, to) => only(to === 'track' || to === 'reviews' ? 'desk' : to, whole))
  cut(1, / checked/, () => '')
  cut(3, /value="(system|light|dark)"/g, (whole, theme) => `${whole}${mark(theme)}`)
  cut(1, /<kbd class="kbd".*?<\/kbd>/, () => '') // the keys of a machine that we don't know yet
  return html
}

function messageOf(area, lang, key) {
  return JSON.parse(readFileSync(join(ROOT, `src/i18n/${area}.${lang}.json`), 'utf8'))[key]
}

async function looks() {
  const built = await esbuild.build({ ...common, format: 'iife', globalName: 'looks', entryPoints: ['src/looks.tsx'], write: false, outdir: ROOT, metafile: false })
  const address = name => `http://localhost/${/^panel(\/framed)?$/.test(name) ? `panel?case=${encodeURIComponent(mark('case'))}` : name.replace(/\/(none|framed).*/, '')}`
  const all = {}
  for (const name of LOOKS) {
    all[name] = {}
    for (const lang of LANGS) all[name][lang] = anybody(name, lang, await draw(built.outputFiles[0].text, name, bootOf(name, lang), address(name)))
  }
  return all
}

// What esbuild says of its outputs, by the address that the browser asks for.
function outputs(result) {
  return Object.fromEntries(Object.entries(result.metafile.outputs).map(([path, output]) => [address(path), { ...output, imports: output.imports.map(row => ({ ...row, path: address(row.path) })) }]))
}

function address(path) {
  return '/assets/' + path.slice(path.lastIndexOf('/') + 1)
}

function made(table, source) {
  const found = Object.entries(table).find(([, output]) => output.entryPoint === source)
  if (!found) throw new Error(`nothing was made of ${source}`)
  return found[0]
}

// A file and everything that it imports at once, in the order of names.
function withImports(table, starts) {
  const all = new Set()
  const todo = [...starts]
  while (todo.length > 0) {
    const at = todo.pop()
    if (all.has(at)) continue
    all.add(at)
    todo.push(...table[at].imports.filter(row => row.kind === 'import-statement').map(row => row.path))
  }
  return [...all].sort()
}

function messagesOf(table, areas, lang) {
  return areas.map(area => made(table, `src/i18n/${area}.${lang}.json`))
}

function preload(table, entry, chunks, areas) {
  return Object.fromEntries(LANGS.map(lang => [lang, withImports(table, [entry, ...chunks, ...messagesOf(table, areas, lang)]).filter(path => path !== entry)]))
}

function page({ pages, styles }, source, whole, style, surfaces) {
  const entry = made(pages, source)
  const first = made(pages, whole)
  const lazy = surfaces.map(name => [name, {
    preload: preload(pages, entry, [first, made(pages, `src/surfaces/${name}/index.tsx`)], ['common', name]), styles: [made(styles, `src/css/${name}.css`)],
  }])
  const own = surfaces.length > 0 ? ['common'] : ['common', 'panel']
  return { script: entry, styles: [made(styles, `src/css/${style}.css`)], preload: preload(pages, entry, [first], own), ...(lazy.length > 0 && { surfaces: Object.fromEntries(lazy) }) }
}

function filesIn(folder, under = '') {
  return readdirSync(join(folder, under), { withFileTypes: true }).flatMap(row => row.isDirectory() ? filesIn(folder, join(under, row.name)) : [join(under, row.name)]).sort()
}

function manifest(out, built, looks) {
  const files = Object.fromEntries(filesIn(out).map(name => {
    const bytes = readFileSync(join(out, name))
    return ['/' + name, { type: TYPES[extname(name)], bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') }]
  }))
  const pages = { app: page(built, 'src/main.tsx', 'src/app.tsx', 'app', SURFACES), panel: page(built, 'src/main.tsx', 'src/panel-app.tsx', 'panel-app', []) }
  const whole = { files, pages, looks, fonts: made(built.styles, 'src/css/fonts.css'), worker: made(built.worker, 'src/hub.worker.ts') }
  writeFileSync(join(out, 'manifest.json'), JSON.stringify(sorted(whole), null, 1) + '\n')
  return whole
}

function sorted(value) {
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map(sorted)
  return Object.fromEntries(Object.keys(value).sort().map(key => [key, sorted(value[key])]))
}

function zipped(out, paths) {
  return [...new Set(paths)].reduce((sum, path) => sum + gzipSync(readFileSync(join(out, path)), { level: 9 }).length, 0)
}

// What each page loads before it can be used, compressed as on the wire; the heavier language counts.
function sizes(out, { pages, worker }) {
  const { app, panel } = pages
  const heavier = sets => Math.max(...LANGS.map(lang => zipped(out, sets.flatMap(set => set[lang]))))
  const row = (name, page, sets, styles) => ({ name, script: zipped(out, [page.script]) + heavier(sets), style: zipped(out, styles) })
  return [
    row('panel', panel, [panel.preload], panel.styles), row('signin', app, [app.preload], app.styles),
    ...Object.entries(app.surfaces).map(([name, lazy]) => row(name, app, [app.preload, lazy.preload], [...app.styles, ...lazy.styles])),
    { name: 'worker', script: zipped(out, [worker]), style: 0 },
  ]
}

function report(out, whole) {
  const rows = sizes(out, whole)
  const all = filesIn(out).reduce((sum, name) => sum + statSync(join(out, name)).size, 0)
  console.log('first load, gzip bytes        scripts   styles')
  for (const { name, script, style } of rows) console.log(`  ${name.padEnd(26)}${String(script).padStart(9)}${String(style).padStart(9)}`)
  console.log(`  of ${SCRIPT_BYTES_MAX} and ${STYLE_BYTES_MAX}; dist ${all} of ${DIST_BYTES_MAX} bytes`)
  return all <= DIST_BYTES_MAX && rows.every(({ script, style }) => script <= SCRIPT_BYTES_MAX && style <= STYLE_BYTES_MAX)
}

// The name of the first file that differs between two folders, or nothing.
function differing(left, right) {
  const names = [...new Set([...filesIn(left), ...(existsSync(right) ? filesIn(right) : [])])].sort()
  return names.find(name => [left, right].some(folder => !existsSync(join(folder, name))) || !readFileSync(join(left, name)).equals(readFileSync(join(right, name))))
}

async function build(out) {
  rmSync(out, { recursive: true, force: true })
  mkdirSync(out, { recursive: true })
  const whole = manifest(out, await bundle(out), await looks())
  if (!report(out, whole)) throw new Error('a page is over its size')
}

async function check() {
  const out = mkdtempSync(join(tmpdir(), 'leeway-console-'))
  try {
    await build(out)
    const name = differing(out, join(ROOT, 'dist'))
    if (name) throw new Error(`dist/${name} is not what the sources make: run node web/build.mjs`)
  } finally {
    rmSync(out, { recursive: true, force: true })
  }
}

try {
  await (process.argv.includes('--check') ? check() : build(join(ROOT, 'dist')))
} catch (error) {
  console.error(`build.mjs: ${error.message}`)
  process.exitCode = 1
}
