"""Programs written for Karpathy's micrograd: they get its answers, but for the differences that the README names."""
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from classroom.chapters import SOURCE
from micrograd.engine import Value

ORIGINAL = Path(sys.prefix) / 'original'
ROOT = Path(__file__).parents[1]

SAME = {
    "a network": "MLP(2, [3, 3, 1])([1, 2])",
    "inputs from a generator": "Neuron(2)(x for x in (1.0, 2.0))",
    "inputs from map": "Neuron(2)(map(float, '12'))",
    "inputs from an array": "MLP(2, [3, 1])(np.array([1.0, 2.0]))",
    "inputs from a set of Values": "len(trace(Neuron(2)({Value(1.0), Value(2.0)}))) > 5",
    "a function among the layers": "calling(MLP(2, [3, 1]), lambda y: y.tanh2())",
    "a function in the middle": "calling(MLP(2, [3]), lambda ys: [y * 2 for y in ys])",
    "a Module of one's own": "calling(MLP(2, [3]), Doubled())",
    "a Layer with a call of its own": "calling(MLP(2, [3]), Loud(3, 2))",
    "its parameters": "len(Layer(2, 2).parameters() + Doubled().parameters())",
    "children in a set": "by_hand(Value(9.0, {a}, 'x'))",
    "children in a generator": "by_hand(Value(9.0, (v for v in [a]), 'x'))",
    "children that are assigned": "by_hand(with_children(Value(9.0), {a}))",
    "the children, as a set": "set((a * b)._prev) == {a, b} and set((a + a)._prev) == {a}",
    "a weak reference": "weakref.ref(a)() is a",
    "one's own attributes": "[vars(a)[name] for name in ('data', 'grad', '_op')]",
    "an integer": "Value(3)",
    "a fraction": "(Value(Fraction(1, 3)) * 3).data",
    "a number of NumPy": "float((Value(np.float64(2.0)) * np.float32(3.0)).data)",
    "a leaf's backward": "passed(a, 1)",
    "one backward": "passed(a * b + a, 1)",
    "operations": "[(a + b)._op, (a * b)._op, (a**2)._op, a.relu()._op]",
}
DIFFERENT = {  # what the original answers, what this one does
    "a second backward": ("passed((a * 2) * b, 2)", 3 * 2 * 3.0, 2 * 2 * 3.0),
    "a leaf's second backward": ("passed(a, 2)", 1, 2),
    "more inputs than weights": ("len([Neuron(2)([1, 2, 3])])", 1, "ValueError"),
    "data changed after the operation": ("changed(a)", 123.0, 96.0),
    "children equal to a set": ("(a * b)._prev == {a, b}", True, False),
    "an array of one number": ("bool(Value(np.array(2.0)).data == 2)", True, "TypeError"),
    "a truth value of NumPy": ("bool(Value(np.bool_(True)).data == 1)", True, "TypeError"),
    "a decimal": ("Value(Decimal(2)).data == 2", True, "TypeError"),
    "what a Value holds": ("'_backward' in vars(a)", True, False),
    "the graph of a difference": ("len(trace(a - 2))", 3, 5),
    "an infinite gradient": ("repr(infinite(a))", "nan", "0"),
    "a power of 0 at 0": ("passed(Value(0.0)**0, 1) == 0", "ZeroDivisionError", True),
    "a root of a negative number": ("abs((Value(-4.0)**0.5).data)", 2, "ValueError"),
    "an unknown number": ("unknown()", 0, 1),
}
PROGRAM = """
import json, random, sys, weakref
from decimal import Decimal
from fractions import Fraction
import numpy as np
from micrograd.engine import Value
from micrograd.nn import MLP, Layer, Module, Neuron

def tanh2(self):
    return self * 2
Value.tanh2 = tanh2

class Doubled(Module):
    def __call__(self, xs):
        return [x * 2 for x in xs]

class Loud(Layer):
    def __call__(self, x):
        return [10 * y for y in super().__call__(x)]

def calling(model, layer):
    model.layers.append(layer)
    return model([1.0, 2.0])

def trace(v):
    found = [v]
    for node in found:
        found += [child for child in node._prev if child not in found]
    return found

def with_children(v, children):
    v._prev = children
    return v

def by_hand(v):
    [child] = v._prev
    def _backward():
        child.grad += 6 * v.grad
    v._backward = _backward
    return passed(2 * v, 1)

def passed(v, times):
    for _ in range(times):
        v.backward()
    return a.grad

def changed(x):
    f = x**3
    f.backward()
    x.data = 5.0
    f.backward()
    return x.grad - (f.data != 64)

def infinite(x):
    y = ((x * 0 + 1e200) * 1e200) * 1e200
    return passed(x * 0 * y, 1)

def unknown():
    x = Value(float('nan'))
    x.relu().backward()
    return x.grad + 0

answers = {}
for name, code in json.loads(sys.stdin.read()).items():
    random.seed(1)
    a, b = Value(4.0), Value(3.0)
    try:
        answers[name] = eval(code)
    except Exception as error:
        answers[name] = type(error).__name__
print(json.dumps(answers, default=repr))
"""


@pytest.fixture(scope='module')
def answers():
    """Return what the original answers, and what this library does: {name: answer} twice."""
    if not ORIGINAL.exists():
        pytest.skip("`make test` installs micrograd 0.1.0 there")
    codes = SAME | {name: code for name, (code, *_) in DIFFERENT.items()}
    found = []
    for place in ORIGINAL, SOURCE:
        run = subprocess.run([sys.executable, '-c', PROGRAM], input=json.dumps(codes), capture_output=True, text=True,
                             check=False, env={**os.environ, 'PYTHONPATH': str(place)})
        assert run.returncode == 0, run.stderr
        found.append(json.loads(run.stdout))
    return found


@pytest.mark.parametrize('name', SAME)
def test_a_program_gets_the_answer_of_the_original(name, answers):
    theirs, ours = (found[name] for found in answers)
    assert ours == theirs and 'Error' not in str(ours)


@pytest.mark.parametrize('name', DIFFERENT)
def test_what_differs_is_known(name, answers):
    assert tuple(found[name] for found in answers) == DIFFERENT[name][1:]


def test_a_tensor_is_no_number():
    torch = pytest.importorskip('torch')
    with pytest.raises(TypeError, match="expects a real number, got tensor"):
        Value(torch.tensor(2.0))
    assert Value(torch.tensor(2.0).item()).data == 2
