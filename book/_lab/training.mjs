// Figures of trainings: playgrounds, and pictures that sliders change.
import { connectPlayground } from './playground.mjs'
import { connectSliders } from './sliders.mjs'

for (const form of document.querySelectorAll('form.interactive')) {
  for (const event of ['pointerenter', 'focusin']) form.addEventListener(event, lab.warm, { once: true })
  form.matches('.playground') ? connectPlayground(form) : connectSliders(form)
}
document.documentElement.dataset.figures = 'ready'
