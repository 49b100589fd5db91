"""The grader: full marks for right engines, the right hint for each wrong one, clear words for every accident.

How many wrong engines it fails is measured in test_grade_mutants.py.
"""
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from unittest.mock import patch

import pytest

from classroom import asking, grade
from classroom.wrong import WRONG
from micrograd import engine, nn
from micrograd.engine import Value

ORIGINAL = Path(sys.prefix) / 'original' / 'micrograd'
CLOSURES = (Path(__file__).parent / 'closure_engine.py').read_text(encoding='utf-8')
NN = Path(nn.__file__).read_text(encoding='utf-8')
PROGRAM = Path(sys.executable).with_name('micrograd-grade')


def problems(source, chapter=8):
    """Return {words: problem} for the class Value of some source, without the question that takes long."""
    space = {'__name__': 'engine'}
    exec(source, space)
    return {words: grade.problem_with(question, cls)
            for _, words, question, cls in grade.questions(space, chapter) if 'long' not in words}


def report(folder, *arguments, program=None, **environment):
    """Start the grader in a folder; return its exit status, what it prints, and its errors."""
    command = program or [sys.executable, '-m', 'classroom.grade']
    run = subprocess.run([*command, *map(str, arguments)], cwd=folder, capture_output=True, text=True, check=False,
                         env={**os.environ, **environment}, timeout=120)
    assert 'Traceback' not in run.stdout + run.stderr
    return run.returncode, run.stdout, run.stderr


# What is right.

def test_full_marks():
    said = grade.grade({'Value': Value, 'Neuron': nn.Neuron, 'MLP': nn.MLP})
    assert len(said) == len(grade.QUESTIONS) == 18 and not any(said.values())


def test_only_up_to_a_chapter():
    assert {chapter for chapter, *_ in grade.questions({'Value': Value}, 6)} == {2, 5, 6}
    assert len(grade.grade({'Value': Value}, 6)) == 8


STORED_SLOPES = """
class Value:
    __slots__ = ('data', 'grad', '_children', '_local_grads')

    def __init__(self, data, children=(), local_grads=()):
        self.data, self.grad, self._children, self._local_grads = data, 0, children, local_grads

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data + other.data, (self, other), (1, 1))

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data * other.data, (self, other), (other.data, self.data))

    __radd__, __rmul__ = __add__, __mul__

    def backward(self):
        order, seen, stack = [], set(), [(self, False)]
        while stack:
            v, done = stack.pop()
            if done:
                order.append(v)
            elif v not in seen:
                seen.add(v)
                stack += [(v, True), *((child, False) for child in v._children)]
        for v in order:
            if v._children:
                v.grad = 0
        self.grad = 1
        for v in reversed(order):
            for child, local_grad in zip(v._children, v._local_grads):
                child.grad += local_grad * v.grad
"""


def test_a_form_without_a_method_for_one_edge():
    assert set(problems(STORED_SLOPES, 6).values()) == {''}
    said = problems(STORED_SLOPES.replace('(other.data, self.data)', '(self.data, other.data)'), 5)
    assert "the slope of an input is the other factor" in said['one edge back']


def test_every_question_can_be_failed():
    class Nothing:
        def __init__(self, *data):
            self.data = 0
    said = grade.grade({'Value': Nothing, 'Neuron': Nothing, 'MLP': Nothing})
    assert all(problem.startswith('not yet') for problem in said.values())


# Hints: where the cause is known, and nowhere else.

HINTS = [
    ('overwriting', 'a number used twice', "+= and not ="),
    ('by_recursion', 'two ways to one node', "recursion without an order"),
    ('at_first_visit', 'two ways to one node', "before c has added its share"),
    ('level_by_level', 'two ways to one node', "before c has added its share"),
    ('marked_too_early', 'two ways to one node', "before c has added its share"),
    ('by_recursion', 'a long chain', "use a stack"),
    ('without_reset', 'backward twice', "inner nodes begin with what the first call has left"),
    ('slope_from_input', 'the exponential', "its result, not its input"),
    ('by_formula', 'the hyperbolic tangent', "exp expects a number up to 709.78"),
    ('by_formula', 'the hyperbolic tangent', "too large for a float there: use math.tanh"),
    ('never_off', 'the rectifier', "below 0 relu answers 0"),
    ('from_minus_one', 'two ways to one node', "begin with +1"),
    ('forgotten', 'a network', "all gradients after zero_grad()")]


@pytest.mark.parametrize('name, question, hint', HINTS)
def test_hints(name, question, hint):
    method, wrong = WRONG[name]
    with patch.object(Value if hasattr(Value, method) else nn.Module, method, wrong):
        assert hint in grade.grade({'Value': Value, 'MLP': nn.MLP})[question]


def test_every_wrong_engine_is_failed():
    assert {name for name, *_ in HINTS} == set(WRONG)


OVERWRITES, FORGETS = asking.OVERWRITES, asking.FORGETS
SLIPS = [  # what is replaced in an engine of closures, by what, which question fails first, its hint
    ("self.grad += -out.grad", "self.grad = -out.grad", 'differences', OVERWRITES),
    ("other.grad -= out.grad", "other.grad = -out.grad", 'differences', OVERWRITES),
    ("other.grad -= out.grad", "other.grad += out.grad", 'differences', "needs its minus"),
    ("(1 - out.data**2) * out.grad", "1 - out.data**2", 'the hyperbolic tangent', FORGETS),
    ("(1 - out.data**2)", "(1 - self.data**2)", 'the hyperbolic tangent', "of the result, not of x"),
    ("self.grad += out.data * out.grad", "self.grad = out.data * out.grad", 'the exponential', OVERWRITES),
    ("out.data * out.grad", "self.data * out.grad", 'the exponential', "its result, not its input"),
    ("1 / self.data * out.grad", "1 / self.data", 'the logarithm', FORGETS),
    ("self.grad += 1 / other.data", "self.grad = 1 / other.data", 'quotients', OVERWRITES),
    ("-self.data / other.data**2", "self.data / other.data**2", 'quotients', "needs its minus"),
    ("n * self.data**(n - 1)", "self.data**(n - 1)", 'powers', "the factor n"),
    ("n * self.data**(n - 1)", "n * self.data**n", 'powers', "takes one off the exponent"),
    ("if n != 0:", "if True:", 'the power 0 at 0', "where the exponent is 0, so is the slope"),
    ("math.exp(self.data), (self,)", "math.exp(self.data)", 'the exponential', "is it an input of the node?"),
    ("return Value(other) - self", "return self - other", 'differences', "this is x - 2"),
    ("return Value(other) / self", "return self / other", 'quotients', "this is x / 2"),
    ("math.tanh(self.data)", "(math.exp(2 * self.data) - 1) / (math.exp(2 * self.data) + 1)",
     'the hyperbolic tangent', "use math.tanh"),
]


@pytest.mark.parametrize('right, wrong, question, hint', SLIPS)
def test_slips_of_one_operation(right, wrong, question, hint):
    assert CLOSURES.count(right) == 1
    said = problems(CLOSURES.replace(right, wrong))
    assert next((words for words, problem in said.items() if problem), None) == question
    assert hint in said.get(question, '')


CONVERTED = "        other = other if isinstance(other, Value) else Value(other)\n"
CAUSES = [  # an engine's line, what stands there instead, the question, what is said at the end
    (CONVERTED + "        out = Value(self.data + other.data", "        out = Value(self.data + other.data",
     'plain numbers on either side', "data of a plain number is asked for: make a Value of it first"),
    (CONVERTED + "        out = Value(self.data + other.data, ",
     "        out = Value(self.data + getattr(other, 'data', other), ",
     'inside an expression', "_prev of a plain number is asked for: make a Value of it first"),
    ("    def __sub__(self, other):", "    def minus(self, other):", 'differences',
     "Value has no - yet: chapter 7 builds it"),
    ("    def __rsub__(self, other):", "    def minus(self, other):", 'differences',
     "int - Value asks for `__rsub__`: Value has none"),
    ("        out._backward = _backward\n        return out\n\n    def __mul__",
     "        out._backward = _backward\n\n    def __mul__", 'sums and products',
     "nothing came: is a `return` missing?"),
    ("        self.grad = 0\n", "        self.grad = None\n", 'two ways to one node', "    my_engine.py, line "),
    ("self.grad += 1\n", "input()\n", 'two ways to one node', "nobody can answer input()")]


@pytest.mark.parametrize('right, wrong, question, end', CAUSES)
def test_the_cause_of_an_error_is_told_where_it_is_known(right, wrong, question, end, tmp_path):
    assert CLOSURES.count(right) == 1
    file = tmp_path / 'my_engine.py'
    file.write_text(CLOSURES.replace(right, wrong))
    status, out, _ = report(tmp_path, file)
    found = re.search(rf'{question} +(not yet: .*?)(?=\nchapter)', out, re.DOTALL)[1]
    assert status == 1 and end in found.splitlines()[-1], found


def test_what_is_not_known_is_not_guessed():
    """Inner nodes that pass nothing back by default, and NumPy's numbers, whose inf / inf is nan."""
    said = problems(CLOSURES.replace("            self.grad += out.grad\n            other.grad += out.grad\n",
                                     "            pass\n"))
    assert 'slip' not in said['one edge back'] + said['two ways to one node']
    said = problems(CLOSURES.replace("math.log(self.data)", "math.log(self.data) * math.inf * 0"))
    assert said['the logarithm'].splitlines()[-1] == "    got      (nan, 2.5)"


def test_hints_do_not_depend_on_the_order_of_a_set(tmp_path):
    """Children in a set come in another order from run to run; so do the numbers of a recursion without an order."""
    file = tmp_path / 'my_engine.py'
    recursion = CLOSURES[:CLOSURES.index("        order, seen")] + (
        "        self.grad = 1\n        self.recurse()\n\n    def recurse(self):\n        self._backward()\n"
        "        for child in set(self._prev):\n            child.recurse()\n\n"
        "    def __hash__(self):\n        return hash(str(self.data))\n")
    file.write_text(recursion)
    answers = set()
    for seed in range(6):
        _, out, _ = report(tmp_path, file, 6, PYTHONHASHSEED=str(seed))
        answers.update(re.findall(r'got      (\(.*\))', out))
        assert out.count("likely slip: recursion without an order") == 2, out
    assert len(answers) > 2, "several orders were tried"


def test_a_wrong_order_is_failed_in_whatever_order_a_set_is():
    """Going back by places in memory, it is right by chance in many graphs, but not in all of the question's."""
    first_visit = CLOSURES[:CLOSURES.index("        order, seen")].replace("= children", "= set(children)") + (
        "        self.grad, stack, seen = 1, [self], set()\n        while stack:\n            node = stack.pop()\n"
        "            if node not in seen:\n                seen.add(node)\n                node._backward()\n"
        "                stack += node._prev\n")
    for _ in range(10):
        assert "before c has added its share" in problems(first_visit, 6)['two ways to one node']


# Networks.

LECTURE = """
import random
from my_engine import Value

class Neuron:
    def __init__(self, nin):
        self.w = [Value(random.uniform(-1, 1)) for _ in range(nin)]
        self.b = Value(random.uniform(-1, 1))

    def __call__(self, x):
        act = sum((wi * xi for wi, xi in zip(self.w, x)), self.b)
        return act.tanh()

    def parameters(self):
        return self.w + [self.b]

class Layer:
    def __init__(self, nin, nout):
        self.neurons = [Neuron(nin) for _ in range(nout)]

    def __call__(self, x):
        outs = [n(x) for n in self.neurons]
        return outs[0] if len(outs) == 1 else outs

    def parameters(self):
        return [p for neuron in self.neurons for p in neuron.parameters()]

class MLP:
    def __init__(self, nin, nouts):
        sz = [nin] + nouts
        self.layers = [Layer(sz[i], sz[i + 1]) for i in range(len(nouts))]

    def __call__(self, x):
        for layer in self.layers:
            x = layer(x)
        return x

    def parameters(self):
        return [p for layer in self.layers for p in layer.parameters()]
"""


@pytest.mark.parametrize('right, wrong, hints', [
    ("", "", ["chapter 10 has Neuron(nin, nonlin=True)", "every neuron ends in tanh"]),
    ("act.tanh()", "act.relu()", ["chapter 10 has", "the last layer has no ReLU"]),
    ("return act.tanh()", "return act", ["chapter 10 has", "inner neurons end in a ReLU"]),
    ("outs[0] if len(outs) == 1 else outs", "outs", ["chapter 10 has", "returns that Value itself, and no list"]),
    ("self.w + [self.b]", "self.w", ["chapter 10 has", "each neuron has a bias, too"])])
def test_the_network_of_the_lecture(right, wrong, hints, tmp_path):
    (tmp_path / 'my_engine.py').write_text(CLOSURES)
    (tmp_path / 'my_nn.py').write_text(LECTURE.replace(right, wrong))
    status, out, _ = report(tmp_path, 'my_nn.py')
    assert status == 1 and out.endswith("0 of 2 right\n")
    assert all(hint in out for hint in hints), out


@pytest.mark.parametrize('right, wrong', [
    ("range(nout)", "range(nout - 1)"), ("[nin, *nouts]", "[nin + 1, *nouts]"), ("nonlin=i < last", "nonlin=True"),
    ("nonlin=i < last", "nonlin=False"), ("self.w + [self.b]", "[self.b] + self.w"), ("self.b)", "0)"),
    ("act.relu() if self.nonlin else act", "act"), ("p.grad = 0", "pass"), ("x = layer(x)", "layer(x)"),
    ("wi * xi", "wi + xi"), ("zip(self.w, x)", "zip(self.w, x[::-1])"),
    ("for layer in self.layers:", "for layer in ():"), ("nonlin=True):", "nonlin=False):"),
    ("random.uniform(-1, 1)", "0.5")])
def test_wrong_networks_fail(right, wrong, tmp_path):
    assert right in NN
    (tmp_path / 'my_nn.py').write_text(NN.replace(right, wrong))
    status, out, _ = report(tmp_path, 'my_nn.py')
    assert status in (1, 2) and "2 of 2" not in out


# Where readers stand.

LAYOUTS = {  # a folder's files, what is graded from there, which line is the first
    "the original's": ({'micrograd/__init__.py': "", 'micrograd/engine.py': CLOSURES}, 'micrograd/engine.py', ""),
    "no __init__.py": ({'micrograd/engine.py': CLOSURES}, 'micrograd/engine.py', ""),
    "a module micrograd": ({'micrograd.py': CLOSURES}, 'micrograd.py', ""),
    "beside a wrong micrograd.py": ({'micrograd.py': "1 / 0", 'my_engine.py': CLOSURES}, 'my_engine.py', ""),
    "a relative import": ({'own/__init__.py': "", 'own/topo.py': "order = 1", 'own/engine.py':
                           "from .topo import order\n" + CLOSURES}, 'own/engine.py', ""),
    "a relative import without a package": ({'topo.py': "order = 1",
                                             'engine.py': "from .topo import order\n" + CLOSURES}, 'engine.py', ""),
    "an import from its package": ({'micrograd/__init__.py': "from micrograd.engine import Value",
                                    'micrograd/topo.py': "", 'micrograd/engine.py': "from micrograd.topo import *\n"
                                    + CLOSURES}, 'micrograd/engine.py', ""),
    "a package of another name": ({'my-grad 1.0/__init__.py': "", 'my-grad 1.0/engine.py': CLOSURES},
                                  'my-grad 1.0/engine.py', ""),
    "a package itself": ({'tiny/__init__.py': CLOSURES}, 'tiny/__init__.py', ""),
    "a network and its engine": ({'micrograd/__init__.py': "", 'micrograd/engine.py': CLOSURES, 'micrograd/nn.py': NN},
                                 'micrograd/nn.py', "on the Value of {}/micrograd/engine.py, which"),
    "beside its engine": ({'engine.py': CLOSURES, 'nn.py': NN}, 'nn.py', "on the Value of {}/engine.py, which"),
    "above its engine": ({'micrograd/engine.py': CLOSURES, 'nn.py': NN}, 'nn.py',
                         "Value of {}/micrograd/engine.py, which"),
    "its engine as a module": ({'engine.py': CLOSURES, 'nn.py': NN.replace("from micrograd.engine import Value",
                                "import engine").replace('Value', 'engine.Value')}, 'nn.py',
                               "Value of {}/engine.py, which"),
    "a network alone": ({'nn.py': NN}, 'nn.py', f"on the Value of {engine.__file__}, the book's, which is not graded")}


@pytest.mark.parametrize('layout', LAYOUTS)
@pytest.mark.parametrize('program', [[sys.executable, '-m', 'classroom.grade'], [str(PROGRAM)]])
def test_it_starts_where_readers_stand(layout, program, tmp_path):
    if not Path(program[0]).exists():
        pytest.skip("`make book` installs the command")
    files, graded, words = LAYOUTS[layout]
    for name, source in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(source)
    for folder, file in [(tmp_path, graded), ((tmp_path / graded).parent, Path(graded).name)][-len(program):]:
        status, out, err = report(folder, file, *[5] * ('nn' not in graded), program=program)
        assert (status, err) == (0, ''), out
        assert words.format(tmp_path) in out.splitlines()[0] and ('on the Value' in out) == bool(words)
    assert not list(tmp_path.rglob('__pycache__')), "nothing is left behind"


def test_the_command_is_not_fooled_by_the_present_folder(tmp_path):
    if not PROGRAM.exists():
        pytest.skip("`make book` installs the command")
    for name in ('classroom.py', 'json.py', 'math.py'):
        (tmp_path / name).write_text("1 / 0")
    (tmp_path / 'mine').mkdir()
    (tmp_path / 'mine' / 'my_engine.py').write_text(CLOSURES)
    assert report(tmp_path, 'mine/my_engine.py', program=[PROGRAM])[0] == 0


def test_a_network_over_a_wrong_engine(tmp_path):
    (tmp_path / 'engine.py').write_text(CLOSURES.replace("other.grad += out.grad", "other.grad = out.grad"))
    (tmp_path / 'nn.py').write_text(NN)
    status, out, _ = report(tmp_path, 'nn.py')
    assert "engine.py, which is not graded" in out and status in (0, 1)


def test_karpathys_package():
    if not ORIGINAL.exists():
        pytest.skip("`make test` installs micrograd 0.1.0 there")
    status, out, _ = report(ORIGINAL.parent, 'micrograd/engine.py')
    lines = out.splitlines()
    assert (status, lines[-1]) == (1, '10 of 16 right')
    lost = [line[12:42].strip() for line in lines if line.startswith('chapter') and not line.endswith(' right')]
    assert lost == ['backward twice', 'a long chain', 'the power 0 at 0', 'the exponential', 'the logarithm',
                    'the hyperbolic tangent']
    status, out, _ = report(ORIGINAL.parent, 'micrograd/nn.py')
    assert status == 0 and f"on the Value of {ORIGINAL}/engine.py, which is not graded" in out


# Accidents: a sentence that names the line, in time, never the exit status 0, and the rest is graded.

@pytest.mark.parametrize('source, chapter, words', [
    (None, 8, "my_engine.py does not exist"),
    ("class Value(:", 8, "SyntaxError: invalid syntax\n    my_engine.py, line 1: class Value(:"),
    ("x = 0\n1 / x", 8, "ZeroDivisionError: division by zero\n    my_engine.py, line 2: 1 / x"),
    ("import micrograd_of_nobody", 8, "No module named 'micrograd_of_nobody'\n    my_engine.py, line 1: import mic"),
    ("import sys; sys.exit()", 8, "SystemExit"),
    ("import os\nos._exit(0)", 8, "SystemExit: 0\n    my_engine.py, line 2: os._exit(0)"),
    ("name = input()", 8, "EOFError: EOF when reading a line\n    my_engine.py, line 1: name = input()"),
    ("\nwhile True:\n    pass", 8, "my_engine.py did not end within 3 seconds\n    my_engine.py, line"),
    ("import time\ntime.sleep(100)", 8, "did not end within 3 seconds\n    my_engine.py, line 2: time.sleep(100)"),
    ("import os\nos.kill(os.getpid(), 9)", 8, "ended Python, with status -9"),
    ("x = 1", 8, "to define one of Value (from chapter 2 on)"),
    ("from micrograd.engine import Value", 8, "itself to define"),
    (CLOSURES, 1, "expected a chapter from 2 on, got 1"),
    (NN, 8, "Neuron (from chapter 10 on)")])
def test_there_is_nothing_to_grade(source, chapter, words, tmp_path):
    file = tmp_path / 'my_engine.py'
    if source is not None:
        file.write_text(source)
    status, out, err = report(tmp_path, 'my_engine.py', chapter, '--seconds', 1)
    assert (status, out) == (2, '') and words in err


@pytest.mark.parametrize('name, words', [
    ('engine.ipynb', "engine.ipynb is a notebook: `jupyter nbconvert --to script` makes a file of it"),
    ('folder.py', "folder.py is a folder: give its engine.py or nn.py")])
def test_what_is_no_python_file(name, words, tmp_path):
    if name == 'folder.py':
        (tmp_path / name).mkdir()
    else:
        (tmp_path / name).write_text(json.dumps({'cells': []}))
    status, _, err = report(tmp_path, name)
    assert status == 2 and words in err


@pytest.mark.parametrize('line, words', [
    ("while True: pass", "it did not end within 10 seconds\n    my_engine.py, line 36: while True: pass"),
    ("import time; time.sleep(100)", "it did not end within 10 seconds\n    my_engine.py, line 36: import time"),
    ("import os; os._exit(0)", "it ended in SystemExit: 0\n    my_engine.py, line 36: import os"),
    ("import sys; sys.exit(0)", "it ended in SystemExit: 0\n    my_engine.py, line 36: import sys"),
    ("import os; os.kill(os.getpid(), 9)", "it ended Python, with status -9"),
    ("import ctypes; ctypes.string_at(0)", "it made Python crash: Segmentation fault\n    my_engine.py, line 36: im"),
    ("self.gradient += 1", "no attribute 'gradient'\n    my_engine.py, line 36: self.gradient += 1"),
    ("input()", "EOFError: EOF when reading a line\n    my_engine.py, line 36: input()")])
def test_the_rest_is_graded(line, words, tmp_path):
    folder = tmp_path / 'où'
    folder.mkdir()
    source = CLOSURES.replace("self.grad += -out.grad\n", f"{line}\n")
    assert source.splitlines()[35].strip() == line
    (folder / 'my_engine.py').write_text(source)
    status, out, err = report(folder, 'my_engine.py', 7, '--seconds', 10)
    assert (status, err) == (1, '')
    assert out.count(words) == 1 and out.endswith("11 of 12 right\n"), out


def test_what_stands_before_an_error_is_graded(tmp_path):
    (tmp_path / 'my_engine.py').write_text(CLOSURES + "\nValue(2.0).sigmoid()\n")
    status, out, _ = report(tmp_path, 'my_engine.py', 6)
    assert status == 1 and out.endswith("8 of 8 right\n")
    assert "It ends in AttributeError: 'Value' object has no attribute 'sigmoid'\n    my_engine.py, line 132" in out


def test_ctrl_c(tmp_path):
    (tmp_path / 'my_engine.py').write_text(CLOSURES.replace("self.grad += 1\n", "while True: pass\n"))
    command = [sys.executable, '-m', 'classroom.grade', 'my_engine.py']
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        while 'a number used twice' not in process.stdout.readline():
            pass
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130 and err == '' and out.endswith("stopped\n")


def test_prints_do_not_mix_with_the_report(tmp_path):
    (tmp_path / 'my_engine.py').write_text(CLOSURES.replace(
        "self.grad += 1\n", "self.grad += 1; print('{}' * 100_000); import os; os.system('echo {}')\n"))
    status, out, err = report(tmp_path, 'my_engine.py', 6)
    assert (status, err) == (0, '') and len(out) < 1000 and '{' not in out


def test_an_nn_file_is_graded_where_there_are_no_other_processes(tmp_path, capsys, monkeypatch):
    """As in the page. What this process has imported is put back."""
    monkeypatch.setattr(sys, 'platform', 'emscripten')
    for name, source in ('engine.py', CLOSURES), ('nn.py', NN):
        (tmp_path / name).write_text(source)
    path, modules = sys.path.copy(), sys.modules.copy()
    assert grade.main([str(tmp_path / 'nn.py')]) == 0
    assert f"on the Value of {tmp_path / 'engine.py'}" in capsys.readouterr().out
    assert sys.path == path and sys.modules['micrograd.engine'] is modules['micrograd.engine'] is engine
    assert grade.main([str(tmp_path / 'engine.py'), '6']) == 0
    shutil.rmtree(tmp_path)
