"""Networks: shapes, reprs, order of parameters, training. What is refused stands in test_bad_input.py."""
import random

import numpy as np
import pytest

from micrograd.engine import Value
from micrograd.nn import MLP, Layer, Module, Neuron


def test_reprs():
    assert repr(MLP(1, [2, 1])) == 'MLP of [Layer of [ReLUNeuron(1), ReLUNeuron(1)], Layer of [LinearNeuron(2)]]'
    assert repr(Neuron(3, nonlin=False)) == 'LinearNeuron(3)'


def test_number_of_parameters():
    assert len(MLP(2, [16, 16, 1]).parameters()) == 337


def test_weights_are_drawn_in_order_and_the_bias_is_zero():
    random.seed(5)
    expected = [random.uniform(-1, 1) for _ in range(3)]
    random.seed(5)
    assert [p.data for p in Neuron(3).parameters()] == [*expected, 0]


def test_a_neuron_is_a_weighted_sum_followed_by_a_relu():
    neuron = Neuron(2)
    neuron.w, neuron.b = [Value(2.0), Value(-3.0)], Value(0.5)
    assert neuron([1.0, 0.0]).data == 2.5
    assert neuron([0.0, 1.0]).data == 0
    neuron.nonlin = False
    assert neuron([0.0, 1.0]).data == -2.5


def test_its_graph_begins_with_the_bias_and_multiplies_weights_by_inputs():
    neuron, x = Neuron(1, nonlin=False), Value(3.0)
    total = neuron([x])
    assert total._prev[0] is neuron.b and total._prev[1]._prev == (neuron.w[0], x)


def test_only_the_last_layer_is_linear():
    assert [layer.neurons[0].nonlin for layer in MLP(2, [3, 2, 1]).layers] == [True, True, False]


def test_width_one_inside_and_at_the_end():
    model = MLP(2, [3, 1, 2])
    assert len(model([1.0, 2.0])) == 2
    assert isinstance(MLP(2, [1, 1])([1.0, 2.0]), Value)
    assert isinstance(Layer(2, 1)([1.0, 2.0]), Value) and len(Layer(2, 2)([1.0, 2.0])) == 2


@pytest.mark.parametrize('x', [[1, 2], (1.0, 2.0), np.array([1.0, 2.0]), [Value(1), Value(2)], iter([1, 2])])
def test_inputs_of_every_kind(x):
    model = MLP(2, [2, 1])
    model(x).backward()
    assert any(p.grad != 0 for p in model.parameters())


def test_zero_grad():
    model = MLP(2, [2, 1])
    model([1.0, 2.0]).backward()
    model.zero_grad()
    assert all(p.grad == 0 for p in model.parameters())
    assert Module().parameters() == []


def test_training_on_four_points():
    xs = [[2.0, 3.0, -1.0], [3.0, -1.0, 0.5], [0.5, 1.0, 1.0], [1.0, 1.0, -1.0]]
    ys = [1.0, -1.0, -1.0, 1.0]
    random.seed(5)
    model = MLP(3, [4, 4, 1])
    for _ in range(100):
        loss = sum((model(x) - y)**2 for x, y in zip(xs, ys))
        model.zero_grad()
        loss.backward()
        for p in model.parameters():
            p.data -= 0.01 * p.grad
    assert loss.data < 0.01
