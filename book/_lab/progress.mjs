// Which exercises are solved, of each chapter and of the book, in the sidebars. `exercises` comes with the pages.
import { page, read } from './store.mjs'

const solvedOf = name => {
  const { solved } = read(name)
  return exercises[name].filter(({ key }) => solved.includes(key)).length
}

function mark(link, words, title) {
  link.querySelector('.lab-mark')?.remove()
  if (!words) return
  const made = document.createElement('span')
  Object.assign(made, { className: 'lab-mark', textContent: words, title })
  link.append(' ', made)
}

export function showProgress() {
  let all = 0, solved = 0
  for (const [name, { length }] of Object.entries(exercises)) {
    const here = solvedOf(name)
    all += length
    solved += here
    const link = document.querySelector(
      name === page ? '.bd-links li.current > a' : `.bd-links a[href="${name}.html"]`)
    if (link) mark(link, here === length ? '✓' : here ? `${here}/${length}` : '', `${here} of ${length} exercises solved`)
  }
  const kept = read().solved
  for (const { key, section } of exercises[page] ?? []) {
    for (const link of document.querySelectorAll(`.page-toc a[href="#${section}"]`)) {
      mark(link, kept.includes(key) ? '✓' : '', 'solved')
    }
  }
  document.querySelector('.lab-progress')?.remove()
  if (!solved) return
  const words = document.createElement('p')
  words.className = 'lab-progress'
  words.textContent = `${solved} of ${all} exercises solved`
  document.querySelector('.bd-links')?.append(words)
}

showProgress()
window.addEventListener('storage', showProgress)
