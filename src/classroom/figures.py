"""Pictures that a page draws again while their numbers change."""
import math

from classroom.attention import attention
from classroom.plots import canvas, show
from micrograd.engine import Value


def plane_of_a_neuron(w1, w2, b):
    """Return a picture of what a neuron says for each place in the plane."""
    w1, w2, b = Value(w1), Value(w2), Value(b)
    places = [-3 + 0.25 * i for i in range(25)]
    sums = [[(w1 * x1 + w2 * x2 + b).data for x1 in places] for x2 in places]
    on = sum(each > 0 for row in sums for each in row) / len(places)**2
    figure, axes = canvas(4.4, 3.8)
    axes.contourf(places, places, sums, levels=[0, 1, 2, 3, 4, 1e9],
                  colors=[('C0', 0.12 * i) for i in range(1, 6)])
    steepness = math.hypot(w1.data, w2.data)
    if steepness:
        x1, x2 = (-b.data * w.data / steepness**2 for w in (w1, w2))  # on the line
        along = 9 * w2.data / steepness, -9 * w1.data / steepness
        axes.plot([x1 - along[0], x1 + along[0]], [x2 - along[1], x2 + along[1]],
                  color='C1')
        axes.annotate('', (w1.data, w2.data), (0, 0),
                      arrowprops={'arrowstyle': '->', 'color': 'C2', 'lw': 2})
    axes.set(xlabel="first input", ylabel="second input", xlim=(-3, 3), ylim=(-3, 3),
             title="line: sum and bias make 0; arrow: the weights", aspect='equal')
    axes.set_xticks(range(-3, 4))
    axes.set_yticks(range(-3, 4))
    return show(
        figure,
        "The plane of two inputs, a straight line, on one side of which the neuron "
        "answers 0, and across it the weights as an arrow. Beyond the line the answer "
        f"rises by {steepness:.2f} for each unit, in bands of equal width; the neuron "
        f"is on over {on:.0%} of the plane.")


def descent(start, rate, steps=12):
    """Return b in each step down the loss of a network that answers b four times."""
    b, path = Value(start), []
    for _ in range(steps + 1):
        loss = sum((b - y)**2 for y in (1, -1, -1, 1))
        path.append((b.data, loss.data))
        b.grad = 0
        loss.backward()
        b.data -= rate * b.grad
    return path


def landscape(start, rate):
    """Return a picture of `descent` at three rates, and at one of your own."""
    figure, plots = canvas(5.6, 2, columns=4)
    words = []
    for axes, each in zip(plots, (0.02, 0.1, 0.22, rate)):
        path = descent(start, each)
        around = [-3 + 0.1 * i for i in range(61)]
        axes.plot(around, [descent(b, 0, steps=0)[0][1] for b in around], color='C0')
        axes.plot(*zip(*path), '.-', color='C1')
        axes.set(title=f"rate {each:g}", xlabel="b", xlim=(-3, 3), ylim=(0, 40))
        words.append(f"Rate {each:g}: from {start:g} to {path[-1][0]:.2g} in 12 steps.")
    return show(
        figure,
        "The loss against the last bias b, a parabola, and the steps of a descent. "
        + ' '.join(words))


def redraw(function, *numbers):
    """Return a picture of this module for a page: its HTML, and what it shows."""
    known = plane_of_a_neuron, landscape, attention
    pictures = {each.__name__: each for each in known}
    picture = pictures[function](*numbers)
    return {'html': picture.html, 'words': picture.alt_text.partition('. ')[2]}
