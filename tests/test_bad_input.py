"""Wrong input: each public call, what it gets, the error and its words. And nothing half-done is left behind.

Where the words are Python's own, it is Python that refuses; the others say what was expected and what came.
"""
import inspect
import math
import re

import pytest

import classroom.check
import classroom.dual
import micrograd.engine
import micrograd.fused
import classroom.grade
import micrograd.graph
import micrograd.learn
import micrograd.nn
import classroom.stepper
from classroom.dual import Dual
from micrograd.engine import Value
from micrograd.graph import trace
from micrograd.nn import MLP

MODULES = (micrograd.engine, micrograd.nn, micrograd.fused, micrograd.graph, classroom.stepper, classroom.dual,
           micrograd.learn, classroom.grade, classroom.check)
PUBLIC = {name: what for module in MODULES for name, what in vars(module).items()
          if callable(what) and what.__module__ == module.__name__
          and what not in [question for *_, question in classroom.grade.QUESTIONS]}
# What refuses nothing: a comparison of any two answers, a wrapper that turns each error into words, an error, a list.
# And what draws, of which each Graphviz has its own words: test_graph.py.
REFUSE_NOTHING = {'same', 'empty', 'is_blank', 'checked', 'problem_in', 'WrongAnswer', 'askable', 'layout'}
NAMES = {**PUBLIC, 'v': Value(1.0), 'zero': Value(0.0), 'below': Value(-8.0), 'far': Value(1000.0),
         'big': sum(map(Value, range(50))), 'd': Dual(1.0)}

TABLE = """
Value()                                 | TypeError         | missing 1 required positional argument: 'data'
Value('a')                              | TypeError         | Value expects a real number, got 'a' of type str
Value(None)                             | TypeError         | Value expects a real number, got None of type NoneType
Value([1.0])                            | TypeError         | Value expects a real number, got [1.0] of type list
Value(1j)                               | TypeError         | Value expects a real number, got 1j of type complex
Value(v)                                | TypeError         | Value expects a real number, got Value(data=1.0, grad=0)
Value(1, (v,) * 3, 'f', _slopes=(5, 6)) | ValueError        | expected 3 slopes, one an input, got 2
Value(1, _slopes=(5,))                  | ValueError        | expected 0 slopes, one an input, got 1
v + 'a'                                 | TypeError         | unsupported operand type(s) for +: 'Value' and 'str'
'a' + v                                 | TypeError         | can only concatenate str (not "Value") to str
v - None                                | TypeError         | unsupported operand type(s) for -: 'Value' and 'NoneType'
None - v                                | TypeError         | unsupported operand type(s) for -: 'NoneType' and 'Value'
v * 1j                                  | TypeError         | unsupported operand type(s) for *: 'Value' and 'complex'
None * v                                | TypeError         | unsupported operand type(s) for *: 'NoneType' and 'Value'
v / 'a'                                 | TypeError         | unsupported operand type(s) for /: 'Value' and 'str'
'a' / v                                 | TypeError         | unsupported operand type(s) for /: 'str' and 'Value'
v / 0                                   | ZeroDivisionError | ** expects a base that is not 0 under the exponent -1
1 / zero                                | ZeroDivisionError | ** expects a base that is not 0 under the exponent -1
v / zero                                | ZeroDivisionError | ** expects a base that is not 0 under the exponent -1
v**'2'                                  | TypeError         | ** expects an int or float as exponent, got str
v**v                                    | TypeError         | ** expects an int or float as exponent, got Value
2**v                                    | TypeError         | unsupported operand type(s) for ** or pow(): 'int' and 'Value'
below**0.5                              | ValueError        | ** expects a base of 0 or more under the exponent 0.5, got -8.0
zero**-1                                | ZeroDivisionError | ** expects a base that is not 0 under the exponent -1
far**200                                | OverflowError     | ** expects a result that fits a float, got 1000.0 under
below.log()                             | ValueError        | log expects a number above 0, got -8.0
zero.log()                              | ValueError        | log expects a number above 0, got 0.0
far.exp()                               | OverflowError     | exp expects a number up to 709.78, got 1000.0
v.tanh(1)                               | TypeError         | takes 1 positional argument but 2 were given
v.relu(1)                               | TypeError         | takes 1 positional argument but 2 were given
v.backward(1)                           | TypeError         | takes 1 positional argument but 2 were given
v < v                                   | TypeError         | '<' not supported between instances of 'Value' and 'Value'
float(v)                                | TypeError         | must be a string or a real number, not 'Value'
v[0]                                    | TypeError         | 'Value' object is not subscriptable
v.sigmoid()                             | AttributeError    | 'Value' object has no attribute 'sigmoid'
Neuron(0)                               | ValueError        | expected 1 or more inputs of a Neuron, got 0
Neuron(2.5)                             | TypeError         | expected a whole number of inputs of a Neuron, got 2.5
Neuron('2')                             | TypeError         | expected a whole number of inputs of a Neuron, got '2'
Neuron(2)(1.0)                          | TypeError         | expected 2 inputs in a list, got 1.0
Neuron(2)(x for x in 'ab')              | TypeError         | expected 2 inputs in a list, got <generator
Neuron(2)([1.0])                        | ValueError        | Neuron expects 2 inputs, got 1
Neuron(2)([1.0, None])                  | TypeError         | unsupported operand type(s) for *: 'Value' and 'NoneType'
Layer(0, 2)                             | ValueError        | expected 1 or more inputs of a Neuron, got 0
Layer(2, -1)                            | ValueError        | expected 1 or more neurons in a Layer, got -1
Layer(2, [2])                           | TypeError         | expected a whole number of neurons in a Layer, got [2]
Layer(2, 2, relu=True)                  | TypeError         | got an unexpected keyword argument 'relu'
Layer(2, 2)([1.0])                      | ValueError        | Neuron expects 2 inputs, got 1
Layer(2, 2)(v)                          | TypeError         | expected 2 inputs in a list, got Value(data=1.0, grad=0)
MLP(2, 3)                               | TypeError         | expected the widths of the layers in a list, got 3
MLP(2, [])                              | ValueError        | expected 1 or more layers in an MLP, got 0
MLP(2, [3, 0])                          | ValueError        | expected 1 or more neurons in a Layer, got 0
MLP(2, [3, 1.0])                        | TypeError         | expected a whole number of neurons in a Layer, got 1.0
MLP(None, [1])                          | TypeError         | expected a whole number of inputs of a Neuron, got None
MLP(2, [1])(3.0)                        | TypeError         | expected 2 inputs in a list, got 3.0
MLP(2, [1])([1, 2, 3])                  | ValueError        | Neuron expects 2 inputs, got 3
FusedLayer(2, 2)([1.0])                 | ValueError        | expected 2 inputs, one a weight, got 1
FusedLayer(2, 2)(1.0)                   | TypeError         | 'float' object is not iterable
FusedLayer(2, 2)(['a', 'b'])            | TypeError         | Value expects a real number, got 'a' of type str
weighted_sums([[v]], ['a'])             | TypeError         | Value expects a real number, got 'a' of type str
weighted_sums([[v, v]], [1.0])          | ValueError        | expected 2 inputs, one a weight, got 1
weighted_sums([[v], [v]], [1.0], [v])   | ValueError        | expected 2 biases, one a row, got 1
weighted_sums([[1.0]], [1.0])           | AttributeError    | 'float' object has no attribute 'data'
trace(1.0)                              | TypeError         | expected a Value, got 1.0
trace([v])                              | TypeError         | expected a Value, got [Value(data=1.0, grad=0)]
draw_dot([v])                           | TypeError         | expected a Value, got [Value(data=1.0, grad=0)]
draw_dot(v, rankdir='up')               | ValueError        | rankdir expects 'LR', 'TB', 'RL' or 'BT', got 'up'
draw_dot(v, format='picture')           | ValueError        | unknown format: 'picture'
Steps(1.0)                              | TypeError         | expected a Value, got 1.0
Steps(big)                              | ValueError        | expected 40 values at most, got 101
watch(None)                             | TypeError         | expected a Value, got None
watch(big)                              | ValueError        | expected 40 values at most, got 101
watch(v, order=3)                       | TypeError         | 'int' object is not iterable
Dual('a')                               | TypeError         | Dual expects a real number, got 'a' of type str
Dual(1.0, None)                         | TypeError         | Dual expects a real number, got None of type NoneType
d + 'a'                                 | TypeError         | Dual expects a real number, got 'a' of type str
None * d                                | TypeError         | Dual expects a real number, got None of type NoneType
d - v                                   | TypeError         | Dual expects a real number, got Value(data=1.0
v + d                                   | TypeError         | Dual expects a real number, got Value(data=1.0
d / 0                                   | ZeroDivisionError | division by zero
d**d                                    | TypeError         | ** expects an int or float as exponent, got Dual
Dual(-8.0)**0.5                         | ValueError        | math domain error
Dual(0.0).log()                         | ValueError        | math domain error
Dual(1000.0).exp()                      | OverflowError     | math range error
softmax([])                             | ValueError        | empty
softmax([1.0])                          | AttributeError    | 'float' object has no attribute 'data'
cross_entropy([v, v], 2)                | IndexError        | expected a target below 2, got 2
cross_entropy([v, v], -1)               | IndexError        | expected a target below 2, got -1
cross_entropy([], 0)                    | IndexError        | expected a target below 0, got 0
Adam([v], beta1=1)                       | ValueError        | Adam expects to keep from 0 to less than 1, got 1 and 0.99
Adam([v], beta2=-1)              | ValueError        | Adam expects to keep from 0 to less than 1, got 0.9 and -1
Adam(v)                                 | TypeError         | object of type 'Value' has no len()
with_number(Value.__add__, v, 1j) + v   | TypeError         | unsupported operand type(s) for +: 'NotImplementedType'
node()                                  | TypeError         | missing 1 required positional argument: 'data'
Value(1, (v,), 'f', _slopes=3)          | TypeError         | object of type 'int' has no len()
v.exp(1)                                | TypeError         | takes 1 positional argument but 2 were given
v.log(1)                                | TypeError         | takes 1 positional argument but 2 were given
Module(1)                               | TypeError         | Module() takes no arguments
Module().parameters(1)                  | TypeError         | takes 1 positional argument but 2 were given
Module().zero_grad(1)                   | TypeError         | takes 1 positional argument but 2 were given
Neuron(2).parameters(1)                 | TypeError         | takes 1 positional argument but 2 were given
Layer(2, 2).parameters(1)               | TypeError         | takes 1 positional argument but 2 were given
MLP(2, [1]).parameters(1)               | TypeError         | takes 1 positional argument but 2 were given
require_one_or_more('hats', 0)          | ValueError        | expected 1 or more hats, got 0
require_one_or_more('hats', '2')        | TypeError         | expected a whole number of hats, got '2'
require_list('hats', 3)                 | TypeError         | expected hats in a list, got 3
Layer(2, 2).activations([1.0])          | ValueError        | Neuron expects 2 inputs, got 1
FusedLayer(2, 2).activations([1.0])     | ValueError        | expected 2 inputs, one a weight, got 1
FusedLayer(0, 2)                        | ValueError        | expected 1 or more inputs of a Neuron, got 0
one_or_all(v)                           | TypeError         | object of type 'Value' has no len()
weighted_sums([[v]], 1.0)               | TypeError         | 'float' object is not iterable
weighted_sums(v, [1.0])                 | TypeError         | object of type 'Value' has no len()
box(1.0)                                | AttributeError    | 'float' object has no attribute 'label'
number('a')                             | ValueError        | could not convert string to float: 'a'
describe([1.0])                         | AttributeError    | 'float' object has no attribute 'label'
formula(1, ['a'])                       | AttributeError    | 'int' object has no attribute 'isidentifier'
inline(1, 'a')                          | AttributeError    | 'int' object has no attribute 'index'
inline('<svg>', None)                   | TypeError         | expected string or bytes-like object
bare(1)                                 | AttributeError    | 'int' object has no attribute 'index'
apart(1)                                | AttributeError    | 'int' object has no attribute 'encode'
themed(1)                               | AttributeError    | 'int' object has no attribute 'replace'
Drawing(engine='hand')                  | ValueError        | unknown engine: 'hand'
draw_dot(v).pipe('svg', 'utf-8', 1)     | TypeError         | takes from 1 to 3 positional arguments but 4 were given
draw_dot(v).render(1.0)                 | TypeError         | os.PathLike object, not 'float'
few(1.0)                                | TypeError         | expected a Value, got 1.0
few(big)                                | ValueError        | expected 40 values at most, got 101
Steps(v).name(1.0)                      | ValueError        | 1.0 is not in list
Steps(v).take(below)                    | ValueError        | is not in list
Steps(v).photograph(1.0, 'a')           | ValueError        | 1.0 is not in list
Steps(v).handing_on(1.0)                | AttributeError    | 'float' object has no attribute '_prev'
Steps(v).frame(9)                       | IndexError        | list index out of range
Steps(v).picture(9)                     | IndexError        | list index out of range
short('a')                              | ValueError        | could not convert string to float: 'a'
light(1.0, 0, True)                     | AttributeError    | 'float' object has no attribute 'node'
watch(v, [1.0])                         | ValueError        | expected nodes of the graph in the order, got 1.0
watch(v, [v, below])                    | ValueError        | expected nodes of the graph in the order, got Value(data=-8.0
dual('a')                               | TypeError         | Dual expects a real number, got 'a' of type str
times('a', 'b')                         | TypeError         | can't multiply sequence by non-int of type 'str'
d.through('a', 1)                       | TypeError         | Dual expects a real number, got 'a' of type str
d.exp(1)                                | TypeError         | takes 1 positional argument but 2 were given
d.log(1)                                | TypeError         | takes 1 positional argument but 2 were given
d.tanh(1)                               | TypeError         | takes 1 positional argument but 2 were given
d.relu(1)                               | TypeError         | takes 1 positional argument but 2 were given
softmax(v)                              | TypeError         | 'Value' object is not iterable
cross_entropy([v, v], 1.5)              | TypeError         | list indices must be integers or slices, not float
cross_entropy([v, v], 'a')              | TypeError         | '<=' not supported between instances of 'int' and 'str'
cross_entropy(v, 0)                     | TypeError         | object of type 'Value' has no len()
cross_entropy([1.0, 2.0], 0)            | AttributeError    | 'float' object has no attribute 'data'
Adam([1.0]).step(0.1)                   | AttributeError    | 'float' object has no attribute 'grad'
Adam([v]).step('a')                     | TypeError         | Adam.step expects a number, got 'a' of type str
grade(1)                                | TypeError         | argument of type 'int' is not iterable
list(questions(1))                      | TypeError         | argument of type 'int' is not iterable
asks()                                  | TypeError         | missing 1 required positional argument: 'chapter'
run(Value, None, 1.0)                   | TypeError         | 'NoneType' object is not callable
classes('no.py')                        | FileNotFoundError | No such file or directory
main(['no.py'])                         | SystemExit        | 2
expect('two', 3, 2)                     | WrongAnswer            | expected 2
expect_prediction(3, [])                | WrongAnswer            | your prediction: expected a list of names, got 3
failing(1)                              | AttributeError    | 'int' object has no attribute '__name__'
planted(Value, nothing=1).__enter__()   | AttributeError    | has no attribute 'nothing'
"""
ROWS = [re.split(r' +\| ', line) for line in TABLE.strip().splitlines()]


def state():
    """Return all that is to be seen of the Values that the calls are given."""
    roots = [x for x in NAMES.values() if isinstance(x, Value)]
    return [(id(v), v.data, v.grad, v._prev, v._slopes, v.label, vars(v).copy())
            for root in roots for v in trace(root)[0]]


@pytest.mark.parametrize('call, error, words', ROWS)
def test_a_wrong_argument_is_refused_and_leaves_no_trace(call, error, words):
    before = state()
    with pytest.raises((Exception, SystemExit)) as caught:
        eval(call, dict(NAMES))
    assert type(caught.value).__name__ == error
    assert words in str(caught.value)
    assert state() == before


def test_every_public_call_is_in_the_table():
    calls = ' '.join(call for call, *_ in ROWS)
    assert {name for name in PUBLIC if not re.search(rf'\b{name}\(', calls)} == REFUSE_NOTHING
    methods = {f'{cls}.{name}': name for cls, what in PUBLIC.items() if inspect.isclass(what)
               for name, method in vars(what).items() if inspect.isfunction(method) and not name.startswith('_')}
    assert [full for full, name in methods.items() if not re.search(rf'\.{name}\(', calls)] == []


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
