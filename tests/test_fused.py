"""The weighted sum as one node: the same numbers as the plain one, an honest graph, no garbage."""
import gc
import math
import random

import numpy as np
import pytest

from micrograd.engine import Value
from micrograd.fused import FusedLayer, weighted_sums
from micrograd.graph import draw_dot, trace
from micrograd.nn import MLP, Layer


def numbers(*data):
    return [Value(x) for x in data]


def network(layer):
    random.seed(1337)
    return MLP(2, [16, 16, 1], layer=layer)


def loss_of(model):
    rng = random.Random(1)
    points = [([rng.uniform(-1, 1), rng.uniform(-1, 1)], rng.choice([-1, 1])) for _ in range(20)]
    return sum((1 + -y * model(x)).relu() for x, y in points)


def test_numbers_and_gradients_are_those_of_plain_layers():
    answers = []
    for layer in (Layer, FusedLayer):
        model = network(layer)
        loss = loss_of(model)
        loss.backward()
        answers.append([loss.data, *(p.grad for p in model.parameters())])
    assert all(math.isclose(x, y, rel_tol=1e-12, abs_tol=1e-12) for x, y in zip(*answers))
    assert any(answers[0][1:])


def test_against_pytorch():
    torch = pytest.importorskip('torch', reason="PyTorch is the witness here")
    rng = random.Random(3)
    rows = [[Value(rng.gauss(0, 1)) for _ in range(5)] for _ in range(3)]
    x, biases = numbers(1.0, -2.0, 0.5, 0.0, 3.0), numbers(0.1, 0.2, 0.3)
    sum(s.tanh() for s in weighted_sums(rows, x, biases)).backward()
    w, v, b = (torch.tensor(data, dtype=torch.float64, requires_grad=True)
               for data in ([[p.data for p in row] for row in rows], [p.data for p in x], [p.data for p in biases]))
    (w @ v + b).tanh().sum().backward()
    ours = [p.grad for p in (*(p for row in rows for p in row), *x, *biases)]
    theirs = [*w.grad.flatten().tolist(), *v.grad.tolist(), *b.grad.tolist()]
    assert all(math.isclose(g, h, rel_tol=1e-12) for g, h in zip(ours, theirs))


def test_the_graph_is_honest():
    w, x, b = numbers(2.0, -1.0), numbers(3.0, 4.0), Value(0.5)
    [s] = weighted_sums([w], x, [b])
    assert s.data == 2.5
    assert s._prev == (b, *w, *x) and s._slopes == (1, 3.0, 4.0, 2.0, -1.0)
    nodes, edges = trace(s)
    assert len(nodes) == 6 and len(edges) == 5
    assert r'w·x\ +\ b' in draw_dot(s).source
    assert 'v0 = w·x + b of v1, v2, v3, v4, v5: data 2.5000' in repr(draw_dot(s))


@pytest.mark.parametrize('bias, data, slopes', [(-1.0, 1.0, (1, 3.0, 4.0, 2.0, -1.0)), (-2.0, 0, (0,) * 5),
                                                (-3.0, 0, (0,) * 5), (math.nan, math.nan, (1, 3.0, 4.0, 2.0, -1.0))])
def test_a_relu_in_the_same_node(bias, data, slopes):
    w, x, b = numbers(2.0, -1.0), numbers(3.0, 4.0), Value(bias)
    [y] = weighted_sums([w], x, [b], relu=True)
    [s] = weighted_sums([w], x, [b])
    assert y._prev == (b, *w, *x) and y._slopes == slopes
    assert repr(y.data) == repr(s.relu().data) and (y.data == data or math.isnan(data))
    assert y._op == 'ReLU(w·x + b)' and s._op == 'w·x + b'


def test_a_layer_without_relu():
    x = numbers(1.0, -2.0)
    relu, linear = (FusedLayer(2, 8, nonlin=nonlin)(x) for nonlin in (True, False))
    assert min(v.data for v in relu) == 0 > min(v.data for v in linear)


@pytest.mark.parametrize('nonlin', [(True, False), (False, True)])
def test_neurons_with_and_without_a_relu_in_one_layer(nonlin):
    answers = []
    for cls in (Layer, FusedLayer):
        layer = cls(1, 2)
        for neuron, weight, neuron.nonlin in zip(layer.neurons, (-2.0, -3.0), nonlin):
            neuron.w[0].data = weight
        answers.append([v.data for v in layer([1.0])])
    assert answers[0] == answers[1] and max(answers[0]) == 0 > min(answers[0])


def test_a_plain_number_is_one_node_for_all_neurons():
    one, other = FusedLayer(1, 2)([5.0])
    assert one._prev[-1] is other._prev[-1]


def test_a_number_that_is_there_twice():
    x = Value(5.0)
    [s] = weighted_sums([[x, x]], [x, 2.0], [x])  # x**2 + 2x + x
    s.backward()
    assert (s.data, x.grad) == (40.0, 13.0)


def test_biases_in_an_array():
    biases = np.array(numbers(0.5, -0.5))
    assert [s.data for s in weighted_sums([numbers(1.0), numbers(2.0)], [10.0], biases)] == [10.5, 19.5]


def test_without_biases_and_with_plain_numbers():
    sums = weighted_sums([numbers(1.0, 2.0), numbers(3.0, 4.0)], [10, 100])
    assert [s.data for s in sums] == [210.0, 430.0]


def test_a_deep_stack_of_sums():
    x = [Value(1.0)]
    for _ in range(20_000):
        x = weighted_sums([numbers(1.0)], x)
    x[0].backward()
    assert x[0].data == 1.0


@pytest.mark.parametrize('layer', [Layer, FusedLayer])
def test_nothing_is_left_to_the_collector(layer):
    model = network(layer)
    while gc.collect():  # what other tests have left, some of which goes only after some more
        pass
    gc.disable()
    try:
        loss = loss_of(model)
        loss.backward()
        del loss
        assert gc.collect() == 0
    finally:
        gc.enable()
