// Figures of trainings: playgrounds, and pictures with sliders.
import { Playground } from './playground.mjs'

// A slider has a number, a field has letters.
const valueOf = ({ type, value }) => type === 'range' ? Number(value) : value

// Sliders change the picture above them: a function of Python makes it of their numbers.
class Sliders {
  constructor(form) {
    this.form = form
    this.sliders = [...form.querySelectorAll('input')]
    this.stored = this.picture.innerHTML
    form.oninput = () => this.show(this.sliders.map(valueOf))
    for (const near of [form, this.picture]) {
      for (const event of ['pointerenter', 'focusin']) near.addEventListener(event, lab.warm, { once: true })
    }
    form.onreset = () => setTimeout(() => this.show(null))  // when the sliders have their old places
  }

  get picture() { return this.form.previousElementSibling.querySelector('.micrograd-picture') }

  // Whoever moves a slider fast gets the last of the numbers, and those on the way that Python can follow.
  async show(numbers) {
    for (const slider of this.sliders) slider.nextElementSibling.textContent = valueOf(slider)
    this.wanted = numbers
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
    if (!numbers) this.picture.innerHTML = this.stored
    else if (!this.begun) this.say('Python starts: a few seconds.')
    const name = this.form.dataset.function
    const { html, words } = numbers ? await lab.call('classroom.figures.redraw', name, ...numbers) : { words: '' }
    this.begun = true
    if (html) this.picture.innerHTML = new DOMParser().parseFromString(html, 'text/html').body.firstChild.innerHTML
    clearTimeout(this.telling)
    this.telling = setTimeout(() => this.say(numbers ? words : ''), 300)
  }

  say(words) { this.form.querySelector('.readout').textContent = words }
}

for (const root of document.querySelectorAll('.playground')) root.playground = new Playground(root)
for (const form of document.querySelectorAll('.sliders')) new Sliders(form)
document.documentElement.dataset.figures = 'ready'
