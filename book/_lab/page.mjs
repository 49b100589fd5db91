// The lab: buttons on the code cells of a page, and Python behind them, fetched when a cell is first run.
import { Cell } from './cell.mjs'
import { modules, runtime, wheels } from './parts.json'

const PARTS = ['worker', ...runtime.map(file => file.split('/').pop()), ...wheels, ...modules]
const folder = new URL('.', document.currentScript.src)
const parts = {}
globalThis.lab = { receive: (name, letters) => { parts[name] = letters } }

const load = file => new Promise((loaded, failed) => {
  const script = document.createElement('script')
  script.onload = loaded
  script.onerror = () => failed(Error(`${file} could not be loaded from ${folder}`))
  script.src = new URL(file, folder)
  document.head.append(script)
})
const once = file => once[file] ??= load(file).catch(error => { once[file] = undefined; throw error })

// Python, in a worker. What it posts goes to the cell that is running.
let python, running

async function start() {
  await Promise.all(PARTS.map(part => once(`${part}.js`)))
  const worker = new Worker(`data:text/javascript,onmessage = ${encodeURIComponent(unpack)}`, { type: 'module' })
  await new Promise((ready, failed) => {
    worker.onmessage = ({ data }) => data.kind === 'ready' ? ready() : failed(Error(data.text))
    worker.onerror = event => failed(Error(event.message ?? 'the worker could not start'))
    worker.postMessage({ parts })
  })
  worker.onmessage = ({ data }) => running?.receive(data)
  return worker
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

function end() {
  python?.then(worker => worker.terminate(), () => {})
  python = running = undefined
  queue = Promise.resolve()
  for (const cell of cells) cell.forget()
}

// One cell after the other. A run that was stopped, or belongs to a Python that is gone, never goes on.
let queue = Promise.resolve()

async function execute(cell) {
  cell.begin(python ? 'running' : 'starting Python')
  running = cell
  const mine = python ??= start()
  let result = 'broken'
  try {
    const worker = await mine
    if (python !== mine) return 'stopped'
    cell.say('running …')
    result = await new Promise(ended => {
      cell.ended = ended
      worker.postMessage({ cell: cell.number, code: cell.code })
    })
  } catch (error) {
    cell.receive({ kind: 'broken', text: error.message })
  }
  if (['broken', 'overflow'].includes(result)) end()
  running = undefined
  return result
}

// Solutions run only when the reader runs them: they would overwrite the reader's answers.
const waiting = () => cells.filter(cell => !cell.solution && !cell.fresh && !cell.fatal)

function runAll(these) {
  for (const cell of these) cell.wait()
  queue = queue.then(async () => {
    for (const [i, cell] of these.entries()) {
      const result = await execute(cell)
      if (result === 'stopped') return
      if (['broken', 'overflow'].includes(result) || result === 'error' && !cell.raises) {
        for (const later of these.slice(i + 1)) later.skip(cell)
        return
      }
    }
  })
  return queue
}

const actions = {
  run(cell) {
    const above = waiting().filter(other => other.number < cell.number)
    return runAll([...above, cell])
  },
  stop(cell) {
    end()
    cell.say('stopped. Python starts anew with the next cell that runs, from the top')
  },
  async edit(cell) {
    await once('editor.js')
    cell.edit(lab.edit)
  },
}

const cells = [...document.querySelectorAll('div.cell')].filter(div => div.querySelector('.cell_input pre'))
  .map((div, i) => new Cell(div, i + 1, actions))

function restart() {
  end()
  for (const cell of cells) cell.restore()
}

// The bar of the page, under its title.
const bar = document.createElement('div')
bar.className = 'lab-page'
bar.setAttribute('role', 'group')
bar.setAttribute('aria-label', 'All cells of this page')
for (const [words, title, action] of [
  ['Run all', 'Run every cell but the solutions, from the top', () => runAll(waiting())],
  ['Restart', 'Forget all that ran, and show the outputs of the book again; your edits stay', restart]]) {
  const button = document.createElement('button')
  Object.assign(button, { type: 'button', textContent: words, title, onclick: action })
  bar.append(button)
}
bar.insertAdjacentHTML('beforeend', '<a href="running.html#in-the-page">The cells run in this page</a>')
document.querySelector('article h1').after(bar)
document.documentElement.dataset.lab = 'ready'
