// Python, in a worker: fetched and started when it is first wanted, ended when a run is stopped.
import { runtime } from './parts.json'

const PARTS = ['worker', ...runtime.map(file => file.split('/').pop()), 'packages']
export const FATAL = ['broken', 'overflow']  // how Python ends by itself
const folder = new URL('.', document.currentScript.src)
const parts = {}
const warm = () => start().catch(() => {})  // whoever comes near finds Python awake
globalThis.lab = { receive: (name, letters) => { parts[name] = letters }, call, warm }  // for the parts, and for figures

const load = file => new Promise((loaded, failed) => {
  const script = document.createElement('script')
  script.onload = loaded
  script.onerror = () => failed(Error(`${file} could not be loaded from ${folder}`))
  script.src = new URL(file, folder)
  document.head.append(script)
})
export const once = file => once[file] ??= load(file).catch(error => { once[file] = undefined; throw error })

let starting, worker, receive, ended, step = '', turn = 0, asked = 0
const answers = new Map()  // to what was asked, by its number: [answered, failed]
const watchers = new Set()

function say(words) {
  step = words
  for (const watcher of watchers) watcher(words)
}

// Start it unless it has been; return a promise of its worker.
export function start() {
  if (!starting) {
    const mine = starting = begin()
    mine.catch(() => { if (starting === mine) starting = undefined })
  }
  return starting
}

async function begin() {
  const mine = ++turn
  let there = 0
  say('step 1 of 3: fetching Python')
  await Promise.all(PARTS.map(part => once(`${part}.js`).then(() => {
    there += 1
    say(`step 1 of 3: fetching Python, ${there} of ${PARTS.length} files`)
  })))
  if (mine !== turn) throw Error('it was stopped')
  say('step 2 of 3: starting Python')
  const made = new Worker(`data:text/javascript,onmessage = ${encodeURIComponent(unpack)}`, { type: 'module' })
  worker = made
  await new Promise((ready, failed) => {
    answers.set('start', [ready, failed])
    made.onmessage = ({ data }) => {
      if (data.kind === 'step') say(data.text)
      else data.kind === 'ready' ? ready() : failed(Error(data.text))
    }
    made.onerror = event => failed(Error(event.message ?? 'the worker could not start'))
    made.postMessage({ parts })
  })
  answers.delete('start')
  made.onmessage = ({ data }) => hear(data)
  return made
}

// What the worker posts is an answer, or belongs to the cell that runs; without one, Python failed in a call, and is over.
function hear(data) {
  if (data.kind === 'answer') settle(data)
  else if (receive) receive(data)
  else if (FATAL.includes(data.kind)) end(`Python failed, and starts again when it is wanted: ${data.text}`)
}

// The worker's first words, which fetch the rest of it. They travel in a data: address, the only one from which a page
// that was opened as a file may start a worker, and too narrow for all of it.
async function unpack({ data }) {
  try {
    const packed = await fetch(`data:application/gzip;base64,${data.parts.worker}`)
    const code = await new Response(packed.body.pipeThrough(new DecompressionStream('gzip'))).text()
    await import(URL.createObjectURL(new Blob([code], { type: 'text/javascript' })))
    self.onmessage({ data })
  } catch (error) {
    postMessage({ kind: 'broken', text: String(error) })
  }
}

// Run code; what it posts goes to `listener`, what happens before to `watcher`, in words.
export async function run(cell, code, listener, watcher) {
  watchers.add(watcher)
  watcher(step)
  try {
    const mine = start()
    const started = await mine
    if (starting !== mine) return
    receive = listener
    listener({ kind: 'started' })
    started.postMessage({ cell, code })
  } finally {
    watchers.delete(watcher)
  }
}

export const stopListening = () => { receive = undefined }

// Call a function of the page's Python, 'classroom.live.open' or such, with values that JSON has; return a promise of what
// it returns. Python that runs a cell answers when it is done.
export async function call(name, ...values) {
  const started = await start()
  return new Promise((...ways) => {
    answers.set(asked += 1, ways)
    started.postMessage({ call: name, values: JSON.stringify(values), number: asked })
  })
}

function settle({ number, value, error }) {
  const [answered, failed] = answers.get(number)
  answers.delete(number)
  error ? failed(Error(error)) : answered(value)
}

// Ask what a name is, or how it goes on. Who types cannot wait for a Python that runs a cell, or is not there.
export async function ask(question, text) {
  if (!starting || receive) return null
  const patience = new Promise(over => setTimeout(over, 1000, null))
  return Promise.race([call(`lab_cells.${question}`, text).catch(() => null), patience])
}

export const whenEnded = action => { ended = action }

// End Python, and all that was asked of it.
export function end(words = 'Python was stopped') {
  worker?.terminate()
  for (const [, failed] of answers.values()) failed(Error(words))
  answers.clear()
  turn += 1
  starting = worker = receive = undefined
  ended?.()
}
