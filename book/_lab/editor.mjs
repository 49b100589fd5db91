// An editor with Python's colours, loaded when the first cell is edited.
import { autocompletion, completionKeymap } from '@codemirror/autocomplete'
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands'
import { python, pythonLanguage } from '@codemirror/lang-python'
import { bracketMatching, indentOnInput, indentUnit, syntaxHighlighting } from '@codemirror/language'
import { Prec, StateEffect, StateField } from '@codemirror/state'
import { Decoration, drawSelection, EditorView, hoverTooltip, keymap, lineNumbers } from '@codemirror/view'
import { classHighlighter } from '@lezer/highlight'

// The lines that a traceback names, until the code changes.
const setMarked = StateEffect.define()
const marked = StateField.define({
  create: () => Decoration.none,
  update(found, transaction) {
    if (transaction.docChanged) found = Decoration.none
    for (const effect of transaction.effects) if (effect.is(setMarked)) found = effect.value
    return found
  },
  provide: field => EditorView.decorations.from(field),
})

function markLines(view, numbers) {
  const lines = numbers.filter(number => number <= view.state.doc.lines)
  const line = Decoration.line({ class: 'lab-error-line' })
  view.dispatch({ effects: setMarked.of(Decoration.set(lines.map(n => line.range(view.state.doc.line(n).from)), true)) })
}

// What Python knows of the name before the cursor, beside what the editor finds in the code itself.
const fromPython = ask => async context => {
  const before = context.matchBefore(/[\w.]+/)
  if (!before && !context.explicit) return null
  const names = await ask('complete', before?.text ?? '')
  if (!names) return null
  const from = before ? before.from + before.text.lastIndexOf('.') + 1 : context.pos
  return { from, options: names.map(({ doc, ...name }) => ({ ...name, boost: 1, info: doc || undefined })), validFor: /^\w*$/ }
}

const onHover = ask => hoverTooltip(async (view, pos) => {
  const { from, text } = view.state.doc.lineAt(pos)
  const found = [...text.matchAll(/[A-Za-z_][\w.]*/g)].find(({ index, 0: word }) =>
    from + index <= pos && pos <= from + index + word.length)
  const end = found && text.slice(pos - from).match(/^\w*/)[0].length + pos - from
  const name = found && text.slice(found.index, end)
  const about = found && await ask('describe', name)
  return about && { pos: from + found.index, end: from + end, above: true, create: () => {
    const dom = document.createElement('div')
    dom.className = 'lab-about'
    const signature = document.createElement('code')
    signature.textContent = name + about.detail
    dom.append(signature, about.doc)
    return { dom }
  } }
})

// The key Tab is left alone: it leads out of the editor, as it leads into it. Ctrl+] indents, Ctrl+/ makes a comment.
lab.edit = ({ parent, code, name, run, changed, ask, warm }) => {
  const view = new EditorView({
    parent,
    doc: code,
    extensions: [
      Prec.highest(keymap.of(['Shift-Enter', 'Mod-Enter'].map(key => ({ key, run: () => (run(), true) })))),
      keymap.of([...completionKeymap, ...defaultKeymap, ...historyKeymap]),
      history(), drawSelection(), bracketMatching(), indentOnInput(), indentUnit.of('    '), lineNumbers(), marked,
      python(), pythonLanguage.data.of({ autocomplete: fromPython(ask) }), onHover(ask),
      autocompletion({ activateOnTyping: false, icons: false }),
      syntaxHighlighting(classHighlighter),
      EditorView.contentAttributes.of({
        'aria-label': name, 'aria-description': 'Shift+Enter runs the cell, Ctrl+Space completes a name' }),
      EditorView.updateListener.of(update => update.docChanged && changed(update.state.doc.toString())),
      EditorView.domEventHandlers({ focus: () => { warm() } }),
    ],
  })
  view.markLines = numbers => markLines(view, numbers)
  return view
}
