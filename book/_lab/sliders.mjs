// Sliders that change the picture above them: a function of Python makes it of their numbers.

// A slider has a number, a field has letters.
const valueOf = ({ type, value }) => type === 'range' ? Number(value) : value

export function connectSliders(form) {
  const cell = form.previousElementSibling
  const picture = () => cell.querySelector('.micrograd-picture')
  const readout = form.querySelector('.readout')
  const inputs = [...form.querySelectorAll('input')]
  let wanted, busy, timer

  // Whoever moves a slider fast gets the last of the numbers, and those on the way that Python can follow.
  async function show() {
    for (const input of inputs) input.nextElementSibling.textContent = input.value
    wanted = inputs.map(valueOf)
    if (busy) return
    busy = true
    readout.textContent ||= 'Python starts: a few seconds.'
    try {
      for (let shown; shown !== wanted;) {
        shown = wanted
        draw(await lab.call('classroom.figures.redraw', form.dataset.function, ...shown))
      }
    } catch ({ message }) {
      say(message)
    }
    busy = false
  }

  function draw({ html, words }) {
    picture().innerHTML = new DOMParser().parseFromString(html, 'text/html').body.firstChild.innerHTML
    say(words)
  }

  // What it shows is announced when nothing moves any more.
  function say(words) {
    clearTimeout(timer)
    timer = setTimeout(() => { readout.textContent = words }, 300)
  }

  form.oninput = show
  form.onreset = () => setTimeout(show)  // when the sliders have their old places
  if (form.elements.w1) connectPlane(cell, form.elements, show)
}

// The plane of a neuron can be dragged itself: the arrow by its tip, which is at the weights, and else the line.
function connectPlane(cell, { w1, w2, b }, show) {
  let atTip

  // Where a pointer is in the plane, which reaches from -3 to 3.
  function placeOf({ clientX, clientY }) {
    const svg = cell.querySelector('.micrograd-picture svg')
    const area = svg.querySelector('clipPath rect')
    const [left, top, width, height] = ['x', 'y', 'width', 'height'].map(name => area[name].baseVal.value)
    const { x, y } = new DOMPoint(clientX, clientY).matrixTransform(svg.getScreenCTM().inverse())
    return [x - left, top + height - y].map(pixels => 6 * pixels / width - 3)
  }

  function drag(event) {
    const [x, y] = placeOf(event)
    if (atTip) [w1.value, w2.value] = [x, y]
    else b.value = -(w1.value * x + w2.value * y)
    show()
  }

  cell.addEventListener('pointerdown', event => {
    if (!event.target.closest('.micrograd-picture') || event.button) return
    event.preventDefault()
    const [x, y] = placeOf(event)
    atTip = Math.hypot(x - w1.value, y - w2.value) < 0.4
    cell.setPointerCapture(event.pointerId)
    drag(event)
  })
  cell.addEventListener('pointermove', event => cell.hasPointerCapture(event.pointerId) && drag(event))
  cell.addEventListener('click', event => event.target.closest('.micrograd-picture') && event.stopPropagation())  // which would enlarge it
}
