// The theme's buttons for printing and the full screen, without handlers inside the HTML.
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
