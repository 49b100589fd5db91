"""Who takes part: for each peer, what makes a number, and what makes a network of it."""
import importlib
import importlib.util
import math
import sys
from pathlib import Path

ORIGINAL = Path(sys.prefix) / 'original' / 'micrograd'  # where the Makefile puts the package from the index


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
    """Return the original's Value, from its own package, with exp and log in the way in which it has the others."""
    spec = importlib.util.spec_from_file_location('original_engine', ORIGINAL / 'engine.py')
    engine = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(engine)
    Value = engine.Value

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
    return Value


def micrograd():
    """Return our Value."""
    return importlib.import_module('micrograd.engine').Value


def pytorch():
    """Return what makes a scalar tensor in double precision, with `data` as the numbers of the others have it."""
    import torch
    torch.set_num_threads(1)

    class Scalar:  # a tensor's data is itself a tensor, so the few places that read numbers ask `number`
        def __new__(cls, x):
            return torch.tensor(float(x), dtype=torch.float64, requires_grad=True)
    return Scalar


SCALAR = {'original': original, 'recursive': lambda: Recursive, 'micrograd': micrograd, 'fused': micrograd,
          'PyTorch, scalars': pytorch}


def number(v):
    """Return a peer's number, or gradient, as a float; 0.0 for a gradient that never came."""
    return 0.0 if v is None else float(v)
