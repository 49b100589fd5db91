"""Every engine of wrong.py is rejected: by the tests of the library, and by the grid of chapter 9."""
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from classroom.wrong import WRONG
from micrograd.engine import Value
from micrograd.nn import Module

ROOT = Path(__file__).parents[1]
PROGRAM = """
import sys
import pytest
from classroom.wrong import WRONG
from micrograd.engine import Value
from micrograd.nn import Module
for name in sys.argv[1:]:
    method, wrong = WRONG[name]
    setattr(Value if hasattr(Value, method) else Module, method, wrong)
sys.exit(pytest.main(['-qx', '-o', 'addopts=', '-p', 'no:cacheprovider', 'tests/test_engine.py', 'tests/test_nn.py']))
"""


def run_tests(*names):
    """Run the tests of engine and networks, in a process of their own, with wrong methods planted."""
    return subprocess.run([sys.executable, '-c', PROGRAM, *names], cwd=ROOT, capture_output=True, text=True,
                          check=False, timeout=120, env={**os.environ, 'PYTEST_DISABLE_PLUGIN_AUTOLOAD': '1'})


def test_the_right_engine_is_accepted():
    result = run_tests()
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize('name', WRONG)
def test_a_wrong_engine_is_rejected(name):
    result = run_tests(name)
    assert result.returncode == 1 and '1 failed' in result.stdout, result.stdout


@pytest.mark.parametrize('name', WRONG)
def test_a_wrong_engine_stands_in_for_a_method_that_exists(name):
    method, wrong = WRONG[name]
    assert hasattr(Value, method) or hasattr(Module, method)
    assert wrong.__doc__ and wrong.__name__ == name


def test_the_grid_has_an_x_in_every_row():
    cells = nbformat.read(ROOT / 'book' / '09-trust.ipynb', 4).cells
    grid = next(cell for cell in cells if cell.source.startswith('grid = {}'))
    rows = grid.outputs[0].text.splitlines()[1:]
    assert [row.split()[0] for row in rows] == [name for name in WRONG if name not in ('from_minus_one', 'forgotten')]
    assert all('X' in row for row in rows)
