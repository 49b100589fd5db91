"""Who takes part: for each peer of single numbers, what makes a number, and what makes a network of them."""
import importlib.util
import math
import sys
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Callable, NamedTuple
from unittest import mock

from undone import UNDONE, load_without

ORIGINAL = Path(sys.prefix) / 'original' / 'micrograd'  # where the Makefile puts the packages from the index
MINIGRAD = Path(sys.prefix) / 'minigrad'


def plain_sums(rows, x, biases=None):
    """Return the weighted sums as the original computes them, a product and a sum at a time."""
    biases = biases or [0] * len(rows)
    return [sum((wi * xi for wi, xi in zip(row, x)), b) for row, b in zip(rows, biases)]


def as_it_is(number):
    return number


class Peer(NamedTuple):
    """What a peer makes numbers of, its networks, its weighted sums; and what makes a constant for it."""

    value: Callable
    network: Callable
    sums: Callable = plain_sums
    constant: Callable = as_it_is


class Recursive:
    """The stored-slope design in its plainest form: tuples of inputs and slopes, and a recursive search."""

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


def original():
    """Return the original's Value and MLP; exp and log are ours, in the way in which it has the others."""
    Value = load('engine').Value

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
    return Peer(Value, original_networks(Value))


def load(module):
    """Return a module of the original, beside ours of the same name."""
    spec = importlib.util.spec_from_file_location(f'original_{module}', ORIGINAL / f'{module}.py')
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


def original_networks(Value):
    """Return the original's MLP, made of any peer's Value."""
    with mock.patch.dict(sys.modules, {'micrograd.engine': SimpleNamespace(Value=Value)}):
        return load('nn').MLP


def recursive():
    return Peer(Recursive, original_networks(Recursive))


def micrograd():
    from micrograd.engine import Value
    from micrograd.nn import MLP
    return Peer(Value, MLP)


def undone(idea):
    """Return ours, with one of its ideas taken back."""
    load_without(idea)
    return micrograd()


def fused():
    """Return ours, with a node for each weighted sum."""
    from micrograd.fused import FusedLayer, weighted_sums
    plain = micrograd()
    return Peer(plain.value, partial(plain.network, layer=FusedLayer), weighted_sums)


def pytorch():
    """Return tensors of one number, in double precision, in the original's networks."""
    import torch
    torch.set_num_threads(1)

    def scalar(x):
        return torch.tensor(float(x), dtype=torch.float64, requires_grad=True)
    return Peer(scalar, original_networks(scalar))


def minigrad():
    """Return an engine in C from the package index. It has neither exp nor log, and takes a plain number for 0."""
    sys.path.append(str(MINIGRAD))
    minigrad.nones = [None] * 10**7  # it gives None back too often, and Python stops when the last one is gone
    from minigrad import Value
    from minigrad.nn import MLP
    return Peer(Value, MLP, constant=Value)


SCALAR = {'original': original, 'recursive': recursive, 'micrograd': micrograd, 'fused': fused,
          'PyTorch, scalars': pytorch, 'minigrad, in C': minigrad,
          **{idea: partial(undone, idea) for idea in UNDONE}}


def number(v):
    """Return a peer's number, or gradient, as a float; 0.0 for a gradient that never came."""
    return 0.0 if v is None else float(v)
