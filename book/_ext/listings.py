"""Sphinx: a caption over every woven listing, and the page that shows the library whole.

Captions say where a listing stands in the source; they link to the library page, which links back.
"""
import re

from docutils import nodes
from docutils.parsers.rst import Directive

from classroom.chapters import chapter_of, pieces, read

LIBRARY_PAGE = 'library.html'
MODULES = {'engine': 'Value', 'nn': 'Neurons, layers, networks', 'fused': 'Weighted sums', 'learn': 'What language models need',
           'dual': 'Numbers that carry their slope',
           'graph': 'Pictures', 'steps': 'Pictures that move',
           'wrong': 'Engines that are wrong', 'check': 'Checks of the exercises', 'grade': 'The grader',
           'book': 'What the chapters use', '__init__': 'The package'}


def anchor(name):
    """Return the id of a piece on its page: 'code-engine-value-add' for 'engine.Value.__add__'."""
    name = re.sub(r'\._(?!_)', '.inner-', name)  # `_backward` is not `backward`
    return nodes.make_id(re.sub(r'\.([A-Z]\w*)$', r'.class-\1', f'code-{name}'))  # `Dual` is not `dual`


def place(names):
    """Return what a caption says of pieces of one module: 'in class Value', 'the head of the file', ..."""
    kinds = {'.'.join(name.split('.')[1:-1]) if name.count('.') == 2 else '' for name in names}
    cls = kinds.pop() if len(kinds) == 1 else ''
    if cls:
        return f', in class {cls}'
    return ', the head of the file' if names == [names[0].split('.')[0]] else ''


def link(text, target):
    """Return a link to `target`, a relative address."""
    return nodes.reference('', text, refuri=target, internal=True)


def caption_listings(app, doctree):
    """Put a caption and the targets of its pieces before each code cell that shows the library."""
    for cell in list(doctree.findall(nodes.container)):
        names = (cell.get('cell_metadata') or {}).get('weave', '').split()
        if cell.get('nb_element') == 'cell_code' and names:
            module = names[0].split('.')[0]
            caption = nodes.paragraph('', '', classes=['listing-caption'], ids=[anchor(name) for name in names])
            caption += [link(f'micrograd/{module}.py', f'{LIBRARY_PAGE}#{anchor(names[0])}'), nodes.Text(place(names))]
            cell.parent.insert(cell.parent.index(cell), caption)


class Library(Directive):
    """Show every line of the library, each piece with a link to the chapter that writes it."""

    def run(self):
        env = self.state.document.settings.env
        pages = {int(page.split('-')[0]): page for page in env.found_docs if page[:2].isdigit()}
        return [self.module(module, title, pages) for module, title in MODULES.items()]

    def module(self, module, title, pages):
        section = nodes.section(ids=[nodes.make_id(f'file-{module}')], names=[module])
        section += nodes.title('', f'micrograd/{module}.py: {title}')
        for piece, chapter in chapter_of()[module].items():
            name = f'{module}.{piece}'.rstrip('.')
            where = nodes.paragraph('', '', classes=['listing-caption'], ids=[anchor(name)])
            where += link(f'Chapter {chapter}', f'{pages[chapter]}.html#{anchor(name)}')
            code = pieces(read(module))[piece]
            section += [where, nodes.literal_block(code, code, language='python')]
        return section


def setup(app):
    app.connect('doctree-read', caption_listings)
    app.add_directive('library', Library)
    return {'version': '1', 'parallel_read_safe': True}
