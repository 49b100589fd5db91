"""The grader, measured as the library is: it fails every wrong engine that one slip makes of a right one."""
import ast
import functools
import types
from pathlib import Path

import mutants
import pytest

from classroom import grade

SOURCE = (Path(__file__).parent / 'closure_engine.py').read_text(encoding='utf-8')
EQUIVALENT = {
    'Value.relu: max(0, self.data) -> max(self.data, 0)': "the same",
    'Value.backward: self.grad += 1 -> self.grad = 1': "a result starts at 0; a leaf's own backward is not asked for"}


def slips(node):
    """Yield what is specific to engines: a forgotten gradient, factor or term, a forgotten input."""
    match node:
        case ast.AugAssign(value=ast.Attribute(attr='grad')):
            yield node.value, ast.Constant(1.0)
        case ast.BinOp(left, _, right):
            yield node, left
            yield node, right
        case ast.Tuple([_], ast.Load()):
            yield node, ast.Tuple([], ast.Load())
        case ast.Call(ast.Name('reversed'), [order]):
            yield node, order


def wrong_engines():
    """Yield (name, source) of every engine with one slip."""
    tree, seen = list(mutants.nodes(ast.parse(SOURCE))), {}
    attributes = {node.attr for _, node in tree if isinstance(node, ast.Attribute)}
    names = {}
    for piece, node in tree:
        names.setdefault(piece, set()).add(getattr(node, 'id', getattr(node, 'arg', None)))
    for piece, node in tree:
        for was, now in (*mutants.mistakes(node, names[piece], attributes), *slips(node)):
            name = f"{piece}: {ast.unparse(was)} -> {ast.unparse(ast.fix_missing_locations(now))}"
            seen[name] = seen.get(name, 0) + 1
            yield name + f" ({seen[name]})" * (seen[name] > 1), mutants.replaced(SOURCE, was, now)


def is_failed(source):
    """Return whether the grader fails an engine."""
    module = types.ModuleType('engine')
    try:
        exec(source, vars(module))
        asked = sorted(grade.questions({'Value': module.Value}), key=lambda asked: 'long' in asked[1])
        return any(grade.problem_with(question, cls) for *_, question, cls in asked)
    except Exception:
        return True


def test_the_right_one_passes():
    assert not is_failed(SOURCE)
    assert 350 < len(list(wrong_engines())) < 450, "some 400, says chapter 21"


@pytest.mark.parametrize('piece', dict.fromkeys(name.partition(':')[0] for name, _ in wrong_engines()))
def test_every_slip_is_failed(piece):
    tried = [(name, source) for name, source in wrong_engines() if name.partition(':')[0] == piece]
    passed = [name for name, source in tried
              if mutants.in_child(functools.partial(lambda source: not is_failed(source), source), seconds=10)]
    assert passed == [name for name in EQUIVALENT if name.partition(':')[0] == piece]
