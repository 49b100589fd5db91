"""An operation of the engine is known wherever operations are listed."""
import inspect
from pathlib import Path

import pytest

from classroom.dual import Dual
from micrograd.engine import Value
from micrograd.program import RULES

ROOT = Path(__file__).parents[1]
FUNCTIONS = [name for name, method in vars(Value).items()
             if inspect.isfunction(method) and not name.startswith('_') and name != 'backward']


@pytest.mark.parametrize('place', ['tests/test_random_graphs.py', 'tests/test_torch.py', 'src/classroom/questions.py'])
@pytest.mark.parametrize('name', FUNCTIONS)
def test_the_witnesses_and_the_grader_ask_for_it(name, place):
    assert f'.{name}()' in (ROOT / place).read_text(encoding='utf-8'), place


@pytest.mark.parametrize('name', FUNCTIONS)
def test_dual_numbers_and_programs_know_it(name):
    assert hasattr(Dual, name)
    assert getattr(Value(0.5), name)()._op in RULES
