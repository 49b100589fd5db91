"""Mutants: break the library in every small way, and see whether the chapters, and the tests, notice.

    python book/_tools/mutants.py               all, and store the counts in src/classroom/data/mutants.json
    python book/_tools/mutants.py engine        those of one module, and store its counts
    python book/_tools/mutants.py engine.Value  show those whose names begin so, and who kills them

With CHAPTERS_ONLY=1 in the environment, the suite is not asked, and nothing is stored.

A mutant is killed by the chapters if a cell fails, does not fail where it should, or prints something else than with
the right library; by the suite, if a test fails. One that no one can tell from the right library is equivalent, and
stands in equivalent.json with the reason. The texts of errors and the names of slots are not mutated.
"""
import ast
import contextlib
import copy
import functools
import hashlib
import io
import json
import multiprocessing
import os
import re
import resource
import signal
import sys
import tempfile
import time
import tokenize
from pathlib import Path

from classroom.chapters import pieces

ROOT = Path(__file__).parents[2]
LIBRARY = ROOT / 'src' / 'micrograd'
STORED = LIBRARY / 'data' / 'mutants.json'
EQUIVALENT = LIBRARY / 'data' / 'equivalent.json'
SUITE = ['test_engine.py', 'test_nn.py', 'test_fused.py', 'test_learn.py', 'test_torch.py', 'test_bad_input.py',
         'test_dual.py', 'test_random_graphs.py']
ASKED = {'engine': range(12), 'nn': range(12), 'fused': (13, 14, 15), 'learn': (14, 15), 'dual': (9,)}  # which chapters
MEMORY = 3 << 30  # more than any of them needs

OPERATORS = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.Pow: ast.Mult,
             ast.Mod: ast.Mult, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq,
             ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
             ast.And: ast.Or, ast.Or: ast.And}
TWINS = [('_a', '_b'), ('_slope_a', '_slope_b'), ('data', 'grad'), ('w_data', 'x_data'), ('w', 'b'), ('self', 'other')]
TWIN = {one: other for pair in TWINS for one, other in (pair, pair[::-1])}


def changed(node, **fields):
    """Return a copy of a node of the syntax tree with other fields."""
    node = copy.deepcopy(node)
    vars(node).update(fields)
    return node


def of_expression(node):
    """Yield what an expression may be mistaken for."""
    match node:
        case ast.BinOp(left, op, right):
            yield changed(node, op=OPERATORS[type(op)]())
            if isinstance(op, (ast.Sub, ast.Div, ast.Pow)):
                yield changed(node, left=right, right=left)
        case ast.UnaryOp(op=ast.USub() | ast.Not()):
            yield node.operand
        case ast.BoolOp(op, values):
            yield changed(node, op=OPERATORS[type(op)]())
            yield from values
        case ast.Compare(ops=[op]):
            yield changed(node, ops=[OPERATORS[type(op)]()])
        case ast.Constant(value) if isinstance(value, bool):
            yield changed(node, value=not value)
        case ast.Constant(value) if isinstance(value, (int, float)):
            yield changed(node, value=value + 1)
            if value:
                yield changed(node, value=-value)
        case ast.Constant(value) if isinstance(value, str):
            yield changed(node, value=value + 'x')
        case ast.IfExp(_, body, orelse):
            yield body
            yield orelse
        case ast.Call(func, args):
            for i in range(len(args) - 1):
                yield changed(node, args=[*args[:i], args[i + 1], args[i], *args[i + 2:]])
            if isinstance(func, ast.Name) and func.id in ('reversed', 'tuple'):
                yield args[0]
        case ast.Attribute(attr=name) if name in TWIN:
            yield changed(node, attr=TWIN[name])
        case ast.Name(id='self' | 'other' as name, ctx=ast.Load()):
            yield changed(node, id=TWIN[name])
        case ast.Tuple(elts, ast.Load()) if len(elts) > 1:
            yield from (changed(node, elts=elts[:i] + elts[i + 1:]) for i in range(len(elts)))


def of_statement(node):
    """Yield what a statement may be mistaken for."""
    match node:
        case ast.AugAssign(target, op, value):
            yield changed(node, op=OPERATORS[type(op)]())
            yield ast.Assign([target], value, lineno=0)
        case ast.Return(value=ast.expr()):
            yield ast.Return(ast.Constant(None))
        case ast.FunctionDef(decorator_list=[_]):
            yield changed(node, decorator_list=[])
    if isinstance(node, (ast.Expr, ast.Assign, ast.AugAssign, ast.Raise)):
        yield ast.Pass()


def mistakes(node):
    """Yield (what, what it may be mistaken for) for a node of the syntax tree: itself, or the condition in it."""
    yield from ((node, other) for other in (*of_expression(node), *of_statement(node)))
    if isinstance(node, (ast.If, ast.While)):
        yield node.test, ast.Constant(True)
        yield node.test, ast.Constant(False)


def replaced(source, node, other):
    """Return the source with the text of one node replaced by that of another."""
    lines = source.encode().splitlines(keepends=True)
    first = min([node.lineno, *(d.lineno for d in getattr(node, 'decorator_list', ()))]) - 1
    start = sum(map(len, lines[:first])) + node.col_offset
    end = sum(map(len, lines[:node.end_lineno - 1])) + node.end_col_offset
    text = ast.unparse(ast.fix_missing_locations(other))
    if isinstance(other, ast.expr):
        text = f"({text})"
    text = text.replace('\n', '\n' + ' ' * node.col_offset)
    return (source.encode()[:start] + text.encode() + source.encode()[end:]).decode()


def mutants(module, source):
    """Yield (name, piece, source) for each mutant of a module."""
    seen, texts = {}, pieces(source)
    for piece, node in nodes(ast.parse(source)):
        for what, other in mistakes(node):
            if isinstance(other, ast.Name) and other.id == 'other' and '(self, other)' not in texts[piece]:
                continue  # there is no other
            if ast.dump(what) == ast.dump(other):
                continue  # two equal arguments have changed places
            was, now = (' '.join(ast.unparse(ast.fix_missing_locations(n)).split())[:70] for n in (what, other))
            name = f"{module}.{piece}: {was} -> {now}".replace('.:', ':')
            seen[name] = seen.get(name, 0) + 1
            yield name + f" ({seen[name]})" * (seen[name] > 1), piece, replaced(source, what, other)


def nodes(tree, piece=''):
    """Yield (piece, node) for all of a tree but docstrings, the texts of errors and slots."""
    for node in ast.iter_child_nodes(tree):
        opens = isinstance(node, (ast.FunctionDef, ast.ClassDef)) and isinstance(tree, (ast.Module, ast.ClassDef))
        inner = f'{piece}.{node.name}'.strip('.') if opens else piece
        docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        slots = isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == '__slots__'
        if not docstring and not slots and not isinstance(node, (ast.JoinedStr, ast.Import, ast.ImportFrom)):
            yield inner, node
            yield from nodes(node, inner)


def in_child(work, seconds=600):
    """Return whether `work()` is true in a process of its own, which may fail or hang."""
    pid = os.fork()
    if pid:
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    status = 1
    try:
        signal.alarm(10 * seconds)  # if it waits for something; the next limit is the processor's time
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY + address_space(), -1))
        status = 0 if work() else 1
    finally:
        os._exit(status)


def address_space():
    """Return how many bytes of addresses this process has."""
    return int(Path('/proc/self/statm').read_text().split()[0]) * resource.getpagesize()


@contextlib.contextmanager
def library(module, source):
    """Give the path of a folder with the library in which one module has another source."""
    with tempfile.TemporaryDirectory() as folder:
        package = Path(folder) / 'micrograd'
        package.mkdir()
        for path in LIBRARY.iterdir():
            (package / path.name).symlink_to(path)
        (package / f'{module}.py').unlink()
        (package / f'{module}.py').write_text(source, encoding='utf-8')
        yield folder


def use(folder):
    """Let all later imports find the library in that folder, silently."""
    for name in [name for name in sys.modules if name.split('.')[0] in ('micrograd', 'weave', 'conftest')]:
        del sys.modules[name]
    sys.path.insert(0, str(folder))
    sys.dont_write_bytecode = True
    with open(os.devnull, 'w') as nowhere:
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)


def transcript(chapter):
    """Yield what each code cell of a chapter prints, shows, or fails with."""
    import jupytext
    import weave
    path = next(path for path in weave.chapters() if weave.number(path) == chapter)
    space = {'__name__': '__main__'}
    for cell in jupytext.reads(weave.woven(path.read_text(encoding='utf-8')), 'md').cells:
        if cell.cell_type == 'code':
            expected = 'raises-exception' in cell.metadata.get('tags', ())
            yield outcome(cell.source, space, expected)


def outcome(source, space, may_fail):
    """Return what a cell prints, and its last value as text, or the error that may come."""
    body = ast.parse(source).body
    last = ast.Expression(body.pop().value) if body and isinstance(body[-1], ast.Expr) else None
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        try:
            exec(compile(ast.Module(body, []), '<cell>', 'exec'), space)
            value = eval(compile(last, '<cell>', 'eval'), space) if last else None
        except Exception as error:
            if not may_fail:
                raise
            value = f"{type(error).__name__}: {error}"
    said = printed.getvalue() + ('' if value is None else repr(value))
    return re.sub(r'\d+ of \d+ lines', 'lines', said)  # as many as the source of a mutant has, which tells nothing


def says(who):
    """Yield what a chapter says, or a file of tests: that they pass."""
    if isinstance(who, int):
        yield from transcript(who)
    else:
        import pytest
        os.chdir(ROOT)
        yield pytest.main(['-qx', '-o', 'addopts=', '-p', 'no:cacheprovider', '-p', 'no:xdist', f'tests/{who}'])


@functools.cache
def right(who):
    """Return what a chapter or a file of tests says of the library as it ships, and the seconds that it needs."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / 'said.json'

        def store():
            use(ROOT / 'src')
            said = list(says(who))
            return said != [1] and file.write_text(json.dumps([said, time.process_time()]))
        assert in_child(store), f"{who} fails with the right library"
        return json.loads(file.read_text())


def prepare():
    """Set what chapters need, and import what is slow to import."""
    os.environ.update(GRAPHVIZ_DOT='', TQDM_DISABLE='1')
    os.chdir(ROOT / 'book')
    sys.path[:0] = [str(ROOT / 'src'), str(ROOT / 'book' / '_tools'), str(ROOT / 'book' / '_ext')]
    import hypothesis  # noqa: F401
    import jupytext  # noqa: F401
    import matplotlib.figure  # noqa: F401
    import nbclient  # noqa: F401
    import pytest  # noqa: F401
    import torch
    torch.set_num_threads(1)


def killer(module, source, asked):
    """Return the first of the chapters or files of tests that notices a mutant, or None."""
    def passes(folder, who):
        use(folder)
        os.environ['PYTHONPATH'] = folder
        return all(says_now == said for says_now, said in zip(says(who), right(who)[0]))
    with library(module, source) as folder:
        return next((who for who in asked if not in_child(
            lambda who=who: passes(folder, who), 5 + round(3 * right(who)[1]))), None)


def homes(module):
    """Return {piece: the chapter that writes it}."""
    return json.loads((LIBRARY / 'chapters.json').read_text(encoding='utf-8'))[module]


def tried(job):
    """Return (name, the chapter that kills it or None, the file of tests that does or None) for a mutant."""
    (name, piece, source), module = job
    home = homes(module).get(piece, homes(module)[''])
    chapters = sorted(ASKED[module], key=lambda chapter: (chapter < home, chapter))
    suite = [] if os.environ.get('CHAPTERS_ONLY') else SUITE
    return name, killer(module, source, chapters), killer(module, source, suite)


def results(module, prefix, equivalent):
    """Yield and print what is found for each mutant of a module, two or more at a time."""
    source = (LIBRARY / f'{module}.py').read_text(encoding='utf-8')
    *_, chapter, test = tried((('', '', source), module))
    assert chapter is test is None, f"the right {module}.py is killed, too: by {chapter}, {test}"
    jobs = [(mutant, module) for mutant in mutants(module, source)
            if mutant[0].startswith(prefix) and mutant[0] not in equivalent]
    with multiprocessing.get_context('fork').Pool(len(os.sched_getaffinity(0))) as pool:
        for name, chapter, test in pool.imap(tried, jobs):
            killed = 'SURVIVES' if chapter is None else f'chapter {chapter}'
            print(f"{killed:10} {test or 'SURVIVES':20} {name}", flush=True)
            yield chapter, test


def code(source):
    """Return a fingerprint of the code in a source: comments, docstrings and spaces do not count."""
    tokens = list(tokenize.generate_tokens(io.StringIO(source).readline))
    begins = {tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
    words = [token.string for before, token in zip([tokens[-1], *tokens], tokens) if token.type != tokenize.COMMENT
             and not (token.type == tokenize.STRING and before.type in begins)]
    return hashlib.sha256(''.join(''.join(words).split()).encode()).hexdigest()


def main(arguments):
    """Try the mutants, show who kills them, and store the counts if all were tried."""
    prefix = arguments[0] if arguments else ''
    equivalent = json.loads(EQUIVALENT.read_text(encoding='utf-8'))
    prepare()
    counts = json.loads(STORED.read_text(encoding='utf-8')) if STORED.exists() else {}
    for module in ASKED:
        if not prefix or prefix.split('.')[0] == module:
            found = list(results(module, prefix, equivalent))
            reasons = sum(name.startswith((f'{module}.', f'{module}:')) for name in equivalent)
            counts[module] = {'mutants': len(found) + reasons, 'equivalent': reasons,
                              'killed by chapters': sum(chapter is not None for chapter, _ in found),
                              'killed by suite': sum(bool(test) for _, test in found),
                              'code': code((LIBRARY / f'{module}.py').read_text(encoding='utf-8'))}
    print(json.dumps(counts, indent=1))
    if prefix in ('', *ASKED) and not os.environ.get('CHAPTERS_ONLY'):
        STORED.write_text(json.dumps(counts, indent=1) + '\n', encoding='utf-8')


if __name__ == '__main__':
    main(sys.argv[1:])
