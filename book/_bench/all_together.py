"""All ideas of classroom/ablations.py in one engine: the form of the library's Value in version 1.0."""
import math

new = object.__new__  # makes an object without calling __init__


def node(data, op='', a=None, slope_a=0, b=None, slope_b=0):
    """Return the AllTogether that the operation `op` makes of `a`, and perhaps of `b`."""
    self = new(AllTogether)
    self.data = data
    self.grad = 0
    self._op = op
    self._a = a
    self._slope_a = slope_a
    self._b = b
    self._slope_b = slope_b
    return self


class Zero(int):
    """A 0 that can be told from every other 0: the gradient of a node, and the mark that a search has met it."""


class AllTogether:
    """A number as fast as we can make it in Python, with the operations that the workloads need."""

    __slots__ = ('data', 'grad', '_op', '_a', '_slope_a', '_b', '_slope_b')

    def __init__(self, data):
        self.data, self.grad, self._op = data, 0, ''
        self._a, self._slope_a, self._b, self._slope_b = None, 0, None, 0

    def __add__(self, other):
        if not isinstance(other, AllTogether):
            other = node(other)
        return node(self.data + other.data, '+', self, 1, other, 1)

    def __mul__(self, other):
        if not isinstance(other, AllTogether):
            other = node(other)
        x, y = self.data, other.data
        return node(x * y, '*', self, y, other, x)

    __radd__, __rmul__ = __add__, __mul__

    def __pow__(self, n):
        return node(self.data**n, f'**{n}', self, n * self.data**(n - 1))

    def exp(self):
        data = math.exp(self.data)
        return node(data, 'exp', self, data)

    def log(self):
        return node(math.log(self.data), 'log', self, 1 / self.data)

    def relu(self):
        x = self.data
        return node(0, 'ReLU', self, 0) if x <= 0 else node(x, 'ReLU', self, 1)

    def _backward(self):
        grad = self.grad
        if self._slope_a:
            self._a.grad += self._slope_a * grad
        if self._slope_b:
            self._b.grad += self._slope_b * grad

    def _topological_order(self):
        """Return the results along edges whose slope is not 0, inputs first; their gradients are set to 0."""
        order, zero, waiting = [], Zero(), [self]
        while waiting:
            v = waiting.pop()
            if v is None:  # all inputs of the next one have been placed
                order.append(waiting.pop())
                continue
            while v._a is not None and v.grad is not zero:
                v.grad = zero
                waiting += v, None
                if v._slope_b:
                    waiting.append(v._b)
                if not v._slope_a:
                    break
                v = v._a
        return order

    def backward(self):
        order = self._topological_order()
        self.grad += 1
        for v in reversed(order):
            v._backward()
