"""Sphinx: a caption over every woven listing, and the page that shows both packages whole.

Captions say where a listing stands in the source; they link to the library page, which links back.
"""
import ast
import re

from docutils import nodes
from docutils.parsers.rst import Directive

from classroom.chapters import BACK_MATTER, SOURCE, chapter_of, modules, pieces, read, split

LIBRARY_PAGE = 'library.html'


def anchor(name):
    """Return the id of a piece on its page: 'code-micrograd-engine-value-add' for 'micrograd.engine.Value.__add__'."""
    name = re.sub(r'\._(?!_)', '.inner-', name)  # `_backward` is not `backward`
    return nodes.make_id(re.sub(r'\.([A-Z]\w*)$', r'.class-\1', f'code-{name}'))  # `Dual` is not `dual`


def path(module):
    """Return the path of a module as readers see it: 'micrograd/engine.py'."""
    return f"{module.replace('.', '/')}.py"


def place(names):
    """Return what a caption says of pieces of one module: ', in class Value', ', the head of the file', or ''."""
    owners = {split(name)[1].rpartition('.')[0] for name in names}
    owner = owners.pop() if len(owners) == 1 else ''
    if owner:
        return f', in class {owner}'
    return '' if any(split(name)[1] for name in names) else ', the head of the file'


def link(text, target):
    """Return a link to `target`, a relative address."""
    return nodes.reference('', text, refuri=target, internal=True)


def caption_listings(app, doctree):
    """Put a caption and the targets of its pieces before each code cell that shows a package."""
    for cell in list(doctree.findall(nodes.container)):
        names = (cell.get('cell_metadata') or {}).get('weave', '').split()
        if cell.get('nb_element') == 'cell_code' and names:
            module, _ = split(names[0])
            caption = nodes.paragraph('', '', classes=['listing-caption'], ids=[anchor(name) for name in names])
            caption += [link(path(module), f'{LIBRARY_PAGE}#{anchor(names[0])}'), nodes.Text(place(names))]
            cell.parent.insert(cell.parent.index(cell), caption)


def reading_order(module):
    """Return a key that sorts modules as the page shows them: the library first, each package as the book goes."""
    first_chapter = min(chapter_of().get(module, {}).values(), default=BACK_MATTER)
    return not module.startswith('micrograd.'), first_chapter, module


class Library(Directive):
    """Show every line of both packages, each piece with a link to the chapter that shows it, if there is one."""

    def run(self):
        env = self.state.document.settings.env
        for module in modules():
            env.note_dependency(str(SOURCE / path(module)))
        for page in env.found_docs:
            env.note_dependency(env.doc2path(page))
        pages = {int(page[:2]): page for page in env.found_docs if page[:2].isdigit()}
        return [self.section(module, pages) for module in sorted(modules(), key=reading_order)]

    def section(self, module, pages):
        """Return the section of the page that shows `module`."""
        source = read(module)
        purpose = ast.get_docstring(ast.parse(source)).split('. ')[0].rstrip('.')
        section = nodes.section(ids=[nodes.make_id(f'file-{module}')], names=[module])
        section += nodes.title('', f'{path(module)}: {purpose}')
        for piece, code in pieces(source).items():
            name = f'{module}.{piece}'.rstrip('.')
            where = nodes.paragraph('', '', classes=['listing-caption'], ids=[anchor(name)])
            page = pages.get(chapter_of().get(module, {}).get(piece))
            where += link(f'Chapter {int(page[:2])}', f'{page}.html#{anchor(name)}') if page else nodes.Text(name)
            section += [where, nodes.literal_block(code, code, language='python')]
        return section


def setup(app):
    app.connect('doctree-read', caption_listings)
    app.add_directive('library', Library)
    return {'version': '2', 'parallel_read_safe': True}
