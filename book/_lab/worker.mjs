// Python, in a thread of its own: it runs cells and posts what comes out of them.
import { Graphviz } from '@hpcc-js/wasm-graphviz'
import { loadPyodide } from 'pyodide'
import createPyodideModule from 'pyodide/pyodide.asm.mjs'
import { info } from 'pyodide/pyodide-lock.json'

const PACKAGES = '/lib/python3.14/site-packages'

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
  const content = async name => (await unpacked(parts[name], name)).arrayBuffer()

  const [python, graphviz] = await Promise.all([
    loadPyodide({
      indexURL: HOME, createPyodideModule, lockFileContents: { info, packages: {} }, packageBaseUrl: HOME,
      env: { HOME: '/book', GRAPHVIZ_DOT: '', TQDM_DISABLE: '1' } }),
    Graphviz.load()])
  for (const name of ['micrograd_book', 'graphviz', 'tqdm']) {
    python.unpackArchive(await content(name), 'wheel', { extractDir: PACKAGES })
  }
  for (const name of ['cells.py', 'plots.py']) {
    python.FS.writeFile(`${PACKAGES}/lab_${name}`, new Uint8Array(await content(name)))
  }
  python.registerJsModule('lab_page', {
    post: message => postMessage(JSON.parse(message)),
    draw: (source, format) => graphviz.layout(source, format, 'dot') })
  return python.pyimport('lab_cells')
}

let cells
self.onmessage = async ({ data }) => {
  try {
    if (data.parts) {
      cells = await begin(data.parts)
      postMessage({ kind: 'ready' })
    } else cells.run(data.cell, data.code)
  } catch (error) {
    const overflow = /call stack|too much recursion/i.test(error)
    postMessage({ kind: overflow ? 'overflow' : 'broken', text: String(error) })
  }
}
