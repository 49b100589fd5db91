"""Dual numbers: the engine's numbers and gradients, one input at a time. More of that in test_random_graphs.py."""
import math

import pytest

from classroom.dual import Dual
from micrograd.engine import Value

FUNCTIONS = [lambda a, b: a + b, lambda a, b: a * b, lambda a, b: a - b, lambda a, b: a / b, lambda a, b: b - a,
             lambda a, b: b / a, lambda a, b: 2 + a, lambda a, b: 2 - a, lambda a, b: 3 * a, lambda a, b: 2 / a,
             lambda a, b: -a, lambda a, b: a**3, lambda a, b: a**-0.5, lambda a, b: a**0, lambda a, b: a**1,
             lambda a, b: a.exp(), lambda a, b: a.log(), lambda a, b: a.tanh(), lambda a, b: (-a).tanh(),
             lambda a, b: a.relu(), lambda a, b: (-a).relu(), lambda a, b: (a * b + a).tanh() * b - a / b]


@pytest.mark.parametrize('f', FUNCTIONS)
def test_against_the_engine(f):
    a, b = Value(0.7), Value(1.9)
    y = f(a, b)
    y.backward()
    along_a, along_b = f(Dual(0.7, slope=1), Dual(1.9)), f(Dual(0.7), Dual(1.9, slope=1))
    assert math.isclose(along_a.data, y.data) and along_b.data == along_a.data
    assert math.isclose(along_a.slope, a.grad) and math.isclose(along_b.slope, b.grad)


def test_a_slope_of_0_stays_0_among_infinities():
    assert Dual(1e-320).log().slope == 0  # though 1 / 1e-320 is infinite
    assert Dual(1e-320, slope=1).log().slope == math.inf
    assert (Dual(2.0) * Dual(math.inf)).slope == (Dual(math.inf) * Dual(2.0)).slope == 0


@pytest.mark.parametrize('f, x, data', [
    (Dual.relu, 0, 0), (Dual.relu, -0.0, 0), (lambda x: x**0, 0.0, 1), (Dual.tanh, 1e3, 1), (Dual.tanh, -1e3, -1)])
def test_where_it_is_flat(f, x, data):
    y = f(Dual(x, slope=1))
    assert (y.data, y.slope) == (data, 0)


def test_repr():
    assert repr(Dual(2.0, slope=1) * 3) == 'Dual(data=6.0, slope=3)'
