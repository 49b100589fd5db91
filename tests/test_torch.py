"""PyTorch as a witness, in double precision: every operation at many numbers, and random graphs."""
import math
import random

import pytest

from micrograd.engine import Value
from micrograd.nn import MLP

torch = pytest.importorskip('torch', reason="PyTorch is the witness here")


def both(f, *inputs):
    """Return (value, gradients) by our engine and by PyTorch."""
    ours = [Value(x) for x in inputs]
    y = f(*ours)
    y.backward()
    theirs = [torch.tensor(float(x), dtype=torch.float64, requires_grad=True) for x in inputs]
    z = f(*theirs)
    z.backward()
    return [y.data, *(v.grad for v in ours)], [z.item(), *(0.0 if t.grad is None else t.grad.item() for t in theirs)]


def close(ours, theirs):
    return all(math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-12) for a, b in zip(ours, theirs))


NUMBERS = [-300.0, -2.5, -1, -0.3, -1e-8, 0, 1e-8, 0.3, 1, 2.5, 300.0]
UNARY = {
    'neg': lambda x: -x, '2-x': lambda x: 2 - x, 'x-2': lambda x: x - 2, '3x': lambda x: 3 * x, 'x/3': lambda x: x / 3,
    'x**0': lambda x: x**0, 'x**1': lambda x: x**1, 'x**2': lambda x: x**2, 'x**3': lambda x: x**3,
    'tanh': lambda x: x.tanh(), 'relu': lambda x: x.relu(), 'exp': lambda x: x.exp(),
}
POSITIVE = {'log': lambda x: x.log(), 'root': lambda x: x**0.5, '1/x': lambda x: 1 / x, 'x**-2': lambda x: x**-2}
BINARY = {'+': lambda a, b: a + b, '-': lambda a, b: a - b, '*': lambda a, b: a * b}


@pytest.mark.parametrize('name', UNARY)
def test_functions_of_one_number(name):
    for x in NUMBERS:
        ours, theirs = both(UNARY[name], x)
        assert close(ours, theirs), (x, ours, theirs)


@pytest.mark.parametrize('name', POSITIVE)
def test_functions_of_a_positive_number(name):
    for x in (x for x in NUMBERS if x > 0):
        ours, theirs = both(POSITIVE[name], x)
        assert close(ours, theirs), (x, ours, theirs)


@pytest.mark.parametrize('name', BINARY)
def test_operators_of_two_numbers(name):
    for a in NUMBERS:
        for b in NUMBERS:
            ours, theirs = both(BINARY[name], a, b)
            assert close(ours, theirs), (a, b, ours, theirs)


def test_root_at_zero_is_infinitely_steep_in_both():
    ours, theirs = both(lambda x: x**0.5, 0.0)
    assert ours == theirs == [0, math.inf]


def random_function(rng, length):
    """Return a function of three numbers with many shared nodes, whose numbers stay within the range of floats."""
    choices = [lambda x, y: x + y, lambda x, y: x - y, lambda x, y: (x * y).tanh(), lambda x, y: x / (y * y + 1),
               lambda x, y: x.relu() - y, lambda x, y: x.tanh().exp(), lambda x, y: (x * x + 1).log(),
               lambda x, y: (x * x + 1)**0.5, lambda x, y: 2 / (x**2 + 0.5), lambda x, y: 1 - x.tanh()**3]
    steps = [(rng.choice(choices), rng.randrange(n), rng.randrange(n)) for n in range(3, 3 + length)]

    def f(*inputs):
        numbers = list(inputs)
        for op, i, j in steps:
            numbers.append(op(numbers[i], numbers[j]))
        return sum(numbers)
    return f


@pytest.mark.parametrize('seed', range(10))
def test_random_graphs(seed):
    rng = random.Random(seed)
    for _ in range(50):
        f = random_function(rng, rng.randrange(1, 20))
        ours, theirs = both(f, *(rng.uniform(-2, 2) for _ in range(3)))
        assert close(ours, theirs), (ours, theirs)


def test_a_network():
    random.seed(3)
    model = MLP(3, [5, 1, 4, 1])
    x = [0.3, -1.2, 0.7]
    model(x).backward()
    twins = iter([torch.tensor(float(p.data), dtype=torch.float64, requires_grad=True) for p in model.parameters()])
    leaves, act = [], [torch.tensor(v, dtype=torch.float64) for v in x]
    for layer in model.layers:
        outs = []
        for neuron in layer.neurons:
            *w, b = ps = [next(twins) for _ in neuron.parameters()]
            leaves += ps
            s = sum((wi * xi for wi, xi in zip(w, act)), b)
            outs.append(s.relu() if neuron.nonlin else s)
        act = outs
    act[0].backward()
    assert any(p.grad for p in model.parameters())
    assert close([p.grad for p in model.parameters()], [0.0 if t.grad is None else t.grad.item() for t in leaves])
