"""What the book needs of matplotlib, where matplotlib cannot be: lines, points, areas, squares, arrows, as SVG."""
import math
import re
from html import escape
from itertools import cycle, groupby

rcParams = {}
COLOR_MAPS = {'Blues': [(247, 251, 255), (198, 219, 239), (107, 174, 214), (33, 113, 181), (8, 48, 107)]}
FAR = 1e9  # beyond every edge
DASHES = {'-': '', '--': '6 3', ':': '2 3', '-.': '6 3 2 3'}
FORM = re.compile(r'(C\d)?([o.s]?)(--|-\.|-|:)?')  # 'C1--', 'o-', '.'
SETTINGS = {'title', 'xlabel', 'ylabel', 'xlim', 'ylim', 'xscale', 'yscale', 'aspect', 'xticklabels'}


def cycler(color):
    """Return colors to be taken in turn."""
    return list(color)


def paint(kind, color, alpha=1):
    """Return SVG attributes that give a 'fill' or 'stroke' a color: a name, 'C1' of the cycle, or (color, opacity)."""
    color, alpha = color if isinstance(color, tuple) else (color, alpha)
    if re.fullmatch(r'C\d', color):
        color = rcParams['axes.prop_cycle'][int(color[1])]
    return f'{kind}="{color}" {kind}-opacity="{alpha}"'


class Mark:
    """Something drawn: `draw` makes SVG of the places of its points. `sample` stands for it in the legend."""

    def __init__(self, xs, ys, draw, sample='', label=None, zorder=0):
        self.xs, self.ys, self.draw = list(xs), list(ys), draw
        self.sample, self.label, self.zorder = sample, label, zorder

    def set_label(self, label):
        """Give it a name in the legend."""
        self.label = label


class Spines:
    """The lines along the axes: which of them are to be seen."""

    def __init__(self):
        self.hidden, self.chosen = set(), ()

    def __getitem__(self, sides):
        self.chosen = [sides] if isinstance(sides, str) else sides
        return self

    def set_visible(self, visible):
        """Show or hide those that were chosen."""
        (self.hidden.difference_update if visible else self.hidden.update)(self.chosen)


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
        self.marks, self.settings, self.place, self.columns, self.spines = [], {}, None, 1, Spines()
        self.edges = {'x': [], 'y': []}  # beyond which the axes have no margin: of areas, and where bars begin
        self.colors = cycle(rcParams.get('axes.prop_cycle', ['currentColor']))

    def __getattr__(self, name):
        if name.removeprefix('set_') in SETTINGS and name.startswith('set_'):
            return lambda *value, **_: self.settings.update({name[4:]: value[0] if len(value) == 1 else value})
        raise AttributeError(f"the plots of this page cannot do {name!r}: run the chapter with matplotlib")

    def set(self, **settings):
        """Set a title, labels, limits, ticks."""
        for name, value in settings.items():
            getattr(self, f'set_{name}')(value)

    def add(self, *mark, **look):
        """Keep a mark, and return it."""
        self.marks.append(Mark(*mark, **look))
        return self.marks[-1]

    def tick_params(self, **_):
        """Do nothing: marks along the axes have no length here."""

    def set_xticks(self, places, labels=None):
        """Say where the marks along the axis stand, and what is written there; the numbers, if nothing else is."""
        self.settings['xticks'] = list(zip(places, labels or [f'{place:g}' for place in places]))

    def set_yticks(self, places, labels=None):
        self.settings['yticks'] = list(zip(places, labels or [f'{place:g}' for place in places]))

    def plot(self, *data, label=None, linestyle='-', marker='', color=None, linewidth=1.5, alpha=1, zorder=0):
        """Draw a line through points, (xs, ys), or through ys at 0, 1, 2, ...; return a list of lines.

        A last 'C1o--' says color, points and dashes. Rows of several ys make several lines, each with the label.
        """
        *data, form = data if isinstance(data[-1], str) else (*data, linestyle)
        *xs, ys = [list(numbers) if hasattr(numbers, '__iter__') else [numbers] for numbers in data]
        xs = xs[0] if xs else list(range(len(ys)))
        of_form, points, dashes = FORM.fullmatch(form).groups()
        color = color or of_form or next(self.colors)
        found = []
        for column in zip(*ys) if ys and isinstance(ys[0], (list, tuple)) else [ys]:
            if points or marker:
                self.scatter(xs, column, color=color, s=16 if (points or marker) == '.' else 36, alpha=alpha,
                             label=None if dashes else label, zorder=zorder)
            if dashes:
                look = (f'fill="none" {paint("stroke", color, alpha)} stroke-width="{linewidth}" '
                        f'stroke-dasharray="{DASHES[dashes]}"')
                found.append(self.add(xs, column, lambda at, look=look: f'<path d="{path(at)}" {look}/>',
                                      f'<path d="M0 0H20" {look}/>', label, zorder))
        return found

    def annotate(self, words, end, start, arrowprops):
        """Draw an arrow between two points. There are no words beside it."""
        color, width = arrowprops['color'], arrowprops['lw']
        def draw(at):
            (x0, y0), (x1, y1) = at
            turn = math.degrees(math.atan2(y1 - y0, x1 - x0))
            head = translate(f'<path d="M-7 -4L0 0L-7 4" fill="none" {paint("stroke", color)} stroke-width="{width}"/>',
                             x1, y1, f'rotate({turn:.1f})')
            return f'<path d="{path(at)}" {paint("stroke", color)} stroke-width="{width}"/>{head}'
        self.add(*zip(start, end), draw)

    def loglog(self, *data, **look):
        """Draw a line on two logarithmic scales."""
        self.set(xscale='log', yscale='log')
        self.plot(*data, **look)

    def scatter(self, xs, ys, marker='o', s=20, color=None, label=None, alpha=1, facecolors=None, edgecolors=None,
                linewidths=1, zorder=0):
        """Draw points, as circles ('o') or squares ('s'), of `s` square points each."""
        r, look = math.sqrt(s) / 2, paint('fill', facecolors or color or next(self.colors), alpha)
        if edgecolors:
            look += f' {paint("stroke", edgecolors)} stroke-width="{linewidths}"'
        shape = f'<path d="M{-r} {-r}h{2 * r}v{2 * r}h{-2 * r}z" {look}/>' if marker == 's' else (
            f'<circle r="{r}" {look}/>')
        self.add(xs, ys, lambda at: ''.join(translate(shape, *point) for point in at if has_place(point)),
                 translate(shape, 10, 0), label, zorder)

    def barh(self, ys, widths, left=None, height=0.8, label=None):
        """Draw bars from left to right, around the heights `ys`; they begin at `left`, or at 0."""
        look, h = paint('fill', next(self.colors)), height / 2
        left = left or [0] * len(widths)
        self.edges['x'] += left
        bars = [[(x, y - h), (x + width, y - h), (x + width, y + h), (x, y + h)]
                for y, width, x in zip(ys, widths, left)]
        self.lines(bars, 'z', look, f'<path d="M0 -5H20V5H0z" {look}/>', label)

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
        self.edges['x'] += xs
        self.edges['y'] += ys
        for low, high, color in zip(levels, levels[1:], colors):
            areas = [area for cell in cells(xs, ys, grid) if len(area := clip_to_band(cell, low, high)) > 2]
            look = f'{paint("fill", color, alpha)} shape-rendering="crispEdges"'
            self.lines(areas, 'z', look)

    def contour(self, xs, ys, grid, levels, colors, linewidths=1):
        """Draw the lines on which a grid of heights has one of the levels."""
        for level, color in zip(levels, cycle(colors)):
            crossings = [crossings_at(cell, level) for cell in cells(xs, ys, grid)]
            look = f'fill="none" {paint("stroke", color)} stroke-width="{linewidths}"'
            self.lines([ends[i:i + 2] for ends in crossings for i in range(0, len(ends), 2)], '', look)

    def lines(self, polygons, end, look, sample='', label=None):
        """Draw many polygons as one path."""
        points = [point for polygon in polygons for point in polygon]
        def draw(at):
            at = iter(at)
            pieces = [path([next(at) for _ in polygon]) + end for polygon in polygons]
            return f'<path d="{"".join(pieces)}" {look}/>'
        self.add([x for x, *_ in points], [y for _, y, *_ in points], draw, sample, label)

    def legend(self, loc='upper right', ncols=1, fontsize=None):
        """Say which line is which, in a corner ('lower left') or at an edge ('center right'), in so many columns."""
        self.place, self.columns = loc, ncols

    def svg(self, left, width, height):
        """Return the plot, on so much room."""
        x, y = (Scale(self.settings, way, [n for mark in self.marks for n in getattr(mark, f'{way}s')], self.edges[way])
                for way in 'xy')
        edge = 8 + 34 * bool(y.ticks) + 14 * ('ylabel' in self.settings)
        foot = 8 + 16 * bool(x.ticks) + 16 * ('xlabel' in self.settings)
        head = 8 + 14 * ('title' in self.settings)
        x.room, y.room = [left + edge, left + width - 10], [height - foot, head]
        if self.settings.get('aspect') == 'equal':
            equal_aspect(x, y)
        marks = ''.join(mark.draw(list(zip(map(x, mark.xs), map(y, mark.ys))))
                        for mark in sorted(self.marks, key=lambda mark: mark.zorder) if mark.xs)
        (x0, x1), (y0, y1) = x.room, y.room
        name = f'clip{left:.0f}'
        clip = (f'<clipPath id="{name}"><rect x="{x0:g}" y="{y1 - 4:g}" width="{x1 - x0:g}" height="{y0 - y1 + 4:g}"/>'
                f'</clipPath>')
        sides = {'left': f'M{x0} {y1}V{y0}', 'bottom': f'M{x0} {y0}H{x1}'}
        frame = ''.join(line for side, line in sides.items() if side not in self.spines.hidden)
        return (f'{clip}<g clip-path="url(#{name})">{marks}</g><path d="{frame or "M0 0"}" fill="none" '
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
        return ''.join(texts) + self.key((x0, x1), (y0, y1))

    def key(self, x_room, y_room):
        """Return the legend, if there is one: samples and names, row by row."""
        named = [mark for mark in self.marks if mark.label]
        if not self.place or not named:
            return ''
        (x0, x1), (y0, y1) = x_room, y_room
        width, rows = 42 + 5.6 * max(len(mark.label) for mark in named), math.ceil(len(named) / self.columns)
        room = x1 - x0 - width * self.columns + 4
        left = x0 + 8 if 'left' in self.place else x0 + room / 2 if self.place.endswith('center') else x0 + room
        top = y1 + 8 if self.place.startswith('upper') else (
            y0 - 15 * rows if 'lower' in self.place else (y0 + y1 - 15 * rows) / 2)
        return ''.join(translate(mark.sample + text(26, 3.5, mark.label, 'start'),
                                 left + width * (i // rows), top + 15 * (i % rows)) for i, mark in enumerate(named))


class Scale:
    """From numbers to places along one axis. `ticks` are (number, words)."""

    def __init__(self, settings, way, numbers, edges):
        self.log = settings.get(f'{way}scale') == 'log'
        edges = [self.transform(n) for n in edges]
        places = [self.transform(n) for n in numbers if abs(n) < FAR] + edges
        places = [place for place in places if math.isfinite(place)] or [0, 1]
        low, high = min(places), max(places)
        spare = 0.05 * (high - low) or 0.5
        limits = settings.get(f'{way}lim')
        own = low - spare * (low not in edges), high + spare * (high not in edges)
        self.ends = [mine if n is None else self.transform(n) for n, mine in zip(limits or (None, None), own)]
        chosen = settings.get(f'{way}ticks')
        words = (lambda n: f'1e{math.log10(n):.0f}') if self.log else '{:g}'.format
        self.ticks = [(n, words(n)) for n in self.numbers()] if chosen is None else chosen
        if names := settings.get(f'{way}ticklabels'):
            self.ticks = [(n, name) for (n, _), name in zip(self.ticks, names)]

    def transform(self, n):
        return n if not self.log else math.log10(n) if n > 0 else math.nan

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
        (low, high), (start, end) = self.ends, self.room
        place = low if n == -FAR else high if n == FAR else self.transform(n)
        return round(start + (end - start) * (place - low) / (high - low), 2)


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
    """Return the part of a polygon whose heights are above `low`, and `high` at most."""
    for level, is_above in ((low, True), (high, False)):
        kept = []
        for one, other in zip(polygon, polygon[1:] + polygon[:1]):
            kept += [one] * ((one[2] > level) == is_above) + crossing(one, other, level)
        polygon = kept
    return polygon


def crossings_at(polygon, level):
    """Return the points of a polygon's sides that have the height `level`."""
    return [point for one, other in zip(polygon, polygon[1:] + polygon[:1]) for point in crossing(one, other, level)]


def crossing(one, other, level):
    """Return [the point between two others that has the height `level`], or []."""
    if (one[2] > level) == (other[2] > level):
        return []
    t = (level - one[2]) / (other[2] - one[2])
    return [tuple(a + t * (b - a) for a, b in zip(one, other))]


def interpolate(colors, share):
    """Return what lies at a share, 0 to 1, of the way along colors."""
    place = min(max(share, 0), 1) * (len(colors) - 1)
    i = min(int(place), len(colors) - 2)
    return 'rgb({:.0f} {:.0f} {:.0f})'.format(*(a + (b - a) * (place - i) for a, b in zip(*colors[i:i + 2])))


def has_place(point):
    """Return whether a point can be drawn: not where a number is missing, infinite, or 0 on a logarithmic scale."""
    return all(map(math.isfinite, point))


def path(points):
    """Return the path through points; where one has no place, it has a gap."""
    runs = (run for drawn, run in groupby(points, has_place) if drawn)
    return ''.join('M' + 'L'.join(f'{x:g} {y:g}' for x, y in run) for run in runs)


def translate(svg, x, y, rotation=''):
    return f'<g transform="translate({x:g} {y:g}) {rotation}">{svg}</g>'


def text(x, y, words, anchor='middle'):
    return f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}">{escape(str(words))}</text>' if words != '' else ''
