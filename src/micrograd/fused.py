"""The weighted sum as one node: fewer nodes, the same numbers."""
from operator import mul

from micrograd.engine import Value, node
from micrograd.nn import Layer


def weighted_sums(rows, x, biases=None, relu=False):
    """Return a Value for each row w of weights: the sum of its w[i] * x[i] and a bias.

    Each is one node: the sum, or its ReLU if `relu`. `rows` and `biases` hold Values
    (biases are 0 if none are given); `x` may hold plain numbers, too. ValueError if a
    row is not as long as `x`, or if there are not as many biases as rows.
    """
    biases = biases or [node(0)] * len(rows)
    if len(biases) != len(rows):
        raise ValueError(f"expected {len(rows)} biases, one a row, got {len(biases)}")
    x = [v if isinstance(v, Value) else Value(v) for v in x]
    x_data, zeros = [v.data for v in x], [0] * len(x)
    op, sums = 'ReLU(w·x + b)' if relu else 'w·x + b', []
    for w, bias in zip(rows, biases):
        if len(w) != len(x):
            raise ValueError(f"expected {len(w)} inputs, one a weight, got {len(x)}")
        w_data = [v.data for v in w]
        data = sum(map(mul, w_data, x_data), bias.data)
        if relu and data <= 0:  # off: it keeps its inputs, and nothing comes back
            out = node(0, op, bias, 0)
            out._rest = w, zeros, x, zeros
        else:
            out = node(data, op, bias, 1)
            out._rest = w, x_data, x, w_data
        sums.append(out)
    return sums


class FusedLayer(Layer):
    """A Layer that makes one node of each neuron: the same numbers, fewer nodes."""

    def activations(self, x):
        """Return the activations for `x`, as a Layer does. ValueError as a Neuron."""
        rows = [neuron.w for neuron in self.neurons]
        biases = [neuron.b for neuron in self.neurons]
        return weighted_sums(rows, x, biases, relu=self.neurons[0].nonlin)
