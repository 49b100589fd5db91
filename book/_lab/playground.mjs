// A training to play with. The book's Python takes the steps and draws; this says when, and puts each part into its place.
const sleep = milliseconds => new Promise(over => setTimeout(over, milliseconds))
const calm = matchMedia('(prefers-reduced-motion: reduce)')
const ARROWS = { ArrowLeft: [-0.1, 0], ArrowRight: [0.1, 0], ArrowUp: [0, 0.1], ArrowDown: [0, -0.1] }

export function connectPlayground(form) {
  const part = name => form.querySelector(`.${name}`)
  const { data, neuron, pace, own, add } = form.elements
  const settings = () => Object.fromEntries(new FormData(form))
  const book = settings()
  const cross = { x: 0, y: 0 }
  let playing = false
  let turn = 0  // counts beginnings; before the first one, the picture is the stored one

  const ask = steps => {
    form.ariaBusy ??= true  // until Python has answered once
    return lab.call('classroom.playground.go', settings(), turn, steps)
  }

  function draw({ picture }) {
    form.ariaBusy = false
    for (const [name, html] of Object.entries(picture)) part(name).innerHTML = html
  }

  const show = steps => ask(steps).then(draw).catch(fail)

  // Python computes the next picture while one is drawn. Who wants less motion gets a picture each second.
  async function play() {
    setPlaying(true)
    turn ||= 1
    const rhythm = () => calm.matches ? [1000, 10] : pace.value.split(' ').map(Number)
    try {
      for (let coming = ask(rhythm()[1]); coming;) {
        const [answer] = await Promise.all([coming, sleep(rhythm()[0])])
        coming = playing && answer.goes_on && ask(rhythm()[1])
        draw(answer)
        await new Promise(requestAnimationFrame)
      }
      setPlaying(false)
    } catch (error) {
      fail(error)
    }
  }

  // The words are announced when it stops.
  function setPlaying(now) {
    playing = now
    part('play').textContent = now ? 'Pause' : 'Play'
    part('readout').ariaLive = now ? 'off' : 'polite'
    part('readout').textContent += ''
  }

  function fail({ message }) {
    form.ariaBusy = null
    part('readout').textContent = message.replace(/^\w+: /, '')
    setPlaying(false)
  }

  function step() {
    setPlaying(false)
    turn ||= 1
    show(1)
  }

  function restart() {
    turn += 1
    part('plane').tabIndex = data.value === 'own' ? 0 : -1
    show(0)
  }

  // The address holds what differs from the book's settings.
  function change(name) {
    if (!form.reportValidity()) return
    const changed = Object.entries(settings()).filter(([name, value]) => value !== book[name])
    history.replaceState(null, '', `#${new URLSearchParams(changed)}`)
    if (name === 'neuron') show(0)
    else if (name !== 'pace' && name !== 'add') restart()
  }

  function recall() {
    if (!location.hash.includes('=')) return
    const wanted = new URLSearchParams(location.hash.slice(1))
    for (const name in book) {
      const field = form.elements[name]
      field.value = wanted.get(name) ?? book[name]
      if (field.selectedIndex === -1) field.value = book[name]  // there is no such choice
    }
    form.scrollIntoView({ block: 'center' })
    restart()
  }

  // A click adds a point of one's own; one on a point takes it away.
  function touch({ x, y }) {
    if (data.value !== 'own') return
    const points = own.value.split(';').filter(Boolean)
    const others = points.filter(point => {
      const [left, low] = point.split(',')
      return Math.hypot(left - x, low - y) > 0.06
    })
    if (others.length === points.length) others.push([Number(x.toFixed(2)), Number(y.toFixed(2)), add.value])
    own.value = others.join(';')
    change('own')
  }

  // Arrow keys move a cross; Enter or Space is a click there.
  function steer(event) {
    const step = ARROWS[event.key]
    if (!step && event.key !== 'Enter' && event.key !== ' ') return
    event.preventDefault()
    if (!step) return touch(cross)
    cross.x += step[0]
    cross.y += step[1]
    part('cross').setAttribute('transform', `translate(${100 * cross.x} ${-100 * cross.y})`)
  }

  // While one points at a neuron, the plane shows its weighted sum.
  function look(name) {
    if (neuron.value === name) return
    neuron.value = name
    if (!playing) show(0)
  }

  form.onsubmit = event => event.preventDefault()
  form.onchange = ({ target }) => change(target.name)
  part('play').onclick = () => playing ? setPlaying(false) : play()
  part('step').onclick = step
  part('reset').onclick = restart
  part('plane').onkeydown = steer
  part('plane').onclick = ({ clientX, clientY }) =>
    touch(new DOMPoint(clientX, clientY).matrixTransform(part('points').getScreenCTM().inverse()))
  part('network').onpointerover = ({ target }) => look(target.closest('[data-neuron]')?.dataset.neuron ?? '')
  part('network').onpointerleave = ({ pointerType }) => pointerType === 'mouse' && look('')  // a finger leaves by itself
  if (matchMedia('(max-width: 40rem)').matches) part('more').open = false
  addEventListener('hashchange', recall)
  recall()
}
