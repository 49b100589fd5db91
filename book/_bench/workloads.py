"""What is measured: each workload written once, for every engine that computes with single numbers."""
import random
from functools import partial
from itertools import pairwise

NAME = 'katherine'
FOUR = [[2.0, 3.0, -1.0], [3.0, -1.0, 0.5], [0.5, 1.0, 1.0], [1.0, 1.0, -1.0]], [1.0, -1.0, -1.0, 1.0]


def moons():
    """Return the hundred points and targets of chapter 12."""
    from classroom.playground import make  # now that the engine is in its place
    return make('moons', 100, 0.1, random.Random(1337))


def weights(sizes, seed):
    """Return [(rows of weights, biases)] for layers of these sizes, as plain numbers, as the library draws them."""
    rng = random.Random(seed)
    return [([[rng.uniform(-1, 1) for _ in range(nin)] for _ in range(nout)], [0] * nout)
            for nin, nout in pairwise(sizes)]


class Training:
    """A network of an engine, in training."""

    def __init__(self, engine, sizes, seed, data, loss, rate):
        random.seed(seed)
        self.model = engine.network(sizes[0], sizes[1:])
        self.leaves = self.model.parameters()
        points, self.targets = data
        self.points = [[engine.constant(x) for x in point] for point in points]
        self.loss, self.engine, self.rate, self.steps = loss, engine, rate, 0

    def forward(self):
        return self.loss([self.model(x) for x in self.points], self.targets, self.leaves, self.engine)

    def update(self):
        rate = self.rate(self.steps)
        self.steps += 1
        if hasattr(self.leaves[0], 'requires_grad'):
            for p in self.leaves:  # a tensor allows no assignment to its data
                p.data.sub_(p.grad, alpha=rate)
        else:
            for p in self.leaves:
                p.data -= rate * p.grad


def hinge(scores, targets, parameters, engine):
    """Return the loss of chapter 12."""
    constant = engine.constant
    losses = [(constant(1) + constant(-y) * score).relu() for y, score in zip(targets, scores)]
    return sum(losses) * constant(1 / len(losses)) + constant(1e-4) * engine.sums([parameters], parameters)[0]


def squares(scores, targets, parameters, engine):
    """Return the loss of chapter 11."""
    return sum((score + engine.constant(-y))**2 for y, score in zip(targets, scores))


class Graph:
    """An expression of about n nodes over two leaves."""

    def __init__(self, build, engine, n):
        self.leaves = [engine.value(0.5), engine.value(1.25)]
        self.build, self.n = build, n or 10_000

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

    def __init__(self, engine, n):
        from classroom import gpt  # now that the engine is in its place
        gpt.weighted_sums, gpt.softmax = engine.sums, softmax
        V, rng, model = engine.value, random.Random(1), gpt.GPT(random.Random(42))
        for name, rows in vars(model).items():
            if name != 'head_width':
                setattr(model, name, [[V(v.data) for v in row] for row in rows])
        self.keys, self.values = ([[V(rng.gauss(0, 1)) for _ in range(16)] for _ in range(8)] for _ in range(2))
        self.gpt, self.model, self.leaves = gpt, model, model.parameters()

    def forward(self):
        scores, _ = self.gpt.next_scores(self.model, 3, 8, [*self.keys], [*self.values])
        return -1 * softmax(scores)[5].log()

    def update(self):
        pass


class Name:
    """The summed loss of the letters of a name, by the transformer of chapter 15: a name is microgpt's document."""

    def __init__(self, engine, n):
        from classroom import gpt  # now that the engine is in its place
        token = Token(engine, n)
        self.gpt, self.model, self.leaves, self.text = gpt, token.model, token.leaves, gpt.codes(NAME)

    def forward(self):
        scores, _ = self.gpt.scores_of(self.model, self.text[:-1])
        return sum(-1 * softmax(row)[code].log() for row, code in zip(scores, self.text[1:]))

    def update(self):
        pass


def softmax(scores):
    """Return what the library's softmax does, for the numbers of any engine."""
    top = max(float(score.data) for score in scores)
    exps = [(score + -top).exp() for score in scores]
    share = sum(exps)**-1
    return [e * share for e in exps]


def falling_rate(step):
    """Return the learning rate of the original's demonstration, which falls for a hundred steps; then it stays."""
    return 1.0 - 0.9 * min(step, 100) / 100


def moons_step(engine, n):
    return Training(engine, [2, 16, 16, 1], 1337, moons(), hinge, falling_rate)


def four_points(engine, n):
    return Training(engine, [3, 4, 4, 1], 5, FOUR, squares, lambda step: 0.01)


WORKLOADS = {'moons': moons_step, 'four points': four_points, 'chain': partial(Graph, chain),
             'wide sum': partial(Graph, wide), 'diamond': partial(Graph, diamond), 'token': Token, 'name': Name}
