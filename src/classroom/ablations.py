"""What would make the engine faster: one idea at a time, each a change of Value."""
from micrograd.engine import NUMBERS, Value


class Unchecked(Value):
    """A Value that trusts its operands and its results."""

    def __init__(self, data, _children=(), _op='', label='', _slopes=()):
        self.data, self.grad, self.label = data, 0, label
        self._op, self._prev, self._slopes = _op, _children, _slopes

    def __add__(self, other):
        other = other if isinstance(other, Value) else Unchecked(other)
        return Unchecked(self.data + other.data, (self, other), '+', '', (1, 1))

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Unchecked(other)
        slopes = (other.data, self.data)
        return Unchecked(self.data * other.data, (self, other), '*', '', slopes)

    __radd__, __rmul__ = __add__, __mul__


slots = ('data', 'grad', 'label', '_op', '_prev', '_slopes')
methods = {name: method for name, method in vars(Value).items()
           if name not in ('__dict__', '__weakref__')}
Slotted = type('Slotted', (), {'__slots__': slots, **methods})


class Placed(Value):
    """A Value with two places for inputs and two for slopes, and no tuples."""

    def __init__(self, data, _children=(None, None), _op='', label='', _slopes=(0, 0)):
        if not isinstance(data, NUMBERS):
            raise TypeError(f"Value expects a real number, got {data!r}")
        self.data, self.grad, self.label, self._op = data, 0, label, _op
        self._a, self._b = _children if len(_children) == 2 else (*_children, None)
        self._slope_a, self._slope_b = _slopes if len(_slopes) == 2 else (*_slopes, 0)

    def _backward(self):
        """Pass the gradient back to each of two inputs, times its slope."""
        if self._slope_a:
            self._a.grad += self._slope_a * self.grad
        if self._slope_b:
            self._b.grad += self._slope_b * self.grad

    def _topological_order(self):
        """Return all Values that this one depends on, inputs before results."""
        order, opened, stack = [], set(), [(self, False)]
        while stack:
            node, inputs_are_placed = stack.pop()
            if inputs_are_placed:
                order.append(node)
            elif node not in opened:
                opened.add(node)
                stack.append((node, True))
                inputs = (node._a, node._b)
                stack += [(v, False) for v in inputs if v is not None]
        return order

    def backward(self):
        """Fill `grad` of every Value that this one depends on with its derivative."""
        order = self._topological_order()
        for node in order:
            if node._a is not None:
                node.grad = 0
        self.grad += 1
        for node in reversed(order):
            node._backward()


class Marked(Value):
    """A Value whose search marks the nodes that it opens, with a new mark each time."""

    _mark = None

    def _topological_order(self):
        order, mark, stack = [], object(), [(self, False)]
        while stack:
            node, inputs_are_placed = stack.pop()
            if inputs_are_placed:
                order.append(node)
            elif node._mark is not mark:
                node._mark = mark
                stack.append((node, True))
                stack += [(child, False) for child in node._prev]
        return order


class Flat(Value):
    """A Value whose search puts no pairs on its stack."""

    def _topological_order(self):
        order, opened, stack = [], set(), [self]
        while stack:
            node = stack.pop()
            if node is None:  # all inputs of the next one are placed
                order.append(stack.pop())
            elif node not in opened:
                opened.add(node)
                stack += node, None, *node._prev
        return order


class Pruned(Value):
    """A Value whose search follows no edge of slope 0."""

    def _topological_order(self):
        order, opened, stack = [], set(), [(self, False)]
        while stack:
            node, inputs_are_placed = stack.pop()
            if inputs_are_placed:
                order.append(node)
            elif node not in opened:
                opened.add(node)
                stack.append((node, True))
                edges = zip(node._prev, node._slopes)
                stack += [(child, False) for child, slope in edges if slope]
        return order


IDEAS = {idea.__name__: idea
         for idea in (Unchecked, Slotted, Placed, Marked, Flat, Pruned)}
