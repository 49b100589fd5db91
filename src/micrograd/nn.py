"""Neurons, layers and multi-layer perceptrons, made of Values."""
import random
from numbers import Integral

from micrograd.engine import Value


class Module:
    """The base of neurons, layers and networks: anything that has parameters."""

    def parameters(self):
        """Return the Values that training may change, in a list of fixed order."""
        return []

    def zero_grad(self):
        """Set the gradient of every parameter to zero."""
        for p in self.parameters():
            p.grad = 0


def require_one_or_more(what, number):
    """Raise a TypeError unless `number` is an integer, a ValueError if it is below 1.

    `what` names in the error what is counted.
    """
    if not isinstance(number, Integral):
        raise TypeError(f"expected a whole number of {what}, got {number!r}")
    if number < 1:
        raise ValueError(f"expected 1 or more {what}, got {number}")


def as_list(what, x):
    """Return what is in `x` as a list; a Value alone makes a list of one.

    TypeError for anything else that is no collection; `what` names what was expected.
    """
    if isinstance(x, Value):
        return [x]
    if not hasattr(x, '__iter__'):
        raise TypeError(f"expected {what} in a list, got {x!r}")
    return list(x)


class Neuron(Module):
    """A weighted sum of `nin` inputs and a bias, followed by a ReLU if `nonlin`."""

    def __init__(self, nin, nonlin=True):
        """Draw `nin` weights from uniform(-1, 1), in order; the bias starts at 0.

        ValueError if `nin` is below 1, TypeError if it is not a whole number.
        """
        require_one_or_more("inputs of a Neuron", nin)
        self.w = [Value(random.uniform(-1, 1)) for _ in range(nin)]
        self.b = Value(0)
        self.nonlin = nonlin

    def __call__(self, x):
        """Return the activation for `x`, a collection of `nin` numbers or Values.

        A Value alone is a collection of one. ValueError if there are more or fewer,
        TypeError if it is no collection.
        """
        x = as_list(f"{len(self.w)} inputs", x)
        if len(x) != len(self.w):
            raise ValueError(f"Neuron expects {len(self.w)} inputs, got {len(x)}")
        act = sum((wi * xi for wi, xi in zip(self.w, x)), self.b)
        return act.relu() if self.nonlin else act

    def parameters(self):
        """Return the weights, then the bias."""
        return self.w + [self.b]

    def __repr__(self):
        return f"{'ReLU' if self.nonlin else 'Linear'}Neuron({len(self.w)})"


class Layer(Module):
    """`nout` neurons side by side, all reading the same `nin` inputs."""

    def __init__(self, nin, nout, **kwargs):
        """Make `nout` neurons of `nin` inputs; keywords (`nonlin`) go to each of them.

        ValueError if one of the two is below 1, TypeError if it is not a whole number.
        """
        require_one_or_more("neurons in a Layer", nout)
        self.neurons = [Neuron(nin, **kwargs) for _ in range(nout)]

    def activations(self, x):
        """Return the `nout` activations for the list `x`, always as a list."""
        return [neuron(x) for neuron in self.neurons]

    def __call__(self, x):
        """Return the activations for `x`: a list, or the Value itself if it is one.

        `x` is what a Neuron takes; a Value alone, as of one neuron, is a list of one.
        """
        out = self.activations(as_list("the inputs", x))
        return out[0] if len(out) == 1 else out

    def parameters(self):
        """Return the parameters of the first neuron, then of the second, and so on."""
        return [p for neuron in self.neurons for p in neuron.parameters()]

    def __repr__(self):
        return f"Layer of [{', '.join(map(str, self.neurons))}]"


class MLP(Module):
    """A multi-layer perceptron: layers in a row, all but the last with ReLUs."""

    def __init__(self, nin, nouts, layer=Layer):
        """Make a layer for each width in the list `nouts`, the first of `nin` inputs.

        `layer` is their class. ValueError if there is none, or if a width is below 1;
        TypeError if the widths are not in a list, or not whole numbers.
        """
        nouts = as_list("the widths of the layers", nouts)
        require_one_or_more("layers in an MLP", len(nouts))
        last = len(nouts) - 1
        self.layers = [layer(n, nout, nonlin=i < last)
                       for i, (n, nout) in enumerate(zip([nin, *nouts], nouts))]

    def __call__(self, x):
        """Return what the last layer returns.

        The first is called with `x`, each other with what the one before returned. A
        layer may be any Module put into `layers` (or a function, if `parameters()` is
        never called).
        """
        for layer in self.layers:
            x = layer(x)
        return x

    def parameters(self):
        """Return the parameters of the first layer, then of the second, and so on."""
        return [p for layer in self.layers for p in layer.parameters()]

    def __repr__(self):
        return f"MLP of [{', '.join(map(str, self.layers))}]"
