// Exercises: a card with a task, an answer that is open for editing, its check, and a solution.
import { element } from './cell.mjs'
import { showProgress } from './progress.mjs'
import { change, read } from './store.mjs'

// Tie each answer to the check below it, and open it when it comes near.
export function connectExercises(cells, open) {
  const near = new IntersectionObserver(entries => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue
      near.unobserve(target)
      open(cells.find(cell => cell.div === target), null)
    }
  }, { rootMargin: '400px' })
  for (const [i, cell] of cells.entries()) {
    if (cell.kind !== 'answer') continue
    cell.check = cells[i + 1]
    cell.check.answer = cell
    cells[i + 2].answer = cell
    near.observe(cell.div)
    if (read().solved.includes(cell.key)) showSolved(cell)
  }
}

export function solve(cell) {
  change(kept => { kept.solved = [...new Set([...kept.solved, cell.key])] })
  showSolved(cell)
  showProgress()
}

function showSolved(cell) {
  const card = cell.div.closest('section')
  if (card.dataset.solved) return
  card.dataset.solved = 'yes'
  card.querySelector('h3, h4')?.append(' ', element('span', 'lab-mark', '✓ solved'))
}
