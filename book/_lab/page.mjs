// The lab of a page: its cells, the order in which they run, and what is kept of them.
import { Cell, undoButton } from './cell.mjs'
import { connectExercises, solve } from './exercise.mjs'
import { download, notebook } from './notebook.mjs'
import { ask, end, FATAL, once, run, stopListening, whenEnded } from './python.mjs'
import { showProgress } from './progress.mjs'
import { canKeep, change, page, read } from './store.mjs'

const bar = document.querySelector('.lab-page')
const button = name => bar.querySelector(`.lab-${name}`)

// Which cells' code an output hangs on: the experiments above, and for a check also its answer.
const dependencies = cell => [
  ...cells.slice(0, cells.indexOf(cell)).filter(other => other.kind === 'experiment'),
  ...(cell.kind === 'check' ? [cell.answer] : []), cell]

const same = (one, other) => one?.length === other.length && one.every((code, i) => code === other[i])

const shared = {
  get cells() { return cells },
  same,
  ask,
  solve,
  warm: lab.warm,
  programOf: cell => dependencies(cell).map(other => other.code),
  bookOf: cell => dependencies(cell).map(other => other.book),

  // The first cell whose code is not that of the output which `cell` shows.
  changedSince(cell) {
    const made = cell.made ?? this.bookOf(cell)
    return dependencies(cell).find((other, i) => other.code !== made[i])
  },

  changed() {
    for (const cell of cells) cell.refresh()
    const edited = cells.some(cell => cell.yours !== undefined) || lost().length > 0
    for (const name of ['export', 'reset']) button(name).hidden = !edited
  },

  async open(cell, place) {
    await once('editor.js')
    cell.edit(lab.edit, place)
  },

  keep(cell) {
    const kept = change(({ code }) => {
      if (cell.yours === undefined) delete code[cell.key]
      else code[cell.key] = { text: cell.yours, shown: cell.showing }
    })
    if (!kept) warnOfLoss()
  },

  run(cell) {
    const alone = cell.kind === 'scratch' && cells.some(other => other.ran)
    const above = alone ? [] : cells.slice(0, cells.indexOf(cell)).filter(other => isDue(other, cell))
    return runAll([...above, cell], cell)
  },

  stop: () => end(),
}

const cells = []
for (const div of document.querySelectorAll('div.cell:has(.lab-bar)')) cells.push(new Cell(div, shared))

const isFresh = cell => same(cell.ran, shared.programOf(cell))

// Whether a cell is to run before the cell that is wanted, or when all are. Solutions are not: they would overwrite an
// answer. Nor are empty answers of other exercises: a solution that ran may have filled them. Their checks define what
// later ones use, and run once, quietly, unless all are to run and the answer was tried.
const isTried = cell => (cell.answer ?? cell).code !== (cell.answer ?? cell).book
const isQuiet = (cell, wanted) => cell.kind === 'check' && cell !== wanted && !(!wanted && isTried(cell))
function isDue(cell, wanted) {
  if (cell.fatal || ['solution', 'scratch'].includes(cell.kind)) return false
  if (cell.kind === 'answer' && cell.check !== wanted && !isTried(cell)) return false
  return isQuiet(cell, wanted) ? !cell.ran : !isFresh(cell)
}

// One cell after the other. A run that was stopped, or belongs to a Python that is gone, never goes on.
let queue = Promise.resolve(), turn = 0

whenEnded(() => {
  turn += 1
  queue = Promise.resolve()
  for (const cell of cells) cell.forget()
  showRun()
  shared.changed()
})

async function execute(cell, quiet) {
  cell.begin(quiet)
  let result
  try {
    result = await new Promise((ended, failed) => {
      cell.ended = ended
      run(cell.number, cell.code, data => cell.receive(data), words => cell.state === 'running' && cell.say(words))
        .catch(failed)
    })
  } catch (error) {
    cell.receive({ kind: 'broken', text: error.message })
    result = 'broken'
  }
  if (result !== 'stopped') stopListening()
  if (FATAL.includes(result)) end()
  if (cell.kind === 'solution' && cell.answer) cell.answer.ran = undefined  // its names have other values now
  return result
}

function runAll(these, wanted) {
  const mine = turn
  for (const cell of these) cell.wait()
  queue = queue.then(async () => {
    for (const [i, cell] of these.entries()) {
      if (mine !== turn) return
      showRun(i + 1, these.length)
      const result = await execute(cell, isQuiet(cell, wanted))
      if (result === 'stopped' || mine !== turn && !FATAL.includes(result)) return
      const leaf = cell.kind === 'check' || cell.kind === 'answer' && cell.check !== wanted
      if (FATAL.includes(result) || result === 'error' && !cell.raises && !leaf) {
        for (const later of these.slice(i + 1)) isQuiet(later, wanted) ? later.rest() : later.skip(cell)
        break
      }
      shared.changed()
    }
    showRun()
    shared.changed()
  })
  return queue
}

// The bar of the page, under its title.
function showRun(number, count) {
  bar.classList.toggle('lab-running', Boolean(number))
  button('all').hidden = Boolean(number)
  button('stop').hidden = !number
  bar.querySelector('.lab-count').textContent = number ? `cell ${number} of ${count}` : ''
}

function warnOfLoss() {
  bar.querySelector('.lab-kept').textContent =
    'This browser keeps nothing for this page: your code is lost when you leave, unless you export it.'
}

// Code that was kept for cells which the book has no more.
const lost = () => Object.entries(read().code).filter(([key]) => !cells.some(cell => cell.key === key))
  .map(([, { text }]) => text)

function resetPage() {
  const before = cells.filter(cell => cell.yours !== undefined).map(cell => [cell, cell.yours, cell.showing])
  for (const [cell] of before) cell.replace(undefined)
  const words = bar.querySelector('.lab-kept')
  words.textContent = `The book’s code again, in ${before.length} ${before.length === 1 ? 'cell' : 'cells'}. `
  words.append(undoButton(() => {
    for (const [cell, yours, showing] of before) cell.replace(yours, showing)
    words.textContent = ''
  }))
}

const actions = {
  all: () => runAll(cells.filter(cell => isDue(cell))),
  stop: shared.stop,
  restart() {
    end()
    for (const cell of cells) cell.restore()
    shared.changed()
  },
  export: () => download(`${page}-mine.ipynb`, notebook(cells.filter(
    cell => cell.kind !== 'solution' && (cell.kind !== 'scratch' || cell.yours)), lost())),
  reset: resetPage,
}
for (const [name, action] of Object.entries(actions)) button(name).onclick = action
for (const event of ['pointerenter', 'focus']) button('all').addEventListener(event, shared.warm)

function recall() {
  const { code } = read()
  for (const cell of cells) cell.recall(code[cell.key])
  shared.changed()
}

connectExercises(cells, shared.open)
if (!canKeep()) warnOfLoss()
showProgress()
recall()
// Another tab has kept something, or the reader comes back to a page that slept.
window.addEventListener('storage', recall)
window.addEventListener('pageshow', ({ persisted }) => persisted && recall())
Object.assign(lab, { cells, run: shared.run })  // for figures
document.documentElement.dataset.lab = 'ready'
