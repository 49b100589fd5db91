// Code and picture: a line of code shows the nodes that it made, and a node the line. What a line makes is read from the
// code: a name and its label, Value(2.0, label='a'), or e = a * b and then e.label = 'e'. A node without a label was made
// on the way to the one that it leads to.

// Return which line of a cell makes what has this label or name: {"'e'": 3, 'e': 3}; '' is what is drawn without a name.
function makers(code) {
  const found = {}
  for (const [i, line] of code.split('\n').entries()) {
    const [, name] = line.match(/^\s*(\w+) = /) ?? [], [, owner, later] = line.match(/^\s*(\w+)\.label = ['"](.*)['"]/) ?? []
    if (name) found[name] = i
    if (owner in found) found[`'${later}'`] = found[owner]
    for (const [,, label] of line.matchAll(/\blabel=(['"])(.*?)\1/g)) found[`'${label.replaceAll('\\\\', '\\')}'`] = i
    if (/^(draw_dot|watch)\(/.test(line)) found[''] = i
  }
  return found
}

// Return the nodes of a picture in the order of its boxes, from its words: [{name, inputs}, ...], the result first.
function nodesOf(svg) {
  const [, words = ''] = svg.getAttribute('aria-label').split(/graph \(values: .*?\); /)
  return words.split('; ').map(line => {
    const [, name, formula = ''] = line.match(/^(.*?)(?: = (.*))?: data /) ?? []
    return { name, inputs: formula.match(/[\p{L}\p{N}_]+/gu) ?? [] }
  })
}

// Return the line that made each box of a picture: [{cell, line}, ...], undefined where the page does not show it.
function origins(picture, cells) {
  const boxes = [...picture.querySelectorAll('.node:has(polygon)')], nodes = nodesOf(picture)
  const here = cells.findIndex(cell => cell.div.contains(picture))
  if (here < 0 || nodes.length !== boxes.length) return []
  const [, drawn = ''] = cells[here].code.match(/^(?:draw_dot|watch)\((\w+)[,)]/m) ?? []
  const keys = boxes.map((box, i) => {
    const texts = [...box.querySelectorAll('text')].map(text => text.textContent.replaceAll('\u00a0', ' '))
    return texts.length > 2 ? `'${texts.slice(0, -2).join('\n')}'` : i === 0 ? drawn : undefined
  })
  const key = i => i < 0 ? '' : keys[i] ?? key(nodes.findIndex(node => node.inputs.includes(nodes[i].name)))
  const sources = cells.slice(0, here + 1).reverse().flatMap(cell => [cell, ...definitions(cell, cells)])
  return boxes.map((_, i) => {
    for (const cell of key(i) ? sources : [cells[here]]) {
      const line = makers(cell.code)[key(i)]
      if (line !== undefined) return { cell, line, box: boxes[i] }
    }
    return {}
  })
}

// Return the cells that define functions which a cell calls.
const definitions = (cell, cells) => cells.filter(({ code }) =>
  [...code.matchAll(/^def (\w+)/gm)].some(([, name]) => cell.code.includes(`${name}(`)))

// Return the line of code at a place of the page: {cell, line}.
function lineAt(target, y, cells) {
  const code = target.closest?.('.cell_input pre, .cm-content'), cell = cells.find(({ div }) => div.contains(code))
  if (!cell) return {}
  const { lineHeight, paddingTop } = getComputedStyle(code)
  const top = code.getBoundingClientRect().top + parseFloat(paddingTop)
  return { cell, line: Math.floor((y - top) / parseFloat(lineHeight)) }
}

export function connectLines(cells) {
  let shown = ''
  const pictures = () => [...document.querySelectorAll('.cell svg:has(> .graph)')].filter(svg => svg.checkVisibility())

  function show(what, chosen) {
    if (what === shown) return
    shown = what
    for (const old of document.querySelectorAll('.made, .makes')) old.classList.remove('made', 'makes')
    for (const { cell, line, box } of chosen()) {
      box.classList.add('made')
      for (const code of cell.input.querySelectorAll('.highlight > pre, .cm-content')) {
        code.classList.add('makes')
        code.style.setProperty('--line', line)
      }
    }
  }
  const showLine = (cell, line) => show(cell && `${cell.number}:${line}`, () => pictures().flatMap(
    picture => origins(picture, cells)).filter(origin => origin.cell === cell && origin.line === line))

  document.addEventListener('pointermove', ({ target, clientY }) => {
    const box = target.closest?.('.node'), { cell, line } = lineAt(target, clientY, cells)
    if (box) show(box, () => origins(box.closest('svg'), cells).filter(origin => origin.box === box))
    else showLine(cell, line)
  })
  document.addEventListener('selectionchange', () => {
    const line = getSelection().anchorNode?.parentElement?.closest('.cm-line')?.getBoundingClientRect()
    if (line) showLine(...Object.values(lineAt(document.activeElement, line.top + 1, cells)))
  })
}
