// An editor with Python's colours, loaded when the first cell is edited.
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands'
import { python } from '@codemirror/lang-python'
import { bracketMatching, indentOnInput, indentUnit, syntaxHighlighting } from '@codemirror/language'
import { Prec } from '@codemirror/state'
import { drawSelection, EditorView, keymap } from '@codemirror/view'
import { classHighlighter } from '@lezer/highlight'

// The key Tab is left alone: it leads out of the editor, as it leads into it. Ctrl+] indents.
lab.edit = (parent, code, name, run, changed) => new EditorView({
  parent,
  doc: code,
  extensions: [
    Prec.highest(keymap.of(['Shift-Enter', 'Mod-Enter'].map(key => ({ key, run: () => (run(), true) })))),
    keymap.of([...defaultKeymap, ...historyKeymap]),
    history(), drawSelection(), bracketMatching(), indentOnInput(), indentUnit.of('    '), python(),
    syntaxHighlighting(classHighlighter),
    EditorView.contentAttributes.of({ 'aria-label': name, 'aria-description': 'Shift+Enter runs the cell' }),
    EditorView.updateListener.of(update => update.docChanged && changed()),
  ],
})
