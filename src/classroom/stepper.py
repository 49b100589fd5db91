"""A backward pass to step through: one picture for each node that passes back."""
from html import escape
from itertools import count
from math import isnan

from classroom.layouts import mark_arrows
from micrograd.drawing import DOT, GRADIENT, svg_to_html
from micrograd.graph import box, draw_dot, format_number, text, trace

# Radio buttons move by arrow keys, without a script. A style that stands inside an SVG
# holds for the whole page, in notebooks too.
STYLE = """<svg width="0" height="0" aria-hidden="true"><style>
.micrograd-steps { display: flex; flex-wrap: wrap; align-items: center; gap: 0.3rem }
.micrograd-steps > figure { order: 1; width: 100%; margin: 0 }
.micrograd-steps > label:has(input:not(:checked)) + figure { display: none }
.micrograd-steps figcaption label { border: 1px solid; border-radius: 4px;
                                    padding: 0 0.6rem; margin: 0 0.3rem 0 0 }
</style></svg>"""
group_ids = count(1)  # so that two groups of buttons never have the same name
MAX_NODES = 40


def small_graph(root):
    """Return the nodes behind `root`. ValueError if there are too many to look at."""
    nodes, _ = trace(root)
    if len(nodes) > MAX_NODES:
        raise ValueError(f"expected {MAX_NODES} values at most, got {len(nodes)}")
    return nodes


class Steps:
    """Pictures of one graph, taken while gradients travel through it."""

    def __init__(self, root):
        """Prepare for pictures of the graph behind `root`, and take the first.

        ValueError if the graph is too large to be looked at.
        """
        self.nodes = small_graph(root)
        self.group = f'steps-{next(group_ids)}'
        self.captions, self.drawings, self.boxes = [], [], []
        self.add_frame(root, f"{self.name(root)} begins with {short(root.grad)}.")

    def name(self, node):
        """Return the label of a Value, or its number, or what pictures call it."""
        place = f"v{self.nodes.index(node)}"
        return text(node.label) or (place if node._prev else f"the {short(node.data)}")

    def take(self, node):
        """Add a picture of this moment: `node` has passed its gradient back."""
        self.add_frame(node, self.describe_step(node), edges=True)

    def add_frame(self, node, caption, edges=False):
        """Add a picture with `node` drawn bolder, and its edges too if `edges`."""
        drawing = draw_dot(self.nodes[0])
        drawing.node(f'v{self.nodes.index(node)}', penwidth='2.5')
        mark_edges(drawing, self.nodes, node if edges else None)
        self.captions.append(caption)
        self.drawings.append(drawing)
        self.boxes.append([box(each) for each in self.nodes])

    def describe_step(self, node):
        """Return in words what `node` gave to each input, and what each has now."""
        parts = []
        for i, (child, slope) in enumerate(zip(node._prev, node._slopes)):
            if isnan(slope):  # not known: the node has a _backward of its own
                continue
            share, grad = slope * node.grad, short(node.grad)
            part = f"{self.name(child)} gets {short(slope)} × {grad} = {short(share)}"
            if child.grad != share and child not in node._prev[i + 1:]:
                part += f", has {short(child.grad)}"
            parts.append(part)
        what = f"{self.name(node)} passes its {short(node.grad)} back"
        return f"{what}: {'; '.join(parts)}." if parts else f"{what}."

    def __repr__(self):
        return '\n'.join(f"{i}. {caption}" for i, caption in enumerate(self.captions, 1))

    def _repr_mimebundle_(self, include=None, exclude=None, **_):
        drawings = [self.drawing(i) for i in range(len(self.captions))]
        frames = ''.join(self.frame(i, drawing) for i, drawing in enumerate(drawings))
        words = f"A backward pass in {len(drawings)} steps; arrow keys go back and forth"
        opening = f'<div class="micrograd-steps" role="group" aria-label="{words}">'
        return {'text/html': f'{opening}{STYLE}{frames}</div>', 'text/plain': repr(self),
                DOT: '\n'.join(drawing.source for drawing in drawings)}

    def frame(self, i, drawing):
        """Return HTML for one step: its button, its picture, the way back and on."""
        name, last = f'{self.group}-{i}', len(self.captions) - 1
        checked = ' checked' if i == 0 else ''
        button = (f'<input type="radio" name="{self.group}" id="{name}"{checked} '
                  f'aria-describedby="{name}-caption">')
        ways = [f'<label for="{self.group}-{to}">{word}</label>' if 0 <= to <= last
                else f'<span class="nowhere" aria-hidden="true">{word}</span>'
                for to, word in ((i - 1, 'back'), (i + 1, 'next'))]
        words = f'<span id="{name}-caption">{escape(self.captions[i])}</span>'
        caption = f'<figcaption>{"".join(ways)} <b>{i + 1}.</b> {words}</figcaption>'
        picture = svg_to_html(drawing.pipe('svg', 'utf-8'), drawing.alt_text)
        return f'<label>{button} {i + 1}</label><figure>{caption}{picture}</figure>'

    def drawing(self, i):
        """Return the picture of a step, each box as wide as in all others."""
        drawing = self.drawings[i].copy()
        drawing.alt_text = f"{self.captions[i]} {self.drawings[i].alt_text}"
        for place, texts in enumerate(zip(*self.boxes)):
            longest = max(len(line) for each in texts for line in each.split('|'))
            drawing.node(f'v{place}', width=f'{0.3 + 0.1 * longest:.2f}')
        return drawing


def short(x):
    """Return a number in as few digits as it needs, six at most."""
    try:
        return f"{float(x):g}"
    except (TypeError, OverflowError):
        return format_number(x)


def mark_edges(drawing, nodes, active):
    """Write its slope at each edge; draw those of the node `active` bolder, turned."""
    drawing.edge_attr.update(fontname='Helvetica,sans-serif', fontsize='12')
    inner = [node for node in nodes if node._prev]
    looks = [''] * len(inner)
    for node in inner:
        bold = f' color="{GRADIENT}" penwidth=2.5 dir=back' if node is active else ''
        labels = ['' if isnan(slope) else rf' {short(slope)}\n ' for slope in node._slopes]
        looks += [f'label="{label}"{bold}' for label in labels]  # above its arrow
    mark_arrows(drawing, looks)


def watch(root, order=None):
    """Run the backward pass from `root` node by node; return Steps, one for each.

    `order` lists the nodes that pass back, the first one first: by default all that are
    not leaves, in the order of `backward`. ValueError for one that is not in the graph.
    """
    nodes = small_graph(root)
    if order is None:
        order = [node for node in reversed(root._topological_order()) if node._prev]
    for node in order:
        if node not in nodes:
            raise ValueError(f"expected nodes of the graph in the order, got {node!r}")
    for node in nodes:
        if node._prev:
            node.grad = 0
    root.grad += 1
    steps = Steps(root)
    for node in order:
        node._backward()
        steps.take(node)
    return steps
