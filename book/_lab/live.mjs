// A graph whose numbers can be changed: each leaf of the picture gets a slider, and can be dragged itself. The page's
// Python computes the same graph from the new numbers, forward and backward; texts and edges change in their places.
import { element } from './cell.mjs'

const PIXELS = 2  // that make a step, where a box is dragged
const HELP = 'Move a slider, type a number, or drag a green box. The wider a band, the larger the gradient that flows back along it.'
const QUIET = 500  // milliseconds without a change, after which the last one is announced

export class Live {
  constructor(place, cell) {
    Object.assign(this, { place, cell, name: `cell ${cell.number}` })
    this.button = place.querySelector('button')
    this.words = place.querySelector('.live-words')
    this.button.onclick = () => this.open()
    this.button.onfocus = this.button.onpointerenter = lab.warm
    addEventListener('resize', () => this.layouts && this.draw(this.state))  // perhaps the other layout is shown now
  }

  // Run the cells above and this one, and make its picture live.
  async open() {
    this.button.disabled = true
    this.words.textContent = 'Python runs the cells up to here: the first time, that takes a few seconds.'
    await lab.run(this.cell)
    this.button.disabled = false
    if (this.cell.state === 'done') await this.show()
    else this.words.textContent = 'The numbers can be changed when the cell has run.'
  }

  async show() {
    try {
      const { picture, leaves, result, state } = await lab.call('lab_cells.open_graph', this.name)
      const place = this.cell.output.querySelector('.micrograd-picture').parentElement
      place.innerHTML = picture
      Object.assign(this, { leaves, result, numbers: leaves.map(leaf => leaf.number) })
      this.layouts = [...place.querySelectorAll('svg')].map(findParts)
      this.makePanel()
      this.draw(state)
      this.words.textContent = HELP
      this.panel.querySelector('input').focus({ preventScroll: true })
    } catch (error) {
      this.close(error.message.replace(/^\w+: /, ''))
    }
  }

  makePanel() {
    this.panel?.remove()
    this.panel = element('div', 'live-panel')
    for (const [i, leaf] of this.leaves.entries()) this.panel.append(this.makeRow(i, leaf))
    const reset = element('button', 'live-reset', 'Reset the numbers')
    reset.type = 'button'
    reset.onclick = () => this.leaves.forEach((leaf, i) => this.set(i, leaf.number))
    this.panel.append(reset)
    this.button.hidden = true
    this.button.after(this.panel)
  }

  makeRow(i, { name, number, reach, step, place }) {
    const row = element('div', 'live-leaf'), label = element('span', '', name)
    const boxes = this.layouts.map(layout => layout.boxes[place])
    const [slider, field] = ['range', 'text'].map(type => Object.assign(element('input', ''), { type }))
    Object.assign(slider, { min: -reach, max: reach, step, value: number, ariaLabel: name })
    Object.assign(field, { inputMode: 'decimal', value: number, ariaLabel: `${name}, as a number` })
    for (const input of [slider, field]) {
      input.oninput = () => {
        const number = input.value.trim() ? Number(input.value.replace(',', '.')) : NaN
        if (Number.isFinite(number)) this.set(i, number, input)
      }
    }
    for (const [event, on] of [['focusin', 1], ['focusout', 0], ['pointerenter', 1], ['pointerleave', 0]]) {
      row.addEventListener(event, () => {
        for (const box of boxes) box.classList.toggle('lit', Boolean(on) || row.contains(document.activeElement))
      })
    }
    row.append(label, slider, field)
    this.leaves[i].inputs = [slider, field]
    for (const box of boxes) this.dragBox(box, i, step)
    return row
  }

  // A box is dragged to the left and right. Its slider has the focus then, and with it the arrow keys.
  dragBox(box, i, step) {
    let from
    box.classList.add('live-box')
    box.onpointerdown = event => {
      event.preventDefault()
      this.leaves[i].inputs[0].focus({ preventScroll: true })
      box.setPointerCapture(event.pointerId)
      from = { x: event.clientX, number: this.numbers[i] }
    }
    box.onpointermove = event => {
      if (!box.hasPointerCapture(event.pointerId)) return
      const steps = Math.round(from.number / step) + Math.round((event.clientX - from.x) / PIXELS)
      if (Math.abs(event.clientX - from.x) >= PIXELS) this.set(i, Number((steps * step).toPrecision(12)))
    }
    box.onclick = event => event.stopPropagation()  // which would enlarge the picture
  }

  // Give a leaf another number. One call is on its way at a time; it takes the numbers that are there when it leaves.
  async set(i, number, by) {
    this.numbers[i] = number
    this.moved = this.leaves[i]
    for (const input of this.leaves[i].inputs) if (input !== by) input.value = number
    this.wanted = true
    if (this.asking) return
    this.asking = true
    while (this.wanted) {
      this.wanted = false
      const state = await lab.call('classroom.live.change', this.name, this.numbers).catch(() => undefined)
      if (!this.layouts) break  // it was closed, or drawn again, in the meantime
      if (!state) {
        this.close('Python was stopped. It starts again when you change the numbers.')
        break
      }
      this.draw(state)
      this.announce()
    }
    this.asking = false
  }

  draw(state) {
    const { texts, flows, words, error } = this.state = state
    for (const { svg, boxes, bands } of this.layouts) {
      boxes.forEach((box, i) => write(box, texts[i]))
      bands.forEach((band, i) => band.style.setProperty('stroke-width', thickness(flows[i] ?? 0)))
      svg.ariaLabel = words.replace(/\s*\n\s*/g, '; ')
      svg.classList.toggle('live-unknown', Boolean(error))
    }
  }

  announce() {
    const { texts, error } = this.state, { name, place } = this.moved
    const words = error || `${this.result}: ${texts[0][0]}; ${name}: ${texts[place][1]}`
    clearTimeout(this.timer)
    this.timer = setTimeout(() => { this.words.textContent = words }, QUIET)
  }

  // A picture that was drawn again has another graph, unless it is the stored one again.
  refresh() {
    if (!this.layouts || this.layouts[0].svg.isConnected) return
    this.close('')
    if (this.cell.output !== this.cell.stored) this.show()
  }

  close(words) {
    this.panel?.remove()
    this.layouts = this.moved = undefined
    this.button.hidden = false
    this.words.textContent = words
  }
}

// The boxes and edges of a picture, in the order in which Python lists them.
function findParts(svg) {
  svg.classList.add('live-graph')
  const count = what => svg.querySelectorAll(what).length
  return { svg,
    boxes: Array.from({ length: count('.node:has(polygon)') }, (_, i) => svg.querySelector(`.v${i}`)),
    bands: Array.from({ length: count('.edge') }, (_, i) => addBand(svg.querySelector(`.e${i} path`))) }
}

// What flows back along an edge is a band under it.
function addBand(line) {
  const band = line.cloneNode()
  band.classList.add('live-flow')
  line.before(band)
  return band
}

// Write data and gradient into a box, closer where they are longer than it is wide (0 in a layout that is not shown).
function write(box, texts) {
  const places = [...box.querySelectorAll('text')].slice(-2)
  const width = box.querySelector('polygon').getBBox().width - 6
  places.forEach((place, i) => {
    place.textContent = texts[i]
    place.removeAttribute('textLength')
    if (texts[i].length > 13 && place.getComputedTextLength() > Math.max(width, 0)) {
      place.setAttribute('textLength', width)
      place.setAttribute('lengthAdjust', 'spacingAndGlyphs')
    }
  })
}

const thickness = flow => flow && Math.min(1 + 2 * Math.sqrt(Math.abs(flow)), 16)
