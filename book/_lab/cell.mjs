// A code cell of the page: its code, its buttons, what it says of itself, and its output.

function element(kind, className, text = '') {
  const made = document.createElement(kind)
  made.className = className
  made.textContent = text
  return made
}

export class Cell {
  constructor(div, number, actions) {
    Object.assign(this, { div, number })
    this.input = div.querySelector('.cell_input')
    this.shown = this.input.firstElementChild
    this.book = this.input.querySelector('pre').textContent.replace(/\n$/, '')
    this.solution = div.classList.contains('tag_hide-cell')
    this.raises = div.classList.contains('tag_raises-exception')
    this.output = this.stored = div.querySelector('.cell_output') ?? this.makeOutput()
    this.addButtons(actions)
  }

  // The code as it stands, and whether what ran last is this code.
  get code() { return this.view?.state.doc.toString() ?? this.book }
  get fresh() { return this.ran === this.code }
  get fatal() { return this.ended_python === this.code }

  // A place for output, where the book shows none.
  makeOutput() {
    const made = element('div', 'cell_output docutils container')
    this.input.after(made)
    if (this.input.parentElement.matches('.tag_hide-input > details')) this.div.append(made)
    return made
  }

  // The buttons: under the code, or under the fold of a check, so that it runs without being opened.
  addButtons(actions) {
    const bar = element('div', 'lab-bar')
    const button = (words, action) => {
      const made = element('button', '', words)
      made.type = 'button'
      made.ariaLabel = `${words} cell ${this.number}`
      made.onclick = action
      bar.append(made)
      return made
    }
    this.runButton = button('Run', () => this.state === 'running' ? actions.stop(this) : actions.run(this))
    this.editButton = button('Edit', () => actions.edit(this))
    this.status = element('span', 'lab-status')
    this.status.role = 'status'
    bar.append(this.status)
    if (this.div.matches('.tag_hide-input')) this.div.querySelector('details').after(bar)
    else this.input.append(bar)
    this.run = () => actions.run(this)
  }

  edit(editor) {
    if (this.view) return this.unedit()
    const parent = element('div', 'lab-editor')
    parent.onkeydown = event => event.stopPropagation()  // "/" would leave for the search field of the page
    this.shown.before(parent)
    this.shown.hidden = true
    this.view = editor(parent, this.book, `Code of cell ${this.number}`, this.run, () => this.say('edited'))
    this.div.querySelector('details:has(.lab-editor)')?.setAttribute('open', '')
    this.view.focus()
    this.name(this.editButton, "The book's code")
  }

  unedit() {
    this.view.dom.parentElement.remove()
    this.view = undefined
    this.shown.hidden = false
    this.name(this.editButton, 'Edit')
    this.say('')
  }

  name(button, words) {
    button.textContent = words
    button.ariaLabel = `${words}: cell ${this.number}`
  }

  say(words) { this.status.textContent = words }

  // Not run, because of a cell above.
  skip(other) {
    this.state = 'skipped'
    this.say(`not run: cell ${other.number} ended in an error. `)
    const link = element('a', '', 'Show it')
    other.div.id ||= `cell-${other.number}`
    link.href = `#${other.div.id}`
    this.status.append(link)
  }

  // Where it is on its way: waiting, running, done, error, missing, skipped, stopped, overflow, broken; none before.
  get state() { return this.div.dataset.state }
  set state(state) { this.div.dataset.state = state }

  wait() {
    this.state = 'waiting'
    this.say('waiting')
  }

  begin(words) {
    this.state = 'running'
    this.begun = this.code
    this.live = undefined
    this.name(this.runButton, 'Stop')
    this.say(`${words} …`)
  }

  finish(result, words) {
    this.state = result
    this.name(this.runButton, 'Run')
    this.say(words)
    this.ended?.(result)
    this.ended = undefined
  }

  // Python is gone, and all that ran with it.
  forget() {
    this.ran = undefined
    if (['running', 'waiting'].includes(this.state)) this.finish('stopped', '')
  }

  restore() {
    this.put(this.stored)
    this.state = ''
    this.say('')
  }

  put(output) {
    this.output.replaceWith(output)
    this.output = output
  }

  // What the worker posts while this cell runs.
  receive({ kind, ...what }) {
    if (kind === 'stream') this.print(what.name === 'stderr' ? 'stderr' : 'stream', what.text)
    else if (kind === 'display') this.display(what)
    else if (kind === 'error') this.print('traceback', what.text)
    else if (kind === 'missing') this.missing(what.text)
    else if (kind === 'overflow') this.overflow()
    else if (kind === 'broken') this.broken(what.text)
    else if (kind === 'end') this.complete(what.end)
  }

  complete(end) {
    if (end !== 'missing' && !this.live) this.beginOutput()
    if (end !== 'error' || this.raises) this.ran = this.begun
    const words = { done: 'done', error: this.raises ? 'ended in an error, as it should' : 'ended in an error' }
    this.finish(end, words[end] ?? '')
  }

  beginOutput() {
    this.live = element('div', 'cell_output docutils container')
    this.put(this.live)
    if (!this.solution) this.live.closest('details')?.setAttribute('open', '')
    return this.live
  }

  append(child) { (this.live ?? this.beginOutput()).append(child) }

  print(kind, text) {
    const last = this.live?.lastElementChild
    if (last?.classList.contains(kind)) return last.querySelector('pre').append(text)
    const block = element('div', `output ${kind} notranslate`)
    const inner = element('div', 'highlight')
    const pre = element('pre', '', text)
    pre.tabIndex = 0
    inner.append(pre)
    block.append(inner)
    this.append(block)
  }

  display({ html, text }) {
    if (!html) return this.print('text_plain', text)
    const block = element('div', 'output text_html')
    block.innerHTML = html
    this.append(block)
  }

  // The book's own output stays, under a word that says why.
  missing(reason) {
    this.live = element('div', 'cell_output docutils container')
    const note = element('p', 'lab-note', `Not run here. ${reason} The output is the book's own. `)
    const link = element('a', '', 'Run the chapter in a Python of your own')
    link.href = 'running.html'
    note.append(link, '.')
    this.live.append(note, ...[...this.stored.children].map(child => child.cloneNode(true)))
    this.put(this.live)
  }

  // Calls, or objects to be given back, nested deeper than a browser can: Python does not survive it.
  overflow() {
    this.ended_python = this.begun
    this.print('traceback', 'Here the browser ended Python: calls or objects were nested too deep for its stack.\n'
      + 'Python starts anew with the next cell, and leaves this one out until you edit it.')
    this.finish('overflow', 'ended Python')
  }

  broken(text) {
    this.print('traceback', `Python could not run in this page: ${text}\n`
      + 'expected a browser from 2024 or later, and the folder _static/lab of the book beside its pages')
    this.finish('broken', 'not run')
  }
}
