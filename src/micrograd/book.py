"""What a chapter needs: to begin where the last one ended, to grow a class, to plot."""
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
    """Cut the source of a module into its pieces: a dict, in the order of the file.

    '' is the head of the module, 'f' a function, 'C' the head of a class, 'C.m' a
    method, or a class inside.
    Each reaches up to the next: together they are the module, but for blank lines.
    """
    starts = {'': 1}
    for node in ast.parse(source).body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            starts[node.name] = first_line(node)
        if isinstance(node, ast.ClassDef):
            for member in node.body:
                if isinstance(member, (ast.FunctionDef, ast.ClassDef)):
                    starts[f'{node.name}.{member.name}'] = first_line(member)
    lines = source.splitlines(keepends=True)
    ends = [*starts.values(), len(lines) + 1][1:]
    return {name: ''.join(lines[start - 1:end - 1]).rstrip() + '\n'
            for (name, start), end in zip(starts.items(), ends)}


def first_line(node):
    """Return the line on which a function or class begins, its decorators included."""
    return min([node.lineno] + [decorator.lineno for decorator in node.decorator_list])


def join(texts):
    """Return the source made of pieces: a blank line before a method, else two."""
    source = ''
    for text in texts:
        gap = '' if not source else '\n' if text.startswith(' ') else '\n\n'
        source += gap + text
    return source


def read(module):
    """Return the source of a module of micrograd as it ships."""
    return (HERE / f'{module}.py').read_text(encoding='utf-8')


def chapter_of():
    """Return the chapter that writes each piece: {'engine': {'': 2, ...}, ...}."""
    return json.loads((HERE / 'chapters.json').read_text(encoding='utf-8'))


def source_before(module, chapter):
    """Return the source of a module as it stood when `chapter` began; maybe ''."""
    written = chapter_of()[module]
    return join([text for name, text in pieces(read(module)).items()
                 if written[name] < chapter])


def begin(chapter):
    """Put the library as it stood before `chapter` in place of the finished one.

    Prints how far it has come. Import nothing of micrograd before: a name that is
    imported already keeps what it has.
    """
    for module in ('engine', 'graph', 'nn', 'fused', 'learn', 'dual', 'wrong'):
        source = source_before(module, chapter)
        put_in_place(module, source)
        lines, of = len(source.splitlines()), len(read(module).splitlines())
        progress = f"{lines} of {of} lines" if lines else "not begun"
        print(f"{module}.py".ljust(10), progress)


def put_in_place(name, source):
    """Let later imports find a module of micrograd made from `source`; none if ''."""
    full_name, file = f'micrograd.{name}', f'<{name}.py, so far>'
    sys.modules[full_name] = None  # which makes an import of it fail
    vars(micrograd).pop(name, None)
    if source:
        module = types.ModuleType(full_name)
        sys.modules[full_name] = module
        setattr(micrograd, name, module)
        lines = source.splitlines(keepends=True)
        linecache.cache[file] = (len(source), None, lines, file)  # for tracebacks
        exec(compile(source, file, 'exec'), vars(module))


def extend(cls):
    """Return a class decorator that moves what a class defines into `cls`.

    The decorated name stands for `cls` again. Instances made before it grew have the
    new methods too, because they are still instances of it.
    """
    def move(body):
        for name, member in vars(body).items():
            if name not in vars(Nothing):  # what every class has is not ours to move
                setattr(cls, name, member)
        return cls
    return move


class Nothing:
    """A class that defines nothing but this."""


def stored(name):
    """Return the text of a file in the library's folder `data`."""
    return (HERE / 'data' / name).read_text(encoding='utf-8')


def canvas(width=6, height=3.2, columns=1):
    """Return an empty matplotlib figure of that size in inches, and its axes.

    The axes are one object, or an array where there are several `columns`.
    """
    import matplotlib
    from matplotlib.figure import Figure
    inked = ('text.color', 'axes.edgecolor', 'axes.labelcolor', 'xtick.color',
             'ytick.color')
    matplotlib.rcParams.update({
        **dict.fromkeys(inked, INK), 'axes.facecolor': 'none', 'legend.frameon': False,
        'axes.spines.top': False, 'axes.spines.right': False,
        'font.family': 'sans-serif',
        'axes.prop_cycle': matplotlib.cycler(color=[OPERATION, GRADIENT, LEAF]),
        'svg.fonttype': 'none', 'svg.hashsalt': 'micrograd'})
    figure = Figure(figsize=(width, height), layout='constrained', facecolor='none')
    return figure, figure.subplots(1, columns)


class show:
    """A matplotlib figure in the page's ink, with the words that say what it shows."""

    def __init__(self, figure, says):
        """Keep the figure as SVG. `says` is its alternative, and what tests compare."""
        picture = io.StringIO()
        figure.savefig(picture, format='svg', metadata={'Date': None, 'Creator': None})
        self.html = inline(picture.getvalue(), says)
        self.says = says

    def __repr__(self):
        return self.says

    def _repr_html_(self):
        return self.html
