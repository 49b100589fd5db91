"""The weighted sum as one node: fewer nodes, the same numbers."""
from micrograd.engine import Value
from micrograd.nn import Layer

SUM, RELU_OF_SUM = 'w·x + b', 'ReLU(w·x + b)'  # the names of the operations


def weighted_sums(rows, x, biases=None, relu=False):
    """Return a Value for each row w of weights: the sum of its w[i] * x[i] and a bias.

    Each is one node: the sum, or its ReLU if `relu`. `rows` and `biases` hold Values
    (biases are 0 if none are given); `x` may hold plain numbers, too. ValueError if a
    row is not as long as `x`, or if there are not as many biases as rows.
    """
    if biases is None:
        biases = [Value(0)] * len(rows)
    if len(biases) != len(rows):
        raise ValueError(f"expected {len(rows)} biases, one per row, got {len(biases)}")
    x = as_values(x)
    return [weighted_sum(w, x, bias, relu) for w, bias in zip(rows, biases)]


def as_values(x):
    """Return `x` as a list of Values: a plain number becomes one."""
    return [v if isinstance(v, Value) else Value(v) for v in x]


def weighted_sum(w, x, bias, relu):
    """Return the sum of w[i] * x[i] and the bias, or its ReLU, as one node."""
    if len(w) != len(x):
        raise ValueError(f"expected {len(w)} inputs, one per weight, got {len(x)}")
    w_data, x_data = [v.data for v in w], [v.data for v in x]
    data = bias.data
    for a, b in zip(w_data, x_data):  # in the order of single operations
        data += a * b
    slopes = (1, *x_data, *w_data)
    if relu and data <= 0:
        data, slopes = 0, (0,) * len(slopes)
    op = RELU_OF_SUM if relu else SUM
    return Value(data, (bias, *w, *x), op, _slopes=slopes)


class FusedLayer(Layer):
    """A Layer that makes one node of each neuron: the same numbers, fewer nodes."""

    def activations(self, x):
        """Return the activations for `x`, as a Layer does. ValueError as a Neuron."""
        x = as_values(x)
        return [weighted_sum(n.w, x, n.b, n.nonlin) for n in self.neurons]
