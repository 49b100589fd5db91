// Figures of trainings: playgrounds, and pictures with sliders. The book's Python computes; this only draws.
const call = (name, ...values) => lab.call(`classroom.${name}`, ...values)
const sleep = milliseconds => new Promise(over => setTimeout(over, milliseconds))
const percent = share => `${Math.round(100 * share)} %`
const short = loss => loss === null ? 'no number' : loss.toPrecision(3)
const calm = matchMedia('(prefers-reduced-motion: reduce)')
const COLUMNS = 44, ROWS = 29, CELL = 20  // places where the network was asked, and the pixels from one to the next
const SCALE = 10 * CELL  // pixels for 1

class Playground {
  constructor(root) {
    this.root = root
    this.part = name => root.querySelector(name)
    this.form = this.part('form')
    this.controls = this.form.elements
    this.book = JSON.parse(root.dataset.settings)
    this.settings = { ...this.book }
    this.planes = [...root.querySelectorAll('.plane-of')]
    this.cross = [0, 0]
    this.turn = 0
    this.form.onchange = ({ target }) => this.change(target)
    this.form.onsubmit = event => event.preventDefault()
    this.part('.play').onclick = () => this.playing ? this.pause() : this.play()
    this.part('.step').onclick = () => this.once(1)
    this.part('.reset').onclick = () => this.restart()
    const network = this.part('.network-of')
    for (const event of ['pointerover', 'focusin']) {
      network.addEventListener(event, ({ target }) => this.look(target.dataset.neuron))
    }
    for (const event of ['pointerleave', 'focusout']) network.addEventListener(event, () => this.look())
    network.onkeydown = event => this.walk(event)
    this.reach(0, 0)
    this.showOwn()
    this.recall()
  }

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

  change(control) {
    if (!(control.name in this.book)) return
    if (!control.checkValidity()) return control.reportValidity()
    this.settings[control.name] = control.value
    this.showOwn()
    this.keep()
    this.restart()
  }

  showOwn() {
    const own = this.settings.data === 'own'
    this.root.toggleAttribute('data-own', own)
    if (this.controls.add) this.controls.add.parentElement.hidden = !own
    if (this.controls.noise) this.controls.noise.parentElement.hidden = own
  }

  // Begin at step 0. What was asked before is not drawn any more.
  async restart() {
    const mine = this.turn += 1
    this.say('Python starts …')
    try {
      const first = await call('playground.start', this.settings)
      if (mine !== this.turn) return
      this.begun = true
      Object.assign(this, { points: first.points, left: first.left, low: first.low, histories: first.learners.map(() => []) })
      this.part('.network').outerHTML = first.network
      this.lines = this.root.querySelectorAll('.weights path')
      this.reach(0, 0)
      this.prepare(first.learners.length)
      this.draw(first)
    } catch (error) {
      this.fail(error)
    }
  }

  // A canvas in the place of the stored picture, and another for another engine.
  prepare(count) {
    this.planes.forEach((plane, i) => {
      plane.hidden = i >= count
      if (plane.hidden || plane.querySelector('canvas')) return
      const canvas = document.createElement('canvas')
      Object.assign(canvas, { width: CELL * (COLUMNS - 1), height: CELL * (ROWS - 1), tabIndex: i ? -1 : 0 })
      canvas.setAttribute('role', 'img')
      plane.replaceChildren(canvas)
      if (i) return
      canvas.onclick = event => {
        const box = canvas.getBoundingClientRect()
        this.touch((event.clientX - box.x) / box.width * canvas.width, (event.clientY - box.y) / box.height * canvas.height)
      }
      canvas.onkeydown = event => this.steer(event)
      canvas.onfocus = canvas.onblur = () => this.picture && this.draw(this.picture)
    })
    this.part('.cost').hidden = count < 2
  }

  async play() {
    this.playing = true
    this.part('.play').textContent = 'Pause'
    if (!this.begun) await this.restart()
    try {
      let coming = this.ask()
      for (let on = true; on;) {
        const [picture] = await Promise.all([coming, sleep(this.delay)])
        on = this.playing
        if (on) coming = this.ask()  // Python computes the next step while this one is drawn
        if (document.visibilityState === 'visible') await new Promise(requestAnimationFrame)
        this.draw(picture)
      }
    } catch (error) {
      this.fail(error)
    }
  }

  get pace() { return this.controls.pace?.value ?? '10' }
  get delay() { return calm.matches ? 1000 : Number(this.pace) ? 1000 / this.pace : 0 }
  get stride() { return calm.matches ? 10 : this.pace === 'fast' ? 10 : 1 }

  ask(steps = this.stride) {
    const turn = this.turn
    return call('playground.go', steps, this.neuron ?? null).then(picture => ({ ...picture, turn }))
  }

  pause() {
    this.playing = false
    this.part('.play').textContent = 'Play'
    this.part('.for-ears').textContent = this.part('.readout').textContent
  }

  async once(steps) {
    if (this.playing) this.pause()
    try {
      if (!this.begun) await this.restart()
      this.draw(await this.ask(steps))
      this.part('.for-ears').textContent = this.part('.readout').textContent
    } catch (error) {
      this.fail(error)
    }
  }

  fail(error) {
    this.pause()
    if (/stopped/.test(error.message)) this.begun = false
    this.say(error.message.replace(/^\w+: /, ''))
    this.part('.for-ears').textContent = this.part('.readout').textContent
  }

  say(words) { this.part('.readout').textContent = words }

  draw(picture) {
    if (picture.turn !== undefined && picture.turn !== this.turn) return
    this.picture = picture
    const style = getComputedStyle(this.root)
    this.colors = ['operation', 'gradient'].map(name => style.getPropertyValue(`--mg-${name}`).trim())
    this.ink = style.color
    picture.learners.forEach(({ history, grid }, i) => {
      this.histories[i].push(...history)
      history.length = 0
      this.paint(this.planes[i].querySelector('canvas'), grid)
    })
    picture.learners[0].weights.forEach((weight, i) => {
      this.lines[i].setAttribute('class', weight > 0 ? 'plus' : 'minus')
      this.lines[i].setAttribute('stroke-width', Math.min(4, 0.2 + 1.2 * Math.abs(weight ?? 4)))
    })
    this.drawLosses()
    const words = this.histories.map(history => history.at(-1)).map(([loss, share, newLoss, newShare]) =>
      loss === undefined || share === null ? 'no points yet'
        : `loss ${short(loss)}, ${percent(share)} right` + (newShare === null ? '' : `; new points ${short(newLoss)}, ${percent(newShare)}`))
    this.say(`Step ${picture.steps}: ${words[0]}.`)
    if (words[1]) this.tellCost(picture.learners, words[1])
    this.planes[0].firstChild.ariaLabel = `The plane. ${this.part('.readout').textContent}` +
      (this.settings.data === 'own' ? ' Arrow keys move a cross, Enter adds a point or takes it away.' : '')
  }

  tellCost([right, wrong], words) {
    const { value, dataset } = this.controls.wrong.selectedOptions[0]
    this.part('.cost').textContent = `The wrong engine ${value}: “${dataset.words}” ${words[0].toUpperCase()}${words.slice(1)}, in orange. ` + (wrong.error
      ? `It has ended: ${wrong.error}.` : `It runs node by node, since only the right rules can be compiled: ` +
      `${Math.round(wrong.milliseconds)} ms a step, and ${right.milliseconds} ms for the right one, which waits for it.`)
    this.planes[1].firstChild.ariaLabel = `The plane of the wrong engine: ${words}.`
  }

  // Colors, from the grid; the line between them; the points.
  paint(canvas, grid) {
    const context = canvas.getContext('2d'), small = new ImageData(COLUMNS, ROWS)
    const rgb = this.colors.map(color => color.match(/\w\w/g).map(part => parseInt(part, 16)))
    grid.forEach((value, i) => {
      const at = (ROWS - 1 - Math.floor(i / COLUMNS)) * COLUMNS + i % COLUMNS
      small.data.set([...rgb[value > 0 ? 0 : 1], 120 * (Math.abs(value) / 100) ** 0.6], 4 * at)
    })
    this.small ??= new OffscreenCanvas(COLUMNS, ROWS)
    this.small.getContext('2d').putImageData(small, 0, 0)
    context.clearRect(0, 0, canvas.width, canvas.height)
    context.imageSmoothingQuality = 'high'
    context.drawImage(this.small, 0.5, 0.5, COLUMNS - 1, ROWS - 1, 0, 0, canvas.width, canvas.height)
    if (!this.neuron) this.drawBoundary(context, grid)
    for (const [x, y, target] of this.points) this.drawPoint(context, this.toPixel(x, y), target > 0)
    if (this.settings.data === 'own' && document.activeElement === canvas) this.drawCross(context)
  }

  // Straight pieces through the squares of the grid in whose corners the sign differs.
  drawBoundary(context, grid) {
    context.beginPath()
    for (let row = 0; row < ROWS - 1; row++) {
      for (let column = 0; column < COLUMNS - 1; column++) {
        const corners = [[0, 0], [1, 0], [1, 1], [0, 1]].map(([x, y]) => [column + x, row + y])
        const values = corners.map(([x, y]) => grid[y * COLUMNS + x]), ends = []
        values.forEach((value, k) => {
          const next = (k + 1) % 4
          if (value > 0 === values[next] > 0) return
          const t = value / (value - values[next]), [a, b] = [corners[k], corners[next]]
          ends.push([CELL * (a[0] + t * (b[0] - a[0])), CELL * (ROWS - 1 - a[1] - t * (b[1] - a[1]))])
        })
        ends.forEach((end, k) => context[k % 2 ? 'lineTo' : 'moveTo'](...end))
      }
    }
    context.lineWidth = 3
    context.strokeStyle = this.ink
    context.stroke()
  }

  toPixel(x, y) { return [SCALE * (x - this.left), CELL * (ROWS - 1) - SCALE * (y - this.low)] }

  drawPoint(context, [x, y], plus) {
    context.beginPath()
    if (plus) context.arc(x, y, 7, 0, 7)
    else context.rect(x - 6, y - 6, 12, 12)
    context.fillStyle = this.colors[plus ? 0 : 1]
    context.fill()
    context.lineWidth = 1.5
    context.strokeStyle = getComputedStyle(document.body).backgroundColor
    context.stroke()
  }

  drawCross(context) {
    const [x, y] = this.toPixel(...this.cross)
    context.beginPath()
    for (const [dx, dy] of [[16, 0], [0, 16]]) {
      context.moveTo(x - dx, y - dy)
      context.lineTo(x + dx, y + dy)
    }
    context.lineWidth = 3
    context.strokeStyle = this.ink
    context.stroke()
  }

  // A click adds a point of one's own; one on a point takes it away.
  touch(px, py) {
    if (this.settings.data !== 'own') return
    const near = point => Math.hypot(...this.toPixel(...point).map((at, i) => at - [px, py][i])) < 12
    const left = this.points.filter(point => !near(point))
    const made = [px / SCALE + this.left, (CELL * (ROWS - 1) - py) / SCALE + this.low].map(x => Number(x.toFixed(2)))
    if (left.length === this.points.length) left.push([...made, Number(this.controls.add?.value ?? 1)])
    this.settings.own = left.map(point => point.join()).join(';')
    this.keep()
    this.restart()
  }

  steer(event) {
    const step = { ArrowLeft: [-0.1, 0], ArrowRight: [0.1, 0], ArrowUp: [0, 0.1], ArrowDown: [0, -0.1] }[event.key]
    if (this.settings.data !== 'own' || !step && event.key !== 'Enter') return
    event.preventDefault()
    if (step) this.cross = this.cross.map((at, i) => at + step[i])
    else this.touch(...this.toPixel(...this.cross))
    this.draw(this.picture)
  }

  drawLosses() {
    const svg = this.part('.losses')
    const all = this.histories.flat().flatMap(([loss, , other]) => [loss, other]).filter(Number.isFinite)
    const top = Math.min(Math.max(0.1, ...all), 3), count = Math.max(1, this.histories[0].length - 1)
    const lines = this.histories.flatMap((history, i) => [0, 2].map(which => {
      const thin = Math.ceil(history.length / 340)
      const points = history.flatMap((losses, step) => step % thin || losses[which] === null ? []
        : [`${(340 * step / count).toFixed(1)},${(70 - 66 * Math.min(1, losses[which] / top)).toFixed(1)}`])
      return `<polyline class="${which ? 'unseen' : 'seen'}${i ? ' wrong' : ''}" points="${points.join(' ')}"/>`
    }))
    svg.innerHTML = lines.join('')
    svg.ariaLabel = `The loss over ${count} steps`
  }

  // What a neuron says over the plane, while one points at it or it has the focus.
  look(neuron) {
    if (neuron === this.looked) return
    this.looked = neuron
    this.neuron = neuron?.split(' ').map(Number)
    const circle = neuron && this.root.querySelector(`[data-neuron="${neuron}"]`)
    this.part('.network-words').textContent = circle && this.begun ? `The plane shows what ${circle.ariaLabel} says.`
      : 'Point at a neuron to see what it says over the plane.'
    if (this.begun && !this.playing) this.once(0)
  }

  // Arrow keys lead from neuron to neuron.
  walk(event) {
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key]
    if (!step || !event.target.dataset.neuron) return
    event.preventDefault()
    const [layer, number] = event.target.dataset.neuron.split(' ').map((n, i) => Number(n) + step[i])
    const column = this.root.querySelectorAll(`[data-neuron^="${layer} "]`)
    if (column.length) this.reach(layer, Math.max(0, Math.min(number, column.length - 1)))?.focus()
  }

  reach(layer, number) {
    for (const circle of this.root.querySelectorAll('[data-neuron]')) circle.setAttribute('tabindex', -1)
    const circle = this.root.querySelector(`[data-neuron="${layer} ${number}"]`)
    circle?.setAttribute('tabindex', 0)
    return circle
  }
}

// Sliders change the picture above them: a function of Python makes it of their numbers.
class Sliders {
  constructor(form) {
    this.form = form
    this.sliders = [...form.querySelectorAll('input')]
    this.stored = this.picture.innerHTML
    form.oninput = () => this.show()
    form.onreset = () => setTimeout(() => this.show(true))
  }

  get picture() { return this.form.previousElementSibling.querySelector('.micrograd-picture') }

  async show(stored) {
    for (const slider of this.sliders) slider.nextElementSibling.value = Number(slider.value)
    this.wanted = stored ? null : this.sliders.map(slider => Number(slider.value))
    if (this.busy) return
    this.busy = true
    try {
      for (let made; made !== this.wanted;) await this.put(made = this.wanted)
    } catch (error) {
      this.say(error.message)
    }
    this.busy = false
  }

  async put(numbers) {
    if (!this.started) this.say('Python starts …')
    const { html, words } = numbers ? await call('figures.redraw', this.form.dataset.function, ...numbers) : { html: this.stored, words: '' }
    this.started = true
    this.picture.innerHTML = numbers ? html.replace(/^<div[^>]*>|<\/div>$/g, '') : html
    clearTimeout(this.telling)
    this.telling = setTimeout(() => this.say(numbers ? `${this.form.dataset.function}(${numbers.join(', ')}): ${words.match(/[^.:]*[^ ]\.?[^.]*\.$/)[0]}` : ''), 300)
  }

  say(words) { this.form.querySelector('.readout').textContent = words }
}

for (const root of document.querySelectorAll('.playground')) root.playground = new Playground(root)
for (const form of document.querySelectorAll('.sliders')) new Sliders(form)
document.documentElement.dataset.figures = 'ready'
