// Python, in a thread of its own: it runs cells and posts what comes out of them, and says what it knows of a name.
import { Graphviz } from '@hpcc-js/wasm-graphviz'
import { loadPyodide } from 'pyodide'
import createPyodideModule from 'pyodide/pyodide.asm.mjs'
import { info } from 'pyodide/pyodide-lock.json'
import { limit } from './stack.mjs'

// The first message brings the parts; Pyodide asks for its own by `fetch`, as if they lay in a folder.
async function begin(parts) {
  const HOME = 'https://lab.invalid/'
  const fetchElsewhere = fetch
  globalThis.fetch = (what, how) => {
    const name = String(what.url ?? what).replace(HOME, '')
    return name in parts ? unpacked(parts[name], name) : fetchElsewhere(what, how)
  }
  const unpacked = async (letters, name) => {
    const packed = await fetchElsewhere(`data:application/gzip;base64,${letters}`)
    const type = name.endsWith('.wasm') ? 'application/wasm' : 'application/octet-stream'
    return new Response(packed.body.pipeThrough(new DecompressionStream('gzip')), { headers: { 'Content-Type': type } })
  }
  const text = async name => (await unpacked(parts[name], name)).text()

  const [python] = await Promise.all([
    loadPyodide({
      indexURL: HOME, createPyodideModule, lockFileContents: { info, packages: {} }, packageBaseUrl: HOME,
      env: { HOME: '/book', GRAPHVIZ_DOT: '' } }),
    loadGraphviz()])
  postMessage({ kind: 'step', text: 'step 3 of 3: unpacking the book’s library' })
  const packages = python.pyimport('sys').path.toJs().find(path => path.endsWith('/site-packages'))
  for (const [name, letters] of Object.entries(JSON.parse(await text('packages')))) {
    python.FS.mkdirTree(`${packages}/${name}`.replace(/\/[^/]*$/, ''))
    python.FS.writeFile(`${packages}/${name}`, Uint8Array.from(letters, letter => letter.charCodeAt()))
  }
  python.pyimport('importlib').invalidate_caches()
  python.registerJsModule('lab_page', {
    post: message => postMessage(JSON.parse(message)),
    limit: () => limit(python),
    draw })
  return python.pyimport('lab_cells')
}

// After an error Graphviz may draw nothing more: the next cell gets one that has just begun.
let graphviz
async function loadGraphviz() {
  Graphviz.unload()
  graphviz = await Graphviz.load()
}

function draw(source, format) {
  if (!graphviz) throw Error('Graphviz failed in this cell; the next one can draw again')
  try {
    return graphviz.layout(source, format, 'dot')
  } catch (error) {
    graphviz = undefined
    throw error
  }
}

const run = ({ cell, code }) => 'Suspending' in WebAssembly ? cells.run.callPromising(cell, code) : cells.run(cell, code)

let cells
self.onmessage = async ({ data }) => {
  try {
    if (data.parts) {
      cells = await begin(data.parts)
      postMessage({ kind: 'ready' })
      return
    }
    if (!graphviz) await loadGraphviz()
    if (data.call) {
      postMessage({ kind: 'answer', number: data.number, ...JSON.parse(cells.call(data.call, data.values)) })
    } else {
      await run(data)
    }
  } catch (error) {
    const overflow = /call stack|too much recursion/i.test(error)
    postMessage({ kind: overflow ? 'overflow' : 'broken', text: String(error) })
  }
}
