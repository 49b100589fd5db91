"""What a chapter needs to begin where the last one ended, to grow a class, and to show a plot."""
import ast
import io
import json
import linecache
import sys
import types
from pathlib import Path

import micrograd
from micrograd.graph import GRADIENT, INK, LEAF, OPERATION, inline

HERE = Path(micrograd.__file__).parent


def pieces(source):
    """Cut the source of a module into its pieces, a dict from names to texts in the order of the file.

    '' is the head of the module, 'f' a function, 'C' the head of a class, 'C.m' a method. Each piece reaches up
    to the next, so that together they are the whole module, but for the blank lines between them.
    """
    starts = {'': 1}
    for node in ast.parse(source).body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            starts[node.name] = first_line(node)
        if isinstance(node, ast.ClassDef):
            methods = [member for member in node.body if isinstance(member, ast.FunctionDef)]
            starts.update({f"{node.name}.{method.name}": first_line(method) for method in methods})
    lines = source.splitlines(keepends=True)
    ends = [*list(starts.values())[1:], len(lines) + 1]
    return {name: ''.join(lines[start - 1:end - 1]).rstrip() + '\n' for (name, start), end in zip(starts.items(), ends)}


def first_line(node):
    """Return the line on which a function or class begins, its decorators included."""
    return min([node.lineno] + [decorator.lineno for decorator in node.decorator_list])


def join(texts):
    """Return the source of a module from its pieces: one blank line before a method, two before all else."""
    source = ''
    for text in texts:
        gap = '' if not source else '\n' if text.startswith(' ') else '\n\n'
        source += gap + text
    return source


def read(module):
    """Return the source of a module of micrograd as it ships."""
    return (HERE / f'{module}.py').read_text(encoding='utf-8')


def chapter_of():
    """Return the chapter in which each piece is written: {'engine': {'': 2, 'binary': 2, ...}, ...}."""
    return json.loads((HERE / 'chapters.json').read_text(encoding='utf-8'))


def source_before(module, chapter):
    """Return the source of a module of micrograd as it stood when `chapter` began; '' if it did not exist yet."""
    written = chapter_of()[module]
    texts = pieces(read(module))
    return join([text for name, text in texts.items() if written[name] < chapter])


def begin(chapter):
    """Put the library as it stood before `chapter` in place of the finished one, and print how far it has come.

    Import nothing of micrograd before: a name that is imported already keeps what it has.
    """
    for module in ('engine', 'graph', 'nn'):
        source = source_before(module, chapter)
        put_in_place(f'micrograd.{module}', source)
        written = f"{source.count(chr(10))} of {read(module).count(chr(10))} lines" if source else "not begun"
        print(f"{module + '.py':10}{written}")


def put_in_place(name, source):
    """Let every later `import` find a module called `name` made from `source`, or none where that is empty."""
    sys.modules[name] = None
    if source:
        module = types.ModuleType(name)
        module.__file__ = f'<{name}, so far>'
        linecache.cache[module.__file__] = (len(source), None, source.splitlines(keepends=True), module.__file__)
        sys.modules[name] = module
        exec(compile(source, module.__file__, 'exec'), vars(module))


def extend(cls):
    """Return a class decorator that moves what the decorated class defines into `cls`, and gives back `cls`.

    Instances made before the class grew have the new methods too, because they are still instances of it.
    """
    def move(body):
        for name, member in vars(body).items():
            if name not in vars(Nothing):  # what every class has is not ours to move
                setattr(cls, name, member)
        return cls
    return move


class Nothing:
    """A class that defines nothing but this."""


def canvas(width=6, height=3.2, columns=1):
    """Return an empty matplotlib figure of that size in inches, and its axes: one, or an array of `columns`."""
    import matplotlib
    from matplotlib.figure import Figure
    matplotlib.rcParams.update({
        'svg.fonttype': 'none', 'svg.hashsalt': 'micrograd', 'font.family': 'sans-serif', 'legend.frameon': False,
        'text.color': INK, 'axes.edgecolor': INK, 'axes.labelcolor': INK, 'xtick.color': INK, 'ytick.color': INK,
        'axes.facecolor': 'none', 'axes.spines.top': False, 'axes.spines.right': False,
        'axes.prop_cycle': matplotlib.cycler(color=[OPERATION, GRADIENT, LEAF])})
    figure = Figure(figsize=(width, height), layout='constrained', facecolor='none')
    return figure, figure.subplots(1, columns)


class show:
    """A matplotlib figure in the page's own ink, with the words that say what it shows."""

    def __init__(self, figure, says):
        """Keep the figure as SVG. `says` is its text alternative, and what the tests compare."""
        picture = io.StringIO()
        figure.savefig(picture, format='svg', metadata={'Date': None, 'Creator': None})
        self.html = inline(picture.getvalue(), says)
        self.says = says

    def __repr__(self):
        return self.says

    def _repr_html_(self):
        return self.html
