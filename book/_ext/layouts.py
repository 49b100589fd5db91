"""Sphinx: graphs that fit a phone. A picture in a notebook's output gets a second layout, which narrow screens show."""
import os

import nbformat
from theme_fixes import is_for_browsers

from classroom import layouts


def add_layouts(app, page, source):
    """Put the second layouts into the outputs of a notebook, in place of the sources from which they are drawn."""
    if app.env.doc2path(page).endswith('.ipynb'):
        app.env.note_dependency(layouts.__file__)
        notebook = nbformat.reads(source[0], as_version=4)
        for data in (output.get('data', {}) for cell in notebook.cells for output in cell.get('outputs', ())):
            if layouts.DOT in data and is_for_browsers(app):
                data['text/html'] = layouts.page_html(data)
            data.pop(layouts.DOT, None)
        source[0] = nbformat.writes(notebook)


def setup(app):
    os.environ['GRAPHVIZ_DOT'] = ''  # as in the stored pictures: that of the Python package
    app.connect('source-read', add_layouts)
    return {'version': '1', 'parallel_read_safe': True}
