"""Draw what the figures of trainings show before a script runs: book/_static/learning.svg and playground-*.svg.

    python book/_bench/film.py

The first is a film: the network of chapter 12 in a hundred steps, a frame for each, and for each fifth at the end.
The others are the playgrounds of chapters 11 and 12 after sixty steps.
"""
import math
from pathlib import Path

from contourpy import contour_generator

from classroom import playground
from classroom.playground import CHAPTER, COLUMNS, ROWS, STEP, Training, network
from micrograd.drawing import GRADIENT, OPERATION

STATIC = Path(__file__).parents[1] / '_static'
SHOWN, MILLISECONDS = [*range(40), *range(40, 101, 5)], 110
SCALE = 100  # of a picture, for 1 of the plane
PLUS, MINUS, LINE = f'var(--mg-operation, {OPERATION})', f'var(--mg-gradient, {GRADIENT})', '#808080'
FILM = f"""<style>
.frame {{ visibility: hidden; animation: show {MILLISECONDS}ms calc(var(--step) * {MILLISECONDS}ms) }}
.frame:last-of-type {{ visibility: visible; animation: hide calc(var(--step) * {MILLISECONDS}ms) }}
@keyframes show {{ from, to {{ visibility: visible }} }}
@keyframes hide {{ from, to {{ visibility: hidden }} }}
@media print, (prefers-reduced-motion) {{ .frame {{ animation: none !important }} }}
</style>"""  # where nothing moves, the last frame is to be seen
SMALL = {**CHAPTER, 'data': 'xor', 'layers': '4-4', 'loss': 'squares', 'rate': '0.1', 'regularisation': '0'}
PLAYGROUNDS = {'moons': CHAPTER, 'xor': SMALL}


def area(training):
    """Return the path of where the network says more than 0; its rim lies outside of the picture."""
    columns, rows = ([start + STEP * i for i in range(-1, count + 2)]
                     for start, count in ((training.left, COLUMNS), (training.low, ROWS)))
    answers = iter(training.learners[0].answers([[x, y] for y in rows for x in columns]))
    grid = [[next(answers) for _ in columns] for _ in rows]
    polygons, offsets = contour_generator(columns, rows, grid).filled(0, math.inf)
    return ''.join(closed([to_picture(training, *point) for point in points[begin:end]])
                   for points, ends in zip(polygons, offsets) for begin, end in zip(ends, ends[1:]))


def to_picture(training, x, y):
    """Return where a point of the plane lies in the picture."""
    return round(SCALE * (x - training.left)), round(SCALE * (training.low + STEP * ROWS - y))


def closed(points):
    """Return a closed path through points, in steps from each corner to the next."""
    corners = points[:1]
    for (x0, y0), (x, y), (x1, y1) in zip(points, points[1:], points[2:]):
        if (x - x0) * (y1 - y) != (x1 - x) * (y - y0):
            corners.append((x, y))
    steps = [f'{x - x0},{y - y0}' for (x0, y0), (x, y) in zip(corners, corners[1:])]
    return 'M{},{}l'.format(*corners[0]) + ' '.join(steps) + 'z'


def dots(training, sign):
    """Return the path of the points with a target: lines of no length, of which only the ends are to be seen.

    Their form is a style, because the plots of a page bring styles that hold for all of it.
    """
    chosen = [point for point, target in zip(*training.seen) if target == sign]
    return ''.join('M{},{}h0'.format(*to_picture(training, *point)) for point in chosen)


def plane(training, frames, words, style=''):
    """Return the plane as SVG, with its points and what was drawn of the network."""
    width, height = (round(SCALE * STEP * count) for count in (COLUMNS, ROWS))
    return f'''<svg class="plane" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" \
width="{width}" height="{height}" role="img" aria-label="The plane. {words}">{style}
<g stroke="{LINE}" fill-opacity="0.3" stroke-width="2" font-family="sans-serif" font-size="13">
{frames}
</g>
<g fill="none" stroke-width="7"><path stroke="{PLUS}" style="stroke-linecap: round" d="{dots(training, 1)}"/>
<path stroke="{MINUS}" style="stroke-linecap: square" stroke-width="5.5" d="{dots(training, -1)}"/></g></svg>
'''


def frame(training):
    """Return what the network says now, as SVG."""
    path, all_of_it = area(training), 'M-99-99h999v999h-999z'
    return (f'<path fill="{PLUS}" d="{path}"/>'
            f'<path fill="{MINUS}" stroke="none" fill-rule="evenodd" d="{all_of_it}{path}"/>')


def film():
    """Return the network of chapter 12 in a hundred steps, as SVG that moves once."""
    training, frames = Training(CHAPTER), []
    for i, step in enumerate(SHOWN):
        while training.steps < step:
            training.step()
        _, share, *_ = training.histories[0][-1]
        frames.append(f'<g class="frame" style="--step:{i}">{frame(training)}'
                      f'<text x="424" y="272" text-anchor="end" fill="{LINE}" fill-opacity="1" stroke="none">'
                      f'step {step}: {share:.0%}</text></g>')
    return plane(training, '\n'.join(frames), "Two crescents, and the boundary between them.", FILM)


def still(settings, steps=60):
    """Return a playground after some steps: the plane, the network and the losses, in one picture."""
    training = Training(settings)
    for _ in range(steps):
        training.step()
    loss, share, new_loss, new_share = training.histories[0][-1]
    words = f"Step {steps}: loss {loss:.3g}, {share:.0%} right; new points {new_loss:.3g}, {new_share:.0%}."
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 430 700">\n{plane(training, frame(training), words)}'
            f'{network(training.learners[0])}\n{curves(training)}</svg>\n')


def curves(training):
    """Return the losses on seen and on new points as SVG."""
    [history] = training.histories
    words = f"The loss falls from {history[0][0]:.2f} to {history[-1][0]:.2g}; on new points to {history[-1][2]:.2g}."
    return (f'<svg class="losses" viewBox="0 0 340 72" role="img" aria-label="{words}">'
            f'{playground.curves(training.histories)}</svg>')


def pictures():
    """Return {file name: SVG} of all that is stored."""
    return {'learning.svg': film(), **{f'playground-{name}.svg': still(what) for name, what in PLAYGROUNDS.items()}}


if __name__ == '__main__':
    for name, svg in pictures().items():
        (STATIC / name).write_text(svg, encoding='utf-8')
        print(f"{len(svg):6} bytes in {name}")
