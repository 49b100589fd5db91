"""What is seen of a training, as SVG: the plane, the network, the losses."""
import math
from collections import defaultdict

COLUMNS, ROWS, STEP = 46, 31, 0.1  # where a network is asked; the rim is out of sight
RIM = [i for i in range(COLUMNS * ROWS)
       if i % COLUMNS in (0, COLUMNS - 1) or i // COLUMNS in (0, ROWS - 1)]
EVERYWHERE = 'M-9-9h99v99h-99z'


def places(x, y):
    """Return the places around (x, y) where a network is asked, row by row."""
    left, low = x - STEP * (COLUMNS - 1) / 2, y - STEP * (ROWS - 1) / 2
    return [[left + STEP * i, low + STEP * j]
            for j in range(ROWS) for i in range(COLUMNS)]


def contour(grid, level):
    """Return the path around where the numbers at the places are above a level."""
    above = [x > level for x in grid]
    after = {}  # from where the path crosses a side, between two places, to where next
    corners = zip(above, above[1:], above[COLUMNS + 1:], above[COLUMNS:])
    for i in [i for i, (a, b, c, d) in enumerate(corners) if not a == b == c == d]:
        square = i, i + 1, i + COLUMNS + 1, i + COLUMNS
        sides = [(a, b) for a, b in zip(square, square[1:] + square[:1])
                 if above[a] != above[b]]
        for k, (a, b) in enumerate(sides):
            if above[a]:
                c, d = sides[k + 1 - len(sides)]
                after[a, b] = d, c
    path = []
    while after:
        side, corner = next(iter(after)), 'M'
        while side in after:
            path.append(corner + crossing(grid, level, *side))
            side, corner = after.pop(side), ' '
        path.append('z')
    return ''.join(path)


def crossing(grid, level, a, b):
    """Return the point between the places a and b where the level is."""
    share = (grid[a] - level) / (grid[a] - grid[b])
    x, y, right, down = a % COLUMNS, a // COLUMNS, b % COLUMNS, b // COLUMNS
    return f'{x + share * (right - x):.1f},{y + share * (down - y):.1f}'


def bands(answers, unit, levels=(2, 1, 0, -1, -2)):
    """Return how large the answers are, in bands of some units."""
    grid, shapes = [max(-1e9, min(1e9, answer)) for answer in answers], []
    for k in levels:  # from above, because the rim is nowhere above a level
        for i in RIM:
            grid[i] = min(grid[i], k * unit)
        path = contour(grid, k * unit)
        if k <= 0:
            shapes.append(f'<path class="minus" d="{EVERYWHERE}{path}"/>')
        if k >= 0:
            boundary = " boundary" * (k == 0)
            shapes.append(f'<path class="plus{boundary}" d="{path}"/>')
    return ''.join(shapes)


def plane(drawn, points, targets, middle):
    """Return the inside of the plane: what is drawn of a network, and its points.

    A point is a line of no length, of which only the ends are to be seen.
    """
    dots = {1: '', -1: ''}
    for (x, y), target in zip(points, targets):
        dots[target] += f'M{x:.2f},{y:.2f}h0'
    x, y = (100 * each for each in middle)
    return (f'<g class="bands" transform="translate(-10 290) scale(10 -10)">{drawn}</g>'
            f'<g class="points" transform="translate({215 - x:g} {140 + y:g}) '
            f'scale(100 -100)"><path class="plus" d="{dots[1]}"/>'
            f'<path class="minus" d="{dots[-1]}"/></g>')


class Diagram:
    """A network as circles, and lines as thick as the weights."""

    def __init__(self, model):
        """Place the neurons: '1 4' is the fifth of layer 1, and '' is the output."""
        sizes = [2, *(len(layer.neurons) for layer in model.layers)]
        layers = [[(20 + 300 * k / (len(sizes) - 1),
                    110 + (i - (size - 1) / 2) * min(210 / size, 45))
                   for i in range(size)] for k, size in enumerate(sizes)]
        self.spots = {f'{k} {i}': spot for k, layer in enumerate(layers[:-1])
                      for i, spot in enumerate(layer)} | {'': layers[-1][0]}
        self.room = min(45, 210 / max(sizes))
        self.radius = min(9, 0.4 * self.room)
        self.weights = [w for layer in model.layers for n in layer.neurons for w in n.w]
        self.lines = [f'M{x:.0f} {y:.1f}L{right:.0f} {low:.1f}'
                      for left, layer in zip(layers, layers[1:])
                      for right, low in layer for x, y in left]

    def weighted(self, neuron):
        """Return the lines, and a mark at a neuron."""
        paths = defaultdict(str)  # few, because a page draws them again in each frame
        for w, line in zip(self.weights, self.lines):
            width = round(2 * min(4, 0.4 + 1.2 * abs(w.data))) / 2
            paths["plus" if w.data > 0 else "minus", width] += line
        drawn = [f'<path class="{sign}" stroke-width="{width}" d="{path}"/>'
                 for (sign, width), path in paths.items()]
        return ''.join(drawn) + self.circle(neuron, self.radius + 3)

    def circles(self):
        """Return the neurons, each with room around it to be pointed at."""
        return ''.join(
            f'<g data-neuron="{neuron}">{self.circle(neuron, self.radius)}<path '
            f'd="M{x - 24:.0f} {y:.1f}h48" stroke-width="{self.room:.1f}"/></g>'
            for neuron, (x, y) in self.spots.items())

    def circle(self, neuron, radius):
        """Return a circle around a neuron."""
        x, y = self.spots[neuron]
        return f'<circle cx="{x:.0f}" cy="{y:.1f}" r="{radius:.1f}"/>'

    def choices(self, chosen):
        """Return the neurons as choices, the output first."""
        return ''.join(
            f'<option value="{neuron}"{" selected" * (neuron == chosen)}>'
            f'{name(neuron)}</option>' for neuron in sorted(self.spots, key=len))


def name(neuron):
    """Return what a neuron is called."""
    if not neuron:
        return "the network"
    layer, i = map(int, neuron.split())
    return f"neuron {i + 1} of layer {layer}" if layer else f"input {'xy'[i]}"


def curves(histories):
    """Return the losses on seen and on new points, on a logarithmic scale."""
    steps = len(histories[0]) - 1
    shown = [*range(0, steps, steps // 120 + 1), steps]
    lines = {f'{name} engine-{i}': [(step, history[step][which]) for step in shown
                                    if math.isfinite(history[step][which])]
             for name, which in (('seen', 0), ('unseen', 2))
             for i, history in enumerate(histories)}
    losses = [loss for line in lines.values() for _, loss in line if loss > 0]
    low = max(1e-4, min(losses, default=1))
    high = max(2 * low, min(1e4, max(losses, default=1)))
    def place(step, loss):
        height = math.log(max(low, min(loss, high)) / low, high / low)
        return 300 * step / max(1, steps), 68 - 54 * height
    drawn = ['<polyline class="{}" points="{}"/>'.format(name, ' '.join(
        '{:.0f},{:.1f}'.format(*place(*each)) for each in line))
        for name, line in lines.items()]
    seen = lines['seen engine-0']
    drawn += [f'<text x="3" y="9">{loss:.3g}</text>' for _, loss in seen[:1]]
    drawn += [f'<text x="340" y="{place(steps, loss)[1]:.1f}">{loss:.3g}</text>'
              for _, loss in seen[1:][-1:]]
    return ''.join(drawn)
