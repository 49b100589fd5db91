"""Reverse-mode automatic differentiation over single numbers."""
import math
from functools import wraps
from numbers import Real

NUMBERS = (int, float, Real)  # Real: fractions, NumPy's numbers, and others


def binary_operator(method):
    """Return `method(self, other)` as an operator that accepts plain numbers, too.

    A plain number `other` becomes a Value. Anything else gives NotImplemented, Python's
    word for "not mine, ask the other side": a NumPy array then applies the operator to
    each of its elements, and a string ends in a TypeError.
    """
    @wraps(method)
    def operator(self, other):
        if isinstance(other, Value):
            return method(self, other)
        is_number = isinstance(other, NUMBERS)
        return method(self, Value(other)) if is_number else NotImplemented
    return operator


class Value:
    """A number that remembers how it was computed.

    `data` is the number; `grad` the derivative, with respect to it, of the result on
    which `backward()` was called; `label` a name for the pictures. `_op` names the
    operation that made it, `_prev` holds the inputs of that operation, and `_slopes`
    its local derivatives, one per input. A Value without inputs is a leaf.
    """

    def __init__(self, data, _children=(), _op='', label='', _slopes=()):
        """Hold `data`, any real number, as given. TypeError for anything else.

        An operation passes its inputs, its name and its local derivatives. Without
        these they are nan, unknown; ValueError unless there is one per input.
        """
        if not isinstance(data, NUMBERS):
            raise TypeError(f"Value expects a real number, got {data!r}")
        self.data = data
        self.grad = 0
        self.label = label
        self._op = _op
        self._prev = tuple(_children)
        self._slopes = tuple(_slopes) or (math.nan,) * len(self._prev)
        if len(self._slopes) != len(self._prev):
            n, got = len(self._prev), len(self._slopes)
            raise ValueError(f"expected {n} slopes, one per input, got {got}")

    def __repr__(self):
        return f"Value(data={self.data}, grad={self.grad})"

    @binary_operator
    def __add__(self, other):
        """Return self + other. Its local derivatives are 1 and 1."""
        data = self.data + other.data
        return Value(data, (self, other), '+', _slopes=(1, 1))

    __radd__ = __add__

    @binary_operator
    def __mul__(self, other):
        """Return self * other. Its local derivatives: for each factor, the other."""
        data = self.data * other.data
        return Value(data, (self, other), '*', _slopes=(other.data, self.data))

    __rmul__ = __mul__

    def _backward(self):
        """Pass the gradient back to each input, times its slope: the chain rule."""
        for child, slope in zip(self._prev, self._slopes):
            if slope:
                child.grad += slope * self.grad

    def _topological_order(self):
        """Return all Values that this one depends on, inputs before results."""
        order, opened, stack = [], set(), [(self, False)]
        while stack:
            node, inputs_are_placed = stack.pop()
            if inputs_are_placed:
                order.append(node)
            elif node not in opened:
                opened.add(node)
                stack.append((node, True))
                stack += [(child, False) for child in node._prev]
        return order

    def backward(self):
        """Fill `grad` of every Value that this one depends on with its derivative.

        Leaves add it to the gradient that they have, as in PyTorch; all others start
        from 0. A slope of 0 passes nothing back, even of an infinite gradient.
        """
        order = self._topological_order()
        for node in order:
            if node._prev:
                node.grad = 0
        self.grad += 1
        for node in reversed(order):
            node._backward()

    def __neg__(self):
        """Return -self."""
        return self * -1

    @binary_operator
    def __sub__(self, other):
        """Return self - other."""
        return self + -other

    @binary_operator
    def __rsub__(self, other):
        """Return other - self, for a plain number on the left."""
        return other - self

    def _power(self, n):
        """Return data**n, or infinity with its sign where Python raises an error."""
        try:  # float(): NumPy's integers refuse negative exponents
            return self.data**n if n >= 0 else float(self.data)**n
        except (OverflowError, ZeroDivisionError):
            return math.copysign(math.inf, self.data if n % 2 == 1 else 1)

    def __pow__(self, exponent):
        """Return self**exponent for a plain number n. Local derivative: n * x**(n - 1).

        TypeError if the exponent is no number, ValueError for a negative base under a
        fractional exponent, ZeroDivisionError for 0 under a negative one, OverflowError
        if the result would be a float that is too large. (An int has no limit.)
        """
        if not isinstance(exponent, NUMBERS):
            raise TypeError(f"** expects a number as exponent, got {exponent!r}")
        x, n = self.data, exponent
        if x < 0 and not float(n).is_integer():
            raise ValueError(f"**{n} expects a base of 0 or more, got {x}")
        if x == 0 and n < 0:
            raise ZeroDivisionError(f"**{n} expects a base that is not 0")
        data = self._power(n)
        if abs(data) == math.inf != abs(x):
            raise OverflowError(f"**{n} expects a result that fits a float, got {x}")
        slope = n * self._power(n - 1) if n else 0
        return Value(data, (self,), f'**{n}', _slopes=(slope,))

    @binary_operator
    def __truediv__(self, other):
        """Return self / other. ZeroDivisionError if other is 0."""
        return self * other**-1

    @binary_operator
    def __rtruediv__(self, other):
        """Return other / self, for a plain number on the left. Errors as above."""
        return other / self

    def exp(self):
        """Return e**self, its own local derivative. OverflowError from 709.79 on."""
        try:
            data = math.exp(self.data)
        except OverflowError:
            message = f"exp expects a number up to 709.78, got {self.data}"
            raise OverflowError(message) from None
        return Value(data, (self,), 'exp', _slopes=(data,))

    def log(self):
        """Return the natural logarithm. Its local derivative: 1 / self.

        ValueError at 0 and below.
        """
        if self.data <= 0:
            raise ValueError(f"log expects a number above 0, got {self.data}")
        data = math.log(self.data)
        return Value(data, (self,), 'log', _slopes=(1 / self.data,))

    def tanh(self):
        """Return the hyperbolic tangent. Its local derivative: 1 - result**2."""
        data = math.tanh(self.data)
        return Value(data, (self,), 'tanh', _slopes=(1 - data**2,))

    def relu(self):
        """Return 0 if self is at most 0, else self. Its local derivative: 0, else 1."""
        data, slope = (0, 0) if self.data <= 0 else (self.data, 1)
        return Value(data, (self,), 'ReLU', _slopes=(slope,))
