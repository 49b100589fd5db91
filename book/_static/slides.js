// A chapter as slides, where its address ends in ?slides: a slide for each result, with what leads to it. Prose is
// left to the teacher, and shown on demand. Cells run and unfold as they do on the page.
const address = new URL(location.href)
const root = document.documentElement

const isResult = block => block.matches('div.cell, .pst-scrollable-table-container')
const isProse = block => block.matches('p:not(.listing-caption), ul, ol, blockquote, .admonition.note')
const isAnswer = block => block.matches('details')

// Cuts the blocks of a section into slides, each of which ends with a result and the answer to it. The first paragraph
// after a result speaks of it, unless it leads on to the next.
function cut(blocks) {
  const slides = [[]]
  let previous
  for (const block of blocks) {
    const comments = isProse(block) && previous && isResult(previous) && !block.textContent.trim().endsWith(':')
    if (slides.at(-1).some(isResult) && !isAnswer(block) && !comments) slides.push([])
    slides.at(-1).push(block)
    previous = block
  }
  if (slides.length > 1 && slides.at(-1).every(isProse)) slides.at(-2).push(...slides.pop())
  return slides
}

// The first slide of a chapter, and a section of words alone, show their words.
function slidesOf(section) {
  const [heading, ...blocks] = [...section.children].filter(block => !block.matches('section, span, [class^="lab-"]'))
  const shown = section.matches('article > section') ? blocks.slice(0, 1) : blocks.some(isResult) ? [] : blocks
  for (const block of blocks) block.classList.toggle('slide-prose', isProse(block) && !shown.includes(block))
  return cut(blocks).map(slide => [heading, ...slide])
}

function present() {
  const sections = [...document.querySelectorAll('article section')]
    .filter(section => !section.matches('#exercises, #exercises *'))
  const slides = sections.flatMap(slidesOf)
  const bar = document.createElement('nav')
  bar.className = 'slides-bar'
  bar.ariaLabel = 'Slides'
  let at = 0

  // Shows a slide, in letters as large as the window allows.
  function show(number) {
    for (const block of slides[at]) block.classList.remove('slide-now')
    at = Math.min(Math.max(number, 0), slides.length - 1)
    for (const block of slides[at]) block.classList.add('slide-now')
    count.textContent = `${at + 1} / ${slides.length}`
    address.searchParams.set('slides', at + 1)
    history.replaceState(null, '', address)
    for (const size of [1, 0.9, 0.8, 0.7, 0.6, 0.5]) {
      root.style.setProperty('--slide-size', size)
      if (root.scrollHeight <= innerHeight) break
    }
    scrollTo(0, 0)
  }

  const does = {
    Previous: ['‹', () => show(at - 1)],
    Next: ['›', () => show(at + 1)],
    Text: ['T', () => { root.classList.toggle('slides-with-prose'); show(at) }],
    'Back to the page': ['✕', () => location.assign(`${location.pathname}#${slides[at][0].parentElement.id}`)],
  }
  for (const [name, [sign, action]] of Object.entries(does)) {
    const button = document.createElement('button')
    Object.assign(button, { textContent: sign, title: name, ariaLabel: name, onclick: action })
    bar.append(button)
  }
  const count = document.createElement('output')
  bar.children[0].after(count)

  const keys = { ArrowLeft: 'Previous', PageUp: 'Previous', ArrowRight: 'Next', PageDown: 'Next', t: 'Text',
                 Escape: 'Back to the page' }
  document.addEventListener('keydown', event => {
    const writes = event.target.closest('input, textarea, [contenteditable]')
    if (writes || event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return
    event.preventDefault()
    does[keys[event.key]][1]()
  })
  addEventListener('resize', () => show(at))

  root.classList.add('slides')
  document.body.append(bar)
  show(Number(address.searchParams.get('slides') || 1) - 1)
}

if (address.searchParams.has('slides') && document.querySelector('article div.cell')) present()
