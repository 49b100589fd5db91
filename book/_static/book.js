// On paper: the words at the end of a page. The theme's button for the search is called by its name.
document.addEventListener('click', event => {
  const what = event.target.closest('[data-does]')?.dataset.does
  if (what === 'window.print') window.print()
  else if (what) window[what]?.()
})

// What is folded in the page is printed; a print has no folds.
const folds = () => document.querySelectorAll('details:not([open])')
let opened = []
window.addEventListener('beforeprint', () => {
  opened = [...folds()]
  for (const fold of opened) fold.open = true
})
window.addEventListener('afterprint', () => {
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
