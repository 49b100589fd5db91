// What terms, questions and citations say is shown beside a link to them: under the pointer, and where the keyboard is.
// A finger taps once for that, and once more to follow the link. Escape closes it.
globalThis.previews = {}
{
  const LINKS = 'article a:is([href*="#term-"], [href*="#q-"], [href*="bibliography.html#"])'
  const folder = new URL('previews/', document.currentScript.src)
  const box = document.createElement('div')
  Object.assign(box, { id: 'preview', className: 'preview', role: 'tooltip', popover: 'manual' })
  const linkAt = event => event.target.closest?.(LINKS)
  let link, later

  const load = page => previews[page] ?? new Promise(loaded => {
    const script = document.createElement('script')
    script.onload = () => loaded(previews[page])
    script.onerror = () => loaded(previews[page] = {})
    script.src = new URL(`${page}.js`, folder)
    document.head.append(script)
  })

  async function show(wanted, words = '') {
    hide()
    link = wanted
    const { pathname, hash } = new URL(link.href)
    const found = (await load(pathname.split('/').pop().replace('.html', '')))[decodeURIComponent(hash.slice(1))]
    if (!found || link !== wanted) return
    box.innerHTML = found + words
    link.after(box)
    link.removeAttribute('title')
    link.setAttribute('aria-describedby', box.id)
    box.showPopover()
    place()
  }

  // Below the link, or above it where there is more room, and wholly between the edges of the page.
  function place() {
    const { left, top, bottom } = link.getBoundingClientRect(), { width, height } = box.getBoundingClientRect()
    const below = bottom + height + 8 < innerHeight || top < innerHeight / 2
    const right = document.documentElement.clientWidth - width - 8
    box.style.left = `${scrollX + Math.max(8, Math.min(left, right))}px`
    box.style.top = `${scrollY + (below ? bottom + 4 : top - height - 4)}px`
  }

  function hide() {
    clearTimeout(later)
    link?.removeAttribute('aria-describedby')
    link = undefined
    if (box.matches(':popover-open')) box.hidePopover()
  }

  // The pointer may rest on a link for a moment, and go from it to the preview.
  document.addEventListener('pointerover', event => {
    if (event.pointerType === 'touch') return
    const under = linkAt(event)
    if (under ? under === link : box.contains(event.target)) return clearTimeout(later)
    clearTimeout(later)
    if (under) later = setTimeout(show, 200, under)
    else if (link && document.activeElement !== link) later = setTimeout(hide, 300)
  })
  document.addEventListener('focusin', event => linkAt(event)?.matches(':focus-visible') && show(linkAt(event)))
  document.addEventListener('focusout', event => linkAt(event) === link && hide())
  document.addEventListener('keydown', event => event.key === 'Escape' && hide())
  document.addEventListener('click', event => {
    const tapped = event.pointerType === 'touch' && linkAt(event)
    if (tapped && tapped !== link) {
      event.preventDefault()
      show(tapped, '<p class="preview-more">Tap the link again to go there.</p>')
    } else if (!box.contains(event.target)) hide()
  })
}
