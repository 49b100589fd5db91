"""The library with nothing but the standard library: on every Python from 3.9 to 3.14 that this machine has, and in the
page's Python, which is 3.14, compiled to WebAssembly.
"""
import json
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PYODIDE = Path(sys.prefix) / 'lab' / 'node_modules' / 'pyodide' / 'pyodide.mjs'  # where `make book` puts it
STACK = ROOT / 'book' / '_lab' / 'stack.mjs'
PROGRAM = f"""
import sys
sys.path.insert(0, {str(ROOT / 'src')!r})
import random
from micrograd.engine import Value
from micrograd.fused import weighted_sums
from micrograd.learn import Adam, cross_entropy
from micrograd.nn import MLP
x = Value(-4.0)
z = 2 * x + 2 + x
q = z.relu() + z * x
y = (z * z).relu() + q + q * x
y.backward()
assert (y.data, x.grad) == (-20.0, 46.0)
assert abs((Value(2.0).tanh() + Value(3).log() - 2 / Value(4.0).exp()**0.5).data - 1.7919694) < 1e-7
random.seed(1)
model = MLP(2, [4, 3])
adam = Adam(model.parameters())
cross_entropy(model([1.0, 2.0]), 1).backward()
adam.step(0.1)
print([(p.data, p.grad) for p in model.parameters()])


def deep(step, length=100_000):
    x = link = Value(1.0)
    for _ in range(length):
        link = step(link, x)
    link.backward()
    print(link.data, x.grad)  # and here the chain is freed, without recursion


deep(lambda link, x: link + x, 1_000_000)
deep(lambda link, x: x - link)
deep(lambda link, x: (link * 1.0).tanh())
deep(lambda link, x: weighted_sums([[x]], [link])[0])
deep(lambda link, x: Value(link.data, (link,), 'own', _slopes=(1,)))
"""


def interpreter(minor):
    """Return the path of a Python 3.`minor` that starts, or skip."""
    name = shutil.which(f'python3.{minor}')
    if sys.version_info[1] == minor:
        return sys.executable
    if not name or subprocess.run([name, '-c', ''], capture_output=True, check=False).returncode:
        pytest.skip(f'no Python 3.{minor} here')
    return name


@cache
def run(python):
    """Return what the program prints."""
    return subprocess.run([python, '-I', '-S', '-c', PROGRAM], capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize('minor', range(9, 15))
def test_with_the_standard_library_alone(minor):
    assert run(interpreter(minor)) == run(sys.executable)


# As in the page, Python is told how much of the stack it has: else freeing a long chain ends it.
IN_THE_PAGE = f"""
import {{ loadPyodide }} from {json.dumps(PYODIDE.as_uri())}
import {{ limit }} from {json.dumps(STACK.as_uri())}
const python = await loadPyodide()
const {{ FS }} = python
limit(python)
const source = {json.dumps(str(ROOT / 'src'))}
FS.mkdirTree(source)
FS.mount(FS.filesystems.NODEFS, {{ root: source }}, source)
python.runPython({json.dumps(PROGRAM)})
"""


def test_in_the_python_of_the_page():
    if not PYODIDE.exists():
        pytest.skip('the parts of the page are not installed here: run `make book`')
    node = Path(sys.executable).parent / 'node'
    there = subprocess.run([node, '--input-type=module', '-'], input=IN_THE_PAGE, capture_output=True, text=True,
                           check=True).stdout
    assert there == run(sys.executable)
