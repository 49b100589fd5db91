// A backward pass plays: one step each second, from where it is; from the first, when it was at its end.
import { element } from './cell.mjs'

export function addPlay(steps) {
  const dots = [...steps.querySelectorAll('input')]
  const button = element('button', 'steps-play', 'Play')
  let timer
  const at = () => dots.findIndex(dot => dot.checked)
  const show = i => { dots[i].checked = true; dots[i].dispatchEvent(new Event('change', { bubbles: true })) }
  const pause = () => { clearInterval(timer); timer = undefined; button.textContent = 'Play' }

  function next() {
    if (steps.isConnected && at() < dots.length - 1) show(at() + 1)
    if (!steps.isConnected || at() === dots.length - 1) pause()
  }

  button.type = 'button'
  button.onclick = () => {
    if (timer) return pause()
    if (at() === dots.length - 1) show(0)
    timer = setInterval(next, 1000)
    button.textContent = 'Pause'
  }
  steps.addEventListener('change', event => event.isTrusted && pause())  // whoever goes a step by hand wants to stay there
  steps.dataset.plays = ''
  steps.prepend(button)
}
