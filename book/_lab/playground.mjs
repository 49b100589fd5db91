// A training to play with. The book's Python takes the steps; this asks for them, and draws what comes.
import { Plane } from './plane.mjs'

const call = (name, ...values) => lab.call(`classroom.playground.${name}`, ...values)
const sleep = milliseconds => new Promise(over => setTimeout(over, milliseconds))
const percent = share => `${Math.round(100 * share)} %`
const short = loss => loss === null ? 'no number' : loss.toPrecision(3)
const calm = matchMedia('(prefers-reduced-motion: reduce)')
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }

export class Playground {
  constructor(root) {
    this.root = root
    this.part = name => root.querySelector(name)
    this.controls = this.part('form').elements
    this.book = JSON.parse(root.dataset.settings)
    this.settings = { ...this.book }
    this.cross = [0, 0]
    this.turn = 0  // counts beginnings: what was asked before the last one is not drawn any more
    this.connect()
    this.reach(0, 0)
    this.showOwn()
    this.recall()
  }

  connect() {
    this.part('form').onchange = ({ target }) => this.change(target)
    this.part('form').onsubmit = event => event.preventDefault()
    this.part('.play').onclick = () => this.playing ? this.pause() : this.play()
    for (const event of ['pointerenter', 'focus']) this.part('.play').addEventListener(event, () => this.warm(), { once: true })
    this.part('.step').onclick = () => this.once(1)
    this.part('.reset').onclick = () => this.restart()
    const network = this.part('.network-of')
    for (const event of ['pointerover', 'focusin']) {
      network.addEventListener(event, ({ target }) => this.look(target.dataset.neuron))
    }
    for (const event of ['pointerleave', 'focusout']) network.addEventListener(event, () => this.look())
    network.onkeydown = event => this.walk(event)
  }

  // Whoever is about to press Play finds Python awake.
  warm() { call('finite', 0).catch(() => {}) }

  // The address holds what differs from the book's settings.
  recall() {
    if (!location.hash.includes('=')) return
    for (const [name, value] of new URLSearchParams(location.hash.slice(1))) {
      if (!(name in this.book)) continue
      this.settings[name] = value
      if (this.controls[name]) this.controls[name].value = value
    }
    this.showOwn()
    this.root.scrollIntoView({ block: 'center' })
    this.restart()
  }

  keep() {
    const changed = Object.entries(this.settings).filter(([name, value]) => value !== this.book[name])
    history.replaceState(null, '', `#${new URLSearchParams(changed)}`)
  }

  change({ name, value, form }) {
    if (!(name in this.book) || !form.reportValidity()) return
    this.settings[name] = value
    this.showOwn()
    this.keep()
    this.restart()
  }

  get own() { return this.settings.data === 'own' }

  showOwn() {
    this.root.toggleAttribute('data-own', this.own)
    if (this.controls.add) this.controls.add.parentElement.hidden = !this.own
    if (this.controls.noise) this.controls.noise.parentElement.hidden = this.own
  }

  // Begin at step 0.
  async restart() {
    const mine = this.turn += 1
    this.say('Python starts …')
    try {
      const first = await call('start', this.settings)
      if (mine !== this.turn) return
      this.begun = true
      this.points = first.points
      this.histories = first.learners.map(() => [])
      this.part('.network').outerHTML = first.network
      this.reach(0, 0)
      this.preparePlanes(first)
      this.draw(first)
    } catch (error) {
      this.fail(error)
    }
  }

  preparePlanes({ left, low, learners }) {
    const places = [...this.root.querySelectorAll('.plane-of')]
    this.planes ??= places.map(place => new Plane(place))
    for (const plane of this.planes) Object.assign(plane, { left, low })
    places[1].hidden = this.part('.cost').hidden = learners.length < 2
    const { canvas } = this.planes[0]
    Object.assign(canvas, { tabIndex: 0, onclick: event => this.touch(this.planes[0].at(event)),
      onkeydown: event => this.steer(event), onfocus: () => this.draw(), onblur: () => this.draw() })
  }

  // Python computes the next picture while one is drawn.
  async play() {
    this.playing = true
    this.part('.play').textContent = 'Pause'
    try {
      if (!this.begun) await this.restart()
      let coming = this.ask(this.stride)
      for (let on = true; on;) {
        const [picture] = await Promise.all([coming, sleep(this.delay)])
        on = this.playing
        if (on) coming = this.ask(this.stride)
        await new Promise(requestAnimationFrame)
        this.draw(picture)
      }
    } catch (error) {
      this.fail(error)
    }
  }

  // Who wants less motion gets a picture each second.
  get pace() { return this.controls.pace?.value }
  get delay() { return calm.matches ? 1000 : Number(this.pace) ? 1000 / this.pace : 0 }
  get stride() { return calm.matches || this.pace === 'fast' ? 10 : 1 }

  async ask(steps) {
    const { turn } = this
    return { ...await call('go', steps, this.neuron ?? null), turn }
  }

  pause() {
    this.playing = false
    this.part('.play').textContent = 'Play'
    this.tell()
  }

  async once(steps) {
    if (this.playing) this.pause()
    try {
      if (!this.begun) await this.restart()
      this.draw(await this.ask(steps))
      this.tell()
    } catch (error) {
      this.fail(error)
    }
  }

  fail({ message }) {
    if (/stopped/.test(message)) this.begun = false
    this.say(message.replace(/^\w+: /, ''))
    this.pause()
  }

  say(words) { this.part('.readout').textContent = words }
  tell() { this.part('.for-ears').textContent = this.part('.readout').textContent }

  draw(picture = this.picture) {
    if ((picture.turn ?? this.turn) !== this.turn) return
    this.picture = picture
    picture.learners.forEach(({ history, grid }, i) => {
      this.histories[i].push(...history.splice(0))
      const cross = !i && this.own && document.activeElement === this.planes[0].canvas && this.cross
      this.planes[i].draw(grid, this.points, { boundary: !this.neuron, cross })
    })
    this.drawWeights(picture.learners[0].weights)
    this.drawLosses()
    this.describe(picture)
  }

  drawWeights(weights) {
    this.root.querySelectorAll('.weights path').forEach((line, i) => {
      const width = Math.min(4, 0.2 + 1.2 * Math.abs(weights[i] ?? 4)).toFixed(1)
      const now = { class: weights[i] > 0 ? 'plus' : 'minus', 'stroke-width': width }
      for (const name in now) if (line.getAttribute(name) !== now[name]) line.setAttribute(name, now[name])
    })
  }

  drawLosses() {
    const losses = this.histories.flat().flatMap(([seen, , unseen]) => [seen, unseen]).filter(Number.isFinite)
    const top = Math.min(Math.max(0.1, ...losses), 3), steps = this.histories[0].length - 1
    const line = (history, which, name) => {
      const thin = Math.ceil(history.length / 340)
      const points = history.flatMap((each, step) => step % thin || each[which] === null ? []
        : `${(340 * step / (steps || 1)).toFixed(1)},${(70 - 66 * Math.min(1, each[which] / top)).toFixed(1)}`)
      return `<polyline class="${name}" points="${points.join(' ')}"/>`
    }
    this.part('.losses').innerHTML = this.histories.map((history, i) =>
      line(history, 0, `seen engine-${i}`) + line(history, 2, `unseen engine-${i}`)).join('')
    this.part('.losses').ariaLabel = `The loss over ${steps} steps`
  }

  // In words: where each engine stands, and what the wrong one costs.
  describe({ steps, learners: [right, wrong] }) {
    const words = this.histories.map(history => history.at(-1)).map(([loss, share, newLoss, newShare]) =>
      share === null ? 'no points yet' : `loss ${short(loss)}, ${percent(share)} right` +
        (newShare === null ? '' : `; new points ${short(newLoss)}, ${percent(newShare)}`))
    this.say(`Step ${steps}: ${words[0]}.`)
    this.planes[0].canvas.ariaLabel = `The plane. Step ${steps}: ${words[0]}.` +
      (this.own ? ' Arrow keys move a cross, Enter adds a point or takes it away.' : '')
    if (!wrong) return
    const { value, dataset } = this.controls.wrong.selectedOptions[0]
    this.planes[1].canvas.ariaLabel = `The plane of the wrong engine. Step ${steps}: ${words[1]}.`
    this.part('.cost').textContent = `The wrong engine ${value}: “${dataset.words}” In orange: ${words[1]}. ` + (
      wrong.error ? `It has ended: ${wrong.error}.` : 'It runs node by node, since only the right rules can be compiled: ' +
      `${Math.round(wrong.milliseconds)} ms a step, and ${right.milliseconds} ms for the right one, which waits for it.`)
  }

  // A click adds a point of one's own; one on a point takes it away.
  touch(place) {
    if (!this.own) return
    const left = this.points.filter(([x, y]) => Math.hypot(x - place[0], y - place[1]) > 0.06)
    if (left.length === this.points.length) left.push([...place, Number(this.controls.add?.value ?? 1)])
    this.settings.own = left.map(point => point.join()).join(';')
    this.keep()
    this.restart()
  }

  steer(event) {
    const step = ARROWS[event.key]
    if (!this.own || !step && event.key !== 'Enter') return
    event.preventDefault()
    if (!step) return this.touch(this.cross)
    this.cross = [this.cross[0] + step[0] / 10, this.cross[1] - step[1] / 10].map(each => Number(each.toFixed(1)))
    this.draw()
  }

  // Show over the plane what a neuron says, while one points at it or it has the focus.
  look(neuron) {
    if (neuron === this.looked) return
    this.looked = neuron
    this.neuron = neuron?.split(' ').map(Number)
    const name = this.begun && neuron && this.part(`[data-neuron="${neuron}"]`).ariaLabel
    this.part('.network-words').textContent = name ? `The plane shows what ${name} says.`
      : 'Point at a neuron to see what it says over the plane.'
    if (this.begun && !this.playing) this.once(0)
  }

  // Arrow keys lead from neuron to neuron; all of them are one stop of the Tab key.
  walk(event) {
    const step = ARROWS[event.key]
    if (!step || !event.target.dataset.neuron) return
    event.preventDefault()
    const [layer, number] = event.target.dataset.neuron.split(' ').map((n, i) => Number(n) + step[i])
    const last = this.root.querySelectorAll(`[data-neuron^="${layer} "]`).length - 1
    this.reach(layer, Math.max(0, Math.min(number, last)))?.focus()
  }

  reach(layer, number) {
    const circle = this.part(`[data-neuron="${layer} ${number}"]`)
    if (!circle) return
    for (const each of this.root.querySelectorAll('[data-neuron]')) each.setAttribute('tabindex', each === circle ? 0 : -1)
    return circle
  }
}
