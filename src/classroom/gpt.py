"""A small GPT that spells names, made of Values: the model of chapter 15."""
import random

from classroom.stored import stored
from micrograd.engine import Value
from micrograd.fused import weighted_sums
from micrograd.learn import cross_entropy, softmax
from micrograd.nn import Module

letters = '.abcdefghijklmnopqrstuvwxyz'
names = stored('names.txt').split()
random.Random(1).shuffle(names)
seen, unseen = names[500:], names[:500]


def codes(name):
    """Return the letters of a name as numbers, with a dot, 0, at both ends."""
    return [letters.index(letter) for letter in f'.{name}.']


def attend(query, keys, values):
    """Return the mean of the values, weighted by shares, and these, one per key."""
    scale = len(query)**-0.5
    shares = softmax([score * scale for score in weighted_sums(keys, query)])
    return weighted_sums([*zip(*values)], shares), shares


def norm(x):
    """Return x, scaled so that the mean of its squares is nearly 1."""
    [squares] = weighted_sums([x], x)
    scale = (squares * (1 / len(x)) + 1e-5)**-0.5
    return [xi * scale for xi in x]


def add(x, y):
    """Return the sums of two lists, number by number."""
    return [xi + yi for xi, yi in zip(x, y)]


class GPT(Module):
    """The parameters of one layer of attention and a small MLP, in matrices."""

    def __init__(self, rng, width=16, heads=4, context=12):
        """Draw all parameters from the generator `rng`, near 0."""
        def matrix(rows, columns):
            return [[Value(rng.gauss(0, 0.08)) for _ in range(columns)]
                    for _ in range(rows)]
        self.head_width = width // heads
        self.letters = matrix(len(letters), width)
        self.places = matrix(context, width)
        self.queries, self.keys, self.values, self.mix = (
            matrix(width, width) for _ in range(4))
        self.up, self.down = matrix(4 * width, width), matrix(width, 4 * width)
        self.out = matrix(len(letters), width)

    def parameters(self):
        """Return all parameters, matrix by matrix, row by row."""
        matrices = [self.letters, self.places, self.queries, self.keys, self.values,
                    self.mix, self.up, self.down, self.out]
        return [p for matrix in matrices for row in matrix for p in row]


def look_back(model, x, keys, values):
    """Add key and value of x to the lists; return what x brings home, and shares."""
    query = weighted_sums(model.queries, x)
    keys.append(weighted_sums(model.keys, x))
    values.append(weighted_sums(model.values, x))
    home, looks = [], []
    for i in range(0, len(query), model.head_width):
        part = slice(i, i + model.head_width)  # the numbers of one head
        brought, shares = attend(
            query[part], [k[part] for k in keys], [v[part] for v in values])
        home += brought
        looks.append([share.data for share in shares])
    return weighted_sums(model.mix, home), looks


def next_scores(model, letter, place, keys, values):
    """Return a score for each letter that may come next, and what this one looks at.

    The lists of keys and values, those of the letters before, grow by its own.
    """
    x = norm(add(model.letters[letter], model.places[place]))
    home, look = look_back(model, norm(x), keys, values)
    x = add(x, home)
    hidden = [v.relu() for v in weighted_sums(model.up, norm(x))]
    x = add(x, weighted_sums(model.down, hidden))
    return weighted_sums(model.out, x), look


def scores_of(model, text):
    """Return the scores after each letter of a text, and who looked at whom."""
    keys, values, scores, looks = [], [], [], []
    for place, letter in enumerate(text):
        after, look = next_scores(model, letter, place, keys, values)
        scores.append(after)
        looks.append(look)
    return scores, looks


def loss_of(model, names):
    """Return the mean cross-entropy of the letters of some names, and of their ends."""
    losses = []
    for text in map(codes, names):
        scores, _ = scores_of(model, text[:-1])
        losses += map(cross_entropy, scores, text[1:])
    return sum(losses) * (1 / len(losses))


def write(model, rng, temperature=1.0):
    """Return a name that the model spells, each letter drawn by its probability."""
    text = [0]
    while len(text) == 1 or text[-1]:
        scores, _ = scores_of(model, text)
        if len(text) == len(model.places):  # no room for more
            break
        shares = softmax([score * (1 / temperature) for score in scores[-1]])
        text += rng.choices(range(len(letters)), [share.data for share in shares])
    return ''.join(letters[code] for code in text).strip('.')


class Table:
    """A table whose rows are looked up by numbers of which one is 1, the others 0."""

    def __init__(self, rows):
        """Hold the rows, all of one length."""
        self.columns = [*zip(*rows)]

    def __getitem__(self, one_hot):
        """Return the row at which `one_hot` has its 1, as weighted sums."""
        return weighted_sums(self.columns, one_hot)


def surprise(scores, one_hot):
    """Return the cross-entropy of scores, where `one_hot` has its 1; 0 without a 1."""
    [score] = weighted_sums([scores], one_hot)
    return sum(one_hot) * sum(s.exp() for s in scores).log() - score


def loss_graph(model, length):
    """Return the loss of a name of up to that length, and its inputs, as Values."""
    text, following = ([[Value(0.0) for _ in letters] for _ in range(length + 1)]
                       for _ in range(2))
    rows, model.letters = model.letters, Table(model.letters)
    scores, _ = scores_of(model, text)
    model.letters = rows
    inputs = [v for row in text + following for v in row]
    return sum(map(surprise, scores, following)), inputs


def one_hots(name, length):
    """Return the numbers that a graph for names of up to that length has as inputs."""
    text, padding = codes(name), [None] * (length - len(name))
    return [float(i == code) for code in text[:-1] + padding + text[1:] + padding
            for i in range(len(letters))]
