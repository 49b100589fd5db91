"""What language models are trained with: softmax, cross-entropy and Adam."""
from numbers import Integral, Real

from micrograd.fused import as_values
from micrograd.nn import as_list


def softmax(scores):
    """Return a list of Values above 0 with the sum 1, in proportion to e**score.

    The largest score is taken off all of them first: that changes no proportion, and no
    exponential can overflow. Scores are Values or numbers; ValueError for none at all.
    """
    scores = as_scores(scores)
    top = max(score.data for score in scores)
    exps = [(score + -top).exp() for score in scores]
    share = sum(exps)**-1
    return [e * share for e in exps]


def as_scores(scores):
    """Return scores as a list of Values. ValueError if there are none."""
    values = as_values(as_list("scores", scores))
    if not values:
        raise ValueError("expected 1 or more scores, got 0")
    return values


def cross_entropy(scores, target):
    """Return -log of what softmax gives to the score at the index `target`.

    As log(sum(e**score)) - scores[target], which stays finite where the softmax is 0.
    TypeError for a target that is no whole number, IndexError for one that is not the
    index of a score, ValueError for no scores at all.
    """
    scores = as_scores(scores)
    if not isinstance(target, Integral):
        raise TypeError(f"expected a whole number as target, got {target!r}")
    if not 0 <= target < len(scores):
        raise IndexError(f"expected a target below {len(scores)}, got {target}")
    top = max(score.data for score in scores)
    return sum((score + -top).exp() for score in scores).log() + top - scores[target]


class Adam:
    """Steps against a mean of past gradients, each scaled by its size.

    Kingma and Ba, "Adam: a method for stochastic optimization", 2015, algorithm 1.
    """

    def __init__(self, parameters, beta1=0.9, beta2=0.99):
        """Begin with means of zero; the betas say how slowly these forget.

        ValueError unless both are from 0 to less than 1. The paper has 0.9 and 0.999.
        """
        if not (0 <= beta1 < 1 and 0 <= beta2 < 1):
            got = f"{beta1} and {beta2}"
            raise ValueError(f"Adam expects betas from 0 to less than 1, got {got}")
        self.parameters = parameters
        self.beta1, self.beta2 = beta1, beta2
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
        mean_share = 1 - self.beta1**self.steps
        square_share = 1 - self.beta2**self.steps
        for i, p in enumerate(self.parameters):
            self.means[i] += (1 - self.beta1) * (p.grad - self.means[i])
            self.squares[i] += (1 - self.beta2) * (p.grad**2 - self.squares[i])
            mean, square = self.means[i] / mean_share, self.squares[i] / square_share
            p.data -= rate * mean / (square**0.5 + 1e-8)
