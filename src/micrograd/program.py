"""The graph as a program: lines of Python, compiled to WebAssembly."""
import ast
import math
import struct
import sys
from array import array
from fractions import Fraction
from itertools import chain

from micrograd.engine import Value

# What an operation computes from its inputs {0} and {1}, and what it passes back to
# each of them; {v} is its result, {g} the gradient of that.
RULES = {'+': ('{0} + {1}', '{g}', '{g}'),
         '*': ('{0} * {1}', '{g} * {1}', '{g} * {0}'),
         'exp': ('exp({0})', '{g} * {v}'),
         'log': ('log({0})', '{g} * (1 / {0})'),
         'tanh': ('tanh({0})', '{g} * (1 - {v} * {v})'),
         'ReLU': ('0 if {0} <= 0 else {0}', '{g} if {v} else 0')}
SUMS = {'w·x + b': '', 'ReLU(w·x + b)': ' if {v} else 0'}


def rules(node):
    """Return an operation's templates. TypeError if it is not one of the engine's."""
    op, found = node._op, ()
    if op in RULES:
        found = RULES[op]
    elif op.startswith('**'):
        n = float(Fraction(op[2:]))
        found = power(n), f'{{g}} * ({n} * ({power(n - 1)}))' if n else '0'
    ours = getattr(node._backward, '__func__', None) is Value._backward
    if not ours or len(found) != 1 + len(node._prev):
        raise TypeError(f"Program expects operations of the engine, got {op!r}")
    return found


def power(n):
    """Return what computes {0}**n: products, a root, or exp and log."""
    if n < 0:
        return f'1 / ({power(-n)})'
    if n in (1, 2, 3):
        return ' * '.join(['{0}'] * int(n))
    if n % 1:  # 0 + makes a 0 of -0.0
        return 'sqrt(0 + {0})' if n == 0.5 else f'exp({n} * log({{0}}))'
    size = f'exp({n} * log(abs({{0}})))'
    return '1' if n == 0 else f'copysign({size}, {{0}})' if n % 2 else size


def terms(node):
    """Return the bias of a weighted sum, its weights, and what they multiply."""
    bias, *rest = node._prev
    return bias, rest[:len(rest) // 2], rest[len(rest) // 2:]


def depending(order, leaves):
    """Return the set of those nodes that depend on one of the leaves, or are one."""
    found = set(leaves)
    for node in order:
        if not found.isdisjoint(node._prev):
            found.add(node)
    return found


class Text:
    """A graph as lines of Python: `forward` computes it, `backward` its gradients.

    `places` numbers the nodes: v3 is the value of node 3, g3 its gradient. The operands
    of weighted sums stand side by side where that is possible: a slice has them all.
    """

    def __init__(self, result, parameters, inputs):
        order = result._topological_order()
        self.moving = depending(order, [*parameters, *inputs])
        self.trained = depending(order, parameters)
        steps = [node for node in order if node._prev and node in self.moving]
        rows = [row for node in steps if node._op in SUMS for row in terms(node)[1:]]
        rows.sort(key=len, reverse=True)  # a short row may be a part of a long one
        places = dict.fromkeys(chain(parameters, inputs, *rows, order))
        self.places = {node: place for place, node in enumerate(places)}
        self.forward = list(chain(*map(self.compute, steps)))
        self.backward = self.add(result, '1')
        for node in reversed(steps):
            if node in self.trained:
                self.backward += self.pass_back(node)

    def name(self, node):
        """Return the name of a value; of a constant, the number itself."""
        moves = node in self.moving
        return f'v{self.places[node]}' if moves else repr(float(node.data))

    def pairs(self, w, x):
        """Return what to multiply: a pair of slices, or else pairs of single places."""
        slices = self.slice_of(w), self.slice_of(x)
        singles = [(self.places[a], self.places[b]) for a, b in zip(w, x)]
        return [slices] if all(slices) else singles

    def slice_of(self, row):
        """Return where a row of nodes stands, '[8:24:1]'; '' if not evenly spaced."""
        places = [self.places[node] for node in row]
        steps = {b - a for a, b in zip(places, places[1:])}
        step = steps.pop() if len(steps) == 1 else 0
        return f'[{places[0]}:{places[-1] + step}:{step}]' if step > 0 else ''

    def compute(self, node):
        """Return the lines that compute a node."""
        v, names = self.name(node), [*map(self.name, node._prev)]
        if node._op not in SUMS:
            return [f'{v} = ' + rules(node)[0].format(*names)]
        _, w, x = terms(node)
        lines = [f'{v} = {names[0]}']
        for one, other in self.pairs(w, x):
            sliced = isinstance(one, str)
            lines.append(f'{v} = dot({v}, v{one}, v{other})' if sliced else
                         f'{v} += v{one} * v{other}')
        relu = [f'{v} = 0 if {v} <= 0 else {v}'] if SUMS[node._op] else []
        return lines + relu

    def pass_back(self, node):
        """Return the lines that pass the gradient of a node back to its inputs."""
        g, v = f'g{self.places[node]}', self.name(node)
        names = [*map(self.name, node._prev)]
        if node._op not in SUMS:
            shares = (rule.format(*names, v=v, g=g) for rule in rules(node)[1:])
            return list(chain(*map(self.add, node._prev, shares)))
        bias, w, x = terms(node)
        condition = SUMS[node._op].format(v=v)
        return self.add(bias, g + condition) + [
            f'g{one} += {g} * v{other}{condition}' for row, others in ((w, x), (x, w))
            if not self.trained.isdisjoint(row)
            for one, other in self.pairs(row, others)]

    def add(self, node, share):
        """Return, in a list, the line that adds to a gradient; [] if it needs none."""
        return [f'g{self.places[node]} += {share}'] if node in self.trained else []


# Words of WebAssembly's text format, and their bytes.
WORDS = '''block 0240 loop 0340 end 0b br 0c br_if 0d call 10 select 1b local.get 20
    local.set 21 local.tee 22 f64.load 2b03 f64.store 3903 i32.const 41 i64.const 42
    f64.const 44 i32.eqz 45 f64.eq 61 f64.ne 62 f64.lt 63 f64.gt 64 f64.le 65 i32.add 6a
    i32.sub 6b i32.mul 6c i64.add 7c i64.sub 7d i64.shl 86 i64.shr_s 87 f64.abs 99
    f64.neg 9a f64.nearest 9e f64.sqrt 9f f64.add a0 f64.sub a1 f64.mul a2 f64.div a3
    f64.min a4 f64.max a5 f64.copysign a6 f64.convert_i64_s b9 i64.reinterpret_f64 bd
    f64.reinterpret_i64 bf i64.trunc_sat_f64_s fc06 memory.copy fc0a0000
    memory.fill fc0b00'''.split()
BYTES = dict(zip(WORDS[::2], map(bytes.fromhex, WORDS[1::2])))
TYPES = {'f': b'\x7c', 'i': b'\x7f'}  # a float of 64 bits, an int of 32


def integer(n, signed=False):
    """Return a whole number in groups of seven bits, lowest first (LEB128)."""
    code = bytearray()
    while True:
        group, n = n & 0x7f, n >> 7
        if n == (-(group >> 6) if signed else 0):
            return bytes([*code, group])
        code.append(group | 0x80)


def sized(code):
    """Return bytes, behind their number."""
    return integer(len(code)) + code


def vector(items):
    """Return the bytes of all items, behind their number."""
    return integer(len(items)) + b''.join(items)


def assemble(words):
    """Return the bytes of instructions: words, with the numbers that belong to them."""
    code = bytearray()
    for item in words:
        if isinstance(item, str):
            word = item
            code += BYTES[word]
        elif isinstance(item, float):
            code += struct.pack('<d', item)
        else:
            code += integer(item, signed=word.endswith('const'))
    return bytes(code)


def module(functions, exports, pages):
    """Return the bytes of a module: functions, and pages of 65,536 bytes of memory.

    A function is (types of its parameters, of its result, of its locals, words);
    `exports` maps names to indices of functions.
    """
    def section(number, items):
        return bytes([number]) + sized(vector(items))
    kinds, bodies = [], []
    for parameters, result, local, words in functions:
        sides = (vector([TYPES[t] for t in side]) for side in (parameters, result))
        kinds.append(b'\x60' + b''.join(sides))
        groups = [integer(local.count(t)) + TYPES[t] for t in TYPES if t in local]
        bodies.append(sized(vector(groups) + assemble([*words, 'end'])))
    names = {'memory': b'\2\0'}
    names.update((name, b'\0' + integer(i)) for name, i in exports.items())
    return b''.join([
        b'\0asm\1\0\0\0', section(1, kinds),
        section(3, [integer(i) for i in range(len(kinds))]),
        section(5, [b'\0' + integer(pages)]),
        section(7, [sized(name.encode()) + what for name, what in names.items()]),
        section(10, bodies)])


class Wasmtime:
    """A module at work in this process, by the package wasmtime."""

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

    def write(self, address, data):
        """Write bytes to the memory."""
        self.exports['memory'].write(self.store, data, address)

    def read(self, address, size):
        """Return bytes of the memory."""
        return self.exports['memory'].read(self.store, address, address + size)

    def call(self, name, *arguments):
        """Call an exported function with numbers; return its result."""
        return self.exports[name](self.store, *arguments)


class Browser:
    """A module at work in the browser that shows this page."""

    def __init__(self, code):
        """Compile the bytes of a module."""
        from js import WebAssembly
        from pyodide.ffi import to_js
        compiled = WebAssembly.Module.new(to_js(code))
        self.exports = WebAssembly.Instance.new(compiled).exports

    def view(self, address, size):
        """Return a part of the memory, as JavaScript has it."""
        from js import Uint8Array
        return Uint8Array.new(self.exports.memory.buffer, address, size)

    def write(self, address, data):
        """Write bytes to the memory."""
        self.view(address, len(data)).assign(data)

    def read(self, address, size):
        """Return bytes of the memory."""
        return self.view(address, size).to_bytes()

    def call(self, name, *arguments):
        """Call an exported function with numbers; return its result."""
        return getattr(self.exports, name)(*arguments)


Machine = Browser if sys.platform == 'emscripten' else Wasmtime


ROOT = struct.unpack('<q', struct.pack('<d', 0.5**0.5))[0]  # the bits of that float
OPERATORS = {ast.Add: 'f64.add', ast.Sub: 'f64.sub', ast.Mult: 'f64.mul',
             ast.Div: 'f64.div', ast.Lt: 'f64.lt', ast.Gt: 'f64.gt', ast.LtE: 'f64.le',
             ast.Eq: 'f64.eq', ast.USub: 'f64.neg'}
CALLS = {name: [f'f64.{name}']
         for name in ('sqrt', 'abs', 'nearest', 'min', 'max', 'copysign')}
CALLS['two_to'] = [  # 2**n: n becomes the exponent of a float
    'i64.trunc_sat_f64_s', 'i64.const', 1023, 'i64.add', 'i64.const', 52, 'i64.shl',
    'f64.reinterpret_i64']
CALLS['exponent'] = [  # that of x, so that x / 2**exponent is from 0.707 to 1.414
    'i64.reinterpret_f64', 'i64.const', ROOT, 'i64.sub', 'i64.const', 52, 'i64.shr_s',
    'f64.convert_i64_s']
for i, name in enumerate(('exp', 'log', 'tanh', 'dot', 'add_products')):
    CALLS[name] = ['call', i]  # the first functions of every module


class Compiler(ast.NodeVisitor):
    """Compiles lines of Python to words: each expression leaves its value on the stack.

    Values and gradients, v3 and g3, live in the memory: first all the values, of which
    there are `size`, then all the gradients. Any other name is a local.
    """

    def __init__(self, parameters='', size=0):
        self.local = {name: i for i, name in enumerate(parameters)}
        self.size, self.words = size, []

    def address(self, name):
        """Return where a value or a gradient lives; None for any other name."""
        kind, place = name[0], name[1:]
        if not place.isdigit():
            return None
        return 8 * (int(place) + self.size * (kind == 'g'))

    def function(self, lines, result=''):
        """Return the function, as `module` wants it, that lines of Python make."""
        parameters = 'f' * len(self.local)
        self.visit(ast.parse('\n'.join(lines)))
        return parameters, result, 'f' * (len(self.local) - len(parameters)), self.words

    def emit(self, *words):
        self.words += words

    def visit_Assign(self, line):
        self.assign(line.targets[0].id, line.value)

    def visit_AugAssign(self, line):
        if isinstance(line.target, ast.Name):
            self.assign(line.target.id, line.value, line.target)
        else:
            self.add_products(line.target, line.value)

    def assign(self, name, value, before=None):
        """Compile `name = value`, or `name += value`, where `before` is the name."""
        address = self.address(name)
        if address is not None:
            self.emit('i32.const', 0)  # an address has two parts, which are added
        if before:
            self.visit(before)
        self.visit(value)
        product = value.body if isinstance(value, ast.IfExp) else value
        if name[0] == 'g' and isinstance(product, ast.BinOp):  # a slope of 0 adds none
            self.emit('f64.const', 0.0)
            self.condition(product.right)
            self.emit('select')
        if before:
            self.emit('f64.add')
        if address is not None:
            self.emit('f64.store', address)
        else:
            self.emit('local.set', self.local.setdefault(name, len(self.local)))

    def add_products(self, target, value):
        """Compile `g[8:24:1] += g3 * v[40:56:1]`, perhaps with `if v3 else 0`."""
        only_if = isinstance(value, ast.IfExp)
        product = value.body if only_if else value
        for part in (product.left, product.right, target):
            self.visit(part)
        self.emit('i32.const', slice_size(target))
        if only_if:
            self.condition(value.test)
            self.emit('i32.mul')
        self.emit(*CALLS['add_products'])

    def condition(self, test):
        """Compile a comparison, or the question whether a number is not 0."""
        self.visit(test)
        if not isinstance(test, ast.Compare):
            self.emit('f64.const', 0.0, 'f64.ne')

    def visit_Constant(self, node):
        self.emit('f64.const', float(node.value))

    def visit_Name(self, node):
        if node.id in ('inf', 'nan'):
            self.emit('f64.const', float(node.id))
        elif node.id in self.local:
            self.emit('local.get', self.local[node.id])
        else:
            self.emit('i32.const', 0, 'f64.load', self.address(node.id))

    def visit_Subscript(self, node):
        first = self.address(f'{node.value.id}{node.slice.lower.value}')
        self.emit('i32.const', first, 'i32.const', 8 * node.slice.step.value)

    def operation(self, node):
        """Compile the operands, then the operator."""
        self.generic_visit(node)
        operator = node.ops[0] if isinstance(node, ast.Compare) else node.op
        self.emit(OPERATORS[type(operator)])

    visit_UnaryOp = visit_BinOp = visit_Compare = operation

    def visit_IfExp(self, node):
        self.visit(node.body)
        self.visit(node.orelse)
        self.condition(node.test)
        self.emit('select')

    def visit_Call(self, node):
        for argument in node.args:
            self.visit(argument)
        if node.func.id == 'dot':
            self.emit('i32.const', slice_size(argument))
        self.emit(*CALLS[node.func.id])


def slice_size(subscript):
    """Return how many numbers a slice has."""
    part = subscript.slice
    return (part.upper.value - part.lower.value) // part.step.value


def polynomial(x, coefficients):
    """Return the text of a polynomial in x, by Horner's rule."""
    text = repr(coefficients[-1])
    for c in reversed(coefficients[:-1]):
        text = f'({c!r} + {x} * {text})'
    return text


# x = n ln 2 + r, with ln 2 in two parts; e**x = 2**n e**r, and e**r by its series.
EXP = f'''y = max(min(x, 800), -800)
n = nearest(y * 1.4426950408889634)
h = nearest(n / 2)
r = y - n * 0.6931471803691238 - n * 1.9082149292705877e-10
y = {polynomial('r', [1 / math.factorial(k) for k in range(14)])}
y * two_to(h) * two_to(n - h)'''
# x = 2**n m; ln m = 2 artanh(s) for s = (m - 1) / (m + 1), by its series.
LOG = f'''y = x * 18014398509481984 if x < 2.3e-308 else x
n = exponent(y)
h = nearest(n / 2)
m = y * two_to(-h) * two_to(h - n)
s = (m - 1) / (m + 1)
z = s * s
n = n - 54 if x < 2.3e-308 else n
y = s * {polynomial('z', [2 / (2 * k + 1) for k in range(11)])}
y = n * 0.6931471803691238 + (y + n * 1.9082149292705877e-10)
y = y if x < inf else x
y if x > 0 else (-inf if x == 0 else nan)'''
# Near 0 Lambert's continued fraction, further out by exp.
TANH = '''a = abs(x)
z = a * a
y = 9 + z / (11 + z / (13 + z / (15 + z / 17)))
y = a / (1 + z / (3 + z / (5 + z / (7 + z / y))))
copysign(y if a < 0.55 else 1 - 2 / (exp(2 * a) + 1), x)'''


def advance(local, *step):
    """Return words that add to a local int what the words of `step` give."""
    return ['local.get', local, *step, 'i32.add', 'local.set', local]


def repeat(counter, *body):
    """Return words that do `body` as often as the local int `counter` says."""
    return ['block', 'loop',
            'local.get', counter, 'i32.eqz', 'br_if', 1,  # at 0, out of the block
            *body, *advance(counter, 'i32.const', -1),
            'br', 0,  # to the beginning of the loop
            'end', 'end']


# The loops of weighted sums. Local 0 is a number; 1 and 3 are addresses, 2 and 4 how
# far to the next; 5 is the count; 6 is for a slope.
NEXT = [*advance(1, 'local.get', 2), *advance(3, 'local.get', 4)]
DOT = [*repeat(5, 'local.get', 0, 'local.get', 1, 'f64.load', 0, 'local.get', 3,
               'f64.load', 0, 'f64.mul', 'f64.add', 'local.set', 0, *NEXT),
       'local.get', 0]
ADD_PRODUCTS = repeat(
    5, 'local.get', 3, 'local.get', 3, 'f64.load', 0, 'local.get', 0, 'local.get', 1,
    'f64.load', 0, 'local.tee', 6, 'f64.mul', 'f64.const', 0.0, 'local.get', 6,
    'f64.const', 0.0, 'f64.ne', 'select', 'f64.add', 'f64.store', 0, *NEXT)
FUNCTIONS = [*(Compiler('x').function([text], 'f') for text in (EXP, LOG, TANH)),
             ('fiiiii', 'f', '', DOT), ('fiiiii', '', 'f', ADD_PRODUCTS)]


LINES = 2000  # at most in one function: longer ones take long to compile


class Program:
    """A graph that was built by calculating, as a program.

    It does what building the graph again for each row of inputs, and calling
    `backward()`, would do to the gradients of `parameters`. All else is frozen: the
    number of every other leaf, and what an `if` has decided.

    Numbers are floats. Sums, products, ReLU and weighted sums are the engine's bit for
    bit; powers, exp, log and tanh may differ in the last digits. Where the engine would
    raise an error, for a logarithm of 0 or a number too large, there is inf or nan.
    """

    def __init__(self, result, parameters, inputs=()):
        """Compile the graph behind `result`; parameters and inputs are its leaves.

        TypeError for anything that is not a Value, and for operations that are not the
        engine's; ValueError for what is not a leaf, or is there twice; ImportError
        where nothing can run WebAssembly.
        """
        self.parameters, inputs = list(parameters), list(inputs)
        leaves = self.parameters + inputs
        for v in (result, *leaves):
            if not isinstance(v, Value):
                raise TypeError(f"Program expects Values, got {v!r}")
        for v in leaves:
            if v._prev:
                raise ValueError(f"Program expects leaves, got {v!r}, a result")
        if len({*leaves}) < len(leaves):
            raise ValueError("Program expects different leaves, got one of them twice")
        text = Text(result, self.parameters, inputs)
        self.forward, self.backward = text.forward, text.backward
        self.inputs, self.size = len(inputs), len(text.places)
        self.batch = 1 + 10_000 // (self.inputs + 1)  # rows for which there is memory
        self.code = self.compiled(text.places[result])
        self.machine = Machine(self.code)
        self.write(0, [v.data for v in text.places])

    def __str__(self):
        return '\n'.join(self.forward + self.backward)

    def compiled(self, result):
        """Return the bytes of the module, whose result stands at that place."""
        functions, exports, calls = [*FUNCTIONS], {}, []
        for name, lines in (('values', self.forward), ('run', self.backward)):
            for i in range(0, len(lines), LINES):
                calls += 'call', len(functions)
                functions.append(Compiler('', self.size).function(lines[i:i + LINES]))
            exports[name] = len(functions)
            functions.append(self.for_each_row(result, calls))
        rows = 8 * (self.inputs + 1) * self.batch
        return module(functions, exports, (16 * self.size + rows) // 65536 + 1)

    def for_each_row(self, result, calls):
        """Return the function that does `calls` for rows: their address, how many.

        For each it copies the inputs to their places, empties all gradients but the
        parameters', and puts the result behind the inputs.
        """
        first, width = 8 * len(self.parameters), 8 * self.inputs
        return 'ii', '', '', repeat(
            1, 'i32.const', first, 'local.get', 0, 'i32.const', width, 'memory.copy',
            'i32.const', 8 * self.size + first, 'i32.const', 0,
            'i32.const', 8 * self.size - first, 'memory.fill', *calls,
            'local.get', 0, 'i32.const', 0, 'f64.load', 8 * result, 'f64.store', width,
            *advance(0, 'i32.const', width + 8))

    def write(self, address, numbers):
        """Write numbers to the memory, as floats."""
        self.machine.write(address, array('d', numbers).tobytes())

    def read(self, address, count):
        """Return that many floats from the memory."""
        return array('d', bytes(self.machine.read(address, 8 * count)))

    def call(self, name, rows):
        """Return the results of a function for rows, a batch at a time."""
        rows, start, width, results = [*rows], 16 * self.size, self.inputs + 1, []
        for row in rows:
            if not hasattr(row, '__len__') or len(row) != self.inputs:
                raise ValueError(f"expected rows of {self.inputs} numbers, got {row!r}")
        self.write(0, [p.data for p in self.parameters])
        for i in range(0, len(rows), self.batch):
            batch = rows[i:i + self.batch]
            self.write(start, [x for row in batch for x in (*row, 0)])
            self.machine.call(name, start, len(batch))
            results += self.read(start, width * len(batch))[self.inputs::width]
        return results

    def values(self, rows=((),)):
        """Return the result for each row of inputs, a float; touch no gradient."""
        return self.call('values', rows)

    def run(self, rows=((),)):
        """Return the sum of the results of all rows; add to the parameters' gradients.

        A row is a sequence of numbers, one per input; ValueError for another length.
        """
        gradients = 8 * self.size
        self.write(gradients, [p.grad for p in self.parameters])
        results = self.call('run', rows)
        grads = self.read(gradients, len(self.parameters))
        for p, grad in zip(self.parameters, grads):
            p.grad = grad
        return sum(results)
