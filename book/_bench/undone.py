"""Ours, with one of its ideas taken back: what is each of them worth?"""
import sys
from pathlib import Path
from types import ModuleType

ENGINE = Path(__file__).parents[2] / 'src' / 'micrograd' / 'engine.py'

SLOTS = "    __slots__ = ('data', 'grad', '_op', '_a', '_slope_a', '_b', '_slope_b', '__dict__')\n"
PLACES = "    self._a = a\n    self._slope_a = slope_a\n    self._b = b\n    self._slope_b = slope_b\n"
HAND_ON = """\
        if self._slope_a:
            self._a.grad += self._slope_a * grad
        if self._slope_b:
            self._b.grad += self._slope_b * grad
        elif self._rest:
            for child, slope in self._others():
                if slope:
                    child.grad += slope * grad
"""
GO_DOWN = """\
                if node._slope_b:
                    waiting.append(node._b)
                elif node._rest:
                    waiting += [v for v, slope in node._others() if slope]
                if not node._slope_a:
                    break
                node = node._a
"""
COME_BACK = GO_DOWN.replace("""\
                if not node._slope_a:
                    break
                node = node._a
""", """\
                if node._slope_a:
                    waiting.append(node._a)
                break
""")
# What the idea is: which lines of the engine stand for it, and those that one would write without it. The networks here
# have operations of one input and of two, so those of more are left out where that is shorter.
UNDONE = {
    'no slots': {SLOTS: ""},
    'tuples': {
        SLOTS: "    __slots__ = ('data', 'grad', '_op', '_inputs', '_along', '__dict__')\n",
        PLACES: ("    self._inputs = () if a is None else (a,) if b is None else (a, b)\n"
                 "    self._along = (slope_a,) if b is None else (slope_a, slope_b)\n"),
        "        self._a, self._slope_a, self._b, self._slope_b = None, 0, None, 0\n":
            "        self._inputs = self._along = ()\n",
        HAND_ON: ("        for child, slope in zip(self._inputs, self._along):\n"
                  "            if slope:\n"
                  "                child.grad += slope * grad\n"),
        "while node._a is not None and": "while node._inputs and",
        GO_DOWN: ("                for child, slope in zip(node._inputs, node._along):\n"
                  "                    if slope:\n"
                  "                        waiting.append(child)\n"
                  "                break\n")},
    'every edge': {
        "        if self._slope_a:\n": "        if self._a is not None:\n",
        "        if self._slope_b:\n": "        if self._b is not None:\n",
        "                if node._slope_b:\n": "                if node._b is not None:\n",
        "                if not node._slope_a:\n                    break\n": ""},
    'a set': {
        "order, zero, waiting = [], self._Zero(), [self]": "order, met, waiting = [], set(), [self]",
        "node.grad is not zero": "node not in met",
        "node.grad = zero": "met.add(node)",
        "        self.grad += 1\n": "        for node in order:\n            node.grad = 0\n        self.grad = 1\n"},
    'a turn for each': {GO_DOWN: COME_BACK},
}


def load_without(idea):
    """Make `import micrograd.engine` give the engine with an idea taken back. AssertionError if it is not found."""
    source = ENGINE.read_text(encoding='utf-8')
    for ours, other in UNDONE[idea].items():
        assert source.count(ours) == 1, f"{idea}: expected once in {ENGINE.name}, found {source.count(ours)} times: {ours}"
        source = source.replace(ours, other)
    engine = sys.modules['micrograd.engine'] = ModuleType('micrograd.engine')
    exec(compile(source, f'{ENGINE.name}, {idea}', 'exec'), vars(engine))
