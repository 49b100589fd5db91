"""Every engine of wrong.py is rejected: by this suite, and by the grid of chapter 9."""
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from micrograd.engine import Value
from micrograd.nn import Module
from classroom.wrong import WRONG

ROOT = Path(__file__).parents[1]
SUITE = ['tests/test_engine.py', 'tests/test_nn.py']
RUN = """
import sys
import pytest
from micrograd.engine import Value
from micrograd.nn import Module
from classroom.wrong import WRONG
for name in sys.argv[1:]:
    method, wrong = WRONG[name]
    setattr(Value if hasattr(Value, method) else Module, method, wrong)
sys.exit(pytest.main(['-o', 'addopts=', '-p', 'no:cacheprovider', '-q', '-x', {suite}]))
"""


def run_suite(*names):
    program = RUN.replace('{suite}', ', '.join(map(repr, SUITE)))
    return subprocess.run([sys.executable, '-c', program, *names], cwd=ROOT, capture_output=True, text=True, check=False,
                          timeout=120, env={**os.environ, 'GRAPHVIZ_DOT': ''})


def test_the_suite_accepts_the_right_engine():
    result = run_suite()
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize('name', WRONG)
def test_the_suite_rejects_a_wrong_engine(name):
    result = run_suite(name)
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
