// What the reader did, kept by the browser: own code, and which exercises are solved. One entry for each page.
const PREFIX = 'micrograd-book/'
export const page = location.pathname.split('/').pop().replace(/\.html$/, '')

// Return {code: {key: {text, shown}}, solved: [key, ...]}. A key is a hash of the book's code: where the book has
// changed, what was kept waits under the key of the code that it was written for.
export function read(name = page) {
  try {
    return { code: {}, solved: [], ...JSON.parse(localStorage.getItem(PREFIX + name)) }
  } catch {
    return { code: {}, solved: [] }
  }
}

function put(name, text) {
  try {
    localStorage.setItem(PREFIX + name, text)
    return true
  } catch {
    return false
  }
}

// Change what is kept of this page; return whether the browser keeps it. Read again, since it may be open twice.
export function change(how) {
  const kept = read()
  how(kept)
  return put(page, JSON.stringify(kept))
}

// Whether it keeps anything. By an entry that is nobody's: to write the page's again could undo what another tab wrote.
export function canKeep() {
  const kept = put('', '')
  if (kept) localStorage.removeItem(PREFIX)
  return kept
}
