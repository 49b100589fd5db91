"""Wrong input: each public call, what it gets, the error and its words. And nothing half-done is left behind.

The words are ours and say what was expected and what came. Where there are none, Python finds the words.
"""
import inspect
import math
import re
import sys
from unittest.mock import patch

import pytest

import classroom.asking
import classroom.check
import classroom.dual
import classroom.grade
import classroom.stepper
import micrograd.engine
import micrograd.fused
import micrograd.graph
import micrograd.learn
import micrograd.nn
import micrograd.program
from classroom.dual import Dual
from micrograd.engine import Value
from micrograd.graph import trace
from micrograd.nn import MLP

# Without drawing.py: each Graphviz has its own words, and test_graph.py has ours.
MODULES = (micrograd.engine, micrograd.nn, micrograd.fused, micrograd.graph, micrograd.learn,
           micrograd.program, classroom.stepper, classroom.dual, classroom.asking, classroom.grade,
           classroom.check)
PUBLIC = {name: what for module in MODULES for name, what in vars(module).items()
          if callable(what) and what.__module__ == module.__name__}
NAMES = {**PUBLIC, 'v': Value(1.0), 'zero': Value(0.0), 'below': Value(-8.0), 'far': Value(1000.0),
         'big': sum(map(Value, range(50))), 'd': Dual(1.0)}


def without(package, call):
    """Return what a call returns where a package is not installed."""
    with patch.dict(sys.modules, {package: None}):
        return call()


NAMES['without'] = without
CALLS = {'binary_operator': r' \+ ', '__pow__': r'\*\*', '__truediv__': ' / ', '__rtruediv__': ' / '}

TABLE = """
Value('a')                              | TypeError         | Value expects a real number, got 'a'
Value(None)                             | TypeError         | Value expects a real number, got None
Value([1.0])                            | TypeError         | Value expects a real number, got [1.0]
Value(1j)                               | TypeError         | Value expects a real number, got 1j
Value(v)                                | TypeError         | Value expects a real number, got Value(data=1.0, grad=0)
Value('8', (v,), 'f', _slopes=(1,))     | TypeError         | Value expects a real number, got '8'
Value(1, (v,) * 3, 'f', _slopes=(5, 6)) | ValueError        | expected 3 slopes, one per input, got 2
Value(1, _slopes=(5,))                  | ValueError        | expected 0 slopes, one per input, got 1
v + 'a'                                 | TypeError         |
'a' + v                                 | TypeError         |
v - None                                | TypeError         |
None - v                                | TypeError         |
3 * v * '2'                             | TypeError         |
v * 1j                                  | TypeError         |
None * v                                | TypeError         |
v / 'a'                                 | TypeError         |
'a' / v                                 | TypeError         |
2**v                                    | TypeError         |
v / 0                                   | ZeroDivisionError | **-1 expects a base that is not 0
1 / zero                                | ZeroDivisionError | **-1 expects a base that is not 0
v / zero                                | ZeroDivisionError | **-1 expects a base that is not 0
zero**-0.5                              | ZeroDivisionError | **-0.5 expects a base that is not 0
v**'2'                                  | TypeError         | ** expects a number as exponent, got '2'
v**v                                    | TypeError         | ** expects a number as exponent, got Value(data=1.0
below**0.5                              | ValueError        | **0.5 expects a base of 0 or more, got -8.0
far**200                                | OverflowError     | **200 expects a result that fits a float, got 1000.0
Value(-1e200)**3                        | OverflowError     | **3 expects a result that fits a float, got -1e+200
1 / Value(5e-324)                       | OverflowError     | **-1 expects a result that fits a float, got 5e-324
Program(3.0, [v])                       | TypeError         | Program expects Values, got 3.0
Program(v * v, [1.0])                   | TypeError         | Program expects Values, got 1.0
Program(v * v, [v], ['a'])              | TypeError         | Program expects Values, got 'a'
Program(v * v, v)                       | TypeError         |
Program(v * v, [v * 1])                 | ValueError        | Program expects leaves, and each of them once
Program(v * v, [v, v])                  | ValueError        | Program expects leaves, and each of them once
Program(v * v, [v], [v])                | ValueError        | Program expects leaves, and each of them once
Program(Value(8, (v,), 'cube'), [v])    | TypeError         | Program expects operations of the engine, got 'cube'
Program(Value(8, (v,) * 3, '+'), [v])   | TypeError         | Program expects operations of the engine, got '+'
rules(Value(8, (v,), 'cube'))           | TypeError         | Program expects operations of the engine, got 'cube'
assemble('f64.mul')                     | ValueError        | unknown instruction 'f64.mul'
assemble('local.get 0, Add')            | ValueError        | unknown instruction '0,'
Program(v * v, [], [v]).run()           | ValueError        | expected rows of length 1, got ()
Program(v * v, [v]).run([[1.0]])        | ValueError        | expected rows of length 0, got [1.0]
Program(v, [], [v]).values([[1, 2]])    | ValueError        | expected rows of length 1, got [1, 2]
Program(v, [], [v]).values([3.0])       | ValueError        | expected rows of length 1, got 3.0
Program(v, [], [v]).values([['1']])     | TypeError         | expected numbers
without('wasmtime', lambda: Wasmtime(b''))    | ImportError | Program expects the package wasmtime: pip install wasmtime
without('wasmtime', lambda: Machine(b''))     | ImportError | Program expects the package wasmtime: pip install wasmtime
without('wasmtime', lambda: Program(v, [v]))  | ImportError | Program expects the package wasmtime: pip install wasmtime
below.log()                             | ValueError        | log expects a number above 0, got -8.0
zero.log()                              | ValueError        | log expects a number above 0, got 0.0
far.exp()                               | OverflowError     | exp expects a number up to 709.78, got 1000.0
Neuron(0)                               | ValueError        | expected 1 or more inputs of a Neuron, got 0
Neuron(2.5)                             | TypeError         | expected a whole number of inputs of a Neuron, got 2.5
Neuron('2')                             | TypeError         | expected a whole number of inputs of a Neuron, got '2'
Neuron(2)(1.0)                          | TypeError         | expected 2 inputs in a list, got 1.0
Neuron(2)(x for x in 'ab')              | TypeError         |
Neuron(2)([1.0])                        | ValueError        | Neuron expects 2 inputs, got 1
Neuron(2)([1.0, 2.0, 3.0])              | ValueError        | Neuron expects 2 inputs, got 3
Neuron(2)([1.0, None])                  | TypeError         |
Layer(0, 2)                             | ValueError        | expected 1 or more inputs of a Neuron, got 0
Layer(2, -1)                            | ValueError        | expected 1 or more neurons in a Layer, got -1
Layer(2, [2])                           | TypeError         | expected a whole number of neurons in a Layer, got [2]
Layer(2, 2)([1.0])                      | ValueError        | Neuron expects 2 inputs, got 1
Layer(2, 2)(v)                          | ValueError        | Neuron expects 2 inputs, got 1
Layer(2, 2)(1.0)                        | TypeError         | expected the inputs in a list, got 1.0
Layer(2, 2).activations([1.0])          | ValueError        | Neuron expects 2 inputs, got 1
MLP(2, 3)                               | TypeError         | expected the widths of the layers in a list, got 3
MLP(2, [])                              | ValueError        | expected 1 or more layers in an MLP, got 0
MLP(2, [3, 0])                          | ValueError        | expected 1 or more neurons in a Layer, got 0
MLP(2, [3, 1.0])                        | TypeError         | expected a whole number of neurons in a Layer, got 1.0
MLP(None, [1])                          | TypeError         | expected a whole number of inputs of a Neuron, got None
MLP(2, [1])(3.0)                        | TypeError         | expected the inputs in a list, got 3.0
MLP(2, [3, 1])([1, 2, 3])               | ValueError        | Neuron expects 2 inputs, got 3
require_one_or_more('hats', 0)          | ValueError        | expected 1 or more hats, got 0
require_one_or_more('hats', '2')        | TypeError         | expected a whole number of hats, got '2'
as_list('hats', 3)                      | TypeError         | expected hats in a list, got 3
FusedLayer(0, 2)                        | ValueError        | expected 1 or more inputs of a Neuron, got 0
FusedLayer(2, 2)([1.0])                 | ValueError        | expected 2 inputs, one per weight, got 1
FusedLayer(2, 2).activations([1.0])     | ValueError        | expected 2 inputs, one per weight, got 1
FusedLayer(2, 2)(['a', 'b'])            | TypeError         | Value expects a real number, got 'a'
weighted_sums([[v]], ['a'])             | TypeError         | Value expects a real number, got 'a'
weighted_sums([[v]], [1.0, 2.0])        | ValueError        | expected 1 inputs, one per weight, got 2
weighted_sums([[v, v]], [1.0])          | ValueError        | expected 2 inputs, one per weight, got 1
weighted_sums([[v], [v]], [1.0], [v])   | ValueError        | expected 2 biases, one per row, got 1
weighted_sums([[v]], [1.0], [])         | ValueError        | expected 1 biases, one per row, got 0
trace(1.0)                              | TypeError         | expected a Value, got 1.0
trace([v])                              | TypeError         | expected a Value, got [Value(data=1.0, grad=0)]
draw_dot([v])                           | TypeError         | expected a Value, got [Value(data=1.0, grad=0)]
draw_dot(v, rankdir='up')               | ValueError        | rankdir expects 'LR', 'TB', 'RL' or 'BT', got 'up'
small_graph(1.0)                        | TypeError         | expected a Value, got 1.0
small_graph(big)                        | ValueError        | expected 40 values at most, got 101
Steps(1.0)                              | TypeError         | expected a Value, got 1.0
Steps(big)                              | ValueError        | expected 40 values at most, got 101
watch(None)                             | TypeError         | expected a Value, got None
watch(big)                              | ValueError        | expected 40 values at most, got 101
watch(v, [1.0])                         | ValueError        | expected nodes of the graph in the order, got 1.0
watch(v, [v, below])                    | ValueError        | expected nodes of the graph in the order, got Value(
softmax([])                             | ValueError        | expected 1 or more scores, got 0
softmax(3.0)                            | TypeError         | expected scores in a list, got 3.0
softmax(['a'])                          | TypeError         | Value expects a real number, got 'a'
as_scores([])                           | ValueError        | expected 1 or more scores, got 0
cross_entropy([v, v], 2)                | IndexError        | expected a target below 2, got 2
cross_entropy([v, v], -1)               | IndexError        | expected a target below 2, got -1
cross_entropy([], 0)                    | ValueError        | expected 1 or more scores, got 0
cross_entropy([v], 0.0)                 | TypeError         | expected a whole number as target, got 0.0
Adam([v], beta1=1)                      | ValueError        | Adam expects betas from 0 to less than 1, got 1 and 0.99
Adam([v], beta2=1)                      | ValueError        | Adam expects betas from 0 to less than 1, got 0.9 and 1
Adam([v], beta2=-1)                     | ValueError        | Adam expects betas from 0 to less than 1, got 0.9 and -1
Adam([v]).step('a')                     | TypeError         | Adam.step expects a number, got 'a' of type str
dual('a')                               | TypeError         | Dual expects a real number, got 'a'
Dual('a')                               | TypeError         | Dual expects a real number, got 'a'
Dual(1.0, None)                         | TypeError         | Dual expects a real number, got None
d + 'a'                                 | TypeError         | Dual expects a real number, got 'a'
None * d                                | TypeError         | Dual expects a real number, got None
d - v                                   | TypeError         | Dual expects a real number, got Value(data=1.0
v + d                                   | TypeError         | Dual expects a real number, got Value(data=1.0
d / 0                                   | ZeroDivisionError |
d**d                                    | TypeError         | ** expects a number as exponent, got Dual(data=1.0
Dual(-8.0)**0.5                         | ValueError        |
Dual(0.0).log()                         | ValueError        |
Dual(1000.0).exp()                      | OverflowError     |
judge('two', 3, 2)                      | WrongAnswer       | two
main(['no.py'])                         | SystemExit        | 2
expect('two', 3, 2)                     | WrongAnswer       | two
expect_prediction(['a'], ['b'])         | WrongPrediction   | your prediction
"""
ROWS = [[cell.strip() for cell in line.split('|', 2)] for line in TABLE.strip().splitlines()]


def state():
    """Return all that is to be seen of the Values that the calls are given."""
    roots = [x for x in NAMES.values() if isinstance(x, Value)]
    return [(id(v), vars(v).copy()) for root in roots for v in trace(root)[0]]


@pytest.mark.parametrize('call, error, words', ROWS)
def test_a_wrong_argument_is_refused_and_leaves_no_trace(call, error, words):
    before = state()
    with pytest.raises((Exception, SystemExit)) as caught:
        eval(call, dict(NAMES))
    assert type(caught.value).__name__ == error
    assert words in str(caught.value)
    assert state() == before


def promises():
    """Yield (what a call looks like, error) for each error that the docstring of a function names."""
    for name, what in PUBLIC.items():
        own = rf'\b{name}\('
        looks = {name: own, '__init__': own, '__call__': rf'{own}.*\)\(', **CALLS}
        for member, function in ({name: what} if inspect.isfunction(what) else vars(what)).items():
            words = function.__doc__ if inspect.isfunction(function) else None
            for error in re.findall(r'\b\w+Error\b|\bWrong\w+', words or ''):
                yield looks.get(member, rf'\.{member}\('), error


@pytest.mark.parametrize('call, error', sorted(set(promises())))
def test_an_error_that_a_docstring_names_is_in_the_table(call, error):
    assert any(re.search(call, row[0]) and row[1] == error for row in ROWS)


def test_a_graph_goes_on_working_after_a_refusal():
    a = Value(3.0)
    y = a * a
    for wrong in (lambda: y**a, lambda: (y - y) ** -1, lambda: (y - y).log(), lambda: (y * 1000).exp()):
        with pytest.raises((TypeError, ArithmeticError, ValueError)):
            wrong()
    y.backward()
    assert (y.data, a.grad) == (9.0, 6.0) and len(trace(y)[0]) == 2


def test_a_layer_that_is_refused_half_way_leaves_no_gradient():
    model = MLP(2, [3, 1])
    before = [(p.data, p.grad) for p in model.parameters()]
    with pytest.raises(TypeError):
        model([1.0, None])
    assert [(p.data, p.grad) for p in model.parameters()] == before
    assert math.isfinite(model([1.0, 2.0]).data)
