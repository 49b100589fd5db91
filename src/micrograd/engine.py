"""Reverse-mode automatic differentiation over single numbers."""
import math
from itertools import chain
from numbers import Real

new = object.__new__  # makes an object without asking __init__


def node(data, op='', a=None, slope_a=0, b=None, slope_b=0):
    """Return the Value that the operation `op` makes of `a`, and perhaps of `b`.

    A slope is the local derivative along the input before it.
    """
    self = new(Value)  # unchecked: what operations compute is a number
    self.data = data
    self.grad = 0
    self._op = op
    self._a = a
    self._slope_a = slope_a
    self._b = b
    self._slope_b = slope_b
    return self


def with_number(operator, self, other):
    """Return operator(self, other) for a plain number `other`.

    NotImplemented for anything else: Python's word for "not mine". So a NumPy array
    takes part element by element, and a string ends in a TypeError.
    """
    return operator(self, node(other)) if isinstance(other, Real) else NotImplemented


class Value:
    """A number that remembers how it was computed, and can ask what it depends on.

    `data` is the number; `grad` the derivative, with respect to it, of the result on
    which `backward()` was called (a leaf adds those of several calls); `label` a name
    for the pictures. `_op` names the operation that made it, `_a` and `_b` are its
    inputs, each with its slope. In place of `_b` there may be many, in `_rest`: a list
    of inputs, a list of their slopes, and so on. A Value without inputs is a leaf.
    """

    __slots__ = ('data', 'grad', '_op', '_a', '_slope_a', '_b', '_slope_b', '__dict__')
    label, _rest = '', ()  # unless a Value has its own

    def __init__(self, data, _children=(), _op='', label='', _slopes=()):
        """Hold `data`, any real number, as given. TypeError for anything else.

        An operation of your own gives its inputs, its name, and its slopes, too: nan,
        not known, if there are none; ValueError if there are some, but not all.
        """
        self.data, self.grad, self._op = data, 0, _op
        self._a, self._slope_a, self._b, self._slope_b = None, 0, None, 0
        if label:
            self.label = label
        if _children or _slopes:
            self._connect(_children, _slopes or [math.nan] * len(_children))
        elif not isinstance(data, Real):
            kind = type(data).__name__
            raise TypeError(f"Value expects a real number, got {data!r} of type {kind}")

    def _connect(self, inputs, slopes):
        """Keep inputs and slopes. ValueError unless there are as many of each."""
        n = len(inputs)
        if len(slopes) != n:
            raise ValueError(f"expected {n} slopes, one an input, got {len(slopes)}")
        self._a, self._slope_a = inputs[0], slopes[0]
        if n > 1:
            self._rest = inputs[1:], slopes[1:]

    def __repr__(self):
        return f"Value(data={self.data}, grad={self.grad})"

    def __add__(self, other):
        """Return self + other. Slopes: 1 along each input."""
        if not isinstance(other, Value):
            return with_number(Value.__add__, self, other)
        return node(self.data + other.data, '+', self, 1, other, 1)

    __radd__ = __add__

    def __mul__(self, other):
        """Return self * other. Slopes: along each input, the other one."""
        if not isinstance(other, Value):
            return with_number(Value.__mul__, self, other)
        x, y = self.data, other.data
        return node(x * y, '*', self, y, other, x)

    __rmul__ = __mul__

    @property
    def _prev(self):
        """The inputs, in a tuple."""
        inputs = [v for v in (self._a, self._b) if v is not None]
        return (*inputs, *(v for v, _ in self._others()))

    @property
    def _slopes(self):
        """The slopes along the inputs, in a tuple."""
        edges = (self._a, self._slope_a), (self._b, self._slope_b)
        slopes = [slope for v, slope in edges if v is not None]
        return (*slopes, *(slope for _, slope in self._others()))

    def _others(self):
        """Return pairs (input, slope), from `_rest`."""
        return chain(*map(zip, self._rest[::2], self._rest[1::2]))

    def _backward(self):
        """Hand the gradient on to each input, times its slope (the chain rule)."""
        grad = self.grad
        if self._slope_a:
            self._a.grad += self._slope_a * grad
        if self._slope_b:
            self._b.grad += self._slope_b * grad
        elif self._rest:
            for child, slope in self._others():
                if slope:
                    child.grad += slope * grad

    class _Zero(int):
        """A 0 that can be told from every other 0."""

    def _topological_order(self):
        """Return the results with which this Value moves: inputs first, itself last.

        Their gradients are set to 0. Leaves have no place, since they hand nothing on.
        An edge whose slope is 0 is not followed: nothing comes back along it.
        """
        order, zero, waiting = [], self._Zero(), [self]
        while waiting:
            node = waiting.pop()
            if node is None:  # all inputs of the next one have their places
                order.append(waiting.pop())
                continue
            while node._a is not None and node.grad is not zero:
                node.grad = zero
                waiting += node, None
                if node._slope_b:
                    waiting.append(node._b)
                elif node._rest:
                    waiting += [v for v, slope in node._others() if slope]
                if not node._slope_a:
                    break
                node = node._a
        return order

    def backward(self):
        """Fill `grad` of every Value with which this one moves with its derivative.

        Leaves add to the gradient that they have, as PyTorch's do; others start from 0.
        """
        order = self._topological_order()
        self.grad += 1
        for node in reversed(order):
            node._backward()

    def __neg__(self):
        """Return -self."""
        return self * -1

    def __sub__(self, other):
        """Return self - other."""
        if not isinstance(other, Value):
            return with_number(Value.__sub__, self, other)
        return self + -other

    def __rsub__(self, other):
        """Return other - self, for a plain number on the left."""
        return with_number(lambda x, number: number - x, self, other)

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
        return node(data, f'**{exponent}', self, self._power_slope(exponent))

    def __truediv__(self, other):
        """Return self / other. ZeroDivisionError if other is 0."""
        if not isinstance(other, Value):
            return with_number(Value.__truediv__, self, other)
        return self * other**-1

    def __rtruediv__(self, other):
        """Return other / self, for a plain number on the left. Errors as above."""
        return with_number(lambda x, number: number / x, self, other)

    def exp(self):
        """Return e**self. Slope: the result itself. OverflowError above 709.78."""
        try:
            data = math.exp(self.data)
        except OverflowError:
            message = f"exp expects a number up to 709.78, got {self.data}"
            raise OverflowError(message) from None
        return node(data, 'exp', self, data)

    def log(self):
        """Return the natural logarithm. Slope: 1 / self. ValueError at 0 and below."""
        if self.data <= 0:
            raise ValueError(f"log expects a number above 0, got {self.data}")
        return node(math.log(self.data), 'log', self, 1 / self.data)

    def tanh(self):
        """Return the hyperbolic tangent. Slope: 1 - result**2."""
        data = math.tanh(self.data)
        return node(data, 'tanh', self, 1 - data**2)

    def relu(self):
        """Return self where it is above 0, else 0. Slope: 1 above 0, else 0."""
        x = self.data
        return node(0, 'ReLU', self, 0) if x <= 0 else node(x, 'ReLU', self, 1)
