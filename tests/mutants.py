"""Mutants: break the library in every small way, and see whether the chapters, and the tests, notice.

    python tests/mutants.py                        all, and store the counts in src/classroom/data/mutants.json
    python tests/mutants.py micrograd.nn           those of one module, and store its counts
    python tests/mutants.py micrograd.nn.Neuron    show those whose names begin so, and who kills them
    python tests/mutants.py --only tests           ask only the tests, or only the chapters, and store nothing
    python tests/mutants.py --sample 12            so many of the engine, drawn at random but always the same: ask the
                                                   tests, then the chapter that writes the piece; fail if one survives

A mutant is killed by the chapters if a cell fails, does not fail where it should, or prints something else than with
the right library; by the tests, if one fails. One that nothing can tell from the right library is equivalent, and
stands in equivalent.json with the reason. The texts of errors are not mutated.
"""
import argparse
import ast
import contextlib
import copy
import functools
import gc
import io
import json
import multiprocessing
import os
import random
import re
import resource
import signal
import sys
import tempfile
import time
from pathlib import Path

from plain_code import fingerprint

from classroom.chapters import BOOK, SOURCE, chapter_of, first_line, read

ROOT = Path(__file__).parents[1]
STORED = ROOT / 'src' / 'classroom' / 'data' / 'mutants.json'
EQUIVALENT = ROOT / 'src' / 'classroom' / 'data' / 'equivalent.json'
MODULES = ['micrograd.engine', 'micrograd.nn', 'micrograd.fused', 'micrograd.learn', 'classroom.dual']
TESTED = ['micrograd.program']  # by its own tests alone: they compile a lot, and its chapter trains for long
TESTS = ['test_engine.py', 'test_bad_input.py', 'test_nn.py', 'test_fused.py', 'test_learn.py', 'test_dual.py',
         'test_torch.py', 'test_random_graphs.py']
TRAINING = 12  # from here on chapters train for long, and are asked only about the pieces that they write
MEMORY = 3 << 30  # more than any of them needs

OPERATORS = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.Pow: ast.Mult,
             ast.Mod: ast.Mult, ast.FloorDiv: ast.Div, ast.MatMult: ast.Mult, ast.LShift: ast.RShift,
             ast.RShift: ast.LShift, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd, ast.BitXor: ast.BitOr,
             ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
             ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.And: ast.Or,
             ast.Or: ast.And}
TWINS = [('data', 'grad'), ('data', 'slope'), ('_prev', '_slopes'), ('self', 'other'), ('child', 'node'), ('x', 'n'),
         ('w', 'b'), ('w_data', 'x_data'), ('beta1', 'beta2'), ('means', 'squares'), ('mean', 'square')]
WRAPPERS = ('abs', 'dict', 'float', 'list', 'reversed', 'tuple')


# What is a mistake: another node of the syntax tree in place of one.

def changed(node, **fields):
    """Return a copy of a node of the syntax tree with other fields."""
    node = copy.deepcopy(node)
    vars(node).update(fields)
    return node


def without(items, i):
    """Return a list without its item at `i`."""
    return [*items[:i], *items[i + 1:]]


def twins(name, known):
    """Return the names, among those that are known, which `name` may be mistaken for."""
    return [other for pair in TWINS if name in pair for other in pair if other != name and other in known]


def of_operation(node):
    """Yield what an operation, a comparison or a choice may be mistaken for."""
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
        case ast.Compare(ops=ops):
            for i, op in enumerate(ops):
                yield changed(node, ops=[*ops[:i], OPERATORS[type(op)](), *ops[i + 1:]])
        case ast.IfExp(_, body, orelse):
            yield from (body, orelse)


def of_constant(node):
    """Yield what a number, a truth value or a string may be mistaken for."""
    match node:
        case ast.Constant(value) if isinstance(value, bool):
            yield changed(node, value=not value)
        case ast.Constant(value) if isinstance(value, (int, float)):
            yield changed(node, value=value + 1)
            if value:
                yield changed(node, value=-value)
        case ast.Constant(value) if isinstance(value, str):
            yield changed(node, value=value + 'x')


def of_names(node, names, attributes):
    """Yield what a call, a tuple or a name may be mistaken for, where these names and attributes are known."""
    match node:
        case ast.Call(func, args, keywords):
            yield from (changed(node, args=[*args[:i], args[i + 1], args[i], *args[i + 2:]])
                        for i in range(len(args) - 1) if ast.dump(args[i]) != ast.dump(args[i + 1]))
            yield from (changed(node, keywords=without(keywords, i)) for i in range(len(keywords)))
            if isinstance(func, ast.Name) and func.id in WRAPPERS:
                yield args[0]
        case ast.Attribute(attr=name):
            yield from (changed(node, attr=other) for other in twins(name, attributes))
        case ast.Name(id=name, ctx=ast.Load()):
            yield from (changed(node, id=other) for other in twins(name, names))
        case ast.Tuple(elts, ast.Load()) if len(elts) > 1:
            yield from (changed(node, elts=without(elts, i)) for i in range(len(elts)))


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


def mistakes(node, names, attributes):
    """Yield (what, what it may be mistaken for) for a node of the syntax tree: itself, or the condition in it."""
    others = *of_operation(node), *of_constant(node), *of_names(node, names, attributes), *of_statement(node)
    yield from ((node, other) for other in others)
    if isinstance(node, (ast.If, ast.While)):
        yield node.test, ast.Constant(True)
        yield node.test, ast.Constant(False)


# What is a mutant: the source of a module with one mistake.

def replaced(source, node, other):
    """Return the source with the text of one node replaced by that of another."""
    lines = source.encode().splitlines(keepends=True)
    start = sum(map(len, lines[:first_line(node) - 1])) + node.col_offset
    end = sum(map(len, lines[:node.end_lineno - 1])) + node.end_col_offset
    text = ast.unparse(ast.fix_missing_locations(other)).replace('\n', '\n' + ' ' * node.col_offset)
    text = f"({text})" if isinstance(other, ast.expr) else text
    return (source.encode()[:start] + text.encode() + source.encode()[end:]).decode()


def mutants(module):
    """Yield (name, piece, source) for each mutant of a module."""
    source, seen, names = read(module), {}, {}
    tree = list(nodes(ast.parse(source)))
    attributes = {node.attr for _, node in tree if isinstance(node, ast.Attribute)}
    for piece, node in tree:
        names.setdefault(piece, set()).add(getattr(node, 'id', getattr(node, 'arg', None)))
    for piece, node in tree:
        for what, other in mistakes(node, names[piece], attributes):
            was, now = (' '.join(ast.unparse(ast.fix_missing_locations(n)).split())[:70] for n in (what, other))
            name = f"{module}.{piece}: {was} -> {now}".replace('.:', ':')
            seen[name] = seen.get(name, 0) + 1
            yield name + f" ({seen[name]})" * (seen[name] > 1), piece, replaced(source, what, other)


def nodes(tree, piece=''):
    """Yield (piece, node) for all of a tree but docstrings, imports and the texts of errors."""
    for node in ast.iter_child_nodes(tree):
        opens = isinstance(node, (ast.FunctionDef, ast.ClassDef)) and isinstance(tree, (ast.Module, ast.ClassDef))
        inner = f'{piece}.{node.name}'.strip('.') if opens else piece
        docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if not docstring and not isinstance(node, (ast.JoinedStr, ast.Import, ast.ImportFrom)):
            yield inner, node
            yield from nodes(node, inner)


# Who is asked, in a process of its own that has imported what is slow to import, and no module of ours.

def prepare():
    """Set what chapters and tests need, and import what is slow to import."""
    os.environ.update(GRAPHVIZ_DOT='', TQDM_DISABLE='1', PYTEST_DISABLE_PLUGIN_AUTOLOAD='1')
    sys.path[:0] = [str(BOOK / '_tools'), str(BOOK / '_ext')]
    for name in ('graphviz', 'hypothesis', 'jupytext', 'matplotlib.figure', 'nbclient', 'numpy', 'pytest', 'torch'):
        with contextlib.suppress(ImportError):
            __import__(name)
    if 'torch' in sys.modules:
        sys.modules['torch'].set_num_threads(1)
    gc.freeze()  # the collector of a child need not look at all of that


def in_child(work, seconds=600):
    """Return whether `work()` is true in a process of its own, which may fail or hang."""
    pid = os.fork()
    if pid:
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    status = 1
    try:
        signal.alarm(10 * seconds)  # if it waits for something; the next limit is the processor's time
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        # of what is written: of addresses wasmtime reserves far more
        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY + address_space(), -1))
        with open(os.devnull, 'w') as nowhere:
            os.dup2(nowhere.fileno(), 1)
            os.dup2(nowhere.fileno(), 2)
        status = 0 if work() else 1
    finally:
        os._exit(status)


def address_space():
    """Return how many bytes of addresses this process has."""
    return int(Path('/proc/self/statm').read_text().split()[0]) * resource.getpagesize()


@contextlib.contextmanager
def packages(module, source):
    """Give the path of a folder with our packages in which one module has another source, beside the book."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / 'book').symlink_to(BOOK)
        for package in ('micrograd', 'classroom'):
            (Path(folder) / 'src' / package).mkdir(parents=True)
            for path in (SOURCE / package).iterdir():
                (Path(folder) / 'src' / package / path.name).symlink_to(path)
        file = Path(folder) / 'src' / f"{module.replace('.', '/')}.py"
        file.unlink()
        file.write_text(source, encoding='utf-8')
        yield f'{folder}/src'


def use(folder):
    """Let all later imports find our packages in that folder, in other processes, too."""
    for name in [name for name in sys.modules if name.split('.')[0] in ('micrograd', 'classroom', 'weave')]:
        del sys.modules[name]
    sys.path.insert(0, folder)
    sys.dont_write_bytecode = folder != str(SOURCE)
    os.environ['PYTHONPATH'] = folder


def answers(who):
    """Yield what each cell of a chapter answers, or whether the tests in a file pass."""
    os.chdir(ROOT if isinstance(who, str) else BOOK)
    if isinstance(who, int):
        yield from transcript(who)
    else:
        import pytest
        yield pytest.main(['-qx', '-o', 'addopts=', '-p', 'no:cacheprovider', f'tests/{who}']) in (0, 5)  # 5: skipped


def transcript(chapter):
    """Yield what each code cell of a chapter prints, shows, or fails with."""
    import jupytext
    import weave
    [path] = BOOK.glob(f'{chapter:02}-*.md')
    space = {'__name__': '__main__'}
    for cell in jupytext.reads(weave.fill_listings(path.read_text(encoding='utf-8')), 'md').cells:
        if cell.cell_type == 'code':
            yield outcome(cell.source, space, 'raises-exception' in cell.metadata.get('tags', ()))


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
    shown = printed.getvalue() + ('' if value is None else repr(value))
    return re.sub(r'\d+ of \d+ lines', 'lines', shown)  # as many as a mutant's source has, which tells nothing


@functools.cache
def right(who):
    """Return the answers with the right library, and the seconds that they take."""
    with tempfile.NamedTemporaryFile() as file:
        def store():
            use(str(SOURCE))
            found = list(answers(who))
            return found != [False] and Path(file.name).write_text(json.dumps([found, time.process_time()]))
        assert in_child(store), f"{who} fails with the right library"
        return json.loads(Path(file.name).read_text(encoding='utf-8'))


def killer(module, source, asked):
    """Return the first of some chapters or files of tests that notices a mutant, or None."""
    def same(who):
        use(folder)
        return all(now == expected for now, expected in zip(answers(who), right(who)[0]))
    with packages(module, source) as folder:
        return next((who for who in asked if not in_child(
            functools.partial(same, who), 5 + round(3 * right(who)[1]))), None)


# Which chapters are asked, and in which order.

def home(module, piece):
    """Return the chapter that writes a piece, or the module's first."""
    written = chapter_of()[module]
    return written.get(piece, min(written.values()))


def chapters_asked(module, piece):
    """Return the chapters that can notice a mutant of a piece, first the one that writes it."""
    first = home(module, piece)
    texts = {int(path.name[:2]): path.read_text(encoding='utf-8') for path in sorted(BOOK.glob('[01]*.md'))}
    return [first, *(chapter for chapter, text in texts.items()
                     if chapter < TRAINING and (chapter > first or 'begin(' not in text))]


def tests_asked(module):
    """Return the files of tests, first the module's own."""
    own = f"test_{module.rpartition('.')[2]}.py"
    return [own] if module in TESTED else sorted(TESTS, key=lambda file: file != own)


def tried(module, mutant, only=''):
    """Return (name, chapter that kills a mutant or None, file of tests that kills it or None)."""
    name, piece, source = mutant
    chapter = killer(module, source, chapters_asked(module, piece)) if only != 'tests' and module in MODULES else None
    test = killer(module, source, tests_asked(module)) if only != 'chapters' else None
    return name, chapter, test


def results(jobs, only):
    """Yield and print (module, chapter, test) for each (module, mutant), as many at a time as there are processors."""
    with multiprocessing.get_context('fork').Pool(len(os.sched_getaffinity(0))) as pool:
        pending = [(module, pool.apply_async(tried, (module, mutant, only))) for module, mutant in jobs]
        for module, result in pending:
            name, chapter, test = result.get()
            verdicts = ['survives' if chapter is None else f'chapter {chapter}', test or 'survives']
            print(*(verdict.ljust(20) for verdict in verdicts), name, flush=True)
            yield module, chapter, test


def sample(number, seed=1):
    """Return whether each of so many mutants of the engine is killed by the tests, or where it is written."""
    equivalent = json.loads(EQUIVALENT.read_text(encoding='utf-8'))
    module = MODULES[0]
    chosen = random.Random(seed).sample([mutant for mutant in mutants(module) if mutant[0] not in equivalent], number)
    survivors = []
    for name, piece, source in chosen:
        own, *others = tests_asked(module)
        killed = killer(module, source, [own, home(module, piece), *others])
        print(f"{killed or 'survives'!s:20} {name}", flush=True)
        survivors += [name] * (killed is None)
    return not survivors


def main(arguments):
    """Try the mutants, show who kills them, store the counts if all were tried. Return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('prefix', nargs='?', default='')
    parser.add_argument('--only', choices=['tests', 'chapters'], default='')
    parser.add_argument('--sample', type=int)
    options = parser.parse_args(arguments)
    prepare()
    if options.sample:
        return 0 if sample(options.sample) else 1
    equivalent = json.loads(EQUIVALENT.read_text(encoding='utf-8'))
    jobs = [(module, mutant) for module in MODULES + TESTED for mutant in mutants(module)
            if mutant[0].startswith(options.prefix) and mutant[0] not in equivalent]
    found = list(results(jobs, options.only))
    counts = json.loads(STORED.read_text(encoding='utf-8'))
    for module in MODULES + TESTED:
        verdicts = [(chapter, test) for of, chapter, test in found if of == module]
        if verdicts:
            reasons = sum(name.startswith((f'{module}.', f'{module}:')) for name in equivalent)
            counts[module] = {'mutants': len(verdicts) + reasons, 'equivalent': reasons,
                              'killed by chapters': sum(chapter is not None for chapter, _ in verdicts),
                              'killed by tests': sum(bool(test) for _, test in verdicts),
                              'killed by either': sum(chapter is not None or bool(test) for chapter, test in verdicts),
                              'code': fingerprint(read(module))}
            print(module, counts[module])
    if options.prefix in ('', *MODULES, *TESTED) and not options.only:
        ordered = {module: counts[module] for module in MODULES + TESTED if module in counts}
        STORED.write_text(json.dumps(ordered, indent=1) + '\n', encoding='utf-8')
    return 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
