// A code cell of the page: its code, the book's and the reader's; its buttons; its output, and what is said of that.

export function element(kind, className, text = '') {
  const made = document.createElement(kind)
  made.className = className
  made.textContent = text
  return made
}

// What a cell is: an experiment, or a part of an exercise, which has an answer, its check and its solution.
const KINDS = { 'tag_exercise': 'answer', 'lab-checks': 'check', 'tag_hide-cell': 'solution', 'lab-scratch': 'scratch' }
const ENDS = {
  error: 'ended in an error', stopped: 'stopped. Python starts again with the next cell that runs, from the top',
  overflow: 'ended Python', broken: 'not run' }

export function undoButton(action) {
  const made = element('button', 'lab-undo', 'Undo')
  made.type = 'button'
  made.onclick = action
  return made
}

export class Cell {
  // `page` has {cells, run, stop, open, keep, changed}: see page.mjs.
  constructor(div, page) {
    Object.assign(this, { div, page })
    this.bar = div.querySelector('.lab-bar')
    this.key = this.bar.dataset.key
    this.number = this.bar.dataset.cell
    this.input = div.querySelector('.cell_input')
    this.shown = this.input.querySelector('div[class*=highlight-]')
    this.book = this.shown.querySelector('pre').textContent.replace(/\n$/, '')
    this.kind = KINDS[[...div.classList].find(name => name in KINDS)] ?? 'experiment'
    this.raises = div.classList.contains('tag_raises-exception')
    this.status = div.querySelector('.lab-status')
    const stored = this.kind === 'check' ? null : div.querySelector('.cell_output')
    this.output = this.stored = stored ?? this.makeOutput()
    this.connect()
  }

  // A place for output, where the book shows none. What the check of an empty answer says stays folded beside its code.
  makeOutput() {
    const made = element('div', 'cell_output docutils container')
    if (this.kind === 'check') this.bar.after(made)
    else this.input.after(made)
    if (this.input.parentElement.matches('.tag_hide-input > details') && this.kind !== 'check') this.div.append(made)
    return made
  }

  connect() {
    for (const name of ['run', 'edit', 'swap', 'reset']) this[`${name}Button`] = this.bar.querySelector(`.lab-${name}`)
    const actions = {
      run: () => this.state === 'running' ? this.page.stop(this) : this.page.run(this),
      edit: () => this.page.open(this),
      copy: () => navigator.clipboard?.writeText(this.code).then(() => this.say('copied')),
      swap: () => this.swap(),
      reset: () => this.reset(),
    }
    for (const [name, action] of Object.entries(actions)) {
      this.bar.querySelector(`.lab-${name}`)?.addEventListener('click', action)
    }
    this.bar.addEventListener('keydown', event => this.moveAlong(event))
    for (const event of ['pointerenter', 'focus']) {
      this.runButton?.addEventListener(event, hover => hover.pointerType === 'touch' || this.page.warm())
    }
    this.shown.addEventListener('click', event => this.click(event))
  }

  // The buttons of a cell are one stop of the Tab key; arrows, Home and End lead along them.
  moveAlong(event) {
    const buttons = [...this.bar.querySelectorAll('button:not([hidden])')]
    const { length } = buttons, at = buttons.indexOf(document.activeElement)
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1 + length, Home: 0, End: length - 1 }[event.key]
    if (to === undefined) return
    buttons[to % length].focus()
    event.preventDefault()
  }

  // A click on code edits it, and a tap shows the buttons; whoever marks text wants to copy it.
  click(event) {
    if (event.target.closest('a') || !getSelection().isCollapsed) return
    if (this.showing === 'book' && this.yours !== undefined) return this.swap()
    for (const cell of this.page.cells) cell.div.classList.toggle('lab-active', cell === this)
    if (this.kind === 'answer' || event.pointerType !== 'touch') this.page.open(this, event)
  }

  // The code: the book's, or the reader's where there is some and it is shown.
  get code() { return this.mine ? this.yours : this.book }
  get mine() { return this.yours !== undefined && this.showing === 'yours' }

  // Take up what the browser has kept: at first, and when another tab has changed it.
  recall({ text, shown } = {}) {
    if (text !== this.yours || text !== undefined && shown !== this.showing) this.take(text, shown)
  }

  // Show this code, in a new editor: that of the old code would keep it again.
  take(yours, showing) {
    Object.assign(this, { yours, showing })
    this.view?.dom.parentElement.remove()
    this.view = undefined
    if (yours !== undefined || this.kind === 'answer') this.page.open(this, null)
  }

  // Put an editor in the place of the code. Where the cursor goes: to the place of a click, or nowhere.
  edit(editor, place) {
    if (!this.view) {
      const parent = element('div', 'lab-editor')
      parent.onkeydown = event => event.stopPropagation()  // "/" would leave for the search field of the page
      this.shown.before(parent)
      this.view = editor({
        parent, code: this.yours ?? this.book, name: `Code of cell ${this.number}`, ask: this.page.ask,
        run: () => this.page.run(this.check ?? this), warm: this.page.warm, changed: code => this.write(code) })
    }
    if (place !== null) this.showing = 'yours'
    this.showCode()
    this.div.querySelector('details:has(.lab-editor)')?.setAttribute('open', '')
    if (place === null) return
    this.view.focus()
    const at = place && this.view.posAtCoords({ x: place.clientX, y: place.clientY })
    if (at) this.view.dispatch({ selection: { anchor: at } })
  }

  write(code) {
    this.yours = code === this.book ? undefined : code
    this.showing = 'yours'
    this.markLines([])
    this.undo = undefined
    this.state = this.said = ''
    this.page.keep(this)
    this.page.changed()
  }

  showCode() {
    const editing = this.view && this.showing !== 'book'
    this.shown.hidden = Boolean(editing)
    if (this.view) this.view.dom.parentElement.hidden = !editing
    if (this.swapButton) {
      this.editButton.hidden = Boolean(editing)
      this.swapButton.hidden = this.resetButton.hidden = this.yours === undefined
      this.name(this.swapButton, this.showing === 'book' ? 'Yours' : 'The book’s')
    }
    this.div.dataset.code = this.mine ? 'yours' : 'book'
  }

  // Show the other code, with the output that it had when it ran last.
  swap() {
    this.outputs = { ...this.outputs, [this.showing]: [this.output, this.made, this.ran] }
    this.showing = this.showing === 'book' ? 'yours' : 'book'
    const [output, made] = this.outputs[this.showing] ?? [this.stored]
    this.put(output, made)
    this.ran = undefined
    this.state = this.said = ''
    this.page.keep(this)
    this.page.changed()
  }

  // Throw the reader's code away; the way back stays open until the page is left.
  reset() {
    const { yours, showing } = this
    this.replace(undefined)
    this.undo = undoButton(() => this.replace(yours, showing))
    this.refresh()
  }

  replace(yours, showing) {
    this.undo = undefined
    this.put(this.stored)
    this.outputs = this.ran = undefined
    this.state = this.said = ''
    this.take(yours, showing)
    this.page.keep(this)
    this.page.changed()
  }

  name(button, words) {
    if (!button) return
    button.textContent = words
    button.ariaLabel = `${words}: cell ${this.number}`
  }

  say(words) {
    if (this.status.textContent !== words) this.status.textContent = words
  }

  // Where it is on its way: waiting, running, done, error, missing, skipped, stopped, overflow, broken; none before.
  get state() { return this.div.dataset.state ?? '' }
  set state(state) {
    if (state) this.div.dataset.state = state
    else delete this.div.dataset.state
  }
  get busy() { return ['waiting', 'running'].includes(this.state) }

  // Say what its output is: the book's or the reader's, and whether it is older than an edit above it.
  refresh() {
    this.showCode()
    if (this.busy || this.state === 'skipped') return
    const other = this.page.changedSince(this)
    const live = this.output !== this.stored
    const stale = other && (other === this || live || this.output.children.length > 0)
    this.div.classList.toggle('lab-stale', Boolean(stale))
    this.div.dataset.output = live ? (this.page.same(this.made, this.page.bookOf(this)) ? 'here' : 'yours') : 'book'
    const age = !stale ? '' : this.kind === 'check' ? 'not checked yet'
      : other === this ? 'edited, and not run since' : `older than your edit in cell ${other.number}`
    const whose = !live || this.kind === 'check' ? '' : !this.output.children.length ? this.state === 'done' && 'done'
      : this.div.dataset.output === 'yours' ? 'your output' : 'run here'
    const verdict = stale || this.kind !== 'check' ? '' : this.verdict
    this.say([this.said, verdict, whose, age].filter(Boolean).join(' · '))
    if (this.undo) this.status.append('The book’s code again. ', this.undo)
  }

  // Not run, because of a cell above.
  skip(other) {
    this.state = 'skipped'
    this.say(`not run: cell ${other.number} ended in an error. `)
    const link = element('a', '', 'Show it')
    other.div.id ||= `cell-${other.number}`
    link.href = `#${other.div.id}`
    this.status.append(link)
  }

  wait() {
    this.before = [this.state, this.said, this.verdict]
    this.state = 'waiting'
    this.div.classList.remove('lab-stale')
    this.say('waiting')
  }

  // It waited, or ran quietly: say again what was said before.
  rest() { [this.state, this.said, this.verdict] = this.before }

  // Python begins with it. A quiet cell shows nothing: it is the check of another exercise.
  begin(quiet) {
    Object.assign(this, { quiet, undo: undefined, begun: this.page.programOf(this), live: undefined, said: '', verdict: '' })
    this.markLines([])
    this.state = 'running'
    this.name(this.runButton, 'Stop')
  }

  finish(result) {
    this.state = result
    this.said = this.raises && result === 'error' ? 'ended in an error, as it should' : ENDS[result] ?? ''
    if (this.quiet) this.rest()
    this.name(this.runButton, this.kind === 'check' ? 'Check' : 'Run')
    this.ended?.(result)
    this.ended = undefined
  }

  // Python is gone, and all that ran with it.
  forget() {
    this.ran = undefined
    if (this.state === 'running') this.finish('stopped')
    else if (this.state === 'waiting') this.rest()
  }

  restore() {
    this.put(this.stored)
    this.outputs = undefined
    this.state = this.said = ''
  }

  // Show an output, and note the program that made it.
  put(output, made) {
    this.output.replaceWith(output)
    this.output = output
    this.made = made
  }

  // What the worker posts while this cell runs.
  receive({ kind, ...what }) {
    if (kind === 'started') this.say('running …')
    else if (kind === 'end') this.complete(what.end)
    else if (kind === 'overflow') this.overflow()
    else if (kind === 'broken') this.broken(what.text)
    else if (this.quiet) return
    else if (kind === 'stream') this.print(what.name === 'stderr' ? 'stderr' : 'stream', what.text)
    else if (kind === 'display') this.display(what)
    else if (kind === 'error') this.fail(what)
    else if (kind === 'missing') this.missing(what.text)
  }

  complete(end) {
    if (!this.quiet && end !== 'missing' && !this.live) this.beginOutput()
    if (end !== 'error' || this.raises || this.quiet) this.ran = this.begun
    if (this.kind === 'check' && !this.quiet) this.judge()
    this.finish(end)
  }

  // A check prints "right", or what is not right yet.
  judge() {
    const right = this.output.textContent.trim() === 'right'
    this.div.dataset.verdict = right ? 'right' : 'not yet'
    this.verdict = right ? '✓ right' : ''
    if (right) this.page.solve(this.answer)
  }

  beginOutput() {
    this.live = element('div', 'cell_output docutils container')
    this.put(this.live, this.begun)
    if (this.kind !== 'solution') this.live.closest('details')?.setAttribute('open', '')
    return this.live
  }

  append(child) { (this.live ?? this.beginOutput()).append(child) }

  // A carriage return begins the line again, as bars of progress do.
  print(kind, text) {
    let last = this.live?.lastElementChild
    if (!last?.classList.contains(kind)) {
      last = element('div', `output ${kind} notranslate`)
      const inner = element('div', 'highlight')
      const pre = element('pre', '')
      pre.tabIndex = 0
      inner.append(pre)
      last.append(inner)
      this.append(last)
    }
    const pre = last.querySelector('pre')
    if (text.includes('\r')) pre.textContent = (pre.textContent + text).replace(/[^\n]*\r(?=[^\n])/g, '')
    else pre.append(text)
  }

  display({ html, text }) {
    if (!html) return this.print('text_plain', text)
    const block = element('div', 'output text_html')
    block.innerHTML = html
    this.append(block)
  }

  fail({ text, places }) {
    this.print('traceback', text)
    for (const cell of this.page.cells) {
      cell.markLines(places.filter(([name]) => name === `cell ${cell.number}`).map(([, line]) => line))
    }
  }

  // Mark lines of the code, in the listing and in the editor.
  markLines(numbers) {
    this.marked = numbers
    this.shown.style.setProperty('--error-line', numbers.at(-1) ?? '')
    this.shown.classList.toggle('lab-error-line', numbers.length > 0)
    this.view?.markLines(numbers)
  }

  // What ran stays, if that is all the book shows; else the book's own output comes, under a word that says why.
  missing(reason) {
    const ran = this.live ? [...this.live.children] : []
    const book = this.code === this.book ? [...this.stored.children].map(child => child.cloneNode(true)) : []
    const words = nodes => nodes.map(node => node.textContent.trim()).join('\n')
    const complete = !book.length || words(ran) === words(book)
    const note = element('p', 'lab-note', `${reason} ${complete ? 'That part was left out. ' : 'The output is the book’s own. '}`)
    const link = element('a', '', 'Run the chapter in a Python of your own')
    link.href = 'running.html'
    note.append(link, '.')
    this.beginOutput().append(note, ...(complete ? ran : book))
  }

  // Calls, or objects to be given back, nested deeper than a browser can: Python does not survive it.
  overflow() {
    this.ended_python = this.code
    this.print('traceback', 'Here the browser ended Python: calls or objects were nested too deep for its stack.\n'
      + 'Python starts again with the next cell, and leaves this one out until you edit it.')
    this.finish('overflow')
  }

  get fatal() { return this.ended_python === this.code }

  broken(text) {
    this.print('traceback', `Python could not run in this page: ${text}\n`
      + 'expected a browser from 2024 or later, and the folder _static/lab of the book beside its pages')
    this.finish('broken')
  }
}
