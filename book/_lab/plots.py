"""What the book needs of matplotlib, where matplotlib cannot be: lines, points, areas, squares, as SVG."""
import math
from html import escape
from itertools import cycle

rcParams = {}
COLOR_MAPS = {'Blues': [(247, 251, 255), (198, 219, 239), (107, 174, 214), (33, 113, 181), (8, 48, 107)]}
FAR = 1e9  # beyond every edge
DASHES = {'-': '', '--': '6 3', ':': '2 3', '-.': '6 3 2 3'}
SETTINGS = {'title', 'xlabel', 'ylabel', 'xlim', 'ylim', 'xscale', 'yscale', 'aspect'}


def cycler(color):
    """Return colors to be taken in turn."""
    return list(color)


class Figure:
    """A picture with one or more axes beside each other."""

    def __init__(self, figsize=(6, 3.2), **_):
        self.width, self.height = (72 * inches for inches in figsize)

    def subplots(self, rows=1, columns=1):
        """Return one Axes, or a list of them, in one row."""
        if rows != 1:
            raise ValueError(f"the plots of this page stand in one row, got {rows}")
        self.axes = [Axes() for _ in range(columns)]
        return self.axes if columns > 1 else self.axes[0]

    def savefig(self, file, **_):
        """Write the picture to an open file."""
        width = self.width / len(self.axes)
        parts = [axes.svg(i * width, width, self.height) for i, axes in enumerate(self.axes)]
        file.write(f'<svg xmlns="http://www.w3.org/2000/svg" width="{self.width}pt" height="{self.height}pt" '
                   f'viewBox="0 0 {self.width} {self.height}" font-family="sans-serif" font-size="10">'
                   f'{"".join(parts)}</svg>')


class Axes:
    """A plot: marks are kept as they come, and placed when it is drawn."""

    def __init__(self):
        self.marks, self.names, self.settings, self.place = [], [], {}, None
        self.colors = cycle(rcParams.get('axes.prop_cycle', ['currentColor']))

    def __getattr__(self, name):
        if name.removeprefix('set_') in SETTINGS and name.startswith('set_'):
            return lambda *value, **_: self.settings.update({name[4:]: value[0] if len(value) == 1 else value})
        raise AttributeError(f"the plots of this page cannot do {name!r}: run the chapter with matplotlib")

    def set(self, **settings):
        """Set a title, labels, limits, ticks."""
        for name, value in settings.items():
            getattr(self, f'set_{name}')(value)

    def set_xticks(self, places, labels=None):
        """Say where the marks along the axis stand, and what is written there; the numbers, if nothing else is."""
        self.settings['xticks'] = list(zip(places, labels or [f'{place:g}' for place in places]))

    def set_yticks(self, places, labels=None):
        self.settings['yticks'] = list(zip(places, labels or [f'{place:g}' for place in places]))

    def plot(self, *data, label=None, linestyle='-', color=None, linewidth=1.5, alpha=1):
        """Draw a line through points, (xs, ys), or through ys at 0, 1, 2, ...; a last 'o-' marks the points."""
        *data, form = data if isinstance(data[-1], str) else (*data, linestyle)
        color, linestyle = color or next(self.colors), form.removeprefix('o')
        if form != linestyle:
            self.scatter(*data, color=color, s=36, alpha=alpha)
        ys = list(data[-1])
        xs = list(data[0]) if len(data) > 1 else list(range(len(ys)))
        look = (f'fill="none" stroke="{color}" stroke-width="{linewidth}" '
                f'stroke-dasharray="{DASHES[linestyle]}" opacity="{alpha}"')
        self.marks.append((xs, ys, lambda at: f'<path d="{path(at)}" {look}/>'))
        if label:
            self.names.append((label, f'<path d="M0 0H20" {look}/>'))

    def loglog(self, *data, **look):
        """Draw a line on two logarithmic scales."""
        self.set(xscale='log', yscale='log')
        self.plot(*data, **look)

    def scatter(self, xs, ys, marker='o', s=20, color=None, label=None, alpha=1):
        """Draw points, as circles ('o') or squares ('s'), of `s` square points each."""
        r, look = math.sqrt(s) / 2, f'fill="{color or next(self.colors)}" opacity="{alpha}"'
        shape = f'<circle r="{r}" {look}/>' if marker == 'o' else (
            f'<path d="M{-r} {-r}h{2 * r}v{2 * r}h{-2 * r}z" {look}/>')
        self.marks.append((list(xs), list(ys), lambda at: ''.join(translate(shape, *point) for point in at)))
        if label:
            self.names.append((label, translate(shape, 10, 0)))

    def barh(self, ys, widths, left=None, height=0.8, label=None):
        """Draw bars from left to right, around the heights `ys`; they begin at `left`, or at 0."""
        look, h = f'fill="{next(self.colors)}"', height / 2
        bars = [[(x, y - h), (x + width, y - h), (x + width, y + h), (x, y + h)]
                for y, width, x in zip(ys, widths, left or [0] * len(widths))]
        self.lines(bars, 'z', look)
        if label:
            self.names.append((label, f'<path d="M0 -5H20V5H0z" {look}/>'))

    def axhline(self, y, **look):
        """Draw a line at the height `y`, from edge to edge."""
        self.plot([-FAR, FAR], [y, y], **look)

    def imshow(self, rows, cmap='Blues', vmin=None, vmax=None):
        """Draw a table of numbers as squares, row 0 on top: lightest at `vmin`, else the least, darkest at `vmax`."""
        numbers = [number for row in rows for number in row]
        low, high = (min(numbers) if vmin is None else vmin), (max(numbers) if vmax is None else vmax)
        self.set(xlim=(-0.5, len(rows[0]) - 0.5), ylim=(len(rows) - 0.5, -0.5), aspect='equal')
        for y, row in enumerate(rows):
            for x, number in enumerate(row):
                square = [(x + dx, y + dy) for dx, dy in ((-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5))]
                color = interpolate(COLOR_MAPS[cmap], (number - low) / (high - low or 1))
                self.lines([square], 'z', f'fill="{color}" shape-rendering="crispEdges"')

    def contourf(self, xs, ys, grid, levels, colors, alpha=1):
        """Fill the areas where a grid of heights lies between two levels."""
        for low, high, color in zip(levels, levels[1:], colors):
            areas = [area for cell in cells(xs, ys, grid) if len(area := clip_to_band(cell, low, high)) > 2]
            look = f'fill="{color}" fill-opacity="{alpha}" shape-rendering="crispEdges"'
            self.lines(areas, 'z', look)

    def contour(self, xs, ys, grid, levels, colors, linewidths=1):
        """Draw the lines on which a grid of heights has one of the levels."""
        for level, color in zip(levels, cycle(colors)):
            crossings = [crossings_at(cell, level) for cell in cells(xs, ys, grid)]
            look = f'fill="none" stroke="{color}" stroke-width="{linewidths}"'
            self.lines([ends for ends in crossings if len(ends) > 1], '', look)

    def lines(self, polygons, end, look):
        """Draw many polygons as one path."""
        points = [point for polygon in polygons for point in polygon]
        def draw(at):
            at = iter(at)
            pieces = [path([next(at) for _ in polygon]) + end for polygon in polygons]
            return f'<path d="{"".join(pieces)}" {look}/>'
        self.marks.append(([x for x, *_ in points], [y for _, y, *_ in points], draw))

    def legend(self, loc='upper right'):
        """Say which line is which, in a corner ('lower left') or at an edge ('center right')."""
        self.place = loc

    def svg(self, left, width, height):
        """Return the plot, on so much room."""
        x, y = (Scale(self.settings, way, [n for mark in self.marks for n in mark[i]]) for i, way in enumerate('xy'))
        edge = 8 + 34 * bool(y.ticks) + 14 * ('ylabel' in self.settings)
        foot = 8 + 16 * bool(x.ticks) + 16 * ('xlabel' in self.settings)
        head = 8 + 14 * ('title' in self.settings)
        x.room, y.room = [left + edge, left + width - 10], [height - foot, head]
        if self.settings.get('aspect') == 'equal':
            equal_aspect(x, y)
        marks = ''.join(draw(list(zip(map(x, xs), map(y, ys)))) for xs, ys, draw in self.marks)
        (x0, x1), (y0, y1) = x.room, y.room
        name = f'clip{left:.0f}'
        clip = f'<clipPath id="{name}"><path d="M{x0} {y0}H{x1}V{y1 - 4}H{x0}z"/></clipPath>'
        return (f'{clip}<g clip-path="url(#{name})">{marks}</g><path d="M{x0} {y1}V{y0}H{x1}" fill="none" '
                f'stroke="#000000" stroke-width="0.8"/>' + self.words(x, y))

    def words(self, x, y):
        """Return the numbers along the axes, labels, title and legend."""
        (x0, x1), (y0, y1) = x.room, y.room
        middle, texts = (x0 + x1) / 2, []
        texts += [text(x(tick), y0 + 14, words) for tick, words in x.ticks]
        texts += [text(x0 - 5, y(tick) + 3.5, words, 'end') for tick, words in y.ticks]
        texts += [text(middle, y0 + 30, self.settings.get('xlabel', '')),
                  text(middle, y1 - 5, self.settings.get('title', '')),
                  translate(text(0, 0, self.settings.get('ylabel', '')), x0 - 38, (y0 + y1) / 2, 'rotate(-90)')]
        if self.place:
            right, top = 'left' not in self.place, y1 + 8
            if not self.place.startswith('upper'):
                top = y0 - 15 * len(self.names) if 'lower' in self.place else (y0 + y1 - 15 * len(self.names)) / 2
            longest = max((len(label) for label, _ in self.names), default=0)
            start = x1 - 30 - 5.6 * longest if right else x0 + 8
            for i, (label, sample) in enumerate(self.names):
                texts.append(translate(sample + text(26, 3.5, label, 'start'), start, top + 15 * i))
        return ''.join(texts)


class Scale:
    """From numbers to places along one axis. `ticks` are (number, words)."""

    def __init__(self, settings, way, numbers):
        self.log = settings.get(f'{way}scale') == 'log'
        numbers = [n for n in map(self.transform, numbers) if n is not None and abs(n) < FAR] or [0, 1]
        spare = 0.04 * (max(numbers) - min(numbers)) or 0.5
        limits = settings.get(f'{way}lim')
        self.ends = [self.transform(n) for n in limits] if limits else [min(numbers) - spare, max(numbers) + spare]
        chosen = settings.get(f'{way}ticks')
        words = (lambda n: f'1e{math.log10(n):.0f}') if self.log else '{:g}'.format
        self.ticks = [(n, words(n)) for n in self.numbers()] if chosen is None else chosen

    def transform(self, n):
        return n if not self.log else math.log10(n) if n > 0 else None

    def numbers(self):
        """Return some round numbers between the ends."""
        low, high = sorted(self.ends)
        step = 10 ** math.floor(math.log10((high - low) / 3))
        step = max(s for s in (step, 2 * step, 5 * step) if (high - low) / s >= 3)
        if self.log:
            step = max(1, round(step))
        found = [i * step for i in range(math.ceil(low / step), math.floor(high / step) + 1)]
        return [10.0 ** n for n in found] if self.log else [round(n, 12) for n in found]

    def __call__(self, n):
        (low, high), (start, end), n = self.ends, self.room, self.transform(n)
        n = {-FAR: low, FAR: high}.get(n, n)
        return math.nan if n is None else round(start + (end - start) * (n - low) / (high - low), 2)


def equal_aspect(x, y):
    """Shrink the room of one axis, so that a unit is as long on both."""
    units = [abs((s.room[1] - s.room[0]) / (s.ends[1] - s.ends[0])) for s in (x, y)]
    for scale, unit in zip((x, y), units):
        middle, part = sum(scale.room) / 2, min(units) / unit
        scale.room = [middle + part * (end - middle) for end in scale.room]


def cells(xs, ys, grid):
    """Yield the squares of a grid of heights, each as four corners (x, y, height)."""
    for j in range(len(ys) - 1):
        for i in range(len(xs) - 1):
            yield [(xs[a], ys[b], grid[b][a]) for a, b in ((i, j), (i + 1, j), (i + 1, j + 1), (i, j + 1))]


def clip_to_band(polygon, low, high):
    """Return the part of a polygon whose heights lie between `low` and `high`."""
    for level, side in ((low, 1), (high, -1)):
        kept = []
        for one, other in zip(polygon, polygon[1:] + polygon[:1]):
            kept += [one] * (side * (one[2] - level) >= 0) + crossing(one, other, level)
        polygon = kept
    return polygon


def crossings_at(polygon, level):
    """Return the points of a polygon's sides that have the height `level`."""
    return [point for one, other in zip(polygon, polygon[1:] + polygon[:1]) for point in crossing(one, other, level)]


def crossing(one, other, level):
    """Return [the point between two others that has the height `level`], or []."""
    if (one[2] >= level) == (other[2] >= level):
        return []
    t = (level - one[2]) / (other[2] - one[2])
    return [tuple(a + t * (b - a) for a, b in zip(one, other))]


def interpolate(colors, share):
    """Return what lies at a share, 0 to 1, of the way along colors."""
    place = min(max(share, 0), 1) * (len(colors) - 1)
    i = min(int(place), len(colors) - 2)
    return 'rgb({:.0f} {:.0f} {:.0f})'.format(*(a + (b - a) * (place - i) for a, b in zip(*colors[i:i + 2])))


def path(points):
    """Return the path through points, leaving out those that have no place."""
    return 'M' + 'L'.join(f'{x:g} {y:g}' for x, y in points if math.isfinite(x) and math.isfinite(y))


def translate(svg, x, y, rotation=''):
    return f'<g transform="translate({x:g} {y:g}) {rotation}">{svg}</g>'


def text(x, y, words, anchor='middle'):
    return f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}">{escape(str(words))}</text>' if words != '' else ''
