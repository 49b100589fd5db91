"""Reverse-mode automatic differentiation over single numbers."""
import math
from functools import wraps
from numbers import Real


def binary(operator):
    """Return `operator` with its right operand made a Value.

    Anything that is not a number is left to the other side: NotImplemented is Python's
    word for "not mine". So a NumPy array takes part element by element, and a string
    ends in a TypeError.
    """
    @wraps(operator)
    def with_value(self, other):
        if not isinstance(other, Value):
            if not isinstance(other, Real):
                return NotImplemented
            other = Value(other)
        return operator(self, other)
    return with_value


class Value:
    """A number that remembers how it was computed, and can ask what it depends on.

    `data` is the number; `grad` the derivative, with respect to it, of the result on
    which `backward()` was called (a leaf adds those of several calls); `label` a name
    for the pictures. `_prev` holds the inputs, `_op` the operation, `_slopes` the local
    derivative along each input. A Value without inputs is a leaf.
    """

    def __init__(self, data, _children=(), _op='', label='', _slopes=()):
        """Hold `data`, any real number, as given. TypeError for anything else."""
        if not _children and not isinstance(data, Real):
            kind = type(data).__name__
            raise TypeError(f"Value expects a real number, got {data!r} of type {kind}")
        self.data = data
        self.grad = 0
        self.label = label
        self._prev = tuple(_children)
        self._op = _op
        self._slopes = _slopes

    def __repr__(self):
        return f"Value(data={self.data}, grad={self.grad})"

    @binary
    def __add__(self, other):
        """Return self + other. Slopes: 1 along each input."""
        return Value(self.data + other.data, (self, other), '+', _slopes=(1, 1))

    __radd__ = __add__

    @binary
    def __mul__(self, other):
        """Return self * other. Slopes: along each input, the other one."""
        slopes = (other.data, self.data)
        return Value(self.data * other.data, (self, other), '*', _slopes=slopes)

    __rmul__ = __mul__

    def _backward(self):
        """Hand the gradient on to each input, times its slope (the chain rule)."""
        for child, slope in zip(self._prev, self._slopes):
            child.grad += slope * self.grad

    def _topological_order(self):
        """Return all Values behind this one, and itself: inputs before results."""
        order, seen, stack = [], set(), [(self, False)]
        while stack:
            node, inputs_placed = stack.pop()
            if inputs_placed:
                order.append(node)
            elif node not in seen:
                seen.add(node)
                stack.append((node, True))
                stack.extend((child, False) for child in reversed(node._prev))
        return order

    def backward(self):
        """Fill `grad` of every Value that this one depends on with its derivative.

        Leaves add to the gradient that they have, as PyTorch's do; others start from 0.
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

    @binary
    def __sub__(self, other):
        """Return self - other."""
        return self + -other

    @binary
    def __rsub__(self, other):
        """Return other - self, for a plain number on the left."""
        return other + -self

    def _power_slope(self, n):
        """Return the slope of self**n, n * x**(n-1), also where that formula fails.

        For n = 0 it is 0, at x = 0 too. It is infinite where it leaves the range of
        floats, and at x = 0 for n between 0 and 1.
        """
        if n == 0:
            return 0
        x = self.data if n >= 1 else float(self.data)
        try:
            return n * x**(n - 1)
        except (OverflowError, ZeroDivisionError):
            return n * math.copysign(math.inf, x if n % 2 == 0 else 1)

    def __pow__(self, exponent):
        """Return self**exponent for a plain number. Slope: the power rule.

        TypeError if the exponent is no number, ValueError for a negative base under a
        fractional exponent, ZeroDivisionError for 0 under a negative one, OverflowError
        if the result is too large for a float.
        """
        if not isinstance(exponent, Real):
            kind = type(exponent).__name__
            raise TypeError(f"** expects an int or float as exponent, got {kind}")
        x, power = self.data, f"the exponent {exponent}"
        if x < 0 and not float(exponent).is_integer():
            raise ValueError(f"** expects a base of 0 or more under {power}, got {x}")
        if x == 0 and exponent < 0:
            raise ZeroDivisionError(f"** expects a base that is not 0 under {power}")
        try:  # as a float under a negative exponent, which NumPy's integers refuse
            data = x**exponent if exponent >= 0 else float(x)**exponent
        except OverflowError:
            message = f"** expects a result that fits a float, got {x} under {power}"
            raise OverflowError(message) from None
        slopes = (self._power_slope(exponent),)
        return Value(data, (self,), f'**{exponent}', _slopes=slopes)

    @binary
    def __truediv__(self, other):
        """Return self / other. ZeroDivisionError if other is 0."""
        return self * other**-1

    @binary
    def __rtruediv__(self, other):
        """Return other / self, for a plain number on the left. Errors as above."""
        return other * self**-1

    def exp(self):
        """Return e**self. Slope: the result itself. OverflowError above 709.78."""
        try:
            data = math.exp(self.data)
        except OverflowError:
            message = f"exp expects a number up to 709.78, got {self.data}"
            raise OverflowError(message) from None
        return Value(data, (self,), 'exp', _slopes=(data,))

    def log(self):
        """Return the natural logarithm. Slope: 1 / self. ValueError at 0 and below."""
        if self.data <= 0:
            raise ValueError(f"log expects a number above 0, got {self.data}")
        return Value(math.log(self.data), (self,), 'log', _slopes=(1 / self.data,))

    def tanh(self):
        """Return the hyperbolic tangent. Slope: 1 - result**2."""
        data = math.tanh(self.data)
        return Value(data, (self,), 'tanh', _slopes=(1 - data**2,))

    def relu(self):
        """Return self where it is above 0, else 0. Slope: 1 above 0, else 0."""
        data = max(self.data, 0)
        return Value(data, (self,), 'ReLU', _slopes=(0 if self.data <= 0 else 1,))
