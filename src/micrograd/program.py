"""The graph as a program: lines of Python, compiled to WebAssembly."""
import ast
import math
import re
import struct
import sys
from array import array
from contextlib import suppress
from fractions import Fraction
from itertools import chain

from micrograd.engine import Value
from micrograd.fused import RELU_OF_SUM, SUM

# What an operation computes from its inputs a and b, and its slope for each of these; v
# is the result.
RULES = {'+': ('a + b', '1', '1'), '*': ('a * b', 'b', 'a'),
         'exp': ('exp(a)', 'v'), 'log': ('log(a)', '1 / a'),
         'tanh': ('tanh(a)', '1 - v * v'), 'ReLU': ('max(a, 0)', 'v != 0')}
SUMS = {SUM: 's', RELU_OF_SUM: 'max(s, 0)'}  # s is the sum


def rules(node):
    """Return the rule of a node, and those of its slopes, unless it is a weighted sum.

    TypeError if its operation is not one of the engine's.
    """
    op, count = node._op, len(node._prev)
    found = (SUMS[op],) if op in SUMS else RULES.get(op, ())
    if op.startswith('**'):
        with suppress(ValueError, ArithmeticError):  # the rest may be no number
            n = float(Fraction(op[2:]))
            found = power(n), f'{n} * ({power(n - 1)})' if n else '0'
    fits = count % 2 == 1 if op in SUMS else len(found) == 1 + count
    ours = getattr(node._backward, '__func__', None) is Value._backward
    if not (fits and ours):
        raise TypeError(f"Program expects operations of the engine, got {op!r}")
    return found


def power(n):
    """Return what computes a**n: products, a root, or exp and log."""
    if n < 0:
        return f'1 / ({power(-n)})'
    if n in range(17):
        return ' * '.join('a' * int(n)) or '1'
    if n % 1:  # 0 + makes a 0 of -0.0
        return 'sqrt(0 + a)' if n == 0.5 else f'exp({n} * log(a))'
    size = f'exp({n} * log(abs(a)))'
    return f'copysign({size}, a)' if n % 2 else size


def chain_rule(slope):
    """Return what an input gets of the gradient g: g * slope."""
    if slope == '1':
        return 'g'
    return f'g * {slope}' if slope.isidentifier() else f'g * ({slope})'


def terms(node):
    """Return the bias of a weighted sum, its weights, and what they multiply."""
    bias, *rest = node._prev
    return bias, rest[:len(rest) // 2], rest[len(rest) // 2:]


class Lines:
    """A graph as lines of Python: v3 is the value of node 3, g3 its gradient.

    `forward` and `backward` are lists of texts, the lines of a node in each. `places`
    numbers the nodes: first come the parameters, then the inputs.
    """

    def __init__(self, result, parameters, inputs):
        order = result._topological_order()
        steps = [node for node in order if node._prev]
        rows = [row for node in steps if node._op in SUMS for row in terms(node)[1:]]
        rows.sort(key=len, reverse=True)  # a short row may be a part of a long one
        places = dict.fromkeys(chain(parameters, inputs, *rows, steps, order))
        self.places = {node: place for place, node in enumerate(places)}
        self.constants = {v for v in places if math.isfinite(v.data)}
        self.constants -= {*parameters, *inputs, *steps}
        self.unread = self.constants.union(inputs)  # gradients that nobody asks for
        self.forward = [*map(self.compute, steps)]
        self.backward = [*self.add(result, '1'), *map(self.pass_back, reversed(steps))]

    def name(self, node):
        """Return the name of a value; of a constant, the number itself."""
        constant = node in self.constants
        return repr(float(node.data)) if constant else f'v{self.places[node]}'

    def line(self, node, rule):
        """Return a rule with the names of a node and of its inputs."""
        names = dict(zip('ab', map(self.name, node._prev)))
        names.update(v=self.name(node), g=f'g{self.places[node]}')
        return re.sub(r'\b[abgv]\b', lambda word: names[word[0]], rule)

    def compute(self, node):
        """Return the lines that compute a node."""
        value, *_ = rules(node)
        last = self.line(node, f'v = {value}')
        if node._op not in SUMS:
            return last
        bias, w, x = terms(node)
        products = [f'{loop}s = s + v{i} * v{j}' for loop, i, j in self.pairs(w, x)]
        return '\n'.join([f's = {self.name(bias)}', *products, last])

    def pass_back(self, node):
        """Return the lines that pass the gradient of a node back to its inputs."""
        if node._op not in SUMS:
            shares = [self.line(node, chain_rule(slope)) for slope in rules(node)[1:]]
            return '\n'.join(chain(*map(self.add, node._prev, shares)))
        (bias, w, x), g = terms(node), f'g{self.places[node]}'
        products = [f'{loop}g{i} += {g} * v{j}' for row, others in ((w, x), (x, w))
                    if not self.unread.issuperset(row)
                    for loop, i, j in self.pairs(row, others)]
        lines = self.add(bias, g) + products
        if lines and node._op == RELU_OF_SUM:
            return '\n    '.join([self.line(node, 'if v:'), *lines])
        return '\n'.join(lines)

    def add(self, node, share):
        """Return, in a list, the line that adds to a gradient, if anybody reads it."""
        line = f'g{self.places[node]} += {share}'
        return [] if node in self.unread else [line]

    def pairs(self, row, others):
        """Return (loop, index, index) for all pairs at once, or else for each pair."""
        rows = [[self.places[node] for node in nodes] for nodes in (row, others)]
        steps = [{b - a for a, b in zip(places, places[1:])} for places in rows]
        if any(len(step) != 1 or min(step) < 0 for step in steps):
            return [('', i, j) for i, j in zip(*rows)]
        slices = (f'[{places[0]} + {step} * i]' for places, (step,) in zip(rows, steps))
        return [(f'for i in range({len(row)}): ', *slices)]


# Instructions and their bytes; those that Python's syntax tree knows, by its name: what
# WebAssembly calls f64.add is Add.
BYTES = dict(re.findall(r'(\S+) (\S+)', '''
    local.get 20 local.set 21 i32.const 41 i64.const 42 f64.const 44 f64.load 2b03
    f64.store 3903 Add a0 Sub a1 Mult a2 Div a3 USub 9a abs 99 sqrt 9f nearest 9e min a4
    max a5 copysign a6 f64.ne 62 f64.lt 63 i32.lt_u 49 i32.add 6a i32.mul 6c i64.add 7c
    i64.sub 7d i64.shl 86 i64.shr_s 87 i64.trunc_sat_f64_s fc06 f64.convert_i32_u b8
    f64.convert_i64_s b9 i64.reinterpret_f64 bd f64.reinterpret_i64 bf select 1b call 10
    if 0440 loop 0340 br_if 0d end 0b memory.copy fc0a0000 memory.fill fc0b00'''))
TYPES = {'f': b'\x7c', 'i': b'\x7f'}  # a float of 64 bits, an int of 32


def integer(n, signed=False):
    """Return a whole number in groups of seven bits, lowest first (LEB128)."""
    group, rest = n & 0x7f, n >> 7
    if rest == (-(group >> 6) if signed else 0):
        return bytes([group])
    return bytes([group | 0x80]) + integer(rest, signed)


def assemble(text):
    """Return the bytes of instructions, some of which are followed by a number.

    ValueError for a word that is neither.
    """
    code, before = bytearray(), ''
    for word in text.split():
        try:
            if word in BYTES:
                code += bytes.fromhex(BYTES[word])
            elif before == 'f64.const':
                code += struct.pack('<d', float(word))
            else:
                code += integer(int(word), signed=before.endswith('const'))
        except ValueError:
            raise ValueError(f"unknown instruction {word!r}") from None
        before = word
    return bytes(code)


def sized(code):
    """Return bytes, preceded by their count."""
    return integer(len(code)) + code


def vector(items):
    """Return the bytes of all items, preceded by their count."""
    return integer(len(items)) + b''.join(items)


def module(functions, exports, pages=1):
    """Return the bytes of a module: functions, and pages of 65,536 bytes of memory.

    A function is (types of its parameters, of its result, of its locals, instructions);
    `exports` maps names to numbers of functions.
    """
    def section(number, *items):
        return bytes([number]) + sized(vector(items))
    kinds, bodies = [], []
    for takes, gives, local, text in functions:
        sides = (vector([TYPES[t] for t in side]) for side in (takes, gives))
        kinds.append(b'\x60' + b''.join(sides))
        variables = vector([b'\1' + TYPES[t] for t in local])
        bodies.append(sized(variables + assemble(text + ' end')))
    names = [sized(name.encode()) + b'\0' + integer(i) for name, i in exports.items()]
    return b'\0asm\1\0\0\0' + b''.join([
        section(1, *kinds), section(3, *map(integer, range(len(kinds)))),
        section(5, b'\0' + integer(pages)),
        section(7, sized(b'memory') + b'\2\0', *names), section(10, *bodies)])


class Wasmtime:
    """A module that runs in this process, by the package wasmtime."""

    def __init__(self, code):
        """Compile the bytes of a module. ImportError without the package."""
        try:
            from wasmtime import Instance, Module, Store
        except ImportError as error:
            message = "Program expects the package wasmtime: pip install wasmtime"
            raise ImportError(message) from error
        self.store = Store()
        instance = Instance(self.store, Module(self.store.engine, code), [])
        self.exports = instance.exports(self.store)
        self.memory = self.exports['memory'].get_buffer_ptr(self.store)

    def write(self, place, numbers):
        """Write numbers to the memory, a row of floats, from a place on."""
        try:
            struct.pack_into(f'{len(numbers)}d', self.memory, 8 * place, *numbers)
        except struct.error as error:
            raise TypeError(f"expected numbers: {error}") from error

    def read(self, place, count):
        """Return `count` floats from the memory, from a place on."""
        return struct.unpack_from(f'{count}d', self.memory, 8 * place)

    def call(self, name, *numbers):
        """Call an exported function with numbers; return its result."""
        return self.exports[name](self.store, *numbers)


class Browser:
    """The same in the browser that shows this page."""

    def __init__(self, code):
        """Compile the bytes of a module."""
        from js import Float64Array, WebAssembly
        from pyodide.ffi import to_js
        compiled = WebAssembly.Module.new(to_js(code))
        self.exports = WebAssembly.Instance.new(compiled).exports
        self.memory = Float64Array.new(self.exports.memory.buffer)

    def write(self, place, numbers):
        """Write numbers to the memory, a row of floats, from a place on."""
        data = array('d', numbers)
        self.memory.subarray(place, place + len(data)).assign(data)

    def read(self, place, count):
        """Return `count` floats from the memory, from a place on."""
        return self.memory.subarray(place, place + count).to_py().tolist()

    def call(self, name, *numbers):
        """Call an exported function with numbers; return its result."""
        return getattr(self.exports, name)(*numbers)


Machine = Browser if sys.platform == 'emscripten' else Wasmtime


# Words for several instructions: comparisons give 1.0 or 0.0, and whatever is not 0 is
# true. 2**n, and the n of a number: n + 1023 stands in a float above 52 other bits.
WORDS = {
    'Lt': 'f64.lt f64.convert_i32_u', 'NotEq': 'f64.ne f64.convert_i32_u',
    'If': 'f64.const 0 f64.ne if', 'IfExp': 'f64.const 0 f64.ne select',
    'exp': 'call 0', 'log': 'call 1', 'tanh': 'call 2',
    'two_to': '''i64.trunc_sat_f64_s i64.const 1023 i64.add i64.const 52 i64.shl
                 f64.reinterpret_i64''',
    'exponent': '''i64.reinterpret_f64 i64.const 52 i64.shr_s i64.const 1023 i64.sub
                   f64.convert_i64_s'''}
BYTES.update((word, assemble(text).hex()) for word, text in WORDS.items())


# The parts of the nodes of Python's syntax tree, in the order of the stack.
ORDER = {'Return': ['value'], 'Call': ['args', 'func'],
         'BinOp': ['left', 'right', 'op'], 'Compare': ['left', 'comparators', 'ops'],
         'UnaryOp': ['operand', 'op'], 'IfExp': ['body', 'orelse', 'test']}


class Compiler(ast.NodeVisitor):
    """Translates lines of Python to instructions: operands first, then the operation.

    v3 and g3 live in the memory: `size` values, then as many gradients. Other names are
    local variables: floats, but for the i of a loop, an int that counts bytes.
    """

    def __init__(self, size=0):
        self.size = size

    def function(self, lines, takes=''):
        """Return lines as a function, as `module` wants it: of x, say, or of nothing.

        Its locals are numbered: what it takes, i, and what the lines set.
        """
        self.local = {name: number for number, name in enumerate([*takes, 'i'])}
        code = self.visit(lines)
        floats = len(self.local) - len(takes) - 1
        return 'f' * len(takes), 'f' * len(takes), 'i' + 'f' * floats, code

    def visit(self, node):
        """Return the instructions for a node of the tree, or for each in a list."""
        if isinstance(node, list):
            return ' '.join(map(self.visit, node))
        return super().visit(node)

    def generic_visit(self, node):
        """Return the instructions for the parts of a node, then for what it does."""
        kind = type(node).__name__
        known = kind in ORDER or kind in BYTES
        chained = len(getattr(node, 'ops', '<')) > 1  # as in 0 < a < 1
        if not known or chained or getattr(node, 'keywords', None):
            raise ValueError(f"the compiler knows no such {kind}")
        parts = [self.visit(getattr(node, part)) for part in ORDER.get(kind, ())]
        return ' '.join(parts + [kind] * (kind in BYTES))

    def visit_Constant(self, node):
        return f'f64.const {node.value}'

    def visit_Name(self, node):
        name = node.id
        if name in self.local:
            return f'local.get {self.local[name]}'
        return self.visit_Subscript(node) if re.fullmatch(r'[vg]\d+', name) else name

    def visit_Subscript(self, node):
        return '{} f64.load {}'.format(*self.address(node))

    def address(self, node):
        """Return where v3 or v[3 + 2 * i] lives: instructions, and a number to add."""
        if isinstance(node, ast.Name):
            kind, place, index = node.id[0], int(node.id[1:]), 'i32.const 0'
        else:
            kind, place, far = node.value.id, node.slice.left.value, node.slice.right
            i, step = self.local['i'], far.left.value
            index = f'local.get {i} i32.const {step} i32.mul'
        return index, 8 * (place + self.size * (kind == 'g'))

    def store(self, target, code):
        """Return the instructions that give a target its value."""
        if isinstance(target, ast.Name) and not target.id[1:].isdigit():
            number = self.local.setdefault(target.id, len(self.local))
            return f'{code} local.set {number}'
        index, address = self.address(target)
        return f'{index} {code} f64.store {address}'

    def visit_Assign(self, line):
        return self.store(line.targets[0], self.visit(line.value))

    def visit_AugAssign(self, line):
        target, gain = line.target, line.value
        code = self.store(target, self.visit([target, gain, line.op]))
        if isinstance(gain, ast.BinOp):  # g * slope: nothing is added if that is 0
            return f'{self.visit(gain.right)} If {code} end'
        return code

    def visit_If(self, line):
        return f'{self.visit(line.test)} If {self.visit(line.body)} end'

    def visit_For(self, line):
        i, end = self.local['i'], 8 * line.iter.args[0].value
        return f'''i32.const 0 local.set {i} loop {self.visit(line.body)}
                   local.get {i} i32.const 8 i32.add local.set {i}
                   local.get {i} i32.const {end} i32.lt_u br_if 0 end'''


def polynomial(x, coefficients):
    """Return the text of a polynomial in x, by Horner's rule."""
    text = '0'
    for c in reversed(coefficients):
        text = f'{c} + {x} * ({text})'
    return text


# x = n ln 2 + r, so e**x = 2**n e**r, with the series of e**r. ln 2 has two parts, the
# first of so few bits that n times it is exact; and 2**n is two factors, since an n of
# 1024 is too large for the exponent of a float.
EXP = f'''
def exp(x):
    x = max(min(x, 800), -800)
    n = nearest(x * {1 / math.log(2)})
    r = x - n * 0.6931471803691238 - n * 1.9082149292705877e-10
    half = nearest(n / 2)
    series = {polynomial('r', [1 / math.factorial(k) for k in range(14)])}
    return series * two_to(half) * two_to(n - half)'''


# log: x = 2**n m, with m from sqrt(1/2) to sqrt(2); ln x = n ln 2 + ln m, and ln m is
# 2 artanh s, a series. A tiny x, whose bits have no n, is taken 2**54 times. The last
# line: inf and nan stay as they are, 0 gives -inf, and less gives nan (1e999 is inf).
# tanh: by exp, but near 0, where that would lose digits, Lambert's continued fraction.
LOG_AND_TANH = f'''
def log(x):
    tiny = x < 2.3e-308
    y = x * {2.0**54} if tiny else x
    n = exponent(y * {2**0.5})
    half = nearest(n / 2)
    m = y * two_to(-half) * two_to(half - n)
    s = (m - 1) / (m + 1)
    q = s * s
    series = s * ({polynomial('q', [2 / (2 * k + 1) for k in range(11)])})
    n = n - 54 * tiny
    y = n * 0.6931471803691238 + (series + n * 1.9082149292705877e-10)
    return (y if x < 1e999 else x) if 0 < x else 0 / 0 if x != 0 else -1e999
def tanh(x):
    a = abs(x)
    q = a * a
    near = 9 + q / (11 + q / (13 + q / (15 + q / 17)))
    near = a / (1 + q / (3 + q / (5 + q / (7 + q / near))))
    return copysign(near if a < 0.55 else 1 - 2 / (exp(2 * a) + 1), x)'''


FUNCTIONS = [Compiler().function(function.body, 'x')
             for function in ast.parse(EXP + LOG_AND_TANH).body
             if isinstance(function, ast.FunctionDef)]
# Nodes whose lines make one function: all in one, a GPT takes wasmtime 3 times as long.
CHUNK = 1000
PAGES = 65_536  # of memory, at most: 4 gigabytes


class Program:
    """A recorded graph, compiled.

    It does what building the graph again for each row of inputs, and calling
    `backward()`, would do to the gradients of `parameters`. All else is frozen: the
    number of every other leaf, and what an `if` has decided.

    Gradients of inputs are not computed. Numbers are floats. Sums, products, ReLU and
    weighted sums give the engine's values and gradients bit for bit; powers, exp, log
    and tanh may differ in the last digits. Where the engine would raise an error, for a
    logarithm of 0 or a number too large, there is inf or nan.
    """

    def __init__(self, result, parameters, inputs=()):
        """Compile the graph behind `result`; parameters and inputs are its leaves.

        TypeError for anything that is not a Value, and for operations that are not the
        engine's, by their name, number of inputs and `_backward` (the slopes that a
        node has stored are not looked at); ValueError for what is not a leaf, or is
        there twice, and for a graph too large; ImportError if there is nothing to run
        WebAssembly.
        """
        self.parameters, inputs = list(parameters), list(inputs)
        leaves = self.parameters + inputs
        for v in (result, *leaves):
            if not isinstance(v, Value):
                raise TypeError(f"Program expects Values, got {v!r}")
        if any(v._prev for v in leaves) or len({*leaves}) < len(leaves):
            raise ValueError("Program expects leaves, and each of them once")
        lines = Lines(result, self.parameters, inputs)
        self.parts, self.result = (lines.forward, lines.backward), lines.places[result]
        self.size, self.inputs = len(lines.places), len(inputs)
        self.batch = 1 + 10_000 // (self.inputs + 1)  # rows for which there is memory
        self.rows = 2 * self.size + 1  # behind values, gradients, and a count of rows
        self.results = self.rows + self.inputs * self.batch
        self.code = self.compiled()
        self.machine = Machine(self.code)
        self.machine.write(0, [v.data for v in lines.places])

    def __str__(self):
        return '\n'.join(filter(None, chain(*self.parts)))

    def compiled(self):
        """Return the bytes of the module, unless it needs too much memory."""
        pages = 8 * (self.results + self.batch) // 65_536 + 1
        if pages > PAGES:
            raise ValueError(f"Program expects at most {PAGES} pages, needs {pages}")
        functions, calls = [*FUNCTIONS], []
        for part in self.parts:
            texts = ['\n'.join(part[i:i + CHUNK]) for i in range(0, len(part), CHUNK)]
            numbers = range(len(functions), len(functions) + len(texts))
            calls.append(' '.join(f'call {number}' for number in numbers))
            functions += [Compiler(self.size).function(ast.parse(text).body)
                          for text in texts]
        forward, backward = calls
        kept, number = len(self.parameters), len(functions)
        clear = f'''i32.const {8 * (self.size + kept)} i32.const 0
                    i32.const {8 * (self.size - kept)} memory.fill'''
        functions += [('', '', 'ii', self.for_each_row(code))
                      for code in (forward, f'{clear} {forward} {backward}')]
        return module(functions, {'values': number, 'run': number + 1}, pages)

    def for_each_row(self, code):
        """Return a loop that runs `code` for each row.

        The float in front of the rows counts those that are left; locals 0 and 1 are
        the addresses of the next row and of its result.
        """
        place, width = 8 * len(self.parameters), 8 * self.inputs
        left = f'i32.const 0 f64.load {8 * self.rows - 8}'
        return f'''
            i32.const {8 * self.rows} local.set 0
            i32.const {8 * self.results} local.set 1
            loop i32.const {place} local.get 0 i32.const {width} memory.copy
            {code} local.get 1 i32.const 0 f64.load {8 * self.result} f64.store 0
            local.get 0 i32.const {width} i32.add local.set 0
            local.get 1 i32.const 8 i32.add local.set 1
            i32.const 0 {left} f64.const 1 Sub f64.store {8 * self.rows - 8}
            {left} f64.const 0 f64.ne br_if 0 end'''

    def call(self, name, rows):
        """Return the results of a function for rows; it takes a batch at a time."""
        for row in rows:
            if not hasattr(row, '__getitem__') or len(row) != self.inputs:
                raise ValueError(f"expected rows of length {self.inputs}, got {row!r}")
        self.machine.write(0, [p.data for p in self.parameters])
        results = []
        for i in range(0, len(rows), self.batch):
            batch = rows[i:i + self.batch]
            self.machine.write(self.rows - 1, [len(batch), *chain(*batch)])
            self.machine.call(name)
            results += self.machine.read(self.results, len(batch))
        return results

    def values(self, rows=((),)):
        """Return the result for each row of inputs, a float; touch no gradient."""
        return self.call('values', [*rows])

    def run(self, rows=((),)):
        """Return the sum of the results of all rows; add to the parameters' gradients.

        A row is a sequence of numbers, one per input; ValueError for another length.
        """
        self.machine.write(self.size, [p.grad for p in self.parameters])
        results = self.call('run', [*rows])
        grads = self.machine.read(self.size, len(self.parameters))
        for p, grad in zip(self.parameters, grads):
            p.grad = grad
        return sum(results)
