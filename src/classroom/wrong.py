"""Engines that are wrong, each in one way. The tests must reject every one of them."""
import math

from micrograd.engine import Value


def overwriting(self):
    """Write the gradient where it should be added."""
    for child, slope in zip(self._prev, self._slopes):
        if slope:
            child.grad = slope * self.grad


def by_recursion(self):
    """Give the result its 1, and go on from there by recursion."""
    self.grad = 1
    recurse(self)


def recurse(node):
    """Pass the gradient of `node` back; then each of its inputs does the same."""
    node._backward()
    for child in node._prev:
        recurse(child)


def at_first_visit(self):
    """Visit each node once, when it is met first."""
    self.grad = 1
    stack, seen = [self], set()
    while stack:
        node = stack.pop()
        if node not in seen:
            seen.add(node)
            node._backward()
            stack += node._prev


def marked_too_early(self):
    """Mark a node when it is put on the stack, and not when it is opened."""
    order, marked, stack = [], {self}, [(self, False)]
    while stack:
        node, inputs_are_placed = stack.pop()
        if inputs_are_placed:
            order.append(node)
        else:
            stack.append((node, True))
            new = [child for child in dict.fromkeys(node._prev) if child not in marked]
            marked.update(new)
            stack += [(child, False) for child in new]
    return order


def without_reset(self):
    """Find an order, give the result its 1, walk the order from its end."""
    order = self._topological_order()
    self.grad = 1
    for node in reversed(order):
        node._backward()


def level_by_level(self):
    """Pass back to all inputs of a level: they are the next level."""
    self.grad = 1
    level, seen = [self], {self}
    while level:
        for node in level:
            node._backward()
        below = dict.fromkeys(child for node in level for child in node._prev)
        level = [node for node in below if node not in seen]
        seen.update(level)


def slope_from_input(self):
    """Store the input as the slope of exp."""
    data = math.exp(self.data)
    return Value(data, (self,), 'exp', _slopes=(self.data,))


def by_formula(self):
    """Build tanh from exp, which overflows where tanh does not."""
    e = (2 * self).exp()
    return (e - 1) / (e + 1)


def never_off(self):
    """Forget what a ReLU does, in the number and in the slope."""
    return Value(self.data, (self,), 'ReLU', _slopes=(1,))


# All of them, each with the method in whose place it stands.
WRONG = {wrong.__name__: (method, wrong) for method, wrong in [
    ('_backward', overwriting), ('backward', by_recursion),
    ('backward', at_first_visit), ('backward', level_by_level),
    ('_topological_order', marked_too_early), ('backward', without_reset),
    ('exp', slope_from_input), ('tanh', by_formula), ('relu', never_off)]}


def from_minus_one(self):
    """Begin with -1, so that every gradient has the wrong sign."""
    order = self._topological_order()
    for node in order:
        if node._prev:
            node.grad = 0
    self.grad -= 1
    for node in reversed(order):
        node._backward()


WRONG['from_minus_one'] = 'backward', from_minus_one


def forgotten(self):
    """Leave the gradients of the parameters as they are, in place of zero_grad."""


WRONG['forgotten'] = 'zero_grad', forgotten
