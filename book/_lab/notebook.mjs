// The reader's chapter as a notebook: the cells of the page in their order, with the reader's code where there is some.
const lines = text => text.split(/(?<=\n)/)
const markdown = (id, text) => ({ cell_type: 'markdown', id, metadata: {}, source: lines(text) })
const code = (id, text, tags) => ({
  cell_type: 'code', id, metadata: { tags }, execution_count: null, outputs: [], source: lines(text) })

const heading = cell => {
  const found = cell.div.closest('section').querySelector(':is(h1, h2, h3, h4)').cloneNode(true)
  for (const extra of found.querySelectorAll('.headerlink, .lab-mark')) extra.remove()
  return `${'#'.repeat(found.tagName[1])} ${found.textContent.trim()}`
}

// `lost` is code that was written for cells which the book has no more.
export function notebook(cells, lost) {
  const made = []
  let last
  for (const cell of cells) {
    if (heading(cell) !== last) made.push(markdown(`above-${cell.number}`, last = heading(cell)))
    made.push(code(`cell-${cell.number}`, cell.code, cell.yours ? ['yours'] : []))
  }
  if (lost.length) made.push(markdown('lost', '## Written for cells that the book has changed since'))
  for (const [i, text] of lost.entries()) made.push(code(`lost-${i + 1}`, text, ['yours']))
  return {
    cells: made, nbformat: 4, nbformat_minor: 5,
    metadata: { kernelspec: { display_name: 'Python 3', language: 'python', name: 'python3' } } }
}

export function download(name, content) {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([JSON.stringify(content, null, 1)], { type: 'application/x-ipynb+json' }))
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}
