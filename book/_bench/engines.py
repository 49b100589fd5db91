"""What is compared: for each engine, what makes a number, and what makes a network of its numbers."""
import importlib.util
import math
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple
from unittest import mock

from all_together import AllTogether

from classroom.ablations import IDEAS

ORIGINAL = Path(sys.prefix) / 'original' / 'micrograd'  # where the Makefile puts the packages from the index
MINIGRAD = Path(sys.prefix) / 'minigrad'


def plain_sums(rows, x, biases=None):
    """Return the weighted sums as the original computes them, one product and one sum at a time."""
    biases = [0] * len(rows) if biases is None else biases
    return [sum((wi * xi for wi, xi in zip(row, x)), b) for row, b in zip(rows, biases)]


def unchanged(number):
    return number


class Engine(NamedTuple):
    """What an engine makes numbers and networks of, how it computes weighted sums, what makes a constant for it."""

    value: Callable
    network: Callable
    sums: Callable = plain_sums
    constant: Callable = unchanged


ABLATIONS = {**IDEAS, 'all together': AllTogether}


class Recursive:
    """A common design: tuples of inputs and of their local derivatives, and a recursive search."""

    __slots__ = ('data', 'grad', 'inputs', 'slopes')

    def __init__(self, data, inputs=(), slopes=()):
        self.data, self.grad, self.inputs, self.slopes = data, 0, inputs, slopes

    def __add__(self, other):
        other = other if isinstance(other, Recursive) else Recursive(other)
        return Recursive(self.data + other.data, (self, other), (1, 1))

    def __mul__(self, other):
        other = other if isinstance(other, Recursive) else Recursive(other)
        return Recursive(self.data * other.data, (self, other), (other.data, self.data))

    __radd__, __rmul__ = __add__, __mul__

    def __pow__(self, n):
        return Recursive(self.data**n, (self,), (n * self.data**(n - 1),))

    def exp(self):
        data = math.exp(self.data)
        return Recursive(data, (self,), (data,))

    def log(self):
        return Recursive(math.log(self.data), (self,), (1 / self.data,))

    def relu(self):
        return Recursive(max(0, self.data), (self,), (float(self.data > 0),))

    def backward(self):
        order, seen = [], set()

        def place(v):
            if v not in seen:
                seen.add(v)
                for child in v.inputs:
                    place(child)
                order.append(v)
        place(self)
        self.grad = 1
        for v in reversed(order):
            for child, slope in zip(v.inputs, v.slopes):
                child.grad += slope * v.grad


def recursive():
    return Engine(Recursive, original_network(Recursive))


def original():
    """Return the original; exp and log, which it lacks, are added in the form of its other operations."""
    Value = load_original('engine').Value

    def exp(self):
        out = Value(math.exp(self.data), (self,), 'exp')

        def _backward():
            self.grad += out.data * out.grad
        out._backward = _backward
        return out

    def log(self):
        out = Value(math.log(self.data), (self,), 'log')

        def _backward():
            self.grad += out.grad / self.data
        out._backward = _backward
        return out
    Value.exp, Value.log = exp, log
    return Engine(Value, original_network(Value))


def load_original(module):
    """Return a module of the original package, whose name is that of ours."""
    spec = importlib.util.spec_from_file_location(f'original_{module}', ORIGINAL / f'{module}.py')
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


def original_network(Value):
    """Return the original's MLP, made of the numbers of any engine."""
    with mock.patch.dict(sys.modules, {'micrograd.engine': SimpleNamespace(Value=Value)}):
        return load_original('nn').MLP


def micrograd():
    from micrograd.engine import Value
    from micrograd.nn import MLP
    return Engine(Value, MLP)


def ablated(name):
    """Return the library's engine with another class in the place of Value, for all that is imported after."""
    from micrograd import engine
    engine.Value = ABLATIONS[name]
    return micrograd()


def fused():
    """Return the library's engine with one node for each weighted sum."""
    from micrograd.fused import FusedLayer, weighted_sums
    plain = micrograd()
    return Engine(plain.value, partial(plain.network, layer=FusedLayer), weighted_sums)


def pytorch():
    """Return tensors of one number each, in double precision, in the original's networks."""
    import torch
    torch.set_num_threads(1)

    def scalar(x):
        return torch.tensor(float(x), dtype=torch.float64, requires_grad=True)
    return Engine(scalar, original_network(scalar))


def minigrad():
    """Return an engine in C from the package index. It has neither exp nor log, and takes a plain number for 0."""
    sys.path.append(str(MINIGRAD))
    minigrad.nones = [None] * 10**7  # it releases None too often, and Python stops when the last reference is gone
    from minigrad import Value
    from minigrad.nn import MLP
    return Engine(Value, MLP, constant=Value)


ENGINES = {'original': original, 'recursive': recursive, 'micrograd': micrograd,
           **{name: partial(ablated, name) for name in ABLATIONS},
           'fused': fused, 'minigrad, in C': minigrad, 'PyTorch, scalars': pytorch}
