// At the end of a page: "on paper". On the first page: its film again, since what is put into a page plays from the start.
document.querySelector('button.print')?.addEventListener('click', () => print())
document.querySelector('.film button')?.addEventListener('click', () => {
  const film = document.querySelector('.film svg')
  film.replaceWith(film.cloneNode(true))
})

// A page whose address has ?slides is shown as slides: first their style, since they are as large as the window allows.
if (new URLSearchParams(location.search).has('slides')) {
  const style = Object.assign(document.createElement('link'), { rel: 'stylesheet', href: '_static/slides.css' })
  style.onload = () => document.head.append(Object.assign(document.createElement('script'), { src: '_static/slides.js' }))
  document.head.append(style)
}

// What is folded in the page is printed; a print has no folds. Solutions stand at the end of their chapter.
const folds = () => document.querySelectorAll('details:not([open])')
let opened = [], moved = []

function moveToTheEnd(solution) {
  const exercise = solution.closest('section.exercise'), chapter = exercise.parentElement.parentElement
  let end = chapter.querySelector(':scope > .solutions')
  if (!end) {
    end = document.createElement('section')
    end.className = 'solutions'
    end.innerHTML = '<h2>Solutions</h2>'
    chapter.append(end)
  }
  const heading = exercise.querySelector('h3, h4').cloneNode(true), place = document.createComment('')
  solution.replaceWith(place)
  end.append(heading, solution)
  return [place, solution]
}

window.addEventListener('beforeprint', () => {
  opened = [...folds()]
  for (const fold of opened) fold.open = true
  moved = [...document.querySelectorAll('section.exercise .tag_hide-cell')].map(moveToTheEnd)
})
window.addEventListener('afterprint', () => {
  for (const [place, solution] of moved) place.replaceWith(solution)
  for (const end of document.querySelectorAll('.solutions')) end.remove()
  for (const fold of opened) fold.open = false
})

// A link to a place inside a fold, or to the fold itself, opens it.
function unfold() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)))
  let fold = target?.closest('details')
  if (!fold || fold.open) return
  for (; fold; fold = fold.parentElement.closest('details')) fold.open = true
  target.scrollIntoView()
}
window.addEventListener('hashchange', unfold)
unfold()

// A picture that is shown smaller than it is can be enlarged by a click.
document.addEventListener('click', event => {
  const picture = event.target.closest('.micrograd-picture')
  const svg = picture?.querySelector('svg')
  if (!svg || event.target.closest('a') || svg.clientWidth >= 0.99 * svg.width.baseVal.value) return
  const dialog = document.createElement('dialog')
  dialog.className = 'enlarged'
  dialog.setAttribute('aria-label', svg.getAttribute('aria-label'))
  dialog.append(picture.cloneNode(true))
  dialog.addEventListener('click', () => dialog.close())
  dialog.addEventListener('close', () => dialog.remove())
  document.body.append(dialog)
  dialog.showModal()
})

// The steps of a backward pass share one place of their scroller, which has the node at work in view.
document.addEventListener('change', event => {
  const steps = event.target.closest('.micrograd-steps')
  if (!steps) return
  const pictures = [...steps.querySelectorAll('.micrograd-picture')]
  const shown = pictures.find(picture => picture.offsetParent)
  shown.scrollLeft = Math.max(...pictures.map(picture => picture.dataset.left ?? 0))
  const node = shown.querySelector('[stroke-width="2.5"]')?.getBoundingClientRect()
  const frame = shown.getBoundingClientRect()
  if (node?.right > frame.right) shown.scrollLeft += node.right - frame.right + 16
  if (node?.left < frame.left) shown.scrollLeft -= frame.left - node.left + 16
  for (const picture of pictures) picture.dataset.left = shown.scrollLeft
})
