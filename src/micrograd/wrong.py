"""Engines that are wrong, each in one way. The tests must reject every one of them."""
import math

from micrograd.engine import node

WRONG = {}


def replaces(method):
    """Return a decorator that puts a wrong version of a method into the collection."""
    def collect(wrong):
        WRONG[wrong.__name__] = (method, wrong)
        return wrong
    return collect


@replaces('_backward')
def overwriting(self):
    """Write the gradient where it should be added."""
    for child, slope in zip(self._prev, self._slopes):
        child.grad = slope * self.grad


@replaces('backward')
def by_recursion(self):
    """Let each input hand on as soon as it has got something, and each time."""
    self.grad = 1
    recurse(self)


def recurse(node):
    """Hand on the gradient of `node`; then each different input does the same."""
    node._backward()
    for child in dict.fromkeys(node._prev):
        recurse(child)


@replaces('backward')
def at_first_visit(self):
    """Hand on when a node is met first, complete or not, and never again."""
    self.grad = 1
    stack, seen = [self], set()
    while stack:
        node = stack.pop()
        if node not in seen:
            seen.add(node)
            node._backward()
            stack.extend(reversed(node._prev))


@replaces('backward')
def level_by_level(self):
    """Hand on to all inputs of a level, then go on with these as the next level."""
    self.grad = 1
    level, seen = [self], {self}
    while level:
        for node in level:
            node._backward()
        below = dict.fromkeys(child for node in level for child in node._prev)
        level = [node for node in below if node not in seen]
        seen.update(level)


def inputs_first(root):
    """Return `root` and the results before it, inputs first; change none of them."""
    order, opened, waiting = [], set(), [root]
    while waiting:
        node = waiting.pop()
        if node is None:  # all inputs of the next one have their places
            order.append(waiting.pop())
        elif node._prev and node not in opened:
            opened.add(node)
            waiting += node, None, *reversed(node._prev)
    return order


@replaces('_topological_order')
def marked_too_early(self):
    """Mark a node when it begins to wait, and not when it is opened."""
    order, seen, waiting = [], {self}, [self]
    while waiting:
        node = waiting.pop()
        if node is None:
            order.append(waiting.pop())
        else:
            node.grad = 0
            waiting += node, None
            for child in reversed(node._prev):
                if child._prev and child not in seen:
                    seen.add(child)
                    waiting.append(child)
    return order


@replaces('backward')
def without_reset(self):
    """Begin with what an earlier backward has left in the inner nodes."""
    self.grad = 1
    for node in reversed(inputs_first(self)):
        node._backward()


@replaces('exp')
def slope_from_input(self):
    """Store the input as the slope of exp."""
    return node(math.exp(self.data), 'exp', self, self.data)


@replaces('tanh')
def by_formula(self):
    """Build tanh from exp, which overflows where tanh does not."""
    e = (2 * self).exp()
    return (e - 1) / (e + 1)


@replaces('relu')
def unbent(self):
    """Forget to bend, in the number and in the slope."""
    return node(self.data, 'ReLU', self, 1)


@replaces('backward')
def from_minus_one(self):
    """Begin with -1, so that every gradient has the wrong sign."""
    order = self._topological_order()
    self.grad -= 1
    for node in reversed(order):
        node._backward()


@replaces('zero_grad')
def forgotten(self):
    """Leave the gradients of the parameters as they are."""
