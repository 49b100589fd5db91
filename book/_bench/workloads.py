"""What is measured: each workload written once, for all peers that compute with single numbers."""
import math
import random
import re
from pathlib import Path

from peers import number

BOOK = Path(__file__).parents[1]
CELL = re.compile(r'^```\{code-cell\} ipython3\n((?::[^\n]*\n)*)\n?(.*?)^```$', re.MULTILINE | re.DOTALL)
FOUR = [[2.0, 3.0, -1.0], [3.0, -1.0, 0.5], [0.5, 1.0, 1.0], [1.0, 1.0, -1.0]], [1.0, -1.0, -1.0, 1.0]


def cells(chapter):
    """Return [(options, code)] for the code cells of a chapter, which are programs here, too."""
    return CELL.findall((BOOK / f'{chapter}.md').read_text(encoding='utf-8'))


def moons():
    """Return the hundred points and targets of chapter 12, made by its own cell."""
    code = next(code for _, code in cells('12-moons') if code.startswith('def make_moons'))
    names = {'math': math, 'random': random}
    exec(code.partition('print(')[0], names)
    return names['points'], names['targets']


def weights(sizes, seed):
    """Return [(rows of weights, biases)] for layers of these sizes, as plain numbers, as the library draws them."""
    rng = random.Random(seed)
    return [([[rng.uniform(-1, 1) for _ in range(nin)] for _ in range(nout)], [0] * nout)
            for nin, nout in zip(sizes, sizes[1:])]


class Training:
    """A peer's own network that learns."""

    def __init__(self, peer, sizes, seed, data, loss, rate):
        random.seed(seed)
        self.model = peer.network(sizes[0], sizes[1:])
        self.leaves = self.model.parameters()
        points, self.targets = data
        self.points = [[peer.constant(x) for x in point] for point in points]
        self.loss, self.constant, self.rate, self.steps = loss, peer.constant, rate, 0

    def forward(self):
        return self.loss([self.model(x) for x in self.points], self.targets, self.leaves, self.constant)

    def update(self):
        rate = self.rate(self.steps)
        self.steps += 1
        if hasattr(self.leaves[0], 'requires_grad'):
            for p in self.leaves:  # a tensor guards its data
                p.data.sub_(p.grad, alpha=rate)
        else:
            for p in self.leaves:
                p.data -= rate * p.grad


def hinge(scores, targets, parameters, constant):
    """The loss of chapter 12."""
    losses = [(constant(1) + constant(-y) * score).relu() for y, score in zip(targets, scores)]
    return sum(losses) * constant(1 / len(losses)) + constant(1e-4) * sum(p * p for p in parameters)


def squares(scores, targets, parameters, constant):
    """The loss of chapter 11."""
    return sum((score + constant(-y))**2 for y, score in zip(targets, scores))


class Graph:
    """An expression of about n nodes over a few leaves."""

    def __init__(self, peer, build, n):
        self.leaves = [peer.value(0.5), peer.value(1.25)]
        self.build, self.n = build, n

    def forward(self):
        return self.build(*self.leaves, self.n)

    def update(self):
        pass


def chain(a, b, n):
    y = a
    for _ in range(n):
        y = y + b
    return y


def wide(a, b, n):
    return sum((a * b for _ in range(n // 2)), a)


def diamond(a, b, n):
    y = a
    for _ in range(n // 2):
        y = (y + y) * 0.5
    return y + b


class Token:
    """One letter through the transformer of chapter 15, after eight others whose keys and values are known."""

    def __init__(self, peer):
        book, V = {}, peer.value
        for options, code in cells('15-attention'):
            if 'model' in options:
                exec(code, book)
        model = book['GPT'](random.Random(42))
        for name, rows in vars(model).items():
            if name != 'head_width':
                setattr(model, name, [[V(v.data) for v in row] for row in rows])
        book.update(weighted_sums=peer.sums, softmax=softmax)
        rng = random.Random(1)
        self.keys, self.values = ([[V(rng.gauss(0, 1)) for _ in range(16)] for _ in range(8)] for _ in range(2))
        self.model, self.book, self.leaves = model, book, model.parameters()

    def forward(self):
        model, book = self.model, self.book
        x = book['norm'](book['add'](model.letters[3], model.places[8]))
        home, _ = book['look_back'](model, book['norm'](x), [*self.keys], [*self.values])
        x = book['add'](x, home)
        bent = [v.relu() for v in book['weighted_sums'](model.up, book['norm'](x))]
        x = book['add'](x, book['weighted_sums'](model.down, bent))
        return -1 * softmax(book['weighted_sums'](model.out, x))[5].log()

    def update(self):
        pass


def softmax(scores):
    """The library's softmax, for numbers of any peer."""
    top = max(number(score.data) for score in scores)
    exps = [(score + -top).exp() for score in scores]
    share = sum(exps)**-1
    return [e * share for e in exps]


def falling(step):
    return 1.0 - 0.9 * step / 100


def moons_step(peer, n):
    return Training(peer, [2, 16, 16, 1], 1337, moons(), hinge, falling)


def four_points(peer, n):
    return Training(peer, [3, 4, 4, 1], 5, FOUR, squares, lambda step: 0.01)


def graph(build):
    return lambda peer, n: Graph(peer, build, n or 10_000)


WORKLOADS = {'moons': moons_step, 'four points': four_points, 'chain': graph(chain), 'wide sum': graph(wide),
             'diamond': graph(diamond), 'token': lambda peer, n: Token(peer)}
