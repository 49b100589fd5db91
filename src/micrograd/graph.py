"""Pictures of computation graphs."""
import re
from decimal import Decimal

from micrograd.drawing import INK, LEAF, OPERATION, Drawing

LOOK = {'bgcolor': 'transparent', 'nodesep': '0.15', 'ranksep': '0.3',
        'nslimit': '2'}  # the last: so that long arrows do not take minutes
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


def describe(nodes):
    """Return in words what the picture of `nodes` shows, a line for each Value."""
    names = {node: text(node.label) or f"v{i}" for i, node in enumerate(nodes)}
    operations = sum(bool(node._prev) for node in nodes)
    lines = [f"graph (values: {len(nodes)}, operations: {operations})"]
    for node, name in names.items():
        inputs = [names[child] for child in node._prev]
        result = f"{name} = {formula(text(node._op), inputs)}" if inputs else name
        data, grad = format_number(node.data), format_number(node.grad)
        line = f"{result}: data {data}, grad {grad}"
        lines.append(f"  {' '.join(line.split())}")
    return '\n'.join(lines)


def text(label):
    """Return a label as a string, with � for what no SVG can hold; '' for None."""
    label = '' if label is None else str(label)
    return re.sub('[^\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]', '�', label)


def formula(op, inputs):
    """Return `op` applied to the names of its inputs: a + b, a**2, tanh(a)."""
    if op in ('+', '*'):
        return f" {op} ".join(inputs)
    names = ', '.join(inputs)
    if op.isidentifier():
        return f"{op}({names})"
    return f"{names}{op}" if len(inputs) == 1 else f"{op} of {names}"


def format_number(x):
    """Return `x` with four decimals, or in scientific form where they say nothing."""
    try:
        x = float(x)  # a Fraction has no decimals
    except OverflowError:
        return f"{Decimal(int(x)):.4g}"
    except (TypeError, ValueError):  # None, say
        return text(repr(x))
    return f"{x:.4f}" if x == 0 or 1e-4 <= abs(x) < 1e9 else f"{x:.4g}"


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
    drawing.alt_text = describe(nodes)
    names = {node: f"v{i}" for i, node in enumerate(nodes)}
    record = '{%s}' if rankdir in ('TB', 'BT') else '%s'  # it turns with the graph
    for node, name in names.items():
        drawing.node(name, record % box(node), shape='record',
                     color=INK if node._prev else LEAF)
        if node._prev:
            drawing.node(f'{name}op', escape(node._op), color=OPERATION, **CIRCLE)
            drawing.edge(f'{name}op', name)
    for child, parent in edges:
        drawing.edge(names[child], f'{names[parent]}op')
    return drawing


def box(node):
    """Return the text of a record: label (if there is one), data, gradient."""
    data, grad = escape(format_number(node.data)), escape(format_number(node.grad))
    label, numbers = escape(node.label), f"data {data}|grad {grad}"
    return f"{label}|{numbers}" if label else numbers


def escape(label):
    """Return a label in which Graphviz takes no sign for a command."""
    label = re.sub(r'([\\{}|<> ])', r'\\\1', text(label).replace('&', '&amp;'))
    return label.replace('\n', r'\n')
