// Figures of trainings: playgrounds, and pictures that sliders change.
import { connectPlayground } from './playground.mjs'
import { connectSliders } from './sliders.mjs'

// Whoever comes near finds Python awake.
const warm = () => lab.call('time.time').catch(() => {})
for (const form of document.querySelectorAll('form.interactive')) {
  for (const event of ['pointerenter', 'focusin']) form.addEventListener(event, warm, { once: true })
  form.matches('.playground') ? connectPlayground(form) : connectSliders(form)
}
document.documentElement.dataset.figures = 'ready'
