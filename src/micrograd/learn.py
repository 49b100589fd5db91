"""What language models are trained with: softmax, cross-entropy and Adam."""
from numbers import Real


def softmax(scores):
    """Return a list of Values above 0 with the sum 1, in proportion to e**score.

    The largest score is taken off all of them first: that changes no proportion, and no
    exponential can overflow.
    """
    top = max(score.data for score in scores)
    exps = [(score + -top).exp() for score in scores]
    share = sum(exps)**-1
    return [e * share for e in exps]


def cross_entropy(scores, target):
    """Return -log of what softmax gives to the score at the index `target`.

    As log(sum(e**score)) - scores[target], which stays finite where the softmax is 0.
    IndexError for a target that is not the index of a score.
    """
    if not 0 <= target < len(scores):
        raise IndexError(f"expected a target below {len(scores)}, got {target}")
    top = max(score.data for score in scores)
    return sum((score + -top).exp() for score in scores).log() + top - scores[target]


class Adam:
    """Steps in the direction of a mean of past gradients, each scaled by its size.

    Kingma and Ba, "Adam: a method for stochastic optimization", 2015, algorithm 1.
    """

    def __init__(self, parameters, keep=0.9, keep_squares=0.99):
        """Begin with means of zero. `keep` says how slowly they forget, 0 to 1.

        ValueError for 1 or more: such a mean would never learn anything.
        """
        if not (0 <= keep < 1 and 0 <= keep_squares < 1):
            got = f"{keep} and {keep_squares}"
            raise ValueError(f"Adam expects to keep from 0 to less than 1, got {got}")
        self.parameters = parameters
        self.keep, self.keep_squares = keep, keep_squares
        self.means = [0.0] * len(parameters)
        self.squares = [0.0] * len(parameters)
        self.steps = 0

    def step(self, rate):
        """Move each parameter by about `rate` against its mean gradient.

        TypeError if the rate is no number, before anything has moved.
        """
        if not isinstance(rate, Real):
            kind = type(rate).__name__
            raise TypeError(f"Adam.step expects a number, got {rate!r} of type {kind}")
        self.steps += 1
        k, q = self.keep, self.keep_squares
        of_mean, of_square = 1 - k**self.steps, 1 - q**self.steps
        for i, p in enumerate(self.parameters):
            self.means[i] = mean = k * self.means[i] + (1 - k) * p.grad
            self.squares[i] = square = q * self.squares[i] + (1 - q) * p.grad**2
            p.data -= rate * mean / of_mean / ((square / of_square)**0.5 + 1e-8)
