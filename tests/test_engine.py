"""The engine, as a specification: its numbers, its graph, its gradients, its limits.

What it refuses stands in test_bad_input.py. Other witnesses are in test_torch.py and test_random_graphs.py.
"""
import gc
import inspect
import math
import os
import subprocess
import sys
import weakref
from collections import Counter
from fractions import Fraction

import numpy as np
import pytest

from micrograd.engine import Value

INF = math.inf


def gradients(f, *inputs):
    """Return the gradient of f's result with respect to each input."""
    values = [Value(x) for x in inputs]
    f(*values).backward()
    return [v.grad for v in values]


def with_slopes(y):
    """Return the data and the local derivatives of a node, in a form that tells 1 from 1.0."""
    return f"{y.data!r} {y._slopes!r}"


# The two examples of the original.

def test_quickstart():
    x = Value(-4.0)
    z = 2 * x + 2 + x
    q = z.relu() + z * x
    h = (z * z).relu()
    y = h + q + q * x
    y.backward()
    assert (y.data, x.grad) == (-20.0, 46.0)


def test_front_page():
    a, b = Value(-4.0), Value(2.0)
    c = a + b
    d = a * b + b**3
    c += c + 1
    c += 1 + c + (-a)
    d += d * 2 + (b + a).relu()
    d += 3 * d + (b - a).relu()
    e = c - d
    f = e**2
    g = f / 2.0
    g += 10.0 / f
    g.backward()
    assert [f'{x:.4f}' for x in (g.data, a.grad, b.grad)] == ['24.7041', '138.8338', '645.5773']


# What a Value is.

def test_a_leaf():
    assert vars(Value(2.0)) == {'data': 2.0, 'grad': 0, 'label': '', '_op': '', '_prev': (), '_slopes': ()}
    assert Value(2.0, label='x').label == 'x'


def test_the_constructor_of_the_original():
    a = Value(2.0)
    out = Value(8.0, (a,), 'cube', 'label')
    assert (out.data, out._prev, out._op, out.label, out.grad) == (8.0, (a,), 'cube', 'label', 0)


def test_repr():
    a = Value(2.0)
    (a * 3).backward()
    assert repr(a) == 'Value(data=2.0, grad=3)'


def test_values_are_told_apart_by_identity_and_take_new_attributes():
    a, b = Value(1.0), Value(1.0)
    a.momentum = 0.9
    assert a.momentum == 0.9 and a != b and len({a, b}) == 2


def test_the_documentation_of_an_operator_is_its_own():
    assert Value.__add__.__name__ == '__add__' and inspect.getdoc(Value.__add__).startswith('Return self + other.')


# Which numbers it takes, and that it keeps them as they are.

def test_an_int_stays_an_int():
    assert repr(Value(3).data) == '3'
    assert repr((Value(3)**2 * 2 + 1 - 4 - Value(2)).data) == '13'
    assert [with_slopes(Value(3)**n) for n in (0, 1, 2)] == ['1 (0,)', '3 (1,)', '9 (6,)']
    assert repr(gradients(lambda a, b: a * b - a + 2, 3, 5)) == '[4, 3]'


def test_fractions_are_exact():
    a, b = Fraction(1, 6), Fraction(2, 7)
    assert gradients(lambda a, b: a * b - a**3, a, b) == [b - 3 * a**2, a]
    assert (Value(a) + b).data == a + b


@pytest.mark.parametrize('number', [np.float64(2), np.float32(2), np.int64(2), np.int32(2), np.array(2.0)])
@pytest.mark.parametrize('f, expected', [
    (lambda v, n: v + n, 5), (lambda v, n: n + v, 5), (lambda v, n: v - n, 1), (lambda v, n: n - v, -1),
    (lambda v, n: v * n, 6), (lambda v, n: n * v, 6), (lambda v, n: v / n, 1.5), (lambda v, n: n / v, 2 / 3)])
def test_numpy_numbers_on_either_side(number, f, expected):
    result = f(Value(3.0), number)
    assert isinstance(result, Value) and math.isclose(result.data, expected)


@pytest.mark.parametrize('dtype', [int, float])
def test_numpy_arrays_on_either_side(dtype):
    v, array = Value(3.0), np.array([1, 2], dtype=dtype)
    for f, expected in [(lambda v, n: v + n, [4, 5]), (lambda v, n: n + v, [4, 5]), (lambda v, n: v - n, [2, 1]),
                        (lambda v, n: n - v, [-2, -1]), (lambda v, n: v * n, [3, 6]), (lambda v, n: n * v, [3, 6]),
                        (lambda v, n: v / n, [3, 1.5]), (lambda v, n: n / v, [1 / 3, 2 / 3])]:
        assert [x.data for x in f(v, array)] == expected
    assert np.array([v, v]).sum().data == 6


def test_sum():
    assert sum([Value(1), Value(2)]).data == 3


# The graph: every operation remembers what it was made from.

@pytest.mark.parametrize('f, op, data, slopes', [
    (lambda a, b: a + b, '+', 7.0, (1, 1)), (lambda a, b: a * b, '*', 10.0, (5.0, 2.0)),
    (lambda a, b: a.exp(), 'exp', math.exp(2), (math.exp(2),)), (lambda a, b: a.log(), 'log', math.log(2), (0.5,)),
    (lambda a, b: a.tanh(), 'tanh', math.tanh(2), (1 - math.tanh(2)**2,)), (lambda a, b: a.relu(), 'ReLU', 2.0, (1,)),
    (lambda a, b: a**3, '**3', 8.0, (12.0,)), (lambda a, b: a**-0.5, '**-0.5', 2**-0.5, (-0.5 * 2**-1.5,))])
def test_an_operation(f, op, data, slopes):
    a, b = Value(2.0), Value(5.0)
    y = f(a, b)
    assert (y._op, y.data, y._slopes, y.grad, y.label) == (op, data, slopes, 0, '')
    assert y._prev == (a, b)[:len(slopes)]


def test_operations_made_of_others():
    """A negation, a difference and a quotient are sums, products and powers, and the graph shows these."""
    a, b = Value(6.0), Value(2.0)
    minus = (-a)
    assert (minus._op, minus._prev[0], minus._prev[1].data) == ('*', a, -1)
    difference = a - b
    assert (difference._op, difference._prev[0], difference._prev[1]._prev[0]) == ('+', a, b)
    quotient = a / b
    assert (quotient._op, quotient._prev[0], quotient._prev[1]._op) == ('*', a, '**-1')
    assert [y.data for y in (minus, difference, 9 - a, quotient, 3 / a)] == [-6, 4, 3, 3, 0.5]
    assert (Value(49) / 49).data == 49 * 49**-1 != 1


def test_plain_numbers_are_nodes():
    a = Value(3.0)
    for y in (a + 2, 2 + a, a * 2, 2 * a):
        number = y._prev[1]
        assert y._prev[0] is a and (number.data, number._op, number._prev) == (2, '', ())


def test_a_number_used_twice_has_two_edges():
    a = Value(3.0)
    assert (a + a)._prev == (a, a)


def test_a_relu_that_is_off_keeps_its_input():
    a = Value(-1.0)
    y = a.relu()
    assert (y._op, y._prev, with_slopes(y)) == ('ReLU', (a,), '0 (0,)')


# Gradients.

def test_the_chain_rule_at_one_node():
    a, b = Value(2.0), Value(3.0)
    a.grad, out = 10.0, a * b
    out.grad = 5.0
    out._backward()
    assert (a.grad, b.grad) == (10.0 + 5 * 3, 5 * 2)


def test_a_number_used_twice():
    assert gradients(lambda a: a + a, 3.0) == [2]
    assert gradients(lambda a: a * a, 5.0) == [10]


@pytest.mark.parametrize('combine', [lambda b: 4 * b + b, lambda b: b + 4 * b])
def test_paths_of_different_length(combine):
    assert gradients(lambda a: combine(3 * a), 1.0) == [15]


def test_leaves_accumulate_and_all_others_start_from_0():
    a = Value(1.0)
    b = 3 * a
    d = 4 * b + b
    for passes in (1, 2, 3):
        d.backward()
        assert (a.grad, b.grad, d.grad) == (15 * passes, 5, 1)


def test_results_share_leaves():
    a = Value(1.0)
    b, c = 3 * a, 5 * a
    b.backward()
    c.backward()
    assert (a.grad, b.grad, c.grad) == (8, 1, 1)  # b is not behind c: it keeps what it has


def test_a_leaf_is_its_own_result():
    a = Value(1.0)
    a.backward()
    a.backward()
    assert a.grad == 2


def test_a_slope_of_0_passes_nothing_back():
    a, b, c = map(Value, (1.0, 2.0, 3.0))
    y = Value(5.0, (a, b, c), 'own', _slopes=(0, 0.0, 1))
    (y * INF).backward()
    assert (a.grad, b.grad, c.grad) == (0, 0, INF)


def test_what_stands_behind_a_slope_of_0_starts_from_0_too():
    a = Value(2.0)
    b = a * 3
    b.backward()
    (-b).relu().backward()
    assert (a.grad, b.grad) == (3, 0)


def test_the_order():
    a = Value(1.0)
    y = (a * 2 + a) * (a - 3)
    order = y._topological_order()
    place = {node: i for i, node in enumerate(order)}
    assert len(order) == len(place) == 9  # four leaves, and five operations: a - 3 is a + 3 * -1
    assert order[-1] is y and all(place[child] < place[node] for node in order for child in node._prev)
    assert order == y._topological_order()


def test_each_node_passes_back_once():
    class Counted(Value):
        def _backward(self):
            calls[self] += 1
            super()._backward()
    calls, a = Counter(), Counted(1.0)
    b = Counted(3.0, (a,), 'b', _slopes=(3,))
    d = Counted(9.0, (b, b, a), 'd', _slopes=(1, 1, 1))
    d.backward()
    assert calls == {a: 1, b: 1, d: 1} and a.grad == 7


# Operations of one's own.

@pytest.mark.parametrize('collection', [tuple, list, iter])
def test_an_operation_by_its_slopes(collection):
    inputs, slopes = [Value(1.0), Value(2.0), Value(3.0)], [10.0, 20.0, 30.0]
    y = Value(7.0, collection(inputs), 'own', _slopes=collection(slopes))
    assert (y._op, y._prev, y._slopes) == ('own', tuple(inputs), tuple(slopes))
    y.backward()
    assert [x.grad for x in inputs] == slopes


def test_slopes_that_are_not_given_are_unknown():
    a, b = Value(1.0), Value(2.0)
    y = Value(7.0, (a, b), 'own')
    y.backward()
    assert len(y._slopes) == 2 and all(map(math.isnan, (*y._slopes, a.grad, b.grad)))


def test_an_operation_by_a_backward_of_its_own():
    a = Value(3.0)
    out = Value(a.data**3, (a,), 'cube')

    def _backward():
        a.grad += 3 * a.data**2 * out.grad
    out._backward = _backward
    (2 * out).backward()
    assert a.grad == 54


def test_the_inputs_of_a_node_can_be_set():
    a, b = Value(2.0), Value(5.0)
    y = a * 3
    y._prev = (b, b)
    y.backward()
    assert (a.grad, b.grad) == (0, 3 + 2.0)


def test_a_node_made_by_hand():
    a, out = Value(2.0), Value(4.0)

    def _backward():
        a.grad += 2 * out.grad
    out._prev, out._backward = (a,), _backward
    for passes in (1, 2):
        out.backward()
        assert (a.grad, out.grad) == (2 * passes, 1)


# Where numbers are awkward.

@pytest.mark.parametrize('x, n, expected', [
    (0.0, 0, '1.0 (0,)'), (0, 0, '1 (0,)'), (INF, 0, '1.0 (0,)'), (-2.0, 0, '1.0 (0,)'), (math.nan, 0, '1.0 (0,)'),
    (0.0, 1, '0.0 (1.0,)'), (0.0, 2, '0.0 (0.0,)'), (-0.0, 1, '-0.0 (1.0,)'), (-3.0, 3, '-27.0 (27.0,)'),
    (0.0, 0.5, '0.0 (inf,)'), (-0.0, 0.5, '0.0 (inf,)'), (0, 0.5, '0.0 (inf,)'),  # the root is infinitely steep at 0
    (4, 0.5, '2.0 (0.25,)'), (4.0, Fraction(1, 2), '2.0 (0.25,)'), (-2.0, 2.0, '4.0 (-4.0,)'),
    (2, -1, '0.5 (-0.25,)'), (np.int64(2), -1, '0.5 (-0.25,)'), (Fraction(1, 2), -1, '2.0 (-4.0,)'),
    (INF, 2, 'inf (inf,)'), (-INF, 3, '-inf (inf,)'), (INF, -1, '0.0 (-0.0,)'), (-INF, 2, 'inf (-inf,)'),
    (10, 400, f'{10**400} ({400 * 10**399},)'),  # an int has no limit
    (1e-200, -1, '1e+200 (-inf,)'), (-1e-200, -1, '-1e+200 (-inf,)'),  # slopes beyond the range of floats
    (1e-120, -2, '1e+240 (-inf,)'), (-1e-120, -2, '1e+240 (inf,)'), (-1e-90, -3, '-1e+270 (-inf,)')])
def test_powers(x, n, expected):
    assert with_slopes(Value(x)**n) == expected


@pytest.mark.parametrize('name, x, expected', [
    ('tanh', 1000, '1.0 (0.0,)'), ('tanh', -1000, '-1.0 (0.0,)'), ('tanh', INF, '1.0 (0.0,)'),
    ('tanh', 20.0, '1.0 (0.0,)'), ('exp', -1e9, '0.0 (0.0,)'), ('exp', INF, 'inf (inf,)'), ('exp', 0, '1.0 (1.0,)'),
    ('log', 1, '0.0 (1.0,)'), ('log', INF, 'inf (0.0,)'), ('log', 1e-320, f'{math.log(1e-320)} (inf,)'),
    ('relu', 0.0, '0 (0,)'), ('relu', -0.0, '0 (0,)'), ('relu', 5e-324, '5e-324 (1,)'), ('relu', 3, '3 (1,)'),
    ('relu', math.nan, 'nan (1,)')])  # as in PyTorch: a nan is not hidden
def test_functions(name, x, expected):
    assert with_slopes(getattr(Value(x), name)()) == expected


# Its limits: a graph may be as deep as memory allows, is freed at once, and gives the same bits in every process.

def test_no_reference_cycle_is_left():
    gc.disable()  # so that only what nothing refers to is freed
    try:
        x = Value(2.0)
        y = ((x + 1) * x - 3 / x).tanh().exp().log().relu()**2
        y.backward()
        inner, leaf, result = weakref.ref(y._prev[0]), weakref.ref(x), weakref.ref(y)
        del y
        assert inner() is result() is None and leaf() is x
        del x
        assert leaf() is None
    finally:
        gc.enable()


PROGRAM = """
import random
from micrograd.engine import Value
rng = random.Random(1)
leaves = values = [Value(rng.gauss(0, 1)) for _ in range(20)]
for _ in range(200):
    values = [*values, (rng.choice(values) * rng.choice(values) + rng.choice(values) / 3).tanh()]
sum(values).backward()
print([v.grad for v in values])
"""


def test_every_process_gives_the_same_bits():
    runs = {subprocess.run([sys.executable, '-c', PROGRAM], capture_output=True, check=True,
                           env={**os.environ, 'PYTHONHASHSEED': seed}).stdout for seed in '0123'}
    assert len(runs) == 1


def test_a_chain_of_a_million_operations():
    gc.disable()
    try:
        x = Value(1.0)
        y = x
        for _ in range(1_000_000):
            y = y + x
        y.backward()
        assert (y.data, x.grad) == (1_000_001, 1_000_001)
        leaf = weakref.ref(x)
        del x, y
        assert leaf() is None
    finally:
        gc.enable()
