"""The plots of the page, which draws without matplotlib: what stands where, and where matplotlib has it."""
import ast
import inspect
import io
import math
import re
import sys
from xml.etree import ElementTree

import jupytext
import matplotlib
import plots
import pytest
import weave

from classroom import attention, figures
from classroom.plots import canvas

NAN = math.nan
GRID = [-1.5 + 0.25 * i for i in range(13)], [-1 + 0.25 * i for i in range(9)]
HEIGHTS = [[math.sin(2 * x) * math.cos(3 * y) + 0.3 * x for x in GRID[0]] for y in GRID[1]]


def lines():
    figure, axes = canvas()
    axes.plot([3.1, 2.5, 1.7, 0.4], label="healthy")
    axes.plot([3, 5, 4], label="forgotten", linestyle='--')
    axes.plot(range(1, 4), [1, 3, 2], 'C1-.', marker='.', label="with points")
    axes.plot([0, 1, 2], [4, 3, 2.5], color='C2', linewidth=1, alpha=0.5, zorder=1)
    axes.set(xlabel="step", ylabel="loss", ylim=(0, None))
    axes.legend(loc='upper right', ncols=3)
    return figure


def gaps():
    figure, (one, two) = canvas(7.2, 2.8, columns=2)
    one.plot([1, NAN, 3, 4, math.inf, NAN, 2, 3])
    one.plot([NAN, NAN])
    one.plot([], [], 'C0-', label="nothing")
    two.plot([0, 1, 2], [NAN, 1, 2], 'o-')
    two.scatter([0, NAN, 1], [1, 1, NAN])
    return figure


def logarithmic():
    figure, (one, two, three) = canvas(7.2, 2.8, columns=3)
    one.loglog([1, 0.1, 0.001], [1, 0.01, 1e-6], label="error")
    two.plot(range(1, 5), [1, 0.5, 0.1, 0.02], ':', marker='.')
    two.set(title="gradients", yscale='log')
    three.plot([10, 100, 3000], [2, 1.5, 1])
    three.axhline(0.8, linestyle='--', color='gray', label="the best")
    three.set(xscale='log')
    return figure


def many_lines():
    figure, axes = canvas()
    axes.plot([0, 1, 2], [[1, 2], [3, 4], [2, 5]], label="a name for both")
    axes.plot(*zip((0, 2), (1, 3), (2, 1)), 'o-', label="points")
    axes.legend(loc='lower left', fontsize='small')
    axes.set_ylim(0, 6)
    return figure


def scattered():
    figure, axes = canvas(5.5, 3)
    axes.scatter([1, 2, 0.5], [0, 0.5, 0.25], marker='o', s=14, label="target +1")
    axes.scatter([0, 0.2], [1, -0.5], marker='s', s=14, label="target -1")
    axes.plot([-9, 9], [3, -3], color='C2', label="best straight line")
    axes.set(xlim=(-1.5, 2.7), ylim=(-1, 1.7), aspect='equal')
    axes.legend(loc='upper center')
    return figure


def network():
    figure, axes = canvas(6, 3)
    axes.plot([0, 1], [1, -0.5], '--', color='C1', linewidth=2.5, zorder=1)
    axes.scatter([0, 0, 1], [1, 0, 0.5], s=180, zorder=2, linewidths=1.5, facecolors='#c8c8c8', edgecolors='#606060')
    axes.set(xticks=range(2), yticks=[], xticklabels=["3 inputs", "1 neuron"])
    axes.spines[['left', 'bottom']].set_visible(False)
    axes.tick_params(length=0)
    return figure


def boundary():
    figure, all_axes = canvas(7.2, 1.6, columns=2)
    for axes in all_axes:
        axes.contourf(*GRID, HEIGHTS, levels=[-1e9, 0, 0.4, 1e9], colors=['#d0702c', '#5a7fd6', '#808080'], alpha=0.25)
        axes.contour(*GRID, HEIGHTS, levels=[0], colors=['#000000'], linewidths=1.5)
        axes.scatter([0.1, 0.3], [0.5, 0.2], marker='s')
        axes.set_aspect('equal')
    return figure


def half_filled():
    figure, axes = canvas()
    axes.contourf(*GRID, [GRID[0] for _ in GRID[1]], levels=[0, 1], colors=['C1'])
    return figure


def bars():
    figure, axes = canvas(6, 1.9)
    axes.barh(range(3), [1, 2.5, 0.4], label="off")
    axes.barh(range(3), [0.1, 0.5, 0.1], left=[1, 2.5, 0.4], label="more")
    axes.set_yticks(range(3), ["ours", "the original", "C"])
    axes.set(xlabel="time", xlim=(0, 4))
    axes.set_xticks([0, 2, 4])
    axes.legend(loc='center right')
    return figure


def bars_alone():
    figure, axes = canvas()
    axes.barh(range(2), [1, 2])
    return figure


def table():
    figure, axes = canvas(5, 4.6)
    axes.imshow([[0, 0.5, 1], [0.25, 1, 0]], cmap='Blues', vmin=0, vmax=1)
    axes.set_xticks(range(3), '.ab')
    axes.set_yticks(range(2), '.a')
    axes.set_title("head 0", fontsize=10)
    return figure


def arrow():
    figure, axes = canvas(4.4, 3.8)
    axes.annotate('', (1, 2), (0, -0.5), arrowprops={'arrowstyle': '->', 'color': 'C2', 'lw': 2})
    axes.set(xlim=(-3, 3), ylim=(-3, 3))
    return figure


CASES = (lines, gaps, logarithmic, many_lines, scattered, network, boundary, half_filled, bars, bars_alone, table,
         arrow)
PICTURES = (('plane_of_a_neuron', 0.5, -1.0, 0.25), ('landscape', 2.5, 0.05), ('attention', 'christin', 0.8))


class Theirs:
    """What matplotlib draws into one of its axes, in shares of the axes' width and height."""

    def __init__(self, axes):
        self.axes = axes

    def places(self, points, transform=None):
        points = [(float(x), float(y)) for x, y in points]
        return ((transform or self.axes.transData) - self.axes.transAxes).transform(points).tolist() if points else []

    def lines(self):
        found = [self.places(line.get_xydata(), line.get_transform()) for line in self.axes.lines
                 if line.get_linestyle() != 'None']
        found += [self.places([note.xyann, note.xy]) for note in self.axes.texts]
        return [run for line in found for run in runs(line)]

    def points(self):
        found = [self.places(line.get_xydata()) for line in self.axes.lines if line.get_marker() != 'None']
        found += [self.places(each.get_offsets().filled(NAN)) for each in self.axes.collections
                  if isinstance(each, matplotlib.collections.PathCollection)]
        return sorted(place for line in found for run in runs(line) for place in run)

    def contour_sets(self, filled):
        return [each for each in self.axes.collections
                if isinstance(each, matplotlib.contour.ContourSet) and each.filled == filled]

    def contours(self):
        return [self.places([place for path in each.get_paths() for place in path.vertices])
                for each in self.contour_sets(filled=False)]

    def areas(self):
        return [sum(area(self.places(polygon[:-1])) for polygon in path.to_polygons(closed_only=True))
                for each in self.contour_sets(filled=True) for path in each.get_paths()]

    def bars(self):
        return sorted(self.places(bar.get_patch_transform().transform(bar.get_path().vertices[:4]))
                      for bar in self.axes.patches)


def runs(places):
    """Return the parts of a line between its gaps."""
    found = [[]]
    for place in places:
        if all(map(math.isfinite, place)):
            found[-1].append(place)
        else:
            found.append([])
    return [run for run in found if run]


class Ours:
    """What the page draws into one of its axes, from the parts of an SVG, in shares of the axes' width and height."""

    def __init__(self, clip, marks, frame, *rest):
        x0, y1, width, height = (float(clip[0].get(name)) for name in ('x', 'y', 'width', 'height'))
        x1, y0 = x0 + width, y1 + height
        self.frame, self.marks, self.rest = (x0, y0, x1, y1 + 4), list(marks), rest
        self.sides = {side for side, line in (('left', 'V'), ('bottom', 'H')) if line in frame.get('d')}

    def place(self, x, y):
        x0, y0, x1, y1 = self.frame
        return [(float(x) - x0) / (x1 - x0), (float(y) - y0) / (y1 - y0)]

    def paths(self, is_filled):
        found = [mark for mark in self.marks if mark.get('d') and (mark.get('fill', 'none') != 'none') == is_filled]
        return [[[self.place(*each.split()) for each in run.strip('z').split('L')]
                 for run in path.get('d').split('M')[1:]] for path in found]

    def lines(self):
        return [run for path in self.paths(is_filled=False) for run in path]

    def points(self):
        turned = [re.fullmatch(r'translate\((\S+) (\S+)\) ', mark.get('transform', '')) for mark in self.marks]
        return sorted(self.place(*each.groups()) for each in turned if each)

    def texts(self):
        return [(float(text.get('x')), float(text.get('y')), text.get('text-anchor'), text.text) for text in self.rest
                if text.tag == 'text']

    def ticks(self):
        x0, y0, *_ = self.frame
        return ([(self.place(x, y0)[0], words) for x, y, _, words in self.texts() if abs(y - y0 - 14) < 0.01],
                [(self.place(x0, y - 3.5)[1], words) for x, y, anchor, words in self.texts()
                 if anchor == 'end' and abs(x - x0 + 5) < 0.01])

    def turned(self):
        return [group[0].text for group in self.rest if 'rotate' in group.get('transform', '') and len(group)]

    def key_box(self):
        if not self.key():
            return []
        places, names = zip(*self.key())
        (x0, x1), heights = [(min(each), max(each)) for each in zip(*places)]
        left, _, right, _ = self.frame
        return (x0, x1 + (26 + 5.6 * max(map(len, names))) / (right - left)), heights

    def key(self):
        return [(self.place(*re.findall(r'[-\d.]+', each.get('transform'))[:2]), each[-1].text) for each in self.rest
                if each.tag == 'g' and len(each) == 2]


@pytest.fixture
def both(monkeypatch):
    """A function that draws by both, and returns [(axes of matplotlib, axes of the page), ...]."""
    def draw(case):
        theirs = case()
        theirs.draw_without_rendering()
        with monkeypatch.context() as patch:
            for name in ('matplotlib', 'matplotlib.figure'):
                patch.setitem(sys.modules, name, plots)
            drawn = case()
        file = io.StringIO()
        drawn.savefig(file)
        svg = list(ElementTree.fromstring(file.getvalue().replace(' xmlns="http://www.w3.org/2000/svg"', '')))
        starts = [i for i, part in enumerate(svg) if part.tag == 'clipPath']
        parts = [svg[start:end] for start, end in zip(starts, [*starts[1:], None])]
        return [(Theirs(axes), Ours(*part)) for axes, part in zip(theirs.axes, parts, strict=True)]
    return draw


@pytest.fixture(params=[*CASES, *PICTURES], ids=lambda case: case[0] if isinstance(case, tuple) else case.__name__)
def drawn(request, both, monkeypatch):
    """All axes of a case, by both."""
    case = request.param
    if isinstance(case, tuple):  # a picture of the classroom: its figure, before it is made HTML
        for module in (figures, attention):
            monkeypatch.setattr(module, 'show', lambda figure, words: figure)
        name, *numbers = case
        return both(lambda: getattr(figures, name)(*numbers))
    return both(case)


def near(places):
    """Return an expectation of nested numbers that allows for the page's hundredths of a point."""
    if isinstance(places, (list, tuple)):
        return [near(place) for place in places]
    return pytest.approx(places, abs=1e-3)


def area(polygon):
    return sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in zip(polygon, polygon[1:] + polygon[:1])) / 2


def test_lines_points_and_bars_stand_where_matplotlib_has_them(drawn):
    for theirs, ours in drawn:
        if not theirs.contours():
            assert ours.lines() == near(theirs.lines())
        assert ours.points() == near(theirs.points())
        if theirs.axes.patches:
            assert sorted(bar for bars in ours.paths(is_filled=True) for bar in bars) == near(theirs.bars())


@pytest.mark.parametrize('case', [boundary, half_filled])
def test_contours_go_through_the_same_points_and_areas_are_as_large(case, both):
    for theirs, ours in both(case):
        places = [place for ends in ours.lines() for place in ends]
        for contour in theirs.contours():
            for some, others in ((places, contour), (contour, places)):
                assert all(min(math.dist(one, other) for other in others) < 1e-3 for one in some)
        assert bool(places) == bool(theirs.contours()) and all(len(ends) == 2 for ends in ours.lines())
        areas = theirs.areas()
        assert [sum(map(area, path)) for path in ours.paths(is_filled=True)] == near(areas) and sum(areas) > 0.2


def test_a_saddle_has_two_lines_of_one_height(both):
    def saddle():
        figure, axes = canvas()
        axes.contour([0, 1], [0, 1], [[1, -1], [-1, 1]], levels=[0], colors=['C0'])
        axes.set(xlim=(0, 1), ylim=(0, 1))
        return figure
    [(_, ours)] = both(saddle)
    assert [len(ends) for ends in ours.lines()] == [2, 2]


def test_a_line_has_a_gap_where_a_number_is_missing(both):
    (_, one), (_, two) = both(gaps)
    assert [len(run) for run in one.lines()] == [1, 2, 2] and [len(run) for run in two.lines()] == [2]
    assert len(two.points()) == 2 + 1


def test_axes_have_the_proportions_ticks_and_frame_of_matplotlib(drawn):
    for theirs, ours in drawn:
        x0, y0, x1, y1 = ours.frame
        if theirs.axes.get_aspect() != 'auto':
            box = theirs.axes.get_window_extent()
            assert (x1 - x0) / (y0 - y1) == pytest.approx(box.width / box.height, rel=1e-3)
        for way, shown in zip('xy', ours.ticks()):
            axis = getattr(theirs.axes, f'{way}axis')
            if isinstance(axis.get_major_locator(), matplotlib.ticker.FixedLocator):
                both_ways = [theirs.places([(tick, tick)])[0][way == 'y'] for tick in axis.get_ticklocs()]
                words = [text.get_text().replace('\N{MINUS SIGN}', '-') for text in axis.get_ticklabels()]
                assert shown == [(near(place), word) for place, word in zip(both_ways, words)]
        sides = {side for side in ('left', 'bottom') if theirs.axes.spines[side].get_visible()}
        assert ours.sides == sides


@pytest.mark.parametrize('case', [lines, logarithmic, boundary])
def test_ticks_of_its_own_stand_where_their_numbers_are(case, both):
    for theirs, ours in both(case):
        for way, shown in zip('xy', ours.ticks()):
            assert 2 <= len(shown) <= 8
            places = [theirs.places([(float(words), float(words))])[0][way == 'y'] for _, words in shown]
            assert [place for place, _ in shown] == near(places) and all(-1e-9 <= place <= 1 for place in places)


def test_words_say_what_was_set(drawn):
    for theirs, ours in drawn:
        said = [words for _, _, _, words in ours.texts()]
        assert {theirs.axes.get_title(), theirs.axes.get_xlabel()} - {''} <= set(said)
        assert not theirs.axes.get_ylabel() or theirs.axes.get_ylabel() in ours.turned()


AIMS = {1: '11', 3: '00', 7: '1.', 9: '.1'}  # as matplotlib numbers upper right, lower left, center right, upper center


def test_the_key_names_what_matplotlib_names_where_it_was_asked_to(drawn):
    for theirs, ours in drawn:
        legend = theirs.axes.get_legend()
        names = [text.get_text() for text in legend.get_texts()] if legend else []
        assert [name for _, name in ours.key()] == names
        for (low, high), where in zip(ours.key_box(), AIMS.get(legend and legend._loc_real, '')):
            assert {'0': low, '1': high, '.': (low + high) / 2}[where] == pytest.approx(
                {'0': 0, '1': 1, '.': 0.5}[where], abs=0.12) and 0 <= low <= high <= 1


def calls(source):
    """Return what a text asks of axes: {('plot', 'label'), ...}, and each call's name alone."""
    found = {node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)
             and isinstance(node.func, ast.Attribute) and hasattr(matplotlib.axes.Axes, node.func.attr)
             and re.match(r'(all_)?axes|ax\b|bars|one|two|three|both', ast.unparse(node.func.value))}
    return ({(node.func.attr, each.arg) for node in found for each in node.keywords}
            | {(node.func.attr, None) for node in found})


def test_every_call_of_the_book_is_tried_here():
    cells = [cell.source for path in weave.chapters() for cell in jupytext.read(path).cells if cell.cell_type == 'code']
    used = set().union(*(calls(cell) for cell in cells if re.search('axes|both', cell)))
    assert len(used) > 40
    assert not used - calls(inspect.getsource(sys.modules[__name__])) - calls(inspect.getsource(figures))


def test_what_it_cannot_do_it_says():
    axes = plots.Figure().subplots()
    with pytest.raises(AttributeError, match="cannot do 'hist': run the chapter with matplotlib"):
        axes.hist([1, 2])
    with pytest.raises(AttributeError, match="cannot do 'set_zlim'"):
        axes.set(zlim=3)
    with pytest.raises(ValueError, match='stand in one row, got 2'):
        plots.Figure().subplots(2, 2)
