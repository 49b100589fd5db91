"""Sphinx: the API reference, from the source: `{reference}` shows what each module offers to others.

A new module, class, function or operation of the library comes to the page by itself, and so does what a chapter
imports from the classroom. What else is to be there is named in the directive.
"""
import ast
import re

from docutils import nodes
from docutils.parsers.rst import Directive
from docutils.statemachine import StringList
from listings import path, reading_order

from classroom.chapters import BOOK, SOURCE, modules, read

IMPORTS = r'^ *from {} import (\([^)]*\)|.*)'


def imported(module):
    """Return the names that a chapter or the README imports from a module, or from its package."""
    texts = [file.read_text(encoding='utf-8') for file in (*BOOK.glob('*.md'), BOOK.parent / 'README.md')]
    places = f"(?:{re.escape(module)}|{module.partition('.')[0]})"
    return set(re.findall(r'\w+', ' '.join(re.findall(IMPORTS.format(places), '\n'.join(texts), re.MULTILINE))))


def used_inside(tree):
    """Return the names that a part of a module uses and does not define itself."""
    return {part.id for node in tree.body for part in ast.walk(node)
            if isinstance(part, ast.Name) and part.id != getattr(node, 'name', None)}


def public(module):
    """Return the classes and functions of a module that are for others, as nodes of its syntax tree.

    Those that a chapter imports; of the library also every class, and the functions that its module does not use.
    """
    tree = ast.parse(read(module))
    inner, outer = used_inside(tree), imported(module)
    library = module.startswith('micrograd.')
    return [node for node in tree.body if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and (
        node.name in outer or (library and (isinstance(node, ast.ClassDef) or node.name not in inner)))]


def entry(module, node):
    """Return the lines of reStructuredText that let autodoc describe a class or function."""
    name = f'{module}.{node.name}'
    if isinstance(node, ast.FunctionDef):
        return [f'.. autofunction:: {name}', '']
    ours = any(f'class {ast.unparse(base)}' in read(other) for base in node.bases for other in modules())
    return [f'.. autoclass:: {name}', *['   :show-inheritance:'] * ours, '']


class Reference(Directive):
    """Show what the modules of both packages offer, in the order of the book, each with its docstrings."""

    has_content = True

    def run(self):
        env = self.state.document.settings.env
        for module in modules():
            env.note_dependency(str(SOURCE / path(module)))
        offers = {module: self.offers(module) for module in sorted(modules(), key=reading_order)}
        return [self.section(module, defined) for module, defined in offers.items() if defined]

    def offers(self, module):
        """Return what is public in a module, and what of it is named here."""
        named = [node for node in ast.parse(read(module)).body
                 if f"{module}.{getattr(node, 'name', None)}" in self.content]
        return public(module) + named

    def section(self, module, defined):
        """Return the section of the page on `module`."""
        section = nodes.section(ids=[nodes.make_id(module)], names=[module])
        section += nodes.title('', module)
        lines = [line for node in defined for line in entry(module, node)]
        lines = ['```{eval-rst}', *lines, '```']
        self.state.nested_parse(StringList(lines, source=module), 0, section)
        return section


def setup(app):
    app.add_directive('reference', Reference)
    return {'version': '1', 'parallel_read_safe': True}
