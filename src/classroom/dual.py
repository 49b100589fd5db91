"""Forward-mode automatic differentiation: numbers that carry their slope along."""
import math
from numbers import Real


def dual(x):
    """Return `x` as a Dual: a plain number has slope 0. TypeError for anything else."""
    return x if isinstance(x, Dual) else Dual(x)


def times(one, other):
    """Return one * other, or 0 if one of them is 0, even if the other is infinite."""
    return one * other if one and other else 0


class Dual:
    """A number `data` and its `slope`: its derivative with respect to one chosen input.

    The chosen input has the slope 1, the others 0. Python and its `math` raise a
    ZeroDivisionError, ValueError or OverflowError where there is no result, and for
    most results that are too large for a float.
    """

    def __init__(self, data, slope=0):
        """Hold two real numbers. TypeError for anything else."""
        for x in (data, slope):
            if not isinstance(x, Real):
                raise TypeError(f"Dual expects a real number, got {x!r}")
        self.data, self.slope = data, slope

    def __repr__(self):
        return f"Dual(data={self.data}, slope={self.slope})"

    def __add__(self, other):
        """Return self + other. The sum rule."""
        other = dual(other)
        return Dual(self.data + other.data, self.slope + other.slope)

    def __mul__(self, other):
        """Return self * other. The product rule."""
        other = dual(other)
        slope = times(self.slope, other.data) + times(self.data, other.slope)
        return Dual(self.data * other.data, slope)

    __radd__, __rmul__ = __add__, __mul__

    def __neg__(self):
        """Return -self."""
        return Dual(-self.data, -self.slope)

    def __sub__(self, other):
        """Return self - other."""
        return self + -dual(other)

    def __rsub__(self, other):
        """Return other - self, for a plain number on the left."""
        return dual(other) - self

    def __truediv__(self, other):
        """Return self / other. The quotient rule: (a' - (a / b) * b') / b."""
        other = dual(other)
        data = self.data / other.data
        change = self.slope - times(data, other.slope)
        return Dual(data, times(change, 1 / other.data))

    def __rtruediv__(self, other):
        """Return other / self, for a plain number on the left."""
        return dual(other) / self

    def through(self, data, slope):
        """Return the chain rule's Dual, for a function with this value and slope."""
        return Dual(data, times(slope, self.slope))

    def __pow__(self, n):
        """Return self**n, for a plain number n. TypeError for anything else."""
        if not isinstance(n, Real):
            raise TypeError(f"** expects a number as exponent, got {n!r}")
        slope = n * math.pow(self.data, n - 1) if n else 0
        return self.through(math.pow(self.data, n), slope)

    def exp(self):
        """Return e**self, which is its own derivative."""
        data = math.exp(self.data)
        return self.through(data, data)

    def log(self):
        """Return the natural logarithm. Its derivative: 1 / self."""
        return self.through(math.log(self.data), 1 / self.data)

    def tanh(self):
        """Return the hyperbolic tangent. Its derivative: 1 / cosh**2."""
        decay = math.exp(-2 * abs(self.data))
        slope = 4 * decay / (1 + decay)**2
        return self.through(math.tanh(self.data), slope)

    def relu(self):
        """Return self if it is above 0, else 0 with the slope 0."""
        return Dual(0) if self.data <= 0 else self
