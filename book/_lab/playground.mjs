// A training to play with. The book's Python takes the steps; this asks for them, and draws what comes.
import { Plane } from './plane.mjs'

const call = (name, ...values) => lab.call(`classroom.playground.${name}`, ...values)
const sleep = milliseconds => new Promise(over => setTimeout(over, milliseconds))
const HINT = 'Point at a neuron, or tap it: the plane shows what it answers.'
const KEYS = 'Arrow keys move the cross; Enter or Space adds a point or takes it away.'
const percent = share => `${Math.round(100 * share)}\u00a0%`
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
    this.reach(0, 0)
    this.showOwn()
    this.hint()
    this.connect()
    this.recall()
  }

  connect() {
    // Whoever comes near finds Python awake.
    for (const event of ['pointerenter', 'focusin']) this.root.addEventListener(event, () => call('finite', 0).catch(() => {}), { once: true })
    addEventListener('hashchange', () => this.recall())
    if (matchMedia('(max-width: 40rem)').matches) this.part('details').open = false
    this.part('form').onchange = ({ target }) => this.change(target)
    this.part('form').onsubmit = event => event.preventDefault()
    this.part('.play').onclick = () => this.playing ? this.pause() : this.play()
    this.part('.step').onclick = () => this.once(1)
    this.part('.reset').onclick = () => this.restart()
    const network = this.part('.network-of')
    for (const event of ['pointermove', 'pointerdown']) network.addEventListener(event, event => this.look(this.nearest(event)))
    network.addEventListener('focusin', ({ target }) => this.look(target.dataset.neuron))
    network.addEventListener('focusout', () => this.look())
    network.onpointerleave = ({ pointerType }) => pointerType === 'mouse' && this.look()  // a finger leaves by itself
    network.onkeydown = event => this.walk(event)
  }

  // The address holds what differs from the book's settings.
  recall() {
    if (!location.hash.includes('=')) return
    const wanted = new URLSearchParams(location.hash.slice(1))
    for (const name in this.book) {
      this.settings[name] = wanted.get(name) ?? this.book[name]
      if (this.controls[name]) this.controls[name].value = this.settings[name]
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

  // Begin at step 0, or at the step of the stored picture.
  async restart(steps = 0) {
    const mine = this.turn += 1
    this.root.toggleAttribute('data-waiting', !this.begun)
    try {
      const first = await call('start', this.settings, steps)
      if (mine !== this.turn) return
      this.begun = true
      this.still = steps > 0
      this.points = first.points
      this.histories = first.learners.map(() => [])
      if (!steps) this.part('.network').outerHTML = first.network
      this.reach(0, 0)
      this.preparePlanes(first)
      this.draw(first)
    } catch (error) {
      this.fail(error)
    } finally {
      if (mine === this.turn) this.root.removeAttribute('data-waiting')
    }
  }

  // What is still to be done before one's own points can be learnt.
  get missing() {
    const kinds = new Set(this.points?.map(([, , target]) => target))
    return kinds.size > 1 ? '' : !kinds.size ? 'Click into the plane: first some circles, then some squares.'
      : `Now some ${kinds.has(1) ? 'squares' : 'circles'}: choose them under “a click adds”.`
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
      if (!this.begun || this.still) await this.restart()
      if (this.missing) return this.pause()
      let coming = this.ask(this.stride)
      for (let on = true; on;) {
        const [picture] = await Promise.all([coming, sleep(this.delay)])
        on = this.playing && !picture.learners[0].error
        if (on) coming = this.ask(this.stride)
        await new Promise(requestAnimationFrame)
        this.draw(picture)
      }
      if (this.playing) this.pause()
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
      if (!this.begun || this.still && steps) await this.restart(steps ? 0 : Number(this.root.dataset.steps))
      if (!steps || !this.missing) this.draw(await this.ask(steps))
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
      const cross = !i && this.byKeys && this.cross
      this.planes[i].draw(grid, this.points, { boundary: !this.neuron, cross })
    })
    this.drawWeights(picture.learners[0].weights)
    this.part('.losses').innerHTML = picture.curves
    this.part('.losses').ariaLabel = `The loss over ${picture.steps} steps`
    this.describe(picture)
    this.hint()
  }

  drawWeights(weights) {
    this.root.querySelectorAll('.weights path').forEach((line, i) => {
      const width = Math.min(4, 0.2 + 1.2 * Math.abs(weights[i] ?? 4)).toFixed(1)
      const now = { class: weights[i] > 0 ? 'plus' : 'minus', 'stroke-width': width }
      for (const name in now) if (line.getAttribute(name) !== now[name]) line.setAttribute(name, now[name])
    })
  }

  get byKeys() { return this.own && this.planes[0].canvas.matches(':focus-visible') }

  // In words: where each engine stands, and what the wrong one costs.
  describe({ steps, learners: [right, wrong] }) {
    const words = this.histories.map(history => history.at(-1)).map(([loss, share, newLoss, newShare]) =>
      share === null ? '' : `loss ${short(loss)}, ${percent(share)} right` +
        (newShare === null ? '' : `; new points ${short(newLoss)}, ${percent(newShare)}`))
    const told = `Step ${steps}: ${right.error ? `${right.error}. Try a smaller rate` : words[0]}.`
    this.say(this.missing || told)
    this.planes[0].canvas.ariaLabel = `The plane. ${told}${this.own ? ` ${KEYS}` : ''}`
    if (!wrong) return
    this.planes[1].canvas.ariaLabel = `The plane of the wrong engine. Step ${steps}: ${wrong.error || words[1]}.`
    this.part('.cost').textContent = `${this.controls.wrong.selectedOptions[0].text}. ` +
      `In orange: ${wrong.error || words[1]}. It runs node by node, since ` +
      `only the right rules can be compiled: ${Math.round(wrong.milliseconds)} ms a step, and ${right.milliseconds} ms for ` +
      `the right one, which waits for it.${wrong.milliseconds > 100 ? ' Layers 4-4 take less time.' : ''}`
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
    if (!this.own || !step && event.key !== 'Enter' && event.key !== ' ') return
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
    for (const circle of this.root.querySelectorAll('[data-neuron]')) circle.classList.toggle('looked', circle.dataset.neuron === neuron)
    this.hint()
    if (!this.playing && (this.begun || neuron && !this.root.hasAttribute('data-waiting'))) this.once(0)
  }

  hint() {
    const name = this.begun && this.looked && this.part(`[data-neuron="${this.looked}"]`)?.ariaLabel
    this.part('.network-words').textContent = name ? `The plane shows what ${name} answers.` : this.planes && this.byKeys ? KEYS : HINT
  }

  // The neuron that is not further than 24 pixels away.
  nearest({ clientX, clientY }) {
    const matrix = this.part('.network').getScreenCTM()
    const away = [...this.root.querySelectorAll('[data-neuron]')].map(({ dataset, cx, cy }) => {
      const { x, y } = new DOMPoint(cx.baseVal.value, cy.baseVal.value).matrixTransform(matrix)
      return [Math.hypot(x - clientX, y - clientY), dataset.neuron]
    })
    const [distance, neuron] = away.reduce((a, b) => b[0] < a[0] ? b : a)
    return distance <= 24 ? neuron : undefined
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
