"""Value: golden numbers, programs written for the original, awkward and wrong input, deep graphs."""
import gc
import math
import weakref
from fractions import Fraction

import numpy as np
import pytest

from micrograd.engine import Value, node


def gradients(f, *inputs):
    values = [Value(x) for x in inputs]
    f(*values).backward()
    return [v.grad for v in values]


def test_quickstart():
    x = Value(-4.0)
    z = 2 * x + 2 + x
    q = z.relu() + z * x
    h = (z * z).relu()
    y = h + q + q * x
    y.backward()
    assert (y.data, x.grad) == (-20.0, 46.0)


def test_example_of_the_original():
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


def test_an_int_stays_an_int():
    y = Value(3)**2 * 2 + 1 - 4
    assert type(y.data) is int and y.data == 15
    powers = [Value(3)**n for n in (0, 1, 2)]
    assert [repr((y.data, y._slopes)) for y in powers] == ['(1, (0,))', '(3, (1,))', '(9, (6,))']


def test_fractions_are_exact():
    assert gradients(lambda x: x * x * 3, Fraction(1, 6)) == [Fraction(1)]


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
    for f, expected in [(lambda v, n: v + n, [4, 5]), (lambda v, n: n - v, [-2, -1]), (lambda v, n: v - n, [2, 1]),
                        (lambda v, n: v * n, [3, 6]), (lambda v, n: n / v, [1 / 3, 2 / 3])]:
        assert [x.data for x in f(v, array)] == expected
    assert np.array([v, v]).sum().data == 6
    assert (v / np.array([1.0, 2.0]))[1].data == 1.5


def test_numpy_integers_may_be_divided_by():
    assert gradients(lambda x: 1 / x, np.int64(2)) == [-0.25]


def test_sum_starts_at_zero():
    assert sum([Value(1), Value(2)]).data == 3


def test_shared_nodes():
    assert gradients(lambda a: a + a, 3.0) == [2]
    assert gradients(lambda a: a * a, 5.0) == [10]


@pytest.mark.parametrize('combine', [lambda b: 4 * b + b, lambda b: b + 4 * b])
def test_a_shared_node_on_paths_of_different_length(combine):
    assert gradients(lambda a: combine(3 * a), 1.0) == [15]


def test_a_second_backward_doubles_the_leaves_and_nothing_else():
    a = Value(1.0)
    b = 3 * a
    d = 4 * b + b
    d.backward()
    d.backward()
    assert (a.grad, b.grad, d.grad) == (30, 5, 1)


def test_backward_on_a_leaf():
    a = Value(1.0)
    a.backward()
    assert a.grad == 1
    a.backward()
    assert a.grad == 2


def test_powers_at_zero():
    assert gradients(lambda x: x**0, 0.0) == [0]
    assert gradients(lambda x: x**1, 0.0) == [1]
    assert gradients(lambda x: x**2, 0) == [0]
    assert gradients(lambda x: x**0.5, 0.0) == [math.inf]


def test_slopes_beyond_the_range_of_floats_are_infinite():
    assert gradients(lambda x: 1 / x, 1e-200) == [-math.inf]
    assert gradients(lambda x: x**-2, 1e-150) == [-math.inf]
    assert gradients(lambda x: x**-2, -1e-150) == [math.inf]
    assert gradients(lambda x: x**-3, -1e-100) == [-math.inf]
    assert (1 / Value(1e-200)).data == 1e200


def test_functions_far_out():
    assert Value(1000).tanh().data == 1 and Value(-1000).tanh().data == -1
    assert gradients(lambda x: x.tanh(), 1000.0) == [0]
    assert Value(-1e9).exp().data == 0
    assert gradients(lambda x: x.relu(), 0.0) == [0]
    assert math.isnan(Value(math.nan).relu().data)
    assert gradients(lambda x: x.relu(), math.nan) == [1]  # as PyTorch: the nan is not hidden


# The list of what programs written for the original rely on.

def test_constructor_of_the_original():
    a = Value(2.0)
    out = Value(8.0, (a,), 'cube', 'label')
    assert (out.data, tuple(out._prev), out._op, out.label, out.grad) == (8.0, (a,), 'cube', 'label', 0)


@pytest.mark.parametrize('f, op', [
    (lambda v: v + 1, '+'), (lambda v: v * 2, '*'), (lambda v: v.relu(), 'ReLU'), (lambda v: v.tanh(), 'tanh'),
    (lambda v: v.exp(), 'exp'), (lambda v: v.log(), 'log'), (lambda v: v**3, '**3'), (lambda v: v**-0.5, '**-0.5')])
def test_names_of_operations(f, op):
    assert f(Value(1.0))._op == op


def test_a_backward_of_your_own():
    a = Value(3.0)
    out = Value(a.data**3, (a,), 'cube')

    def _backward():
        a.grad += 3 * a.data**2 * out.grad
    out._backward = _backward
    (2 * out).backward()
    assert a.grad == 54


def test_backward_of_one_node_by_hand():
    a, b = Value(2.0), Value(3.0)
    out = a * b
    out.grad = 1.0
    out._backward()
    assert (a.grad, b.grad) == (3.0, 2.0)


def test_attributes_and_hashing():
    a, b = Value(1.0), Value(1.0)
    a.momentum = 0.9
    assert a.momentum == 0.9 and a != b and len({a, b}) == 2


def test_a_relu_that_is_off_keeps_its_input():
    a = Value(-1.0)
    y = a.relu()
    assert (y._op, y._prev) == ('ReLU', (a,))


def test_repr():
    a = Value(2.0)
    (a * 3).backward()
    assert repr(a) == 'Value(data=2.0, grad=3)'


@pytest.mark.parametrize('attempt, error, words', [
    (lambda: Value('a'), TypeError, ['real number', "'a'", 'str']),
    (lambda: Value(None), TypeError, ['real number', 'None']),
    (lambda: Value([1.0]), TypeError, ['real number', 'list']),
    (lambda: Value(1j), TypeError, ['real number', 'complex']),
    (lambda: Value(Value(1)), TypeError, ['real number', 'Value']),
    (lambda: Value(1) + 'a', TypeError, ['Value', 'str']),
    (lambda: None * Value(1), TypeError, ['Value', 'NoneType']),
    (lambda: Value(1)**Value(2), TypeError, ['exponent', 'int or float', 'Value']),
    (lambda: Value(1)**'2', TypeError, ['exponent', 'str']),
    (lambda: Value(-8.0)**0.5, ValueError, ['0 or more', '0.5', '-8.0']),
    (lambda: Value(0)**-1, ZeroDivisionError, ['not 0', '-1']),
    (lambda: 1 / Value(0.0), ZeroDivisionError, ['not 0']),
    (lambda: Value(1) / 0, ZeroDivisionError, ['not 0']),
    (lambda: Value(1e200)**2, OverflowError, ['fits a float', '1e+200', 'exponent 2']),
    (lambda: Value(-1.0).log(), ValueError, ['above 0', '-1.0']),
    (lambda: Value(0).log(), ValueError, ['above 0', 'got 0']),
    (lambda: Value(1000).exp(), OverflowError, ['709.78', '1000']),
])
def test_wrong_input_is_refused_in_words(attempt, error, words):
    with pytest.raises(error) as caught:
        attempt()
    assert all(word in str(caught.value) for word in words), str(caught.value)


def test_a_chain_of_a_million_operations():
    class Watched(Value):  # which a weak reference may point to
        pass
    x = Watched(1.0)
    y = x
    for _ in range(1_000_000):
        y = y + x
    y.backward()
    assert (y.data, x.grad) == (1_000_001, 1_000_001)
    leaf = weakref.ref(x)
    gc.disable()  # freed without the cyclic collector: no node holds itself
    try:
        del x, y
        assert leaf() is None
    finally:
        gc.enable()


def test_order_is_deterministic():
    a = Value(1.0)
    y = (a * 2 + a) * (a - 3)
    order = y._topological_order()
    assert order == y._topological_order() and order[-1] is y
    place = {node: i for i, node in enumerate(order)}
    assert all(place[child] < place[node] for node in order for child in node._prev if child._prev)


@pytest.mark.parametrize('count', [1, 2, 3, 5])
def test_an_operation_of_your_own(count):
    inputs = [Value(float(i)) for i in range(count)]
    slopes = [10.0 * (i + 1) for i in range(count)]
    y = Value(7.0, inputs, 'own', _slopes=slopes)
    assert (y._op, y._prev, y._slopes) == ('own', tuple(inputs), tuple(slopes))
    assert bool(y._rest) == (count > 1)  # no empty lists to walk
    y.backward()
    assert [x.grad for x in inputs] == slopes
    assert all(math.isnan(slope) for slope in Value(7.0, inputs, 'own')._slopes)


def test_lists_of_inputs_and_slopes_in_turns():
    a, b, c, d = map(Value, (1.0, 2.0, 3.0, 4.0))
    y = node(5.0, 'own', a, 2.0)
    y._rest = [b, c], [3.0, 0.0], [d], [5.0]
    assert (y._prev, y._slopes) == ((a, b, c, d), (2.0, 3.0, 0.0, 5.0))
    y.backward()
    y.backward()
    assert [x.grad for x in (a, b, c, d)] == [4.0, 6.0, 0, 10.0]


def test_nothing_comes_back_along_a_slope_of_zero():
    a, b, c = map(Value, (1.0, 2.0, 3.0))
    y = Value(5.0, (a, b, c), 'own', _slopes=(0, 0.0, 1))
    (y * math.inf).backward()
    assert (a.grad, b.grad, c.grad) == (0, 0, math.inf)


@pytest.mark.parametrize('slopes', [(0, 1), (1, 0)])
def test_the_search_does_not_come_by_where_nothing_comes_back(slopes):
    moves, does_not = Value(1.0) * 2, Value(3.0) * 4
    own = Value(5.0, (moves, does_not) if slopes[0] else (does_not, moves), 'own', _slopes=slopes)
    off = (does_not * -1).relu()
    assert own._topological_order() == [moves, own] and off._topological_order() == [off]


def test_the_slopes_of_two_inputs():
    assert (Value(2.0) * Value(5.0))._slopes == (5, 2)


def test_what_is_new_is_blank():
    for v in (Value(1.0), node(1.0)):
        assert (v.grad, v._op, v.label, v._prev, v._slopes, vars(v)) == (0, '', '', (), (), {})
        assert (v._a, v._slope_a, v._b, v._slope_b) == (None, 0, None, 0)
