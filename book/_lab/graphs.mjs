// Pictures of graphs that move: leaves whose numbers can be changed, backward passes that play, and lines of code that
// show which nodes they made. A script of its own, for pages that have such pictures.
import { Live } from './live.mjs'
import { connectLines } from './lines.mjs'
import { addPlay } from './steps.mjs'

const live = []
for (const place of document.querySelectorAll('.live')) {
  const cell = lab.cells.find(cell => cell.div === place.closest('.cell'))
  if (cell) live.push(new Live(place, cell))
}

// Cells that run make new pictures.
function refresh() {
  for (const each of live) each.refresh()
  for (const steps of document.querySelectorAll('.micrograd-steps:not([data-plays])')) addPlay(steps)
}

refresh()
connectLines(lab.cells)
new MutationObserver(refresh).observe(document.querySelector('.bd-article'), { childList: true, subtree: true })
