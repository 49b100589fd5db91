"""The library under a type checker: the stubs are strict, they say what the library is, and they find mistakes.

The sources have no annotations, since each of their lines is shown in a chapter: the stubs (.pyi) lie beside them. So
mypy checks programs that use the library, and stubtest compares the stubs with it; the bodies of the functions are
left to the other tests.
"""
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LIBRARY = ROOT / 'src' / 'micrograd'
STUBS = sorted(path.stem for path in LIBRARY.glob('*.pyi'))

# Each line is a mistake, with what mypy says of it.
MISTAKES = """
Value('a')                          # arg-type
Value(1.0) + 'a'                    # operator
None * Value(1.0)                   # operator
Value(1.0) ** Value(2.0)            # operator
Value(1.0).backward(2.0)            # call-arg
Value(1.0).grade                    # attr-defined
MLP(2, 3)                           # arg-type
MLP('2', [3])                       # arg-type
MLP(2, [3], layer=Value)            # arg-type
Neuron(2)('ab')                     # arg-type
FusedLayer(2, 3, nonlinear=True)    # call-arg
weighted_sums([Value(1.0)], [1.0])  # list-item
Dual(1.0) + Value(1.0)              # operator
Dual(None)                          # arg-type
trace(1.0)                          # arg-type
draw_dot(Value(1.0), rankdir='up')  # arg-type
watch([Value(1.0)])                 # arg-type
softmax([1.0])                      # list-item
cross_entropy([Value(1.0)], 'a')    # arg-type
Adam(Value(1.0))                    # arg-type
""".strip().splitlines()
IMPORTS = """
from micrograd.dual import Dual
from micrograd.engine import Value
from micrograd.fused import FusedLayer, weighted_sums
from micrograd.graph import draw_dot, trace
from micrograd.learn import Adam, cross_entropy, softmax
from micrograd.nn import MLP, Neuron
from micrograd.steps import watch
"""


def run(*command):
    environment = {**os.environ, 'MYPYPATH': str(ROOT / 'src')}
    return subprocess.run([sys.executable, '-m', *command], cwd=ROOT, env=environment, capture_output=True, text=True,
                          check=False)


def strict(*files):
    return run('mypy', '--strict', '--no-error-summary', *map(str, files))


def test_the_stubs_are_strict():
    assert {'engine', 'nn', 'fused', 'dual', 'learn', 'graph', 'steps'} == set(STUBS)
    result = strict(*(LIBRARY / f'{name}.pyi' for name in STUBS))
    assert result.returncode == 0, result.stdout


def test_the_stubs_say_what_the_library_is():
    result = run('mypy.stubtest', '--concise', *(f'micrograd.{name}' for name in STUBS))
    assert result.returncode == 0, result.stdout + result.stderr


def test_the_code_of_the_readme(tmp_path):
    blocks = re.findall(r'```python\n(.*?)```', (ROOT / 'README.md').read_text(encoding='utf-8'), re.DOTALL)
    program = tmp_path / 'program.py'
    program.write_text(''.join(blocks), encoding='utf-8')
    result = strict(program)
    assert result.returncode == 0, result.stdout


@pytest.fixture(scope='module')
def found(tmp_path_factory):
    """What mypy finds in the mistakes, {line: [codes]}."""
    program = tmp_path_factory.mktemp('types') / 'program.py'
    program.write_text('\n'.join(MISTAKES) + IMPORTS, encoding='utf-8')
    codes = {}
    for line, code in re.findall(r':(\d+): error: .*\[([\w-]+)\]$', strict(program).stdout, re.MULTILINE):
        codes.setdefault(int(line), []).append(code)
    return codes


@pytest.mark.parametrize('number, line', list(enumerate(MISTAKES, 1)))
def test_a_mistake_is_found(found, number, line):
    assert line.split('# ')[1] in found.get(number, []), found.get(number)
