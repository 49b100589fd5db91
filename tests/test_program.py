"""Program: the engine's numbers, its text, what it refuses, growth, and that it is freed. What is quick comes first."""
import ast
import contextlib
import gc
import math
import random
import re
import resource
import runpy
import sys
import weakref
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

import pytest

from micrograd import program
from micrograd.engine import Value
from micrograd.fused import FusedLayer, weighted_sums
from micrograd.nn import MLP
from micrograd.program import Program

pytest.importorskip('wasmtime', reason="wasmtime runs the programs")

# What the program computes as the engine does, bit for bit ...
EXACT = [lambda x, y: x + y, lambda x, y: x * y, lambda x, y: x - y, lambda x, y: 2 - x, lambda x, y: -x,
         lambda x, y: 3 * x, lambda x, y: x - 0.5, lambda x, y: x.relu(), lambda x, y: x**2, lambda x, y: x**1,
         lambda x, y: weighted_sums([[x, y, x]], [y, 2, x])[0],
         lambda x, y: weighted_sums([[x, y]], [1, y], [x], relu=True)[0]]
# ... and what in all digits but the last few.
ALL = [*EXACT, lambda x, y: x.tanh(), lambda x, y: x.exp(), lambda x, y: x.log(), lambda x, y: x / y,
       lambda x, y: 1 / x, lambda x, y: x / 4, lambda x, y: x**0, lambda x, y: x**3, lambda x, y: x**-1,
       lambda x, y: x**-2, lambda x, y: x**11, lambda x, y: x**16,
       lambda x, y: x**17, lambda x, y: x**20, lambda x, y: x**0.5, lambda x, y: x**-0.5,
       lambda x, y: x**1.5]
ORDINARY = [1.0, 2.0, 0.5, -1.0, -0.3, 3.7, -2.5, 0.01, 1.2, -4.0, 0.9, 7.0]
AWKWARD = [0.0, -0.0, 1.0, -2.0, 0.7, 1e8, 1e-8, -20.0, 1e90, -1e-90, 1e300, 5e-324, math.inf, -math.inf, math.nan,
           0, 3, -1]


def random_graph(rng, operations, numbers):
    """Return three leaves and a result; what the engine refuses is left out."""
    values = [Value(rng.choice(numbers)) for _ in range(3)]
    leaves = values[:]
    for _ in range(rng.randint(1, 12)):
        with contextlib.suppress(ValueError, ZeroDivisionError, OverflowError):
            values.append(rng.choice(operations)(rng.choice(values), rng.choice(values)))
    return leaves, sum(values[3:], values[0] * 1)


def same(one, other, tolerance):
    if math.isnan(one) or math.isnan(other):
        return math.isnan(one) and math.isnan(other)
    return one == other or math.isclose(one, other, rel_tol=tolerance, abs_tol=tolerance)


def by_both(leaves, result):
    """Return result and gradients by the engine, and by a program."""
    result.backward()
    by_engine = [result.data, *(v.grad for v in leaves)]
    for v in leaves:
        v.grad = 0
    total = Program(result, leaves).run()
    return by_engine, [total, *(v.grad for v in leaves)]


def test_parameters_are_read_at_each_run_and_constants_frozen():
    a, k = Value(2.0), Value(3.0)
    compiled = Program(a * k, [a])
    a.data, k.data = 5.0, 100.0
    assert compiled.values() == [15.0] and compiled.run() == 15.0 and a.grad == 3.0


def test_leaves_come_in_any_collection_and_once():
    a, x = Value(2.0), Value(3.0)
    assert Program(a * x, iter([a]), iter([x])).run([[4.0]]) == 8.0 and a.grad == 4.0
    with pytest.raises(ValueError, match='^Program expects leaves, and each of them once$'):
        Program(a * x, [a, x], [x])


def test_more_rows_than_there_is_memory_for():
    a, x = Value(2.0), Value(0.0)
    compiled = Program(a * x, [a], [x])
    rows = [[float(i)] for i in range(2 * compiled.batch + 1)]
    assert compiled.run(rows) == 2 * sum(range(len(rows))) and a.grad == sum(range(len(rows)))
    assert compiled.values(rows) == [2.0 * i for i in range(len(rows))]


def test_the_text_is_python():
    a, b, c = Value(2.0), Value(3.0), Value(-10.0)
    text = str(Program(a * b + c, [a, b, c]))
    assert text.splitlines() == ['v3 = v0 * v1', 'v4 = v3 + v2', 'g4 += 1', 'g3 += g4', 'g2 += g4',
                                 'g0 += g3 * v1', 'g1 += g3 * v0']
    names = {'v0': 2.0, 'v1': 3.0, 'v2': -10.0, **dict.fromkeys(['g0', 'g1', 'g2', 'g3', 'g4'], 0)}
    exec(text, names)
    assert [names[name] for name in ('v4', 'g0', 'g1', 'g2')] == [-4.0, 3.0, 2.0, 1]


def test_a_sum_of_nothing():
    for relu in (False, True):
        a = Value(2.0)
        by_engine, by_program = by_both([a], weighted_sums([[]], [], [Value(3.0)], relu=relu)[0] * a)
        assert by_engine == by_program == [6.0, 3.0]


def test_a_long_sum_whose_operands_lie_anywhere():
    w = [Value(float(i)) for i in range(1000)]
    by_engine, by_program = by_both(w, weighted_sums([w], w[::-1])[0])
    assert by_engine == by_program


def test_the_graph_is_freed():
    class Watched(Value):  # which a weak reference may point to
        pass
    a = Value(2.0)
    inner = Watched(3.0, (a,), '**1', _slopes=(1,))
    compiled, watch = Program(inner * 2, [a]), weakref.ref(inner)
    del inner
    gc.collect()
    assert watch() is None and compiled.run() == 4.0


def test_a_result_that_is_a_leaf_or_constant():
    a, x = Value(2.0), Value(3.0)
    assert Program(a, [a]).run() == 2.0 and a.grad == 1
    assert Program(x, [a], [x]).run([[5.0], [6.0]]) == 11.0 and a.grad == 1
    assert Program(Value(7.0) * 2, [a]).run() == 14.0 and a.grad == 1
    assert Program(a * x, [a], [x]).run([]) == 0


def test_sums_become_loops_where_operands_lie_side_by_side():
    w, x = [Value(float(i)) for i in range(20)], [Value(0.5 * i) for i in range(20)]
    assert str(Program(weighted_sums([w], x)[0], w, x)).splitlines() == [
        's = 0.0', 'for i in range(20): s = s + v[0 + 1 * i] * v[20 + 1 * i]', 'v40 = s', 'g40 += 1',
        'for i in range(20): g[0 + 1 * i] += g40 * v[20 + 1 * i]']  # and nobody reads the gradients of x
    text = str(Program(weighted_sums([w[::2]], x[:10], relu=True)[0], w, x))
    assert 'v[0 + 2 * i] * v[20 + 1 * i]' in text and '\nif v40:\n    for i in range(10): g[0 + 2 * i] += ' in text
    assert str(Program(weighted_sums([w], x)[0], w + x)).endswith(
        '\nfor i in range(20): g[20 + 1 * i] += g40 * v[0 + 1 * i]')
    by_engine, by_program = by_both(w + x, weighted_sums([[w[0], w[1], w[5], w[2]]], x[:4], [w[3]], relu=True)[0])
    assert by_engine == by_program  # and where they do not


def test_operands_get_places_side_by_side_if_they_can():
    w, x = [Value(0.5 + i) for i in range(12)], Value(3.0)
    h = [x * float(i) for i in range(8)]
    text = str(Program(weighted_sums([w[4:]], h)[0] + weighted_sums([w[:4]], h[4:])[0], w, [x]))
    assert 'range(4): s = s + ' in text and 'range(8): s = s + ' in text  # the long row got its places first
    both = weighted_sums([h[:3]], [x + float(i) for i in range(3)])[0]
    assert str(Program(both, [], [x])).count('for i in range(3)') == 3  # forward, and back both ways
    text = str(Program(weighted_sums([w[:3]], [x] * 3)[0], w, [x]))
    assert 'range(3): s = s + v[0 + 1 * i] * v[12 + 0 * i]' in text
    text = str(Program(weighted_sums([w[2::-1]], [x] * 3)[0], w, [x]))
    assert 'range' not in text and 's = s + v2 * v12\ns = s + v1 * v12\ns = s + v0 * v12' in text


def test_the_text_of_powers_and_constants():
    assert [program.power(n) for n in (0, 1, 16, 17, 18, 0.5, 1.5, -1, -0.5)] == [
        '1', 'a', ' * '.join('a' * 16), 'copysign(exp(17 * log(abs(a))), a)', 'exp(18 * log(abs(a)))',
        'sqrt(0 + a)', 'exp(1.5 * log(a))', '1 / (a)', '1 / (sqrt(0 + a))']
    a = Value(2.0)
    assert str(Program(a**3 * -2, [a])).splitlines() == [
        'v1 = v0 * v0 * v0', 'v2 = v1 * -2.0', 'g2 += 1', 'g1 += g2 * -2.0', 'g0 += g1 * (3.0 * (v0 * v0))']
    assert 'v1 = v0 * v4' in str(Program(a * Value(math.inf) * 3, [a]))  # which Python has no literal for


@pytest.mark.parametrize('attempt, error, words', [
    (lambda a, y: Program(3.0, [a]), TypeError, ['Values', '3.0']),
    (lambda a, y: Program(y, [1.0]), TypeError, ['Values', '1.0']),
    (lambda a, y: Program(y, [y]), ValueError, ['leaves']),
    (lambda a, y: Program(y, [a], [a]), ValueError, ['leaves', 'once']),
    (lambda a, y: Program(Value(1.0, (a,), 'cube', _slopes=(3,)), [a]), TypeError, ["'cube'"]),
    (lambda a, y: Program(y, [], [a]).run(), ValueError, ['rows of length 1', 'got ()']),
    (lambda a, y: Program(y, [], [a]).values([[1.0], [1.0, 2.0]]), ValueError, ['rows of length 1', '[1.0, 2.0]']),
    (lambda a, y: Program(y, [], [a]).values([3.0]), ValueError, ['rows of length 1', '3.0']),
    (lambda a, y: Program(Value(3.0, (a, a, a), '+', _slopes=(1, 1, 1)), [a]), TypeError, ["'+'"]),
    (lambda a, y: Program(Value(3.0, (a, a), 'w·x + b', _slopes=(1, 1)), [a]), TypeError, ["'w·x + b'"]),
    *((lambda a, y, op=op: Program(Value(3.0, (a,), op, _slopes=(1,)), [a]), TypeError, [f"engine, got {op!r}"])
      for op in ('**', '**cube', '**1/0', '**inf', '**True', '**nan', 'of3', '*')),
    (lambda a, y: Program(y, [], [a]).run([{2.0}]), ValueError, ['rows of length 1', '{2.0}']),
    (lambda a, y: Program(y, []).run([(x for x in [])]), ValueError, ['rows of length 0', 'generator']),
    (lambda a, y: Program(y, [], [a]).values([['1']]), TypeError, ['numbers', 'not a float']),
])
def test_wrong_input_is_refused(attempt, error, words):
    a = Value(2.0)
    with pytest.raises(error) as caught:
        attempt(a, a * a)
    assert all(word in str(caught.value) for word in words), str(caught.value)


def test_an_operation_with_a_backward_of_its_own_is_refused():
    a = Value(2.0)
    y = a * a
    y._backward = lambda: None
    with pytest.raises(TypeError, match=r"'\*'"):
        Program(y, [a])

    class Deaf(Value):
        def _backward(self):
            pass
    b, x = Value(1.0), Value(3.0)
    for op, inputs in (('*', (a, x)), ('w·x + b', (b, a, x)), ('ReLU(w·x + b)', (b, a, x)), ('**2', (a,))):
        with pytest.raises(TypeError, match=re.escape(repr(op))):
            Program(Deaf(6.0, inputs, op, _slopes=(1,) * len(inputs)), [a])


def test_without_wasmtime_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, 'wasmtime', None)
    a = Value(2.0)
    with pytest.raises(ImportError, match='pip install wasmtime$'):
        Program(a * a, [a])


@pytest.mark.parametrize('n, code', [(0, '00'), (63, '3f'), (64, 'c000'), (127, 'ff00'), (128, '8001'), (300, 'ac02'),
                                     (-1, '7f'), (-64, '40'), (-65, 'bf7f'), (624485, 'e58e26')])
def test_an_integer_in_groups_of_seven_bits(n, code):
    assert program.integer(n, signed=True).hex() == code


@pytest.mark.parametrize('n, code', [(0, '00'), (127, '7f'), (128, '8001'), (300, 'ac02'), (624485, 'e58e26')])
def test_an_unsigned_integer(n, code):
    assert program.integer(n).hex() == code


@pytest.mark.parametrize('text, takes, function', [
    ('s = v1\nv2 = s', '',
     ('', '', 'if', 'i32.const 0 f64.load 8 local.set 1 i32.const 0 local.get 1 f64.store 16')),
    ('g2 += g1', '',
     ('', '', 'i', 'i32.const 0 i32.const 0 f64.load 48 i32.const 0 f64.load 40 Add f64.store 48')),
    ('y = x\nreturn -y', 'x', ('f', 'f', 'if', 'local.get 0 local.set 2 local.get 2 USub'))])
def test_a_function_is_its_types_and_instructions(text, takes, function):
    assert program.Compiler(4).function(ast.parse(text).body, takes) == function


def test_the_platform_decides_which_machine_it_is(monkeypatch):
    assert program.Machine is program.Wasmtime
    monkeypatch.setattr(sys, 'platform', 'emscripten')
    assert runpy.run_path(program.__file__)['Machine'].__name__ == 'Browser'


def test_the_machine_of_the_browser_does_the_same(monkeypatch):
    class Floats:  # as JavaScript's Float64Array, in Pyodide
        def __init__(self, view):
            self.view = view

        def subarray(self, start, stop):
            return Floats(self.view[start:stop])

        def assign(self, data):
            self.view[:] = data

        def to_py(self):
            return self.view

    def instance(code):
        machine = program.Wasmtime(code)
        calls = {name: partial(machine.call, name) for name in ('values', 'run')}
        buffer = memoryview(machine.memory).cast('B').cast('d')
        return SimpleNamespace(exports=SimpleNamespace(memory=SimpleNamespace(buffer=buffer), **calls))
    Floats.new = Floats
    compiler = SimpleNamespace(Module=SimpleNamespace(new=bytes), Instance=SimpleNamespace(new=instance))
    monkeypatch.setitem(sys.modules, 'js', SimpleNamespace(Float64Array=Floats, WebAssembly=compiler))
    monkeypatch.setitem(sys.modules, 'pyodide.ffi', SimpleNamespace(to_js=bytes))
    monkeypatch.setitem(sys.modules, 'pyodide', SimpleNamespace())
    monkeypatch.setattr(program, 'Machine', program.Browser)
    a, x = Value(2.0), Value(0.0)
    compiled = Program(a * x, [a], [x])
    assert compiled.values([[3.0], [4.0]]) == [6.0, 8.0] and compiled.run([[3.0], [5.0]]) == 16.0 and a.grad == 8.0


def test_a_graph_that_is_too_large_is_refused(monkeypatch):
    a, x = Value(2.0), [Value(0.0) for _ in range(9000)]
    assert program.PAGES * 65_536 == 2**32  # as far as an address of 32 bits goes
    compiled = Program(weighted_sums([x], [a] * 9000)[0], [a], x)
    assert compiled.values([[1.0] * 9000]) == [18_000.0] and len(compiled.machine.memory) == 5 * 65_536
    monkeypatch.setattr(program, 'PAGES', 5)
    Program(weighted_sums([x], [a] * 9000)[0], [a], x)
    monkeypatch.setattr(program, 'PAGES', 3)
    with pytest.raises(ValueError, match='at most 3 pages, needs 5'):
        Program(weighted_sums([x], [a] * 9000)[0], [a], x)


def test_a_float_behind_a_full_page_gets_a_page():
    a, x, *others = [Value(1.0) for _ in range(9 * 4096 - 5001)]
    compiled = Program(a, [a, *others], [x])
    assert compiled.results + compiled.batch == 9 * 8192 + 1 and len(compiled.machine.memory) == 10 * 65_536


def test_a_function_takes_numbers_in_order():
    machine = program.Machine(program.module([('ff', 'f', '', 'local.get 0 local.get 1 Sub')], {'f': 0}))
    assert machine.call('f', 5.0, 3.0) == 2.0


def test_a_module_reaches_its_own_memory_only():
    for code in ('f64.load 65536', 'f64.load 4294967295'):  # one float behind the end, and as far as an address goes
        machine = program.Machine(program.module([('', 'f', '', f'i32.const 0 {code}')], {'read': 0}))
        with pytest.raises(Exception, match='out of bounds'):
            machine.call('read')


def exact_graph(seed, leaves):
    """Return a graph on these leaves: the same for a seed, and with parts that depend on the first three alone."""
    rng, values = random.Random(-seed - 1), [*leaves]
    for _ in range(12):
        values.append(rng.choice(EXACT)(rng.choice(values), rng.choice(values)))
    return sum(values[len(leaves):], leaves[0] * leaves[0])


@pytest.mark.parametrize('rows', [1, 7])
def test_values_and_gradients_are_the_engines_bit_for_bit(rows):
    for seed in range(200):
        rng = random.Random(seed)
        parameters, inputs = [Value(rng.uniform(-1, 1)) for _ in range(3)], [Value(0.3), Value(-0.4)]
        data = [[rng.uniform(-1, 1), rng.uniform(-1, 1)] for _ in range(rows)]
        compiled = Program(exact_graph(seed, parameters + inputs), parameters, inputs)
        losses = []
        for p in parameters:
            p.grad = 0.1  # to which all rows add, one after the other
        for row in data:
            loss = exact_graph(seed, [*parameters, *map(Value, row)])
            loss.backward()
            losses.append(loss.data)
        by_engine = [p.grad for p in parameters]
        for p in parameters:
            p.grad = 0.1
        assert compiled.values(data) == losses and compiled.run(data) == sum(losses), seed
        assert [p.grad for p in parameters] == by_engine, seed


def with_rules(operation, *rules):
    """Return the value and the gradient of an operation at 0.75, by a program with these rules."""
    x = Value(0.75)
    with patch.dict(program.RULES, {operation: rules}):
        return Program(getattr(x, operation)(), [x]).run(), x.grad


@pytest.mark.parametrize('slope, gradient', [
    ('1', 1), ('v', 0.75), ('v + 1', 1.75), ('v - v', 0), ('2', 2), ('-a', -0.75)])
def test_what_is_passed_back_is_the_gradient_times_the_slope(slope, gradient):
    assert with_rules('tanh', 'a', slope) == (0.75, gradient)


@pytest.mark.parametrize('rule, unknown', [
    ('1 / (1 + math.exp(-a))', 'such Attribute'), ('not a', 'such Not'), ('+a', 'such UAdd'), ('a ** 2', 'such Pow'),
    ('a > 0', 'such Gt'), ('a == 0', 'such Eq'), ('a // 2', 'such FloorDiv'), ('a and 2', 'such BoolOp'),
    ('0 < a < 1', 'such Compare'), ('exp(a, base=2)', 'such Call'), ('(a, 2)', 'such Tuple'), ('[a]', 'such List'),
    ('sinh(a)', "instruction 'sinh'"), ('w', "instruction 'w'"), ('a + nan', "instruction 'nan'"),
    ('True * a', "instruction 'True'")])
def test_what_the_compiler_does_not_know_is_named(rule, unknown):
    with pytest.raises(ValueError, match=f'(the compiler knows no |unknown ){unknown}$'):
        with_rules('tanh', rule, '1')


@pytest.mark.parametrize('text, word', [('local.get 0 f64.mul', 'f64.mul'), ('local.get 0, Add', '0,'), ('x', 'x'),
                                        ('f64.const e', 'e'), ('i32.const 1.5', '1.5')])
def test_an_unknown_instruction_is_named(text, word):
    with pytest.raises(ValueError, match=f"^unknown instruction '{word}'$"):
        program.assemble(text)


@pytest.mark.parametrize('n', [-20, -17, -0.5, 0, 0.5, 1, 2, 2.7, 16, 17, 20])
def test_a_power(n):
    for at in (-1.5, 0.3, 2.0)[n % 1 > 0:]:
        by_engine, by_program = by_both([x := Value(at)], x**n)
        assert by_program == pytest.approx(by_engine, rel=1e-12)


@pytest.mark.parametrize('layer', [None, FusedLayer])
def test_rows_are_as_graphs_built_anew(layer):
    random.seed(1)
    model = MLP(2, [5, 4, 1], **({'layer': layer} if layer else {}))
    rows = [[random.uniform(-1, 1), random.uniform(-1, 1), random.choice([-1.0, 1.0])] for _ in range(1100)]

    def hinge(x, y, target):
        return (1 + -1 * target * model([x, y])).relu()
    losses = []
    for row in rows:
        loss = hinge(*map(Value, row))
        loss.backward()
        losses.append(loss.data)
    by_engine = [p.grad for p in model.parameters()]
    inputs = [Value(0.0), Value(0.0), Value(0.0)]
    compiled = Program(hinge(*inputs), model.parameters(), inputs)
    model.zero_grad()
    assert compiled.run(rows) == sum(losses) and [p.grad for p in model.parameters()] == by_engine
    assert compiled.values(rows) == losses and [p.grad for p in model.parameters()] == by_engine  # untouched
    compiled.run(rows)
    assert all(math.isclose(p.grad, 2 * g, abs_tol=1e-12) for p, g in zip(model.parameters(), by_engine))


@pytest.mark.parametrize('name, at', [('exp', [0, 1, -745.2, 709.7, 1e-300, 710, 1e300, -1e300, math.inf, -math.inf]),
                                      ('log', [1, 0.5, 5e-324, 1e-310, 1.7e308, 1 - 2**-53, 0, math.inf, -1]),
                                      ('tanh', [0, 0.55, -0.55, 5e-324, 20, -400, math.inf, -math.inf])])
def test_functions_are_within_four_units_of_the_last_place(name, at):
    def right(x):
        try:
            return getattr(math, name)(x)
        except OverflowError:
            return math.inf
        except ValueError:
            return -math.inf if x == 0 else math.nan
    rng = random.Random(2)
    at = [*at, math.nan, *(rng.uniform(-3, 3) for _ in range(2000)), *(rng.uniform(-700, 700) for _ in range(2000))]
    x = Value(1.0)
    for number, value in zip(at, Program(getattr(x, name)(), [], [x]).values([[number] for number in at])):
        expected = right(number)
        assert same(value, expected, 0) or abs(value - expected) <= 4 * math.ulp(expected), (number, value, expected)


@pytest.mark.parametrize('seed', range(20))
def test_a_program_leaves_alone_what_is_not_its_own(seed):
    leaves, result = random_graph(random.Random(seed), ALL, ORDINARY)
    functions, module = [], program.module
    with patch.object(program, 'module', lambda made, *rest: functions.extend(made) or module(made, *rest)):
        compiled = Program(result, leaves[:1], leaves[1:])
    memory, end = compiled.machine.memory, compiled.results + compiled.batch
    behind = len(memory) // 8 - end
    compiled.machine.write(end, [7.0] * behind)
    compiled.run([[v.data for v in leaves[1:]]] * compiled.batch)
    assert behind > 0 and [*compiled.machine.read(end, behind)] == [7.0] * behind
    reached = [int(place) for *_, text in functions for place in re.findall(r'f64.(?:load|store) (\d+)', text)]
    assert 0 < max(reached) < 8 * end


def chain(n):
    a, b = Value(0.5), Value(1.25)
    y = a
    for i in range(n):
        y = y * a + b if i % 2 else (y + b).tanh()
    return y, [a, b]


def test_size_grows_with_the_graph():
    sizes = []
    for n in (1000, 10_000):
        y, leaves = chain(n)
        compiled = Program(y, leaves)
        assert compiled.values() == [pytest.approx(y.data)]
        sizes.append(len(compiled.code))
    assert math.log10(sizes[1] / sizes[0]) < 1.1


def test_programs_are_freed():
    a = Value(2.0)

    def used():
        gc.collect()
        return int(Path('/proc/self/statm').read_text().split()[1]) * resource.getpagesize()
    for i in range(1000):
        Program(a * a + a, [a]).run()
        if i == 200:
            before = used()
    assert used() - before < 10_000_000  # bytes: 800 programs, each with pages of its own, and its code


@pytest.mark.parametrize('operations, numbers, tolerance', [
    (EXACT, ORDINARY, 0), (EXACT, AWKWARD, 0), (ALL, ORDINARY, 1e-9), (ALL, AWKWARD, 1e-9)])
@pytest.mark.parametrize('cut', [2000, 5])
def test_random_graphs(monkeypatch, operations, numbers, tolerance, cut):
    monkeypatch.setattr(program, 'CHUNK', cut)
    for seed in range(100):
        leaves, result = random_graph(random.Random(seed), operations, numbers)
        by_engine, by_program = by_both(leaves, result)
        assert all(same(x, y, tolerance) for x, y in zip(by_engine, by_program)), (seed, by_engine, by_program)
        values = Program(result, leaves[:1], leaves[1:]).values([[v.data for v in leaves[1:]]] * 2)
        assert all(same(value, by_program[0], 0) for value in values)
