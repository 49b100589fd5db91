"""A training to play with: points in the plane, a network, and one step at a time."""
import math
import random
from contextlib import contextmanager
from time import perf_counter

from classroom.wrong import WRONG
from micrograd.engine import Value
from micrograd.nn import MLP, Module
from micrograd.program import Program

CHAPTER = {'data': 'moons', 'noise': '0.1', 'layers': '16-16', 'loss': 'hinge',
           'rate': 'falling', 'regularisation': '0.0001', 'batch': 'all',
           'seed': '1337', 'wrong': '', 'own': ''}  # the settings of chapter 12
# The first three change nothing here; the last changes what a network says, too.
LEFT_OUT = {'without_reset', 'slope_from_input', 'by_formula', 'never_off'}
WRONG_ENGINES = [name for name in WRONG if name not in LEFT_OUT]
COLUMNS, ROWS, STEP = 43, 28, 0.1  # the places where a network is asked
BEYOND = "the numbers have grown beyond all bounds"


def moons(n, noise, rng):
    """Return n points in two interlocking crescents, and their targets."""
    points, targets = [], []
    for i in range(n):
        angle = math.pi * (i // 2) / (n // 2 - 1)
        upper = i % 2 == 0
        x = math.cos(angle) if upper else 1 - math.cos(angle)
        y = math.sin(angle) if upper else 0.5 - math.sin(angle)
        points.append([x + rng.gauss(0, noise), y + rng.gauss(0, noise)])
        targets.append(1 if upper else -1)
    return points, targets


def circles(n, noise, rng):
    """Return n points on two circles, one in the other, and their targets."""
    return turning(n, noise, rng, lambda turn, inner: (0.4 if inner else 1, turn))


def spiral(n, noise, rng):
    """Return n points on two arms of a spiral, and their targets."""
    return turning(n, noise, rng, lambda turn, first: (
        0.1 + turn, turn + (0 if first else 0.5)))


def turning(n, noise, rng, place):
    """Return n points, and their targets; `place` gives radius and turn of each."""
    points, targets = [], []
    for i in range(n):
        radius, turn = place(i // 2 / (n // 2), i % 2 == 0)
        x, y = radius * math.cos(math.tau * turn), radius * math.sin(math.tau * turn)
        points.append([x + rng.gauss(0, noise), y + rng.gauss(0, noise)])
        targets.append(1 if i % 2 == 0 else -1)
    return points, targets


def xor(n, noise, rng):
    """Return n points in four squares, opposite ones of the same target."""
    points, targets = [], []
    for i in range(n):
        left, low = i % 2, i // 2 % 2
        x, y = rng.uniform(0.1, 1) - 1.1 * left, rng.uniform(0.1, 1) - 1.1 * low
        points.append([x + rng.gauss(0, noise), y + rng.gauss(0, noise)])
        targets.append(1 if left == low else -1)
    return points, targets


DATA = {make.__name__: make for make in (moons, circles, xor, spiral)}


def read_points(text):
    """Return the points and targets in a text: '0.5,-1,1;2,1,-1'."""
    rows = [[*map(float, row.split(','))] for row in text.split(';') if row]
    return [[x, y] for x, y, _ in rows], [target for *_, target in rows]


def batches(n, size, rng):
    """Yield the numbers below n in batches, all in each epoch, as in exercise 12.3."""
    while True:
        order = list(range(n))
        if size < n:
            rng.shuffle(order)
        for i in range(0, n, size):
            yield order[i:i + size]


def hinge(score, target):
    """Return the loss of chapter 12 for one point."""
    return (1 + -target * score).relu()


def squares(score, target):
    """Return the loss of chapter 11 for one point."""
    return (score - target)**2


LOSSES = {loss.__name__: loss for loss in (hinge, squares)}
SHOWN = (0, 'seen'), (2, 'unseen')  # in each entry of a history


class Learner:
    """A network, and what it costs; its gradients come from a compiled graph."""

    def __init__(self, settings):
        """Begin as the settings say. ValueError for widths that are none."""
        random.seed(int(settings['seed']))
        widths = [int(width) for width in settings['layers'].split('-')]
        self.model = MLP(2, [*widths, 1])
        self.loss = LOSSES[settings['loss']]
        self.alpha = float(settings['regularisation'])
        self.parameters = self.model.parameters()
        self.point, target, share = [Value(0.5), Value(0.5)], Value(1), Value(1)
        self.score = Program(self.model(self.point), self.parameters, self.point)
        cost = self.loss(self.model(self.point), target) * share
        self.cost = Program(cost, self.parameters, [*self.point, target, share])
        self.price = Program(self.size(), self.parameters)
        self.neurons, self.milliseconds, self.error = {}, 0, ''

    def size(self):
        """Return the price of the parameters' size."""
        squares = sum(p * p for p in self.parameters)
        return self.alpha * squares if self.alpha else Value(0)

    def backward(self, points, targets):
        """Fill the gradients of the parameters: of the loss on these points."""
        self.model.zero_grad()
        self.cost.run(self.rows(points, targets))
        self.price.run()

    def rows(self, points, targets):
        """Return what the program of the loss takes."""
        share = 1 / len(points) if points else 0
        return [[*point, target, share] for point, target in zip(points, targets)]

    def step(self, rate, points, targets):
        """Take one step, unless one has failed, and note how long it took."""
        if self.error:
            return
        begun = perf_counter()
        try:
            self.backward(points, targets)
            for p in self.parameters:
                p.data -= rate * p.grad
        except OverflowError:
            self.error = BEYOND
        except (ArithmeticError, RecursionError) as error:
            self.error = f"it has ended with {type(error).__name__}: {error}"
        self.milliseconds = round(1000 * (perf_counter() - begun), 1)

    def judge(self, points, targets):
        """Return the loss on these points, and which share of them is right."""
        if not points:
            return None, None
        try:
            [price] = self.price.values()
            loss = sum(self.cost.values(self.rows(points, targets))) + price
            scores = self.score.values(points)
        except OverflowError:
            loss = math.inf
        if not math.isfinite(loss):
            self.error = BEYOND
            return loss, None
        hits = sum((score > 0) == (t > 0) for score, t in zip(scores, targets))
        return loss, hits / len(points)

    def answers(self, places, neuron=None):
        """Return what the network says at these places, or a neuron (layer, number)."""
        if not neuron:
            return self.score.values(places)
        if neuron not in self.neurons:
            layer, number = neuron
            x = self.point
            for each in self.model.layers[:layer]:
                x = each.activations(x)
            self.neurons[neuron] = Program(x[number], self.parameters, self.point)
        return self.neurons[neuron].values(places)

    def weights(self):
        """Return all weights without the biases, in the order of the lines."""
        return [finite(w.data) for layer in self.model.layers
                for neuron in layer.neurons for w in neuron.w]


class WrongLearner(Learner):
    """The same with a wrong engine, node by node: only a right one can be compiled."""

    def __init__(self, settings):
        super().__init__(settings)
        self.name = settings['wrong']

    def backward(self, points, targets):
        """Do as above, with the wrong engine in the place of the right one."""
        with engine(self.name):
            losses = [self.loss(self.model(x), t) for x, t in zip(points, targets)]
            loss = sum(losses) * (1 / len(points)) + self.size()
            self.model.zero_grad()
            loss.backward()


@contextmanager
def engine(name):
    """Put a wrong engine in the place of the right one for a while."""
    method, wrong = WRONG[name]
    owner = Value if hasattr(Value, method) else Module
    right = getattr(owner, method)
    setattr(owner, method, wrong)
    try:
        yield
    finally:
        setattr(owner, method, right)


def finite(x):
    """Return a number as JSON can hold it: None for what is infinite or no number."""
    return round(x, 4) if x is not None and math.isfinite(x) else None


class Training:
    """Two learners at most, on the same points, and what has become of them."""

    def __init__(self, settings):
        """Begin. ValueError for settings that make no sense."""
        self.settings, self.steps = settings, 0
        make, noise = DATA.get(settings['data']), float(settings['noise'])
        self.seen, self.unseen = ((make(n, noise, random.Random(seed))
                                   for n, seed in ((100, 1337), (200, 7))) if make
                                  else (read_points(settings['own']), ([], [])))
        kinds = [Learner] + [WrongLearner] * bool(settings['wrong'])
        self.learners = [kind(settings) for kind in kinds]
        n = len(self.seen[0])
        size = n if settings['batch'] == 'all' else int(settings['batch'])
        self.batches = batches(n, size, random.Random(int(settings['seed'])))
        self.histories = [[self.judge(each)] for each in self.learners]
        x, y = (0.6, 0.35) if settings['data'] == 'moons' else (0, 0)  # the middle
        self.left, self.low = x - STEP * COLUMNS / 2, y - STEP * ROWS / 2
        self.places = [[self.left + STEP * i, self.low + STEP * j]
                       for j in range(ROWS + 1) for i in range(COLUMNS + 1)]

    def judge(self, learner):
        """Return loss and share on the seen points, then on the others."""
        return learner.judge(*self.seen) + learner.judge(*self.unseen)

    def rate(self):
        """Return the learning rate: fixed, or as in chapter 12, from 1 down to 0.1."""
        if self.settings['rate'] == 'falling':
            return 1.0 - 0.9 * min(self.steps, 60) / 60
        return float(self.settings['rate'])

    def step(self):
        """Let each learner take a step on the same batch, until the right one fails."""
        if self.learners[0].error:
            return
        if len(set(self.seen[1])) < 2:
            raise ValueError("expected points of both kinds")
        batch = next(self.batches)
        points, targets = ([each[i] for i in batch] for each in self.seen)
        for learner, history in zip(self.learners, self.histories):
            learner.step(self.rate(), points, targets)
            history.append(self.judge(learner))
        self.steps += 1

    def picture(self, since, neuron=None):
        """Return what a page draws; of the histories, what came after `since` steps."""
        neuron = neuron and tuple(neuron)
        return {'steps': self.steps, 'curves': curves(self.histories), 'learners': [{
            'history': [[*map(finite, each)] for each in history[since:]],
            'weights': learner.weights(),
            'grid': [] if learner.error == BEYOND else shades(
                learner.answers(self.places, neuron), scaled=bool(neuron)),
            'milliseconds': learner.milliseconds, 'error': learner.error}
            for learner, history in zip(self.learners, self.histories)]}


def shades(answers, scaled):
    """Return whole numbers up to 100, for the answer 2, or the largest if `scaled`."""
    top = (max(map(abs, answers)) if scaled else 0) or 2
    return [round(100 * max(-1, min(1, a / top))) if a == a else 0 for a in answers]


current = None  # the training of the page


def start(settings, steps=0):
    """Begin a training, and take some steps; return its picture, points and network."""
    global current
    current = Training({**CHAPTER, **settings})
    for _ in range(steps):
        current.step()
    return {'points': [[*point, t] for point, t in zip(*current.seen)],
            'left': current.left, 'low': current.low,
            'network': network(current.learners[0]), **current.picture(0)}


def go(steps, neuron=None):
    """Take some steps; return the picture after them."""
    since = current.steps + 1
    for _ in range(steps):
        current.step()
    return current.picture(since, neuron)


def curves(histories):
    """Return the losses on seen and on new points as SVG, on a logarithmic scale."""
    losses = [loss for history in histories for each in history for loss in each[::2]
              if finite(loss)]
    low = max(1e-4, min(losses, default=1))
    high = max(2 * low, min(1e4, max(losses, default=1)))
    steps = len(histories[0]) - 1
    def place(step, loss):
        height = math.log(max(1, min(loss, high) / low)) / math.log(high / low)
        return f'{300 * step / max(1, steps):.0f},{68 - 54 * height:.1f}'
    def curve(which, name, history):
        return '<polyline class="{}" points="{}"/>'.format(name, ' '.join(
            place(step, history[step][which])
            for step in [*range(0, steps, math.ceil(steps / 120) or 1), steps]
            if finite(history[step][which]) is not None))
    lines = [curve(which, f'{name} engine-{i}', history) for which, name in SHOWN
             for i, history in enumerate(histories)]
    first, last = histories[0][0][0], histories[0][-1][0]
    if first is not None:
        lines += f'<text x="3" y="9">{first:.3g}</text>'
    if steps and finite(last) is not None:
        y = place(steps, last).split(',')[1]
        lines += f'<text x="304" y="{y}">{last:.3g}</text>'
    return ''.join(lines)


def network(learner):
    """Return the network as SVG: a circle for each neuron, a line for each weight."""
    sizes = [2, *(len(layer.neurons) for layer in learner.model.layers)]
    def place(layer, i):
        below = (i - (sizes[layer] - 1) / 2) * min(210 / sizes[layer], 45)
        return 20 + 300 * layer / (len(sizes) - 1), 110 + below
    lines = [line(*place(k, i), *place(k + 1, j), w.data)
             for k, layer in enumerate(learner.model.layers)
             for j, neuron in enumerate(layer.neurons) for i, w in enumerate(neuron.w)]
    radius = min(9, 84 / max(sizes))
    circles = ['<circle cx="{:.0f}" cy="{:.1f}" r="{:.1f}" {}/>'.format(
        *place(k, i), radius, describe(k, i, len(sizes) - 1))
        for k, size in enumerate(sizes) for i in range(size)]
    words = "The network, neuron by neuron"
    return (f'<svg class="network" viewBox="0 0 340 220" role="group" '
            f'aria-label="{words}"><g class="weights">{"".join(lines)}</g>'
            f'{"".join(circles)}</svg>')


def line(x1, y1, x2, y2, weight):
    """Return a line as thick as a weight, of the color of its sign."""
    sign = 'plus' if weight > 0 else 'minus'
    return (f'<path class="{sign}" d="M{x1:.0f} {y1:.1f}L{x2:.0f} {y2:.1f}" '
            f'stroke-width="{thickness(weight):.2f}"/>')


def thickness(weight):
    """Return how thick the line of a weight is."""
    return min(4, 0.2 + 1.2 * abs(weight)) if math.isfinite(weight) else 4


def describe(layer, i, last):
    """Return the attributes by which a neuron is found and named."""
    name = (f"input {'xy'[i]}" if not layer else "the output" if layer == last
            else f"neuron {i + 1} of layer {layer}")
    return f'data-neuron="{layer} {i}" role="button" tabindex="-1" aria-label="{name}"'
