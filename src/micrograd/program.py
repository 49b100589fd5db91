"""The graph as a program: lines of Python, compiled to WebAssembly."""
import math
import re
import struct
import sys
from array import array
from fractions import Fraction
from itertools import chain

from micrograd.engine import Value

# Instructions and their bytes. (What we call + is f64.add in WebAssembly, and so on.)
BYTES = dict(re.findall(r'(\S+) (\S+)', '''
    local.get 20 local.set 21 local.tee 22 f64.load 2b03 f64.store 3903 i32.const 41
    i64.const 42 f64.const 44 + a0 - a1 * a2 / a3 min a4 max a5 copysign a6 abs 99
    nearest 9e sqrt 9f i32.add 6a i32.mul 6c i32.lt_u 49 f64.ne 62 f64.lt 63 select 1b
    if 0440 loop 0340 br_if 0d end 0b call 10 i64.add 7c i64.sub 7d i64.shl 86
    i64.shr_s 87 i32.trunc_f64_u ab i64.trunc_sat_f64_s fc06 f64.convert_i32_u b8
    f64.convert_i64_s b9 i64.reinterpret_f64 bd f64.reinterpret_i64 bf
    memory.fill fc0b00'''))
TYPES = {'f': b'\x7c', 'i': b'\x7f'}  # a float of 64 bits, an int of 32


def integer(n, signed=False):
    """Return a whole number in groups of seven bits, lowest first (LEB128)."""
    code = bytearray()
    while True:
        group, n = n & 0x7f, n >> 7
        if n == (-(group >> 6) if signed else 0):
            return bytes([*code, group])
        code.append(group | 0x80)


def assemble(text):
    """Return the bytes of instructions, some of which are followed by a number."""
    code, before = bytearray(), ''
    for word in text.split():
        if word in BYTES:
            code += bytes.fromhex(BYTES[word])
        elif before == 'f64.const':
            code += struct.pack('<d', float(word))
        else:
            code += integer(int(word), signed=before.endswith('const'))
        before = word
    return bytes(code)


def sized(code):
    """Return bytes, behind their number."""
    return integer(len(code)) + code


def vector(items):
    """Return the bytes of all items, behind their number."""
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
    """A module at work in this process, by the package wasmtime."""

    engine = None  # which all modules share

    def __init__(self, code):
        """Compile the bytes of a module. ImportError without the package."""
        try:
            from wasmtime import Engine, Instance, Module, Store
        except ImportError as error:
            message = "Program expects the package wasmtime: pip install wasmtime"
            raise ImportError(message) from error
        Wasmtime.engine = self.engine or Engine()
        self.store = Store(self.engine)
        instance = Instance(self.store, Module(self.engine, code), [])
        self.exports = instance.exports(self.store)
        memory = self.exports['memory'].get_buffer_ptr(self.store)
        self.memory = memoryview(memory).cast('B').cast('d')

    def write(self, place, numbers):
        """Write numbers to the memory, a row of floats, from a place on."""
        data = array('d', numbers)
        self.memory[place:place + len(data)] = data

    def read(self, place, count):
        """Return so many floats from the memory."""
        return self.memory[place:place + count].tolist()

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
        """Return so many floats from the memory."""
        return self.memory.subarray(place, place + count).to_py().tolist()

    def call(self, name, *numbers):
        """Call an exported function with numbers; return its result."""
        return getattr(self.exports, name)(*numbers)


Machine = Browser if sys.platform == 'emscripten' else Wasmtime


# Words of our own for several instructions.
LONGER = {
    '!=': 'f64.ne f64.convert_i32_u', '<': 'f64.lt f64.convert_i32_u',  # 1.0 or 0.0
    'where': 'f64.const 0 f64.ne select',  # a b c where: a if c else b
    'exp': 'call 0', 'log': 'call 1', 'tanh': 'call 2',  # functions, see below
    # 2**n, and the n of a number: n + 1023 stands in a float above 52 other bits.
    'two_to': '''i64.trunc_sat_f64_s i64.const 1023 i64.add i64.const 52 i64.shl
                 f64.reinterpret_i64''',
    'exponent': '''i64.reinterpret_f64 i64.const 52 i64.shr_s i64.const 1023 i64.sub
                   f64.convert_i64_s'''}
BYTES.update((word, assemble(text).hex()) for word, text in LONGER.items())


# What an operation computes from its inputs {0} and {1}, and its slopes with respect to
# these, in the order of a stack; {v} is its result, and an empty slope is 1.
RULES = {'+': ('{0} {1} +', '', ''), '*': ('{0} {1} *', '{1}', '{0}'),
         'exp': ('{0} exp', '{v}'), 'log': ('{0} log', '1 {0} /'),
         'tanh': ('{0} tanh', '1 {v} {v} * -'), 'ReLU': ('{0} 0 max', '{v} 0 !=')}
SUMS = 'w·x + b', 'ReLU(w·x + b)'


def rules(node):
    """Return the rules of an operation. TypeError if it is not one of the engine's."""
    op, found = node._op, RULES.get(node._op, ())
    if op.startswith('**'):
        n = float(Fraction(op[2:]))
        found = power(n), f'{n} {power(n - 1)} *' if n else '0'
    ours = getattr(node._backward, '__func__', None) is Value._backward
    if not ours or len(found) != 1 + len(node._prev):
        raise TypeError(f"Program expects operations of the engine, got {op!r}")
    return found


def power(n):
    """Return what computes {0}**n: products, a root, or exp and log."""
    if n < 0:
        return f'1 {power(-n)} /'
    if n in range(1, 17):
        return '{0}' + ' {0} *' * int(n - 1)
    if n % 1:  # 0 + makes a 0 of -0.0
        return '0 {0} + sqrt' if n == 0.5 else f'{{0}} log {n} * exp'
    return f'{{0}} abs log {n} * exp' + ' {0} copysign' * int(n % 2) if n else '1'


def depending(order, leaves):
    """Return the set of those nodes that depend on one of the leaves, or are one."""
    found = set(leaves)
    for node in order:
        if not found.isdisjoint(node._prev):
            found.add(node)
    return found


def terms(node):
    """Return the bias of a weighted sum, its weights, and what they multiply."""
    bias, *rest = node._prev
    return bias, rest[:len(rest) // 2], rest[len(rest) // 2:]


class Step(Value):
    """A Value that operations of the machine compute, as `exp` below does."""

    def __init__(self, operation, *inputs):
        nodes = [v if isinstance(v, Value) else Value(v) for v in inputs]
        super().__init__(0.5, nodes, operation)


class Lines:
    """A graph as lines: v3 is the value of node 3, g3 its gradient.

    A line is (target, '=' or '+=', expression, a slope to multiply it by or '', how
    often or ''). `parts` are four lists, with the lines of a node in each place: what
    depends on no input, and is computed once; the rest, which is computed for each row;
    the way back for each row; and once. `places` numbers the nodes.
    """

    def __init__(self, result, parameters, inputs):
        order = result._topological_order()
        self.trained, varying = depending(order, parameters), depending(order, inputs)
        self.moving = self.trained | varying
        steps = [node for node in order if node._prev and node in self.moving]
        once = [node for node in steps if node not in varying]
        each = [node for node in steps if node in varying]
        rows = [row for node in steps if node._op in SUMS for row in terms(node)[1:]]
        rows.sort(key=len, reverse=True)  # a short row may be a part of a long one
        places = dict.fromkeys(chain(parameters, once, inputs, *rows, order))
        self.places = {node: place for place, node in enumerate(places)}
        self.parts = [[*map(self.compute, once)], [*map(self.compute, each)],
                      [self.add(result, '1'), *map(self.pass_back, reversed(each))],
                      [*map(self.pass_back, reversed(once))]]
        self.shared = len(parameters) + len(once)  # gradients to which all rows add

    def name(self, node):
        """Return the name of a value; of a constant, the number itself."""
        moves = node in self.moving
        return f'v{self.places[node]}' if moves else repr(float(node.data))

    def compute(self, node):
        """Return the lines that compute a node."""
        v, names = self.name(node), [*map(self.name, node._prev)]
        if isinstance(node, Step):
            return [(v, '=', ' '.join([*names, node._op]), '', '')]
        if node._op not in SUMS:
            return [(v, '=', rules(node)[0].format(*names), '', '')]
        pairs = self.pairs(*terms(node)[1:])
        return [('s', '=', names[0], '', ''),
                *(('s', '+=', f'v{w} v{x} *', '', times) for w, x, times in pairs),
                (v, '=', 's 0 max' if 'ReLU' in node._op else 's', '', '')]

    def pass_back(self, node):
        """Return the lines that pass the gradient of a node back to its inputs."""
        if node not in self.trained:
            return []
        g, v = f'g{self.places[node]}', self.name(node)
        if node._op not in SUMS:
            names, (_, *slopes) = [*map(self.name, node._prev)], rules(node)
            return [line for child, slope in zip(node._prev, slopes)
                    for line in self.add(child, g, slope.format(*names, v=v))]
        (bias, w, x), on = terms(node), f'{v} 0 !=' if 'ReLU' in node._op else ''
        return [('s', '=', g, '', ''), *self.add(bias, 's', on)] + [
            (f'g{a}', '+=', 's', f'v{b}', times)
            for row, others in ((w, x), (x, w)) if not self.trained.isdisjoint(row)
            for a, b, times in self.pairs(row, others, on)]

    def add(self, node, g, slope=''):
        """Return, in a list, the line that adds to a gradient; [] if it needs none."""
        line = f'g{self.places[node]}', '+=', g, slope, ''
        return [line] if node in self.trained else []

    def pairs(self, row, others, on=''):
        """Return pairs of places, and how often: if they lie evenly, one for a loop."""
        rows = [[self.places[node] for node in nodes] for nodes in (row, others)]
        steps = [{b - a for a, b in zip(places, places[1:])} for places in rows]
        if any(len(step) != 1 or min(step) < 0 for step in steps):
            return [(a, b, on) for a, b in zip(*rows)]
        slices = (f'[{places[0]}+{step}*i]' for places, (step,) in zip(rows, steps))
        return [(*slices, f'{len(row)} {on} *' if on else f'{len(row)}')]


def python(target, sign, words, slope, times):
    """Return a line as Python writes it."""
    line = f'{target} {sign} {infix(f"{words} {slope} *" if slope else words)}'
    return f'for i in range({infix(times)}): {line}' if times else line


def infix(words):
    """Return an expression as Python writes it, made on a stack of texts."""
    stack = []
    for word in words.split():
        if word in ('abs', 'sqrt', 'exp', 'log', 'tanh'):
            word = f'{word}({stack.pop()})'
        elif word in BYTES:
            right, left = stack.pop(), stack.pop()
            call, operation = f'{word}({left}, {right})', f'({left} {word} {right})'
            word = call if word.isalpha() else operation
        stack.append(word)
    return re.sub(r'^\((.*)\)$', r'\1', stack.pop())


LOCAL = {'row': 0, 'i': 1, 's': 3, 'slope': 4}  # and local 2 is where a loop ends
NAME = re.compile(r'([vg])\[?(\d+)\+?(\d*)\*?(\w*)')  # v3, g[8+1*i], v[9+2*row]


class Compiler:
    """Compiles lines to instructions: each expression leaves its value on the stack.

    Values and gradients live in the memory: first all the values, of which there are
    `size`, then all the gradients. `local` has the numbers of the other names.
    """

    def __init__(self, local, size=0):
        self.local, self.size = local, size

    def line(self, target, sign, words, slope, times):
        """Return the instructions for a line. A slope of 0 adds nothing."""
        words = f'{words} slope *' if slope else words
        code = self.expression(words if sign == '=' else f'{target} {words} +')
        if target in self.local:
            code = f'{code} local.set {self.local[target]}'
        else:
            index, address = self.address(target)
            code = f'{index} {code} f64.store {address}'
        if slope:
            code = (f"{self.expression(slope)} local.tee {self.local['slope']} "
                    f"f64.const 0 f64.ne if {code} end")
        return repeated(self.expression(times), code) if times else code

    def expression(self, words):
        """Return the instructions for an expression."""
        return ' '.join(map(self.load, words.split()))

    def load(self, word):
        """Return the instructions for a word: an operation, a name or a number."""
        if word in BYTES:
            return word
        if word in self.local:
            return f'local.get {self.local[word]}'
        if word[0] in 'vg':
            return '{} f64.load {}'.format(*self.address(word))
        return f'f64.const {word}'

    def address(self, name):
        """Return the two parts of an address: instructions, and a number of bytes."""
        [(kind, place, step, i)] = NAME.findall(name)
        index = f'local.get {self.local[i]}' if step else 'i32.const 0'
        if step not in ('', '1'):
            index += f' i32.const {step} i32.mul'
        return index, 8 * (int(place) + self.size * (kind == 'g'))


def repeated(times, code):
    """Return instructions that repeat others. Local 1 counts by 8, up to local 2."""
    return f'''i32.const 0 local.set 1 {times} i32.trunc_f64_u i32.const 8 i32.mul
               local.tee 2 if loop {code} local.get 1 i32.const 8 i32.add local.tee 1
               local.get 2 i32.lt_u br_if 0 end end'''


def function(formula):
    """Return the function of the machine that computes a formula of a Value."""
    x = Value(0.5)
    result = formula(x)
    lines = Lines(result, [], [x])
    local = {f'v{place}': place for place in lines.places.values()}
    code = [Compiler(local).line(*line) for line in chain(*lines.parts[1])]
    code.append(f'local.get {lines.places[result]}')
    return 'f', 'f', 'f' * (len(local) - 1), ' '.join(code)


def polynomial(x, coefficients):
    """Return a polynomial in x, by Horner's rule."""
    y = coefficients[-1]
    for c in reversed(coefficients[:-1]):
        y = x * y + c
    return y


LN2, REST = 0.6931471803691238, 1.9082149292705877e-10  # the sum is the logarithm of 2


def exp(x):
    """Return e**x = 2**n e**r, with x = n ln 2 + r, and e**r by its series."""
    y = Step('max', Step('min', x, 800), -800)
    n = Step('nearest', y * 1.4426950408889634)
    r = y - n * LN2 - n * REST
    half = Step('nearest', n * 0.5)
    series = polynomial(r, [1 / math.factorial(k) for k in range(14)])
    return series * Step('two_to', half) * Step('two_to', n - half)


def log(x):
    """Return n ln 2 + ln m, with x = 2**n m, and ln m by the series of artanh."""
    tiny = Step('<', x, 2.3e-308)  # whose exponent is not written in the usual way
    y = Step('where', x * 2.0**54, x, tiny)
    n = Step('exponent', y * 2**0.5)  # so m is from 0.707 to 1.414
    half = Step('nearest', n * 0.5)
    m = y * Step('two_to', -half) * Step('two_to', half - n)
    s = (m - 1) / (m + 1)
    series = s * polynomial(s * s, [2 / (2 * k + 1) for k in range(11)])
    n = n - 54 * tiny
    y = Step('where', n * LN2 + (series + n * REST), x, Step('<', x, math.inf))
    other = Step('where', math.nan, -math.inf, Step('!=', x, 0))
    return Step('where', y, other, Step('<', 0, x))


def tanh(x):
    """Return tanh x: near 0 by Lambert's continued fraction, further out by exp."""
    a, fraction = Step('abs', x), 17
    for odd in (15, 13, 11, 9, 7, 5, 3, 1):
        fraction = a * a / fraction + odd
    far = 1 - 2 / ((2 * a).exp() + 1)
    return Step('copysign', Step('where', a / fraction, far, Step('<', a, 0.55)), x)


FUNCTIONS = [*map(function, (exp, log, tanh))]
CHUNK = 1000  # nodes whose lines make one function: longer ones take long to compile
PAGES = 65_536  # of memory, at most: 4 gigabytes


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
        engine's; ValueError for what is not a leaf, or is there twice, and for a graph
        too large; ImportError where nothing can run WebAssembly.
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
        lines = Lines(result, self.parameters, inputs)
        self.parts, self.size, self.inputs = lines.parts, len(lines.places), len(inputs)
        self.rows = 2 * self.size + 1  # behind values, gradients and the number of rows
        self.batch = 1 + 10_000 // (self.inputs + 1)  # rows for which there is memory
        self.results = self.rows + self.inputs * self.batch
        self.code = self.compiled(lines.places[result], lines.shared)
        self.machine = Machine(self.code)
        self.machine.write(0, [v.data for v in lines.places])

    def __str__(self):
        return '\n'.join(python(*line) for line in chain(*chain(*self.parts)))

    def compiled(self, result, shared):
        """Return the bytes of the module, whose result stands at that place.

        All rows share the first gradients; behind these come the inputs.
        """
        pages = 8 * (self.results + self.batch) // 65536 + 1
        if pages > PAGES:
            raise ValueError(f"Program expects at most {PAGES} pages, needs {pages}")
        compiler, functions = Compiler(LOCAL, self.size), [*FUNCTIONS]

        def calls(nodes):
            """Compile the lines of nodes; return calls of the functions they make."""
            code = ''
            for i in range(0, len(nodes), CHUNK):
                lines = [compiler.line(*line) for line in chain(*nodes[i:i + CHUNK])]
                code += f' local.get 1 call {len(functions)}'
                functions.append(('i', '', 'iiff', ' '.join(lines)))
            return code

        def emptied(start, stop):
            """Return instructions that set these gradients to 0."""
            first, size = 8 * (self.size + start), 8 * (stop - start)
            return f'i32.const {first} i32.const 0 i32.const {size} memory.fill'
        setup, forward, backward, finish = self.parts
        take = [(f'v{shared + k}', '=', f'v[{self.rows + k}+{self.inputs}*row]', '', '')
                for k in range(self.inputs)]
        give = [(f'v[{self.results}+1*row]', '=', f'v{result}', '', '')]
        setup, forward, backward, finish = map(
            calls, (setup, [take, *forward, give], backward, finish))
        way = f'{emptied(shared, self.size)} {forward} {backward}'
        exports, count = {}, compiler.load(f'v{self.rows - 1}')
        for name, begin, each, end in (
                ('values', setup, forward, ''),
                ('run', f'{emptied(0, shared)} {setup}', way, finish)):
            exports[name] = len(functions)
            code = f'{begin} {repeated(count, each)} {end}'
            functions.append(('', '', 'iii', code))
        return module(functions, exports, pages)

    def call(self, name, rows):
        """Yield the results of a function for rows, a batch at a time."""
        for row in rows:
            if not hasattr(row, '__len__') or len(row) != self.inputs:
                raise ValueError(f"expected rows of {self.inputs} numbers, got {row!r}")
        self.machine.write(0, [p.data for p in self.parameters])
        for i in range(0, len(rows), self.batch):
            batch = rows[i:i + self.batch]
            self.machine.write(self.rows - 1, chain([len(batch)], *batch))
            self.machine.call(name)
            yield self.machine.read(self.results, len(batch))

    def values(self, rows=((),)):
        """Return the result for each row of inputs, a float; touch no gradient."""
        return [*chain(*self.call('values', [*rows]))]

    def run(self, rows=((),)):
        """Return the sum of the results of all rows; add to the parameters' gradients.

        A row is a sequence of numbers, one per input; ValueError for another length.
        """
        results = []
        for batch in self.call('run', [*rows]):
            results += batch
            grads = self.machine.read(self.size, len(self.parameters))
            for p, grad in zip(self.parameters, grads):
                p.grad += grad
        return sum(results)
