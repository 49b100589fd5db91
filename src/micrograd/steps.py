"""A backward pass to step through: one picture for each node that hands on."""
from hashlib import sha1
from html import escape

from micrograd.graph import GRADIENT, box, draw_dot, inline, trace

# Radio buttons move by arrow keys, without a script. A style that stands inside an SVG
# holds for the whole page, in notebooks too.
STYLE = """<svg width="0" height="0" aria-hidden="true"><style>
.micrograd-steps { display: flex; flex-wrap: wrap; align-items: center; gap: 0.3rem }
.micrograd-steps > figure { order: 1; width: 100%; margin: 0 }
.micrograd-steps > input:not(:checked) + figure { display: none }
.micrograd-steps label { border: 1px solid; border-radius: 4px; padding: 0 0.6rem;
                         margin: 0 0.3rem 0 0; cursor: pointer }
</style></svg>"""


class Steps:
    """Pictures of one graph, taken while gradients travel through it."""

    def __init__(self, root):
        """Prepare for pictures of the graph behind `root`, and take the first."""
        self.nodes, self.edges = trace(root)
        self.sayings, self.drawings, self.boxes = [], [], []
        self.take(root, f"{self.name(root)} begins with {root.grad:g}.", edges=())

    def name(self, node):
        """Return the label of a Value, or its number, or what pictures call it."""
        short = f"v{self.nodes.index(node)}" if node._prev else f"{node.data:g}"
        return node.label or short

    def take(self, node, saying=None, edges=None):
        """Add a picture of this moment: `node` has handed its gradient on."""
        drawing = draw_dot(self.nodes[0])
        light(drawing, self.nodes.index(node), edges is None)
        self.sayings.append(saying or self.handing_on(node))
        self.drawings.append(drawing)
        self.boxes.append([box(each) for each in self.nodes])

    def handing_on(self, node):
        """Return in words what `node` gave to each input, and what each has now."""
        parts = []
        for child, slope in zip(node._prev, node._slopes):
            share = slope * node.grad
            part = f"{self.name(child)} gets {slope:g} × {node.grad:g} = {share:g}"
            if child.grad != share:
                part += f", has {child.grad:g}"
            parts.append(part)
        return f"{self.name(node)} hands on its {node.grad:g}: {'; '.join(parts)}."

    def __repr__(self):
        return '\n'.join(f"{i}. {says}" for i, says in enumerate(self.sayings, 1))

    def _repr_html_(self):
        group = 'steps-' + sha1(repr(self).encode()).hexdigest()[:8]
        frames = [self.frame(i, group) for i in range(len(self.sayings))]
        words = f"A backward pass in {len(frames)} steps; arrow keys go forth and back"
        opening = f'<div class="micrograd-steps" role="group" aria-label="{words}">'
        return opening + STYLE + ''.join(frames) + '</div>'

    def frame(self, i, group):
        """Return HTML for one step: its button, its picture, the way back and on."""
        saying, last = escape(self.sayings[i]), len(self.sayings) - 1
        checked = ' checked' if i == 0 else ''
        button = (f'<input type="radio" name="{group}" id="{group}-{i}"{checked} '
                  f'aria-label="Step {i + 1}: {saying}">')
        ways = [f'<label for="{group}-{i + step}">{word}</label>'
                for step, word in ((1, 'next'), (-1, 'back')) if 0 <= i + step <= last]
        caption = f'<figcaption>{"".join(ways)} <b>{i + 1}.</b> {saying}</figcaption>'
        return f'{button}<figure>{caption}{self.picture(i)}</figure>'

    def picture(self, i):
        """Return the picture of a step as HTML, each box as wide as in all others."""
        words = f"{self.sayings[i]} {self.drawings[i].says}"
        drawing = self.drawings[i].copy()
        for number, texts in enumerate(zip(*self.boxes)):
            longest = max(len(line) for text in texts for line in text.split('|'))
            drawing.node(f'v{number}', width=f'{0.3 + 0.09 * longest:.2f}')
        return inline(drawing.pipe('svg', 'utf-8'), words)


def light(drawing, place, handing_on):
    """Emphasise a node, by its place in the graph, and the edges it hands on along."""
    drawing.node(f'v{place}', penwidth='2.5')
    if handing_on:
        end = f' -> v{place}op\n'
        bright = f' -> v{place}op [color="{GRADIENT}" penwidth=2.5 dir=back]\n'
        drawing.body = [line.replace(end, bright) for line in drawing.body]


def watch(root, order=None):
    """Run the backward pass from `root` node by node; return Steps, one for each.

    `order` lists the nodes that hand on, the first one first: by default all that are
    not leaves, in the order of `backward`.
    """
    if order is None:
        order = [v for v in reversed(root._topological_order()) if v._prev]
    root.grad = 1
    steps = Steps(root)
    for node in order:
        node._backward()
        steps.take(node)
    return steps
