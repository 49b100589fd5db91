"""Graphs whose leaves can have other numbers: for pictures in the page that move."""
import operator
from fractions import Fraction
from itertools import count
from math import isfinite

from classroom.layouts import mark_arrows, page_html
from micrograd.engine import Value
from micrograd.graph import describe, draw_dot, format_number, text, trace

OPERATORS = {'+': operator.add, '*': operator.mul}
WIDTH = '1.3'  # inches: room for "data -99.9999" in each box
graphs = {}  # those that are open, by their names


class LiveGraph:
    """The graph behind a Value, to be computed again from other numbers."""

    def __init__(self, root):
        """Note the nodes in the order of the picture, and whose engine computes them.

        It is that of the root. If it has no `backward` yet, it is the finished one.
        """
        self.nodes, _ = trace(root)
        leaves = [node for node in self.nodes if not node._prev]
        self.leaves = sorted(leaves, key=lambda leaf: (not leaf.label, str(leaf.label)))
        self.engine = type(root) if hasattr(root, 'backward') else Value

    def compute(self, numbers):
        """Return the nodes of the graph with `numbers` in its leaves, after backward.

        What the operations raise for such numbers, and ValueError for an operation that
        has only its name.
        """
        new = dict(zip(self.leaves, map(self.engine, numbers)))
        for node in Value._topological_order(self.nodes[0]):
            if node._prev:
                new[node] = apply(node._op, [new[child] for child in node._prev])
            new[node].label = node.label
        new[self.nodes[0]].backward()
        return [new[node] for node in self.nodes]

    def state(self, numbers):
        """Return what the picture shows for these numbers.

        `texts` are two for each node, `flows` are what flows back along each edge,
        `words` say it all, and `error` says why nothing can be computed, if so.
        """
        try:
            nodes, error = self.compute(numbers), ''
        except Exception as reason:  # noqa: BLE001 - a reader can raise any
            nodes, error = [], str(reason)
        known = [(format_number(node.data), format_number(node.grad)) for node in nodes]
        given = {leaf: format_number(x) for leaf, x in zip(self.leaves, numbers)}
        shown = known or [(given.get(node, '?'), '?') for node in self.nodes]
        return {'texts': [(f"data {data}", f"grad {grad}") for data, grad in shown],
                'flows': [float(x) if isfinite(x) else 0 for x in flows(nodes)],
                'words': describe(nodes) if nodes else error, 'error': error}

    def drawing(self, rankdir):
        """Return the picture, its boxes of class v0, v1, ..., its edges e0, e1, ..."""
        drawing = draw_dot(self.nodes[0], rankdir=rankdir)
        drawing.graph_attr['ranksep'] = '0.45'  # so that their thickness is seen
        for i, _ in enumerate(self.nodes):
            drawing.node(f'v{i}', width=WIDTH, **{'class': f'v{i}'})
        mark_arrows(drawing, (f'class=e{i}' for i in count()))
        return drawing


def apply(op, inputs):
    """Return a new Value made by the operation of this name."""
    if op in OPERATORS and len(inputs) == 2:
        return OPERATORS[op](*inputs)
    if op.startswith('**') and len(inputs) == 1:
        return inputs[0] ** Fraction(op[2:])
    method = getattr(inputs[0], op.lower(), None)
    if not callable(method):
        raise ValueError(f"the graph has {op!r}, which is no operation of its engine")
    return method(*inputs[1:])


def flows(nodes):
    """Return what flows back along each edge, in the order of draw_dot."""
    inner = [node for node in nodes if node._prev]
    return [node.grad for node in inner] + [
        slope * node.grad for node in inner for slope in node._slopes]


def leaf(place, node):
    """Return what the page has to know of a leaf: its place, its name, its slider."""
    number = float(node.data)
    reach, step = slider(number)
    return {'place': place, 'name': text(node.label) or f"the {number:g}",
            'number': number, 'reach': reach, 'step': step}


def slider(number):
    """Return how far a slider reaches from 0 to both sides, and its step.

    It reaches twice as far as the number or further: to 2, 5, 10, 20, 50, ...
    ValueError for a number for which there is no such float.
    """
    if not abs(number) <= 5e307:
        raise ValueError(f"expected a number of at most 5e307 on a leaf, got {number}")
    reaches = ((reach * 10**k, step * 10**k) for k in range(308)
               for reach, step in ((2, 0.05), (5, 0.1), (10, 0.1)))
    return next((reach, step) for reach, step in reaches if reach >= 2 * abs(number))


def open_graph(name, root, rankdir='LR'):
    """Keep the graph behind `root` under a name; return what the page needs for it."""
    graph = graphs[name] = LiveGraph(root)
    leaves = [leaf(graph.nodes.index(node), node) for node in graph.leaves]
    picture = page_html(graph.drawing(rankdir)._repr_mimebundle_())
    return {'picture': picture, 'leaves': leaves,
            'result': text(root.label) or "the result",
            'state': graph.state([each['number'] for each in leaves])}


def change(name, numbers):
    """Return the state of a graph that is open, with other numbers in its leaves."""
    return graphs[name].state(list(map(float, numbers)))
