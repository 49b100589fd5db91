"""Forward-mode differentiation: numbers that carry their slope along."""
import math
from numbers import Real


def dual(x):
    """Return `x` as a Dual: a plain number stands still. TypeError for the rest."""
    return x if isinstance(x, Dual) else Dual(x)


def times(one, other):
    """Return one * other: 0 where one of them is 0, even if the other is infinite."""
    return one * other if one and other else 0


class Dual:
    """A number, `data`, and its `slope`: how fast it moves with the input that moves.

    That input has the slope 1. What has no result, Python and its `math` refuse, and
    most of what is too large (ZeroDivisionError, ValueError, OverflowError).
    """

    def __init__(self, data, slope=0):
        """Hold two real numbers. TypeError for anything else."""
        for x in (data, slope):
            if not isinstance(x, Real):
                kind = type(x).__name__
                raise TypeError(f"Dual expects a real number, got {x!r} of type {kind}")
        self.data, self.slope = data, slope

    def __repr__(self):
        return f"Dual(data={self.data}, slope={self.slope})"

    def __add__(self, other):
        """Return self + other. What both move by adds up."""
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
        """Return self / other. The quotient rule, shortened by the quotient."""
        other = dual(other)
        data = self.data / other.data
        moved = self.slope - times(data, other.slope)
        return Dual(data, times(moved, 1 / other.data))

    def __rtruediv__(self, other):
        """Return other / self, for a plain number on the left."""
        return dual(other) / self

    def through(self, data, steepness):
        """Return the Dual behind a function with this value and this steepness."""
        return Dual(data, times(steepness, self.slope))

    def __pow__(self, n):
        """Return self**n for a plain number. The power rule. TypeError for the rest."""
        if not isinstance(n, Real):
            kind = type(n).__name__
            raise TypeError(f"** expects an int or float as exponent, got {kind}")
        steepness = n * math.pow(self.data, n - 1) if n else 0
        return self.through(math.pow(self.data, n), steepness)

    def exp(self):
        """Return e**self, which is as steep as it is high."""
        data = math.exp(self.data)
        return self.through(data, data)

    def log(self):
        """Return the natural logarithm."""
        return self.through(math.log(self.data), 1 / self.data)

    def tanh(self):
        """Return the hyperbolic tangent. Steepness: 1 / cosh**2."""
        decay = math.exp(-2 * abs(self.data))
        steepness = 4 * decay / (1 + decay)**2
        return self.through(math.tanh(self.data), steepness)

    def relu(self):
        """Return self where it is above 0, else a 0 that stands still."""
        return Dual(0) if self.data <= 0 else self
