"""A training to play with: points in the plane, a network, and one step at a time."""
import math
import random
from contextlib import contextmanager
from html import escape
from itertools import accumulate
from time import perf_counter

from classroom.sketches import Diagram, bands, curves, places, plane
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
STORED = 60  # steps, which the picture shows before a script runs
BEYOND = "the numbers have grown beyond all bounds"


def moons(share, first, rng):
    """Return a place on one of two interlocking crescents."""
    x, y = math.cos(math.pi * share), math.sin(math.pi * share)
    return (x, y) if first else (1 - x, 0.5 - y)


def circles(share, first, rng):
    """Return a place on one of two circles, one in the other."""
    return turned(share, 0.4 if first else 1)


def spiral(share, first, rng):
    """Return a place on one of two arms of a spiral."""
    return turned(share + (0 if first else 0.5), 0.1 + share)


def turned(turn, radius):
    """Return the place on a circle after some turns."""
    return radius * math.cos(math.tau * turn), radius * math.sin(math.tau * turn)


def xor(share, first, rng):
    """Return a place in one of four squares, opposite ones of the same kind."""
    x, y = rng.choice((-1, 1)) * rng.uniform(0.1, 1), rng.uniform(0.1, 1)
    return x, math.copysign(y, x if first else -x)


DATA = {each.__name__: each for each in (moons, circles, xor, spiral)}


def make(data, n, noise, rng):
    """Return n points, one of each kind in turn, and their targets."""
    shares = [i // 2 / (n // 2 - 1) for i in range(n)]
    exact = [DATA[data](share, i % 2 == 0, rng) for i, share in enumerate(shares)]
    points = [[x + rng.gauss(0, noise), y + rng.gauss(0, noise)] for x, y in exact]
    return points, [1, -1] * (n // 2)


def read_points(text):
    """Return the points and targets in a text: '0.5,-1,1;2,1,-1'. ValueError for others."""
    rows = [[*map(float, row.split(','))] for row in text.split(';') if row]
    if any(len(row) != 3 or row[2] not in (1, -1) for row in rows):
        raise ValueError(f"expected points like 0.5,-1,1, got {text!r}")
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


class Learner:
    """A network, and what it costs; its gradients come from a compiled graph."""

    def __init__(self, settings):
        """Begin as the settings say. ValueError for widths that are none."""
        self.settings = settings
        random.seed(int(settings['seed']))
        widths = [int(width) for width in settings['layers'].split('-')]
        self.model = MLP(2, [*widths, 1])
        self.loss = LOSSES[settings['loss']]
        self.alpha = float(settings['regularisation'])
        self.parameters = self.model.parameters()
        self.point, target, share = [Value(0.5), Value(0.5)], Value(1), Value(1)
        self.activations = [*accumulate(self.model.layers, initial=self.point,
                                        func=lambda x, layer: layer.activations(x))]
        self.programs = {}
        cost = self.loss(*self.activations[-1], target) * share
        self.cost = Program(cost, self.parameters, [*self.point, target, share])
        self.price = Program(self.size(), self.parameters)
        self.history, self.milliseconds, self.error = [], 0, ''

    def size(self):
        """Return the price of the parameters' size."""
        total = sum(p * p for p in self.parameters)
        return self.alpha * total if self.alpha else Value(0)

    def backward(self, points, targets):
        """Fill the gradients of the parameters: of the loss on these points."""
        self.model.zero_grad()
        self.cost.run(self.rows(points, targets))
        self.price.run()

    def rows(self, points, targets):
        """Return what the program of the loss takes."""
        return [[*point, target, 1 / len(points)]
                for point, target in zip(points, targets)]

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
        self.milliseconds = 1000 * (perf_counter() - begun)

    def note(self, seen, unseen):
        """Note the loss on the points, and which share is right; both on new points."""
        try:
            self.history.append((*self.judge(*seen), *self.judge(*unseen)))
        except OverflowError:
            self.history.append((math.inf, 0, math.inf, 0))
        if seen[0] and not math.isfinite(self.history[-1][0]):
            self.error = BEYOND

    def judge(self, points, targets):
        """Return the loss on these points, and which share of them is right."""
        if not points:
            return math.nan, math.nan
        [price] = self.price.values()
        loss = sum(self.cost.values(self.rows(points, targets))) + price
        hits = sum((score > 0) == (target > 0)
                   for score, target in zip(self.answers(points), targets))
        return loss, hits / len(points)

    def answers(self, places, neuron=''):
        """Return what the network answers at these places.

        Or the sum of a neuron, '1 4' is the fifth of layer 1, before its ReLU.
        """
        if neuron not in self.programs:
            layer, i = map(int, (neuron or '-1 0').split())
            node = self.activations[layer][i]
            [result] = node._prev if node._op == 'ReLU' else [node]
            self.programs[neuron] = Program(result, self.parameters, self.point)
        return self.programs[neuron].values(places)

    def bands(self, places, neuron=''):
        """Return SVG of what is answered at these places, unless there is no number."""
        if self.error == BEYOND:
            return ''
        answers = self.answers(places, neuron)
        return bands(answers, (max(map(abs, answers)) / 3 if neuron else 0) or 0.5)

    def report(self):
        """Return in words how far it is."""
        loss, share, new_loss, new_share = self.history[-1]
        words = f"loss {loss:.3g}, {share:.0%} right"
        if not math.isnan(new_loss):
            words += f"; new points {new_loss:.3g}, {new_share:.0%}"
        return self.error or words


class WrongLearner(Learner):
    """The same with a wrong engine, node by node: only a right one can be compiled."""

    def backward(self, points, targets):
        """Do as above, with the wrong engine in the place of the right one."""
        with engine(self.settings['wrong']):
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


def engine_words(name):
    """Return what a wrong engine is called, and what it does."""
    return escape(f"{name.replace('_', ' ')}: {WRONG[name][1].__doc__.rstrip('.')}")


class Training:
    """Two learners at most, on the same points, and what is seen of them."""

    def __init__(self, settings, turn=0):
        """Begin. ValueError for settings that make no sense."""
        self.settings, self.turn, self.steps = settings, turn, 0
        data, noise = settings['data'], float(settings['noise'])
        self.seen, self.unseen = read_points(settings['own']), ([], [])
        if data != 'own':
            self.seen = make(data, 100, noise, random.Random(1337))
            self.unseen = make(data, 200, noise, random.Random(7))
        kinds = [Learner] + [WrongLearner] * bool(settings['wrong'])
        self.learners = [kind(settings) for kind in kinds]
        n = len(self.seen[0])
        size = n if settings['batch'] == 'all' else int(settings['batch'])
        self.batches = batches(n, size, random.Random(int(settings['seed'])))
        self.middle = (0.6, 0.35) if data == 'moons' else (0, 0)
        self.places = places(*self.middle)
        self.diagram = Diagram(self.learners[0].model)
        self.note()

    def note(self):
        """Let each learner note how far it is."""
        for learner in self.learners:
            learner.note(self.seen, self.unseen)

    def rate(self):
        """Return the learning rate: fixed, or as in chapter 12, from 1 down to 0.1."""
        if self.settings['rate'] == 'falling':
            return 1.0 - 0.9 * min(self.steps, 60) / 60
        return float(self.settings['rate'])

    def missing(self):
        """Return what is still to be done before a step can be taken."""
        kinds = set(self.seen[1])
        if not kinds:
            return "Click into the plane: first some circles, then some squares."
        if len(kinds) == 1:
            other = "squares" if 1 in kinds else "circles"
            return f"Now some {other}: choose them under “a click adds”."
        return ''

    def goes_on(self):
        """Return whether a step can be taken."""
        return not self.missing() and not self.learners[0].error

    def take(self, steps):
        """Take so many steps, as long as they can be taken."""
        for _ in range(steps):
            if self.goes_on():
                self.step()

    def step(self):
        """Let each learner take a step on the same batch."""
        batch = next(self.batches)
        points, targets = ([each[i] for i in batch] for each in self.seen)
        for learner in self.learners:
            learner.step(self.rate(), points, targets)
        self.steps += 1
        self.note()

    def picture(self, neuron, whole):
        """Return HTML by its place in a page: all, or what a step changes."""
        (right, *wrong), diagram = self.learners, self.diagram
        drawn, lines = right.bands(self.places, neuron), diagram.weighted(neuron)
        report = f"{right.error}. Try a smaller rate" if right.error else right.report()
        picture = {'scene': plane(drawn, *self.seen, self.middle),
                   'network': f'<g class="weights">{lines}</g>{diagram.circles()}',
                   'neuron': diagram.choices(neuron)} if whole else {
                   'bands': drawn, 'weights': lines}
        return {**picture, 'losses': curves([each.history for each in self.learners]),
                'readout': self.missing() or f"Step {self.steps}: {report}.",
                'beside': ''.join(map(self.compare, wrong))}

    def compare(self, wrong):
        """Return the plane of a wrong engine, and what it costs."""
        [right, _], slow = self.learners, wrong.milliseconds > 100
        drawn = plane(wrong.bands(self.places), *self.seen, self.middle)
        return f'''<svg class="plane" viewBox="0 0 430 280" role="img"
aria-label="The plane of the wrong engine">{drawn}</svg>
<p>{engine_words(wrong.settings['wrong'])}. In orange: {wrong.report()}. It runs node by node, since
only the right rules can be compiled: {wrong.milliseconds:.0f} ms a step, and
{right.milliseconds:.1f} ms for the right one, which waits for it.
{"Layers 4-4 take less time." * slow}</p>'''


current = None  # the training of the page


def go(wanted, turn=0, steps=0):
    """Take some steps; return what a page draws, by its places, and if more can follow.

    It begins anew where the settings are others than before, or the turn is: in turn 0
    where the stored picture is.
    """
    global current
    settings = {name: wanted.get(name, value) for name, value in CHAPTER.items()}
    new = not current or (current.settings, current.turn) != (settings, turn)
    if new:
        current = Training(settings, turn)
        steps += STORED * (not turn)
    current.take(steps)
    neuron = wanted.get('neuron')
    if neuron not in current.diagram.spots:
        neuron = ''
    return {'picture': current.picture(neuron, new), 'goes_on': current.goes_on()}
