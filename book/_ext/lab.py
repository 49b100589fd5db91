"""Sphinx: the lab, on pages that have cells: what `make` packs into _build/lab, and what a script finds to work on.

The buttons of the cells, the cards of the exercises and the cell to try something in stand in the HTML when it is
built, so that nothing moves when the script comes. Without scripts they are not to be seen.
"""
import json
from collections import Counter
from hashlib import sha256
from pathlib import Path

from docutils import nodes
from listings import raw
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.nodes import traverse_parent

LAB = Path(__file__).parents[2] / '_build' / 'lab'
ANSWER = 'tag_exercise'

PAGE_BAR = '''
<div class="lab-page" role="group" aria-label="All cells of this page">
<button type="button" class="lab-all" title="Run every cell but the solutions, from the top">Run all</button>
<button type="button" class="lab-stop" hidden>Stop</button>
<button type="button" class="lab-restart" title="Forget all that ran, and show the outputs of the book; your code stays"
>Restart</button>
<button type="button" class="lab-export" hidden title="The chapter with your code in it, as a Jupyter notebook"
>Export mine</button>
<button type="button" class="lab-reset" hidden title="The book’s code in every cell; can be undone">Reset page</button>
<a href="running.html#in-the-page">The cells run in this page</a>
<span class="lab-count" role="status"></span>
<span class="lab-kept" role="status"></span>
</div>'''
BAR = '''
<div class="lab-bar" role="toolbar" aria-label="Cell {number}" data-cell="{number}" data-key="{key}">
<span class="lab-number" aria-hidden="true">{number}</span>
{run}<button type="button" class="lab-edit" {stop} aria-label="Edit cell {number}">Edit</button>
<button type="button" class="lab-copy" tabindex="-1" aria-label="Copy cell {number}">Copy</button>
<button type="button" class="lab-swap" tabindex="-1" hidden>The book’s</button>
<button type="button" class="lab-reset" tabindex="-1" hidden aria-label="Reset cell {number}">Reset</button>
</div>'''
RUN = '<button type="button" class="lab-run" aria-label="Run cell {number}">Run</button>\n'
CHECK_BAR = '''
<div class="lab-bar" data-cell="{number}" data-key="{key}">
<button type="button" class="lab-run" aria-label="Check: cell {number}">Check</button>
</div>'''
STATUS = '<p class="lab-status" role="status"></p>'
LIVE = '''
<div class="live">
<button type="button" aria-label="Change the numbers in the picture of cell {number}">Change the numbers</button>
<p class="live-words" role="status"></p></div>'''
SCRATCH = '''
<div class="lab-try"><p>Try something</p><div class="cell docutils container lab-scratch">
<div class="cell_input docutils container"><div class="highlight-ipython3 notranslate"><div class="highlight">
<pre> </pre></div></div>{bar}</div>{status}</div></div>'''


def is_a(node, element):
    """Return whether a node is a part of a notebook: 'cell_code', 'cell_code_source', 'cell_code_output'."""
    return isinstance(node, nodes.container) and node.get('nb_element') == element


def code_cells(document):
    """Return the code cells of a page that show code, in order."""
    return [node for node in document.findall(nodes.container) if is_a(node, 'cell_code') and source(node)]


def source(cell):
    """Return the part of a cell that holds its code, None if that is not shown."""
    return next((node for node in cell.findall(nodes.container) if is_a(node, 'cell_code_source')), None)


def keys(cells):
    """Return a name for each cell that stays the same as long as its code does."""
    seen, names = Counter(), []
    for cell in cells:
        name = sha256(source(cell).next_node(nodes.literal_block).astext().encode()).hexdigest()[:10]
        seen[name] += 1
        names.append(f'{name}-{seen[name]}')
    return names


def note_exercises(app, doctree):
    """Make each section that has an exercise a card, and note it for the count of those that are solved."""
    cells = code_cells(doctree)
    found = app.env.lab_exercises[app.env.docname] = []
    for cell, key, check in zip(cells, keys(cells), cells[1:]):
        if ANSWER in cell['classes']:
            check['classes'].append('lab-checks')
            section = next(traverse_parent(cell, nodes.section))
            section['classes'].append('exercise')
            found.append({'key': key, 'section': section['ids'][0]})


class AddControls(SphinxPostTransform):
    """Put buttons on the cells of a page, and a cell to try something in at its end."""
    default_priority = 250  # when MyST-NB has folded what is hidden
    formats = ('html',)

    def run(self, **_):
        cells = code_cells(self.document)
        if not cells or not self.config.has_lab or self.app.builder.name == 'epub':
            return
        for number, (cell, key) in enumerate(zip(cells, keys(cells)), 1):
            self.add_bar(cell, number=number, key=key)
            if 'tag_live' in cell['classes']:
                output = next(node for node in cell.findall(nodes.container) if is_a(node, 'cell_code_output'))
                output.parent.insert(output.parent.index(output) + 1, raw(LIVE.format(number=number)))
        title = self.document.next_node(nodes.title)
        title.parent.insert(1, raw(PAGE_BAR))
        run = RUN.format(number='scratch')
        bar = BAR.format(number='scratch', key='scratch', run=run, stop='tabindex="-1"')
        title.parent.append(raw(SCRATCH.format(bar=bar, status=STATUS)))

    @staticmethod
    def add_bar(cell, **names):
        """Put the bar of a cell into its code, that of a check before its fold; and at the end what is said of it."""
        place = source(cell)
        if 'lab-checks' in cell['classes']:
            fold, *outputs = cell
            cell.children = []
            cell += [raw(CHECK_BAR.format(**names)), raw(STATUS), fold]
            fold += outputs
        else:
            is_answer = ANSWER in cell['classes']
            run = '' if is_answer else RUN.format(**names)
            place += raw(BAR.format(run=run, stop='' if is_answer else 'tabindex="-1"', **names))
            place.parent += raw(STATUS)


def add_files(app, config):
    """Let the packed files be copied into the pages' _static."""
    config.has_lab = (LAB / 'lab' / 'page.js').exists()
    if config.has_lab:
        config.html_static_path.append(str(LAB))


def add_script(app, pagename, templatename, context, doctree):
    """Call the scripts from a page that has cells; on the others, what shows the reader's progress."""
    if app.config.has_lab:
        app.add_js_file('lab/exercises.js', loading_method='defer')
        body = context.get('body', '')
        name = 'page' if 'class="lab-page' in body else 'progress'
        app.add_js_file(f'lab/{name}.js', loading_method='defer')
        if name == 'page' and '<g class="graph"' in body:
            app.add_css_file('lab/figures.css')
            app.add_js_file('lab/graphs.js', loading_method='defer')


def write_exercises(app, error):
    """Write which exercises the book has: {page: [{key, section}, ...]}."""
    if app.config.has_lab and not error:
        found = {page: exercises for page, exercises in sorted(app.env.lab_exercises.items()) if exercises}
        script = f'globalThis.exercises = {json.dumps(found, separators=(",", ":"))}\n'
        (app.outdir / '_static' / 'lab' / 'exercises.js').write_text(script, encoding='utf-8')


def begin(app):
    """Let the environment have a place for the exercises of all pages."""
    if not hasattr(app.env, 'lab_exercises'):
        app.env.lab_exercises = {}


def forget(app, env, page):
    """Forget the exercises of a page that is read again."""
    env.lab_exercises.pop(page, None)


def merge(app, env, pages, other):
    """Take over what another process has read."""
    env.lab_exercises |= {page: other.lab_exercises[page] for page in pages if page in other.lab_exercises}


def setup(app):
    app.add_config_value('has_lab', False, 'html')
    app.add_post_transform(AddControls)
    app.connect('config-inited', add_files)
    app.connect('builder-inited', begin)
    app.connect('env-purge-doc', forget)
    app.connect('env-merge-info', merge)
    app.connect('doctree-read', note_exercises)
    app.connect('html-page-context', add_script)
    app.connect('build-finished', write_exercises)
    return {'version': '2', 'env_version': 1, 'parallel_read_safe': True}
