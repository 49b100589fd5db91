"""Run the cells of a page, as a notebook does, and post what comes out of them."""
import ast
import builtins
import contextlib
import importlib
import inspect
import io
import json
import linecache
import os
import re
import reprlib
import sys
import traceback
import types
import warnings
from functools import partial
from itertools import count
from pprint import pformat

import lab_page
import lab_plots
from pyodide.ffi import JsException

MAX_CHARS = 50_000  # that one cell may print
CUT = f"[cut: more than {MAX_CHARS} characters]"
ONLY_JUPYTER = re.compile(r'\s*[%!]|\s*[\w.]+\?{1,2}\s*$')  # %timeit, !ls, len?
SCOPES = ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.Lambda  # with names of their own
namespace = {'__name__': '__main__', '__builtins__': builtins}
OURS = 'micrograd', 'classroom'  # what these do not have yet, a later chapter builds
ROOT = '_root_of_the_graph'
graphs = {}  # what the cells draw: {'cell 3': (root, rankdir)}
finished = {}  # the modules of both as they ship, for the page's figures: its cells may have others in their place


class MissingPackage(BaseException):
    """A statement needs a package that the page's Python does not have: no business of an `except Exception`."""

    def __init__(self, why, package):
        super().__init__(why)
        self.package = package


def needs(what, package):
    """Return a MissingPackage, in words."""
    return MissingPackage(f"{what} needs {package}, which the Python of this page does not have.", package)


class Stream(io.TextIOBase):
    """Standard output or error: posted line by line, and cut where it is too much."""
    left = MAX_CHARS

    def __init__(self, name):
        self.name, self.parts = name, []

    def write(self, text):
        self.parts.append(text)
        if '\n' in text or '\r' in text or len(self.parts) > 1000:
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
        post('error', text=format_traceback(error), places=places_of(error))
    sys.stdout.flush()
    sys.stderr.flush()
    post('end', end=end)


def execute(name, code):
    """Run code in the page's namespace, and display the value of an expression that ends it.

    A statement that needs a missing package is left out, and so is what the others print from there on: it might say of
    that package what nobody has seen. At the end, MissingPackage says which lines these are.
    """
    linecache.cache[name] = (len(code), None, code.splitlines(keepends=True), name)  # for tracebacks
    skipped, silence = [], contextlib.ExitStack()
    graphs.pop(name, None)
    namespace.pop(ROOT, None)
    with silence:
        tree = parse(code, name)
        shown = tree.body[-1:] if not code.rstrip().endswith(';') else []
        for node in shown:
            name_root(node)
        for node in tree.body:
            try:
                value = execute_statement(node, name)
                if node in shown and not skipped:
                    if ROOT in namespace:
                        graphs[name] = namespace.pop(ROOT), getattr(value, 'graph_attr', {}).get('rankdir', 'LR')
                    display(value)
            except MissingPackage as error:
                for each in names_defined(node):
                    namespace[each] = missing(each, node, error.package)
                if not skipped:
                    sys.stdout.flush()
                    silence.enter_context(contextlib.redirect_stdout(io.StringIO()))
                skipped.append((node, error))
    if skipped:
        raise MissingPackage(f"{place_of([node for node, _ in skipped])}. {skipped[0][1]}", skipped[0][1].package)


def execute_statement(node, name):
    """Run one statement; return the value of an expression. MissingPackage if it imports what is not there."""
    try:
        if isinstance(node, ast.Expr):
            return eval(compile(ast.Expression(node.value), name, 'eval'), namespace)
        exec(compile(ast.Module([node], []), name, 'exec'), namespace)
    except ModuleNotFoundError as error:
        if not isinstance(node, (ast.Import, ast.ImportFrom)) or not error.name or error.name.split('.')[0] in OURS:
            raise
        raise needs("It", error.name) from None


def name_root(node):
    """Let a statement that is draw_dot(root) give its root a name: a picture does not keep the graph that it shows."""
    match node:
        case ast.Expr(ast.Call(ast.Name('draw_dot'), [root, *_])):
            node.value.args[0] = ast.copy_location(ast.NamedExpr(ast.Name(ROOT, ast.Store()), root), root)
            ast.fix_missing_locations(node)


def open_graph(cell):
    """Return what `classroom.live` has for the graph that a cell draws, so that its numbers can be changed."""
    if cell not in graphs:
        raise ValueError("expected a cell that ends in draw_dot(...), with the result in the place of the dots")
    return load('classroom.live').open_graph(cell, *graphs[cell])


def place_of(nodes):
    """Return which lines of a cell these statements are, in words."""
    spans = ', '.join(f'{node.lineno}–{node.end_lineno}' if node.end_lineno > node.lineno else f'{node.lineno}'
                      for node in nodes)
    return f"Not run here: line{'' if spans.isdecimal() else 's'} {spans}"


def parse(code, name):
    """Return the syntax tree of a cell. SyntaxError if it has none, in words of its own for what only Jupyter knows."""
    try:
        return ast.parse(code, name)
    except SyntaxError as error:
        if ONLY_JUPYTER.match(error.text or ''):
            error.msg = "this is a command of Jupyter, and not Python: run the chapter in JupyterLab"
        raise


def names_defined(node):
    """Return the names that a statement defines, except inside functions and comprehensions."""
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return {node.name}
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return {(alias.asname or alias.name).split('.')[0] for alias in node.names}
    if isinstance(node, ast.Name):
        return {node.id} if isinstance(node.ctx, ast.Store) else set()
    return set() if isinstance(node, SCOPES) else set().union(*map(names_defined, ast.iter_child_nodes(node)))


class Missing:
    """What a name stands for that a missing package would have defined. Whatever is done with it, it says so."""

    def __init__(self, what, package):
        vars(self).update(what=what, package=package)


def missing(name, node, package):
    """Return what stands for a name that a statement could not define."""
    is_import = isinstance(node, (ast.Import, ast.ImportFrom))
    return Missing("It" if is_import else f"It uses {name}, which", package)


def refuse(self, *_, **__):
    """Raise MissingPackage."""
    raise needs(vars(self)['what'], vars(self)['package'])


for operation in ('getattr', 'setattr', 'call', 'iter', 'len', 'bool', 'repr', 'format', 'getitem', 'setitem',
                  'contains', 'enter', 'eq', 'hash', 'lt', 'le', 'gt', 'ge', 'neg', 'float', 'int', 'index',
                  *(side + name for side in ('', 'r') for name in ('add', 'sub', 'mul', 'truediv', 'matmul', 'pow'))):
    setattr(Missing, f'__{operation}__', refuse)


def display(*values):
    """Post values in the richest form that they have."""
    for value in values:
        if value is not None:
            sys.stdout.flush()
            post('display', **bundle(value))


def bundle(value):
    """Return the forms of a value that the page can show. What a class has is for its objects."""
    found = object() if isinstance(value, type) else value
    if hasattr(found, '_repr_mimebundle_'):
        forms = found._repr_mimebundle_()
        forms = forms[0] if isinstance(forms, tuple) else forms  # the second are notes on them
        return {'html': load('classroom.layouts').page_html(forms), 'text': forms.get('text/plain', '')}
    for method in ('_repr_html_', '_repr_svg_'):
        html = getattr(found, method, lambda: None)()
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


def places_of(error):
    """Return where cells of the page were on the way to an error: [['cell 3', 7], ...], a line for each."""
    frames = [(frame.f_code.co_filename, line) for frame, line in traceback.walk_tb(error.__traceback__)]
    if isinstance(error, SyntaxError):
        frames.append((error.filename, error.lineno))
    return list(dict.fromkeys(frame for frame in frames if str(frame[0]).startswith('cell ')))


def call(name, values):
    """Call a function for the page, with values in JSON; return what it returns, in JSON: {'value'} or {'error'}."""
    module, _, function = name.rpartition('.')
    try:
        value = getattr(load(module), function)(*json.loads(values))
        return json.dumps({'value': value}, allow_nan=False)
    except BaseException as error:  # nothing may end the page's Python
        return json.dumps({'error': f'{type(error).__name__}: {error}'})


def load(name):
    """Return a module. One of ours is finished, and so is all that it imports, whatever the cells of the page have."""
    if name not in finished and name.partition('.')[0] in OURS:
        cells = take_ours()
        sys.modules.update(finished)
        try:
            importlib.import_module(name)
        finally:
            finished.update(take_ours())
            sys.modules.update(cells)
    return finished.get(name) or importlib.import_module(name)


def take_ours():
    """Take the modules of the book's packages out of those that Python has loaded; return them."""
    return {name: sys.modules.pop(name) for name in [*sys.modules] if name.startswith(tuple(f'{our}.' for our in OURS))}


def complete(text):
    """Return the names that begin with `text`: global ones, or after a dot those of what stands before it."""
    owner, dot, stem = text.rpartition('.')
    found = value_of(owner) if dot else None
    names = {name: partial(getattr, found, name) for name in dir(found)} if dot else {
        name: partial(value_of, name) for name in {*namespace, *vars(builtins)}}
    return [{'label': name, **about(names[name])} for name in sorted(names)
            if name.startswith(stem) and (stem or not name.startswith('_'))]


def describe(text):
    """Return what is known of a name, as `about` does; None if there is none."""
    return about(partial(value_of, text)) if value_of(text.split('.')[0]) is not None else None


def value_of(path):
    """Return the value of a name with dots, None if there is none."""
    first, *rest = path.split('.')
    value = namespace.get(first, getattr(builtins, first, None))
    for name in rest:
        value = getattr(value, name)
    return value


def about(get):
    """Return {type, detail, doc} of what `get` returns: its kind, its signature or value, its docstring."""
    try:
        return facts(get())
    except BaseException:  # whatever happens when it is looked at
        return {'type': 'variable', 'detail': '', 'doc': ''}


def facts(value):
    """Return what `about` does, of a value."""
    if callable(value):
        kind = 'class' if isinstance(value, type) else 'function'
        try:
            return {'type': kind, 'detail': str(inspect.signature(value)), 'doc': inspect.getdoc(value) or ''}
        except (TypeError, ValueError):  # written in C, without a signature
            return {'type': kind, 'detail': '(…)', 'doc': inspect.getdoc(value) or ''}
    if isinstance(value, types.ModuleType):
        return {'type': 'namespace', 'detail': ' module', 'doc': inspect.getdoc(value) or ''}
    return {'type': 'variable', 'detail': f' = {reprlib.repr(value)}', 'doc': type(value).__name__}


def draw(source, format):
    """Draw with the Graphviz of the page, in the place of the packaged one."""
    if format != 'svg':
        raise ValueError(f"the page's Graphviz expected format 'svg', got {format!r}")
    try:
        return lab_page.draw(source, format).encode()
    except JsException as error:
        raise ValueError(f"the page's Graphviz cannot draw this ({error}): draw a part of the graph") from None


def refuse_input(prompt=''):
    """Stand in for `input`, which has nobody to ask."""
    raise RuntimeError("input() expects a keyboard to read from, which a page has not: write the text into the cell")


def install_shims():
    """Install `display`, and what stands in for functions and packages that a page cannot have."""
    builtins.display, builtins.input, os._exit = display, refuse_input, sys.exit
    sys.modules['matplotlib'] = sys.modules['matplotlib.figure'] = lab_plots
    warnings.filterwarnings('ignore', 'tqdm:disabling monitor support')  # a thread, which a page has not
    import classroom.stepper
    import micrograd.drawing
    micrograd.drawing.run_package = draw
    classroom.stepper.group_ids = count(1001)  # the page's stored pictures have the numbers from 1
    finished.update(take_ours())
    sys.modules.update(finished)
    os.makedirs('/book', exist_ok=True)
    os.chdir('/book')


install_shims()
