"""Sphinx: every woven listing as a part of a file, and the pages that show both packages whole.

The tab over a listing says where it stands in the source, and how much of the file there is now; in grey come the first
lines of its neighbours. Tabs link to the page of the package, which links back.
"""
import ast
import pickle
import re
from functools import cache
from html import escape
from pathlib import Path

from docutils import nodes
from docutils.parsers.rst import Directive
from sphinx import addnodes
from sphinx.application import ENV_PICKLE_FILENAME
from sphinx.util.nodes import traverse_parent

from classroom.chapters import BACK_MATTER, BOOK, SOURCE, chapter_of, join, modules, pieces, read, split

PAGES = {'micrograd': 'library.html', 'classroom': 'classroom.html'}  # which show the packages whole


def anchor(name):
    """Return the id of a piece on its page: 'code-micrograd-engine-value-add' for 'micrograd.engine.Value.__add__'."""
    name = re.sub(r'\._(?!_)', '.inner-', name)  # `_backward` is not `backward`
    return nodes.make_id(re.sub(r'\.([A-Z]\w*)$', r'.class-\1', f'code-{name}'))  # `Dual` is not `dual`


def path(module):
    """Return the path of a module as readers see it: 'micrograd/engine.py'."""
    return f"{module.replace('.', '/')}.py"


def package(module):
    """Return the package of a module: 'micrograd'."""
    return module.partition('.')[0]


def place(names):
    """Return what a tab says of pieces of one module: 'class Value', 'the head of the file', or ''."""
    owners = {split(name)[1].rpartition('.')[0] for name in names}
    owner = owners.pop() if len(owners) == 1 else ''
    if owner:
        return f'class {owner}'
    return '' if any(split(name)[1] for name in names) else 'the head of the file'


def link(text, target):
    """Return a link to `target`, a relative address."""
    return nodes.reference('', text, refuri=target, internal=True)


def raw(html):
    """Return a node that is this HTML."""
    return nodes.raw('', html, format='html')


def number_of_lines(texts):
    """Return how many lines pieces of a module have."""
    return len(join(texts).splitlines())


def growth(module, there, new):
    """Return HTML for how far a file has grown: '+6 lines, 119 of 241'; '' for one that no chapter builds."""
    if min(chapter_of().get(module, {'': BACK_MATTER}).values()) >= BACK_MATTER:
        return ''
    code = pieces(read(module))
    more, so_far, whole = (
        number_of_lines([code[piece] for piece in code if piece in some]) for some in (new, there, code))
    return (f'<span class="listing-growth"><span class="listing-share" style="--share: {so_far / whole:.3f}"></span>'
            f'+{more} lines, {so_far} of {whole}</span>')


def neighbour(code):
    """Return HTML that hints at a piece: the first line of its code, and that more follows; '' for no piece."""
    lines = [line for line in code.splitlines() if line.strip() and not line.lstrip().startswith(('@', '#'))]
    return f'<div class="listing-neighbour" aria-hidden="true">{escape(lines[0])} …</div>' if lines else ''


def around(module, there, new):
    """Return HTML for what stands above and below new pieces of a file, of which some pieces are there."""
    code = pieces(read(module))
    order = [piece for piece in code if piece in there]
    if not set(new) <= set(order):  # of which `make check` complains
        return '', ''
    first, last = order.index(new[0]), order.index(new[-1])
    return [neighbour(code[order[i]]) if 0 <= i < len(order) else '' for i in (first - 1, last + 1)]


def show_as_file(app, doctree):
    """Put a tab and the targets of its pieces before each code cell that shows a package, and neighbours into it."""
    chapter, there = app.env.docname[:2], {}
    for cell in list(doctree.findall(nodes.container)):
        names = (cell.get('cell_metadata') or {}).get('weave', '').split()
        if cell.get('nb_element') == 'cell_code' and names:
            module, _ = split(names[0])
            app.env.note_dependency(str(SOURCE / path(module)))
            new = [split(name)[1] for name in names]
            there.setdefault(module, {
                piece for piece, number in chapter_of()[module].items() if number < int(chapter)}).update(new)
            tab = nodes.paragraph('', '', classes=['listing-caption'], ids=[anchor(name) for name in names])
            tab += [link(path(module), f'{PAGES[package(module)]}#{anchor(names[0])}'),
                    nodes.Text(f' {place(names)}'.rstrip()), raw(growth(module, there[module], new))]
            cell.parent.insert(cell.parent.index(cell), search_entries(wanted_names(module, new), tab['ids'][0]))
            cell.parent.insert(cell.parent.index(cell), tab)
            cell['classes'].append('listing')
            above, below = around(module, there[module], new)
            cell[0].insert(0, raw(above))
            cell[0] += raw(below)


def wanted_names(module, pieces):
    """Return what readers call pieces by: 'Value.relu', and in the library 'relu', too."""
    short = {piece.rpartition('.')[2] for piece in pieces if module.startswith('micrograd.')}
    return sorted({*pieces, *short} - {''})


def search_entries(names, target):
    """Return a node by which a search for one of these names finds this place first."""
    return addnodes.index(entries=[('single', name, target, 'main', None) for name in names])


@cache
def chapters_of_terms():
    """Return the page of each term that the glossary leads from to a chapter: {'topological order': '06-order'}."""
    text = (BOOK / 'glossary.md').read_text(encoding='utf-8')
    return dict(re.findall(r'^(\w.*)\n  .*\{doc\}`([\w-]+)`\.$', text, re.MULTILINE))


def note_terms(app, doctree):
    """Let a search for a term find the chapter that explains it first, at the section that does."""
    for term in list(doctree.findall(addnodes.pending_xref)):
        if term['reftype'] == 'term' and chapters_of_terms().get(term['reftarget']) == app.env.docname:
            section = next(traverse_parent(term, nodes.section))
            section.insert(1, search_entries([term['reftarget']], section['ids'][0]))


@cache
def listed_names():
    """Return {name: (chapter, id of its listing)} for what readers call by name: 'MLP', 'Value.backward'."""
    names = {}
    for module, written in chapter_of().items():
        for piece, chapter in written.items():
            if module.startswith('micrograd.') and piece:
                names.setdefault(piece, (chapter, anchor(f'{module}.{piece}')))
                names.setdefault(piece.rpartition('.')[2], (chapter, anchor(f'{module}.{piece}')))
    return names


def link_names(app, doctree, docname):
    """Lead from the first mention of a name of the library on a page to its listing, unless that is what follows."""
    pages, names = {page[:2]: page for page in app.env.found_docs}, dict(listed_names())
    for code in list(doctree.findall(nodes.literal)):
        name = code.astext().removesuffix('()')
        if name not in names or any(traverse_parent(code, (nodes.reference, nodes.title))):
            continue
        chapter, target = names.pop(name)  # not linked a second time
        page = pages.get(f'{chapter:02}', docname)
        if page != docname:
            address = f'{app.builder.get_relative_uri(docname, page)}#{target}'
            around = nodes.reference('', '', refuri=address, internal=True, classes=['to-listing'])
            code.replace_self(around)
            around += code


def reading_order(module):
    """Return a key that sorts modules as the pages show them: the library first, each package as the book goes."""
    first_chapter = min(chapter_of().get(module, {}).values(), default=BACK_MATTER)
    return not module.startswith('micrograd.'), first_chapter, module


class Library(Directive):
    """Show every line of a package, each piece with a link to the chapter that shows it, if there is one."""

    required_arguments = 1  # the name of the package

    def run(self):
        env = self.state.document.settings.env
        shown = [module for module in modules() if package(module) == self.arguments[0]]
        for module in shown:
            env.note_dependency(str(SOURCE / path(module)))
        for page in env.found_docs:
            env.note_dependency(env.doc2path(page))
        pages = {int(page[:2]): page for page in env.found_docs if page[:2].isdigit()}
        return [self.section(module, pages) for module in sorted(shown, key=reading_order)]

    def section(self, module, pages):
        """Return the section of the page that shows `module`."""
        source = read(module)
        purpose = ast.get_docstring(ast.parse(source)).split('. ')[0].rstrip('.')
        section = nodes.section(ids=[nodes.make_id(f'file-{module}')], names=[module])
        section += nodes.title('', f"{path(module).partition('/')[2]}: {purpose}")
        for piece, code in pieces(source).items():
            name = f'{module}.{piece}'.rstrip('.')
            where = nodes.paragraph('', '', classes=['listing-caption'], ids=[anchor(name)])
            page = pages.get(chapter_of().get(module, {}).get(piece))
            where += link(f'Chapter {int(page[:2])}', f'{page}.html#{anchor(name)}') if page else nodes.Text(name)
            section += [where, nodes.literal_block(code, code, language='python')]
        return section


def keep_search_entries(app, exception):
    """Store the environment again: Sphinx notes what a page has for the search when it writes the page, too late."""
    if exception is None and getattr(app.builder, 'search', False):
        (Path(app.doctreedir) / ENV_PICKLE_FILENAME).write_bytes(pickle.dumps(app.env, pickle.HIGHEST_PROTOCOL))


def setup(app):
    app.connect('build-finished', keep_search_entries)
    app.connect('doctree-read', show_as_file)
    app.connect('doctree-read', note_terms)
    app.connect('doctree-resolved', link_names)
    app.add_directive('library', Library)
    return {'version': '2', 'env_version': 1, 'parallel_read_safe': True}
