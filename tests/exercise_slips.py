"""For each exercise the wrong answers that people give, and for each of these words of what its check must say.

They are executed one after the other: what one defines is there for the next.
"""


def changed(answer, *changes):
    """Return slips that differ from an answer in one place: (answer, words) for each change (old, new, words)."""
    for old, _, _ in changes:
        assert old in answer, old
    return [(answer.replace(old, new), words) for old, new, words in changes]


LEARN = """
def learn(targets, steps=100):
    net = MLP(2, [4, 1])
    for step in range(steps):
        total = sum((net(x) - y)**2 for x, y in zip(points, targets))
        net.zero_grad()
        total.backward()
        for p in net.parameters():
            p.data -= 0.05 * p.grad
    return net"""
GRADIENT = """
def gradient(f, at):
    h, slopes = 1e-5, []
    for i in range(len(at)):
        up, down = at[:], at[:]
        up[i], down[i] = up[i] + h, down[i] - h
        slopes.append((f(*up) - f(*down)) / (2 * h))
    return slopes"""
HESSIAN = """
def hessian(f, at):
    rows = []
    for moving in range(len(at)):
        inputs = [Value(Dual(x, slope=int(i == moving))) for i, x in enumerate(at)]
        f(*inputs).backward()
        rows.append([dual(x.grad).slope for x in inputs])
    return rows"""
BATCHES = """
def batches(n, size, rng):
    order = list(range(n))
    rng.shuffle(order)
    return [order[i:i + size] for i in range(0, n, size)]"""
MOMENTUM = """
def momentum_step(parameters, velocities, rate, momentum):
    for i, p in enumerate(parameters):
        velocities[i] = momentum * velocities[i] + p.grad
        p.data -= rate * velocities[i]"""
FINISH = """
def finish(model, beginning):
    text = codes(beginning)[:-1]
    while len(text) < 12:
        scores, _ = scores_of(model, text)
        best = max(range(27), key=lambda i: scores[-1][i].data)
        if best == 0:
            break
        text.append(best)
    return ''.join(letters[code] for code in text[1:])"""

KNESER_NEY = """
def shorter(rows):
    found = defaultdict(Counter)
    for last, row in rows.items():
        for code in row:
            found[last[1:]][code] += 1
    return found

def kneser_ney(tables, last, code):
    q = kneser_ney(tables, last[1:], code) if last else 1 / 27
    row = tables[len(last)].get(last)
    if row is None:
        return q
    return (max(row[code] - 0.75, 0) + 0.75 * len(row) * q) / row.total()"""
TWO_BLOCKS = """
def two_blocks(model, second, text):
    lists, scores = [([], []), ([], [])], []
    for place, letter in enumerate(text):
        x = norm(add(model.letters[letter], model.places[place]))
        for block, (keys, values) in zip((model, second), lists):
            home, _ = look_back(block, norm(x), keys, values)
            x = add(x, home)
            hidden = [v.relu() for v in weighted_sums(block.up, norm(x))]
            x = add(x, weighted_sums(block.down, hidden))
        scores.append(weighted_sums(model.out, x))
    return scores"""

SLIPS = {
    '00-tour': {
        '0.1': [("slopes = [2.0 * -3.0, 4.0]", "a is there twice")],
        '0.2': [("""
def wrong_step(parameters):
    for p in parameters:
        p.data += 0.05 * p.grad
prediction = ['loss_falls', 'slope_holds']""", "the gradient is right, its use is wrong"),
                ("wrong_step = lambda parameters: 'no step'", "the parameter did not move"),
                ("""
def wrong_step(parameters):
    for p in parameters:
        p.data -= 0.05 * p.grad""", "this step goes downhill")],
        '0.3': changed(LEARN,
                       ("        total.backward()\n", "", "no gradient came to them"),
                       ("sum((net(x) - y)**2 for x, y in zip(points, targets))", "loss()", "no gradient came to them"),
                       ("        net.zero_grad()\n        total.backward()",
                        "        total.backward()\n        net.zero_grad()",
                        "zero_grad stands between backward and the update"),
                       ("        net.zero_grad()\n", "", "clear the gradients in each step"),
                       ("p.data -= 0.05 * p.grad", "p.grad", "they have gradients"),
                       ("-=", "+=", "subtract"),
                       ("range(steps)", "range(100)", "make as many steps as"),
                       ("    net = MLP(2, [4, 1])", "    net = model", "make a new one"),
                       ("    net = MLP", "    random.seed(1337)\n    net = MLP", "leave it to the check"),
                       ("MLP(2, [4, 1])", "MLP(2, [4, 4, 1])", "random numbers are drawn for one MLP(2, [4, 1])"),
                       ("    net = MLP", "    targets = [-1, 1, 1, -1]\n    net = MLP", "the targets of the page"))},
    '01-slope': {
        '1.1': [("estimate = 6.0", "a forward difference is a little off")],
        '1.2': [("""
def wrong_slope(f, x, h=1e-5):
    return (f(x + h) - f(x - h)) / h
prediction = ['bottom', 'constant', 'line']""", "twice nothing is still nothing"),
                ("""
def wrong_slope(f, x, h=1e-5):
    return (f(x + h) - f(x - h)) / 2 * h""", "divides by 2, and then multiplies by h"),
                ("""
def wrong_slope(f, x, h=1e-5):
    return f(x + h) - f(x - h) / h""", "the division comes before the minus"),
                ("wrong_slope = forward_difference", "that is the forward difference"),
                ("wrong_slope = slope", "no bug is planted")],
        '1.3': changed(GRADIENT,
                       ("up[i], down[i] = up[i] + h, down[i] - h",
                        "up, down = [x + h for x in at], [x - h for x in at]",
                        "hold the others still"),
                       ("up, down = at[:], at[:]", "up, down = at, at[:]", "nudge a copy"),
                       ("up, down = at[:], at[:]", "up = down = at[:]", "`up = at` is no copy"),
                       ("(2 * h)", "h", "the two points lie 2h apart"))
        + [("""
def gradient(f, at):
    up, h, slopes = at[:], 1e-5, []
    for i in range(len(at)):
        up[i] += h
        slopes.append((f(*up) - f(*at)) / h)
    return slopes""", "the nudges pile up"), ("""
def gradient(f, at):
    one_moves = [lambda x: f(*at[:i], x, *at[i + 1:]) for i in range(len(at))]
    return [slope(move, x) for move, x in zip(one_moves, at)]""", "a lambda looks `i` up")]},
    '02-memory': {
        '2.1': [("slopes = (2.0, 3)", "a.__rmul__(3) is a * 3"),
                ("slopes = (1, 1)", "these are the slopes of a sum"),
                ("slopes = (3, Value(2.0))", "a slope is a plain number"),
                ("slopes = Value(3)", "a slope is a plain number"),
                ("slopes = (3,)", "one slope for each input"), ("slopes = 3", "one slope for each input"),
                ("slopes = (6.0,)", "that is the number"), ("slopes = 6.0", "that is the number"),
                ("slopes = (3, 3)", "along the 3 the slope is the other factor"),
                ("slopes = [2.0, 2.0]", "along a the slope is the other factor")],
        '2.2': [("""
def wrong_mul(self, other):
    return Value(self.data * other.data, (self, other), '*', _slopes=(self.data, other.data))
prediction = ['product', 'square']""", "in x * x each factor is the other one, too"),
                ("""
def wrong_mul(self, other):
    return Value(self.data * other.data, (self, other), '*', (self.data, other.data))""", "a slope that was not given"),
                ("""
def wrong_mul(self, other):
    return Value(self.data * other.data, (other, self), '*', _slopes=(self.data, other.data))""", "no bug is planted"),
                ("wrong_mul = lambda self, other: Value(self.data * other.data)", "give the result its inputs"),
                ("""
def wrong_mul(self, other):
    return Value(self.data + other.data, (self, other), '*', _slopes=(self.data, other.data))
prediction = ['product', 'number']""", "one bug will do: the number stays right"),
                ("""
def wrong_mul(self, other):
    return Value(self.data * other.data, (self, other), '*', _slopes=(2.0, 3.0))""",
                 "take the slopes from self and other"),
                ("""
def wrong_mul(self, other):
    product = self * other
    return Value(product.data, (self, other), '*', _slopes=(self.data, other.data))""", "`wrong_mul` calls itself"),
                ("""
def wrong_mul(self, other):
    return Value(self.data * other.data, (self, other), '*', _slopes=(self.data, other.data))
prediction = ['number', 'product']""", "'number' is not among them"),
                ("""
def wrong_mul(self, other):
    return Value(self.data * other.data, (self, other), '*', _slopes=(self.data, other.data))
prediction = []""", "at least one of the tests fails: name it")],
        '2.3': [("""
@extend(Value)
class Value:
    def times_plus(self, b, c):
        return self * b + c""", "these are two nodes"),
                ("""
@extend(Value)
class Value:
    def times_plus(self, b, c):
        return Value(self.data * b.data + c.data, (self, b, c), 'times_plus', (b.data, self.data, 1))""",
                 "the fourth argument is the label"),
                ("""
@extend(Value)
class Value:
    def times_plus(self, b, c):
        return Value(self.data * b.data + c.data, (self, b, c), 'times_plus', _slopes=(b, self, 1))""",
                 "a slope is a plain number"),
                ("""
@extend(Value)
class Value:
    def times_plus(self, b, c):
        data = self.data, b.data, c.data
        return Value(data[0] * data[1] + data[2], data, 'times_plus', _slopes=(b.data, self.data, 1))""",
                 "pass the Values themselves"),
                ("""
@extend(Value)
class Value:
    def times_plus(self, b, c):
        return self / b""", "Value has no / yet: chapter 7 builds it"),
                ("Value.times_plus = lambda self, b, c: Value(self.data * b.data + c.data)",
                 "give the node its three inputs"),
                ("""
@extend(Value)
class Value:
    def times_plus(self, b, c):
        return Value(self.data * b.data + c.data, (self, b, c), 'times_plus', _slopes=(self.data, b.data, 1))""",
                 "along each factor, the other one"),
                ("""
@extend(Value)
class Value:
    def times_plus(self, b, c):
        return Value(self.data * b.data + c.data, (self, b, c), 'times_plus', _slopes=(3, 2, 1))""",
                 "compute the slopes from what comes"),
                ("""
@extend(Value)
class Value:
    def times_plus(self, b, c):
        slopes = max(self.data, b.data), min(self.data, b.data), 1
        return Value(self.data * b.data + c.data, (self, b, c), 'times_plus', _slopes=slopes)""",
                 "expected [25.0, 5, 7, 1]"),
                *changed("""
@extend(Value)
class Value:
    def times_plus(self, b, c):
        data = self.data * b.data + c.data
        return Value(data, (self, b, c), 'times_plus', _slopes=(b.data, self.data, 1))""",
                         ("self.data, 1)", "self.data, 0)", "c moves, and the sum moves with it"),
                         ("self.data, 1)", "self.data, c.data)", "along a term of a sum the slope is 1"))]},
    '03-pictures': {
        '3.1': [("boxes, arrows = 3, 4", "each circle has an arrow to its result"),
                ("boxes, arrows = 2, 6", "every number has a box"), ("boxes, arrows = 6, 6", "a circle is no box")],
        '3.2': [("""
def wrong_trace(root):
    nodes, edges = [root], []
    for node in nodes:
        for child in node._prev:
            edges.append((child, node))
            nodes.append(child)
    return nodes, edges
prediction = ['shared_nodes', 'shared_edges']""", "a leaf, met twice, adds no edge"),
                ("""
def wrong_trace(root):
    nodes, edges = [root], []
    for node in nodes:
        for child in set(node._prev):
            edges.append((child, node))
            nodes.append(child)
    return nodes, edges
prediction = ['shared_nodes']""", "`a + a` has two edges"),
                ("""
def wrong_trace(root):
    nodes = [root]
    for node in nodes:
        nodes += node._prev
    return nodes, []
prediction = ['shared_nodes', 'shared_edges']""", "return the edges, too"),
                ("""
def wrong_trace(root):
    nodes = [root]
    for node in nodes:
        nodes += node._prev
    return nodes
prediction = ['shared_nodes']""", "return two lists"),
                ("wrong_trace = trace", "no bug is planted")],
        '3.3': [("""
def in_words(v):
    return f" {v._op} ".join(in_words(child) for child in v._prev) if v._prev else v.label or str(v.data)""",
                "without parentheses this is another calculation"),
                ("""
def in_words(v):
    return f"({in_words(v._prev[0])}{v._op}{in_words(v._prev[1])})" if v._prev else v.label or str(v.data)""",
                 "a space on each side"),
                ("""
def in_words(v):
    return f"({in_words(v._prev[0])} {v._op} {in_words(v._prev[1])})" if v._prev else v.label or v.data""",
                 "make it a text"),
                ("""
def in_words(v):
    return f"({in_words(v._prev[0])} {v._op} {in_words(v._prev[1])})" if v._prev else v.label or str(float(v.data))""",
                 "it holds an int"),
                ("""
def in_words(v):
    return f"({in_words(v._prev[0])} {v._op} {in_words(v._prev[1])})" if v._prev else v.label or str(int(v.data))""",
                 "a leaf 2.5 without a label"),
                ("""
def inner(v):
    return f"({inner(v._prev[0])} {v._op} {inner(v._prev[1])})" if v._prev else v.label or str(v.data)
def in_words(v):
    return inner(v)[1:-1] if v._prev else inner(v)""", "the outer parentheses are missing"),
                ("""
def in_words(v):
    if not v._prev:
        return v.label or str(v.data)
    left, right = v._prev
    return f"({in_words(left)} {v._op} {right.label or right.data})"
""", "the right side may be a result, too"),
                ("""
def in_words(v):
    return v.label or (f"({in_words(v._prev[0])} {v._op} {in_words(v._prev[1])})" if v._prev else str(v.data))""",
                 "a result is written out"),
                ("""
def in_words(v):
    return f"({in_words(v._prev[0])} {v._op} {in_words(v._prev[1])})" if v._prev else v.label""",
                 "a leaf without a label is written as its number")]},
    '04-blame': {
        '4.1': [("gradients = [-3.0, 2.0, -6.0]", "the gradient of ab is 4"),
                ("gradients = [12, 8, -6]", "a gets what b holds, times c"),
                ("gradients = [8, -12, -6]", "b what a holds, times c"),
                ("gradients = [-12, 8, 4]", "the other factor of c"),
                ("gradients = [-12, 8, 1]", "the other factor of c"),
                ("gradients = [-12, 8, 6]", "and that is negative"),
                ("gradients = [-3, 2, 4]", "the 4 is the gradient of ab")],
        '4.2': [("""
def pass_back(node):
    for child, slope in zip(node._prev, node._slopes):
        child.grad = slope""", "multiply by the gradient of the result"),
                *changed("""
def pass_back(node):
    for child, slope in zip(node._prev, node._slopes):
        child.grad = slope * node.grad""",
                         ("    for", "    node.grad = 1\n    for", "leave it as it is"),
                         ("node.grad", "node.data", "that is the data of the result"),
                         ("= slope * node.grad", "= slope * child.grad", "both are still 0"),
                         ("slope * node.grad", "node.grad", "multiply by the slope of the edge, too"),
                         ("slope * node.grad", "slope * node.grad\n        pass_back(child)",
                          "one node at a time"),
                         ("slope * node.grad", "child.data * node.grad", "carries the other one's number")),
                ("""
def pass_back(node):
    for child, other in zip(node._prev, reversed(node._prev)):
        child.grad = node.grad * (other.data if node._op == '*' else 1)""", "whatever the operation is"),
                ("pass_back = lambda node: [slope * node.grad for slope in node._slopes]", "both are still 0"),
                ("""
def pass_back(node):
    x, y = node._prev
    x.grad, y.grad = y.data * node.grad, x.data * node.grad""", "in a sum each slope is 1")],
        '4.3': [("""
def wrong_walk(nodes):
    nodes[0].grad = nodes[0].data
    for node in nodes:
        for child, slope in zip(node._prev, node._slopes):
            child.grad = slope * node.grad
prediction = ['six', 'one', 'zero']""", "when the result is 1, the bug is right by luck"),
                *changed("""
def wrong_walk(nodes):
    nodes[0].grad = nodes[0].data
    for node in nodes:
        pass_back(node)""",
                         ("nodes[0].data", "1", "no bug is planted"),
                         ("        pass_back", "        node.grad = node.data\n        pass_back",
                          "only the first node begins"),
                         ("    for node in nodes:\n        pass_back(node)", "    pass_back(nodes[0])",
                          "pass back each node"),
                         ("in nodes", "in reversed(nodes)", "pass back each node"),
                         ("pass_back(node)", "node", "the first node passes nothing back"),
                         ("in nodes", "in nodes[1:]", "the first node passes nothing back"),
                         ("nodes[0].grad = nodes[0].data", "nodes", "the result, nodes[0], has no gradient"),
                         ("nodes[0].grad = nodes[0].data", "nodes[-1].grad = nodes[-1].data",
                          "the result, nodes[0], has no gradient")),
                ("""
def pass_back_for_later(node, pass_back=pass_back):
    pass_back(node)
pass_back = lambda node: None
def wrong_walk(nodes):
    nodes[0].grad = nodes[0].data
    for node in nodes:
        pass_back(node)""", "pass_back does nothing: run the solution of 4.2"),
                ("""
pass_back = pass_back_for_later
wrong_walk = lambda nodes: nodes""", "the result, nodes[0], has no gradient")]},
    '05-local': {
        '5.1': [("contributions = [1.0, 2.0, 2.0]", "times the gradient of the product that it enters"),
                ("contributions = [13 / 3] * 3", "what comes back"), ("contributions = 13", "write down the three"),
                ("contributions = [12, 1]", "two edges go into the square"),
                ("contributions = [3, 3, 1]", "times the slope of the edge"),
                ("contributions = [6, 2, 1]", "both edges into the square"),
                ("contributions = [6, 6, 2]", "comes the gradient of the sum")],
        '5.2': [("""
def wrong_backward(self):
    for child, slope in zip(self._prev, self._slopes):
        child.grad += slope
prediction = ['chain', 'twice']""", "in a + a, too, the gradient of the result is 1"),
                *changed("""
def wrong_backward(self):
    for child, slope in zip(self._prev, self._slopes):
        child.grad += slope * self.grad""",
                         ("+= slope * self.grad", "+= slope * self.grad", "no bug is planted"),
                         ("+= slope * self.grad", "= slope * self.grad", "and forget the gradient of the result"),
                         ("+= slope * self.grad", "= slope", "one bug will do"),
                         ("slope * self.grad", "self.grad", "no slope is used"),
                         ("+= slope * self.grad", "+= slope * child.grad", "it adds nothing"),
                         ("+= slope * self.grad", "+= self._slopes[0]", "a slope of its own"),
                         ("+= slope * self.grad", "+= abs(slope)", "a negative slope stays negative"),
                         ("+= slope * self.grad", "+= slope\n        break", "only the first input"))],
        '5.3': [("""
def mean(values):
    return Value(sum(v.data for v in values) / len(values), values, 'mean', _slopes=(1,) * len(values))""",
                "a fifth of its own movement"),
                ("""
def mean(values):
    return sum(values) / len(values)""", "Value has no / yet: chapter 7 builds it"),
                ("""
def mean(values):
    return Value(sum(v.data for v in values) / len(values), values, 'mean')""", "a slope that was not given"),
                ("""
def mean(values):
    return Value(sum(v.data for v in values) / len(values), values, 'mean', _slopes=1 / len(values))""",
                 "inputs and slopes go into tuples"),
                ("""
def mean(values):
    return Value(sum(v.data for v in values), values, 'mean', _slopes=(1,) * len(values))""", "that is the sum"),
                ("""
def mean(values):
    n = len(values)
    return Value(sum(v.data for v in values) / n, values, 'mean', _slopes=(0.2,) * n)""",
                 "right for five inputs only"),
                ("""
def mean(values):
    n = len(values)
    return Value(sum(v.data for v in values) / n, values, _slopes=(1 / n,) * n)""", "its name is the third argument"),
                ("""
def mean(values):
    n = len(values)
    return Value(sum(v.data for v in values) / n, values, 'sum', _slopes=(1 / n,) * n)""", "got      'sum'"),
                ("def mean(values): return (values[0] + values[1] + values[2] + values[3] + values[4]) * 0.2",
                 "make one node"),
                ("def mean(values): return Value(sum(v.data for v in values) / len(values))",
                 "give the node its inputs"),
                ("""
def mean(values):
    total = sum(v.data for v in values)""", "does a function return nothing?")]},
    '06-order': {
        '6.1': [("labels = ['L', 'p', 's', 'b', 'a']", "turn it round"),
                ("labels = [a, b, s, p, L]", "write their labels"), ("labels = 'abspL'", "make it a list of five"),
                ("labels = ['a', 's', 'b', 'p', 'L']", "s is made of b"),
                ("labels = ['s', 'a', 'b', 'p', 'L']", "s is made of a: a comes first"),
                ("labels = ['L', 'p', 's']", "L is made of p"), ("labels = ('s', 'p', 'L')", "s is made of a"),
                ("labels = ['b', 'a', 's', 'L', 'p']", "L is made of p: p comes first"),
                ("labels = 'baspL'", "make it a list of five"), ("labels = {*'abspL'}", "a set keeps no order"),
                ("labels = ['a', 'b', 's', 's', 'p', 'L']", "the labels, inputs before results"),
                ("labels = ['b', 's', 'a', 'p', 'L']", "s is made of a"),
                ("labels = ['a', 'b', 's', 'L', 'p']", "the labels, inputs before results")],
        '6.2': [("""
def wrong_backward(self):
    order = self._topological_order()
    for node in order:
        node.grad = 0
    self.grad = 1
    for node in reversed(order):
        node._backward()
prediction = ['twice']""", "swept away by the second call"),
                ("""
def wrong_backward(self):
    self.grad = 1
    order = self._topological_order()
    for node in order:
        node.grad = 0
    for node in reversed(order):
        node._backward()""", "clear first, then set the result's 1"),
                ("""
def wrong_backward(self):
    order = self._topological_order()
    for node in order:
        if not node._prev:
            node.grad = 0
    self.grad = 1
    for node in reversed(order):
        node._backward()""", "clear the inner nodes, too"),
                ("""
def wrong_backward(self):
    self.grad = 1
    for node in reversed(self._topological_order()):
        node._backward()""", "nothing is cleared"),
                ("""
def wrong_backward(self):
    order = self._topological_order()
    for node in order:
        node.grad = 0
    self.grad = 1
    for node in order:
        node._backward()""", "walk the order from its end"),
                ("""
def wrong_backward(self):
    for node in self._topological_order():
        node.grad = 0
    self.backward()""", "`wrong_backward` calls itself"),
                ("wrong_backward = Value.backward", "no bug is planted")],
        '6.3': [("""
def order_by_counting(root):
    order = [root]
    for node in order:
        order.extend(child for child in node._prev if child not in order)
    return order""", "a node goes while an edge that leaves it is unused"),
                ("""
def order_by_counting(root):
    nodes, edges = trace(root)
    waiting_for = {node: sum(child is node for child, _ in edges) for node in nodes}
    order = [root]
    for node in order:
        for child in set(node._prev):
            waiting_for[child] -= 1
            if waiting_for[child] == 0:
                order.append(child)
    return order""", "a + a: number of leaves\n    expected 1\n    got      0\n    likely slip: two edges leave a"),
                ("""
def order_by_counting(root):
    return root._topological_order()[::-1]""", "count, without _topological_order"),
                ("""
def placed(node, order):
    if node not in order:
        for child in node._prev:
            placed(child, order)
        order.append(node)
    return order
def order_by_counting(root):
    return placed(root, [])[::-1]""", "`placed` calls itself"),
                ("def order_by_counting(root): return [v.label for v in trace(root)[0]]",
                 "return the nodes themselves"),
                ("def order_by_counting(root): return []", "begin with the result"),
                ("def order_by_counting(root): return trace(root)[0][::-1]", "begin with the result"),
                ("def order_by_counting(root): return [v for v in trace(root)[0] if v._prev]",
                 "leaves have users, too"),
                ("""
def order_by_counting(root):
    order = [root]
    for node in order:
        order.extend(node._prev)
    return order""", "let a node go once, when")],
        '6.4': [("prediction = ['c_plus_b', 'b_plus_c', 'far']", "c happens to stand before b"),
                ("prediction = ['b_plus_c']", "on the level below that of b"),
                ("prediction = ['c_plus_b']", "'c_plus_b' is not among them")]},
    '07-arithmetic': {
        '7.1': [("answer = [4.0, 0.5, -0.5]", "b is in the denominator, too"),
                ("answer = [4.0, 0.5, -1 / 2 - (10 - 2) / 2]", "has the square of b below"),
                ("answer = [4.0, 0.5, -10 / 2]", "has the square of b below")],
        '7.2': [("""
def wrong_rsub(self, other):
    return self - other
prediction = ['two_minus_x', 'x_minus_x']""", "both sides are Values, so Python calls __sub__"),
                ("prediction = ['two_minus_x', 'x_minus_two_']", "no test is called 'x_minus_two_'"),
                ("wrong_rsub = Value.__rsub__", "no bug is planted"),
                ("wrong_rsub = lambda self, other: other - self", "no bug is planted")],
        '7.3': [("""
@extend(Value)
class Value:
    def __abs__(self):
        return Value(abs(self.data), (self,), 'abs', _slopes=(1,))""", "below zero, more of x makes abs(x) smaller"),
                ("""
@extend(Value)
class Value:
    def __abs__(self):
        return Value(abs(self.data), (self,), 'abs', _slopes=(1))""", "a tuple of one needs a comma"),
                ("""
@extend(Value)
class Value:
    def __abs__(self):
        return Value(abs(self.data))""", "give it its input and its name"),
                ("Value.__abs__ = lambda self: self * (1 if self.data > 0 else -1)", "that is a product"),
                ("Value.__abs__ = lambda self: self if self >= 0 else -self", "compare their numbers"),
                ("Value.__abs__ = lambda self: Value(abs(self.data), (), 'abs')", "give it its input"),
                ("Value.__abs__ = lambda self: Value(abs(self.data), (Value(self.data),), 'abs', _slopes=(1,))",
                 "no gradient came back"),
                ("""
@extend(Value)
class Value:
    def __abs__(self):
        return Value(abs(self.data), (self,), 'abs', _slopes=(1 if self.data >= 0 else -1,))""",
                 "at 0 the slope is 0, by convention"),
                ("Value.__abs__ = lambda self: (self**2)**0.5", "that is a power"),
                (("Value.__abs__ = lambda self: Value(abs(self.data), (self,), 'abs', "
                  "_slopes=(int(self.data > 0),))"), "below zero the slope is -1, not 0"),
                (("Value.__abs__ = lambda self: Value(abs(self.data), (self,), 'abs', "
                  "_slopes=(max(-1, min(1, self.data)),))"), "above zero the slope is 1, however small x is"),
                (("Value.__abs__ = lambda self: Value(abs(self.data), (self,), 'abs', "
                  "_slopes=(self.data / max(1, abs(self.data)),))"), "above zero the slope is 1, however small x is"),
                (("Value.__abs__ = lambda self: Value(abs(self.data), (self,), 'abs', "
                  "_slopes=(self.data / abs(self.data),))"), "give 0 a slope of its own")]},
    '08-bends': {
        '8.1': [("answer = [0.5, -0.25]", "two minus signs"),
                ("answer = [0.5, 1.0]", "the slope of 1/u at u = 2 is -1/4")],
        '8.2': [("""
def wrong_tanh(self):
    return Value(math.tanh(self.data), (self,), 'tanh', _slopes=(1 - self.data**2,))
prediction = ['slope_at_0', 'slope_at_half']""", "at 0 input and result are equal"),
                ("wrong_tanh = Value.tanh", "no bug is planted"),
                ("""
def wrong_tanh(self):
    return Value(self.tanh().data, (self,), 'tanh', _slopes=(1 - self.data**2,))""", "`wrong_tanh` calls itself"),
                ("""
def wrong_tanh(self):
    data = math.sinh(self.data) / math.cosh(self.data)     # differs from math.tanh in the last digit
    return Value(data, (self,), 'tanh', _slopes=(1 - self.data**2,))
prediction = ['number_at_half', 'slope_at_half']""", "'number_at_half' is not among them")],
        '8.3': [("""
@extend(Value)
class Value:
    def sigmoid(self):
        data = 1 / (1 + math.exp(-self.data))
        return Value(data, (self,), 'sigmoid', _slopes=(data * (1 - data),))""", "OverflowError: math range error"),
                ("Value.sigmoid = lambda self: 1 / (1 + (-self).exp())", "one operation with one input"),
                (("Value.sigmoid = lambda self: Value(1 / (1 + math.exp(-self.data)), (self,), 'sigmoid', _slopes=("
                  "math.exp(-self.data) / (1 + math.exp(-self.data))**2,))"), "e**1000 is no float"),
                ("Value.sigmoid = lambda self: ((self / 2).tanh() + 1) / 2", "one operation with one input"),
                ("""
@extend(Value)
class Value:
    def sigmoid(self):
        data = (1 + math.tanh(self.data / 2)) / 2
        return Value(data, (self,), 'sigmoid', _slopes=(data,))""", "the slope is the result times 1 minus the result"),
                *[(f"""
@extend(Value)
class Value:
    def sigmoid(self):
        x = {x}
        data = 1 / (1 + math.exp(-x)) if x >= {end} else {below}
        return Value(data, (self,), 'sigmoid', _slopes=(data * (1 - data),))""", words) for x, end, below, words in [
                    ("self.data", 0, "math.exp(x)", "below 0 it is e**x / (1 + e**x)"),
                    ("self.data", 0, 0.0, "sigmoid(-2.0) and its slope"),
                    ("self.data", -2, 0.0, "sigmoid(-5.0) and its slope"),
                    ("abs(self.data)", 0, 0.0, "that is the sigmoid at 2")]],
                ("Value.sigmoid = lambda self: 1 + -1 / (1 + self.exp())", "one operation with one input")]},
    '09-trust': {
        '9.1': [("""
def f(a):
    return 7 * a""", "a must have two ways to the result")],
        '9.2': [("""
def wrong_exp(self):
    data = 2**self.data
    return Value(data, (self,), 'exp', _slopes=(data * math.log(2),))
prediction = ['by_measuring', 'by_pytorch']""", "number and slope fit each other"),
                ("prediction = ['by_measuring']", "the measurement believes the numbers of the engine"),
                ("wrong_exp = Value.exp", "no bug is planted"),
                ("wrong_exp = lambda self: Value(2**self.data, (self,), 'exp', _slopes=(2**self.data,))",
                 "times the logarithm of 2"),
                ("wrong_exp = lambda self: (self * math.log(2)).exp()", "your exp calls exp, which is now yours")],
        '9.3': changed(HESSIAN,
                       ("dual(x.grad).slope", "dual(x.grad).data", "that is the gradient: its slopes are wanted"),
                       ("int(i == moving)", "1", "let one input move at a time"),
                       ("rows.append([dual(x.grad).slope for x in inputs])", "rows.append(inputs[moving].grad.slope)",
                        "that is the diagonal"),
                       ("    return rows", "    return rows[0]", "that is the first row"),
                       ("dual(x.grad).slope", "x.grad.slope", "no attribute 'slope'"))},
    '10-neuron': {
        '10.1': [("count = 5 * 3 + 5 * 5 + 2 * 5", "every neuron has a bias")],
        '10.2': [("""
def wrong_parameters(self):
    return self.w
prediction = ['measurement', 'number']""", "it measures the parameters that it is given"),
                 ("wrong_parameters = Neuron.parameters", "no bug is planted"),
                 ("wrong_parameters = lambda self: [self.b]", "the other way round")],
        '10.3': [("""
class Skip(Module):
    def __init__(self, n):
        self.layer = Layer(n, n)
    def __call__(self, x):
        return [xi + yi for xi, yi in zip(x, self.layer.activations(x))]""", "return those of the layer"),
                 ("""
class Skip(Module):
    def __init__(self, n):
        self.layer = Layer(n, n)
    def __call__(self, x):
        return [xi + yi for xi, yi in zip(x, self.layer(x))]
    def parameters(self):
        return self.layer.parameters()""", "`activations` always gives a list"),
                 *changed("""
class Skip(Module):
    def __init__(self, n):
        self.layer = Layer(n, n)
    def __call__(self, x):
        added = [xi + yi for xi, yi in zip(x, self.layer.activations(x))]
        return added
    def parameters(self):
        return self.layer.parameters()""",
                          ("return added", "return self.layer.activations(x)", "add the inputs"),
                          ("return added", "return added if len(x) > 1 else added[0]",
                           "return a list, of one number, too"))]},
    '11-learning': {
        '11.1': [("p = 4 + 0.1 * 6", "that is uphill")],
        '11.2': [("""
def wrong_train(model, steps=5, rate=0.01):
    train(model, steps, rate)""", "when are they cleared?"),
                 ("""
def wrong_train(model, steps=5, rate=0.01):
    for step in range(steps):
        model.zero_grad()
        loss_of(model).backward()""", "call zero_grad between backward and the update"),
                 ("""
def wrong_train(model, steps=5, rate=0.01):
    for step in range(steps):
        loss_of(model).backward()
        model.zero_grad()
        for p in model.parameters():
            p.data -= rate * p.grad
prediction = ['gradient_holds', 'loss_falls']""", "after backward it holds")],
        '11.3': changed(MOMENTUM,
                        ("velocities[i] = momentum * velocities[i] + p.grad\n        p.data -= rate * velocities[i]",
                         "velocity = momentum * velocities[i] + p.grad\n        p.data -= rate * velocity",
                         "the old velocities are lost, or not used"),
                        ("p.data -= rate * velocities[i]", "p", "p does not move"),
                        ("+ p.grad", "+ (1 - momentum) * p.grad", "add the whole gradient"),
                        ("momentum * velocities[i]", "velocities[i]", "the old velocity fades"),
                        ("-= rate", "+= rate", "that is uphill"),
                        ("+ p.grad\n        p.data -= rate * velocities[i]",
                         "- rate * p.grad\n        p.data += velocities[i]",
                         "rate and minus belong to the movement"),
                        ("+ p.grad\n        p.data -= rate * velocities[i]",
                         "+ rate * p.grad\n        p.data -= velocities[i]",
                         "the rate belongs to the movement"))},
    '12-moons': {
        '12.1': [("answer = [1.4, -1.0]", "a higher score makes it worse")],
        '12.2': [("""
def wrong_hinge(score, target):
    return (-target * score).relu()
prediction = ['barely']""", "the wrong side pays 1 less, too"),
                 ("prediction = ['wrong_side']", "a right answer without a margin"),
                 ("wrong_hinge = hinge", "no bug is planted"),
                 ("wrong_hinge = lambda score, target: -target * score", "keep the relu"),
                 ("wrong_hinge = lambda score, target: (target * score).relu()", "mind the minus")],
        '12.3': changed(BATCHES,
                        ("range(0, n, size)", "range(0, n - size + 1, size)", "the last, shorter piece is lost"),
                        ("rng.shuffle(order)", "order = rng.shuffle(order)", "nothing came"),
                        ("rng.shuffle(order)", "rng", "so that the seed decides"),
                        ("rng.shuffle", "random.Random(5).shuffle", "so that the seed decides"),
                        ("rng.shuffle", "random.shuffle", "so that the seed decides"))
        + [("""
def batches(n, size, rng):
    pieces = [list(range(i, min(i + size, n))) for i in range(0, n, size)]
    rng.shuffle(pieces)
    return pieces""", "cut it afterwards")]},
    '13-cost': {
        '13.1': [("counts = [7, 2]", "fused, the ReLU is in the same node")],
        '13.2': [("""
def wrong_sum(w, x):
    data = sum(wi.data * xi.data for wi, xi in zip(w, x))
    return Value(data, (*w, *x), 'w·x', _slopes=[v.data for v in (*w, *x)])
prediction = ['product', 'square']""", "the partner is the number itself"),
                 ("wrong_sum = lambda w, x: w[0] * x[0]", "no bug is planted")],
        '13.3': [("""
def squared_loss(scores, targets):
    misses = [s.data - t for s, t in zip(scores, targets)]
    return Value(sum(m * m for m in misses), scores, 'squared loss', _slopes=misses)""", "twice the distance"),
                 ("squared_loss = lambda scores, targets: sum((s - t)**2 for s, t in zip(scores, targets))",
                  "the last of several sums"),
                 ("squared_loss = lambda scores, targets: sum((s - t)**2 for s, t in zip(scores, targets)) / 3",
                  "that is the mean"),
                 ("squared_loss = lambda scores, targets: Value(sum((s.data - t)**2 for s, t in zip(scores, targets)))",
                  "give the node its inputs"),
                 ("""
def squared_loss(scores, targets):
    misses = [t - s.data for s, t in zip(scores, targets)]
    return Value(sum(m * m for m in misses), scores, 'squared loss', _slopes=[2 * m for m in misses])""",
                  "score less target")]},
    '14-letters': {
        '14.1': [("answer = 6.0", "the sum of the three"), ("answer = 0.6931472", "that is the unit itself")],
        '14.2': [("answer = 12", "look again at the three"), ("answer = 16", "only the target")],
        '14.3': [("""
def wrong_softmax(scores):
    powers = [2**score for score in scores]
    return [power / sum(powers) for power in powers]
prediction = ['e_times', 'sum_is_1']""", "divided by their sum"),
                 ("wrong_softmax = lambda scores: [2**score for score in scores]", "divide by the sum"),
                 ("""
def wrong_softmax(scores):
    powers = [2**score for score in scores]
    return [power / sum(powers[:2]) for power in powers]
prediction = ['e_times', 'sum_is_1']""", "the sum of all powers"),
                 ("wrong_softmax = lambda scores: [2/3, 1/3]\nprediction = ['e_times', 'equal_scores']",
                  "the scores 0, 1 and 3"),
                 ("wrong_softmax = lambda scores: [p.data for p in softmax([Value(s) for s in scores])]",
                  "no bug is planted")],
        '14.4': [("""
def softmax_at(scores, temperature):
    return [p.data for p in softmax([s * temperature for s in scores])]""", "divide, and do not multiply"),
                 ("softmax_at = lambda scores, temperature: [p.data for p in softmax(scores)]",
                  "the temperature is not used"),
                 ("""
def softmax_at(scores, temperature):
    return [p.data for p in softmax([s / min(temperature, 1) for s in scores])]""", "above 1, too"),
                 ("""
def softmax_at(scores, temperature):
    powers = [math.exp(s.data / temperature) for s in scores]
    return [power / sum(powers) for power in powers]""", "OverflowError")],
        '14.5': changed(KNESER_NEY,
                        ("[code] += 1", "[code] += row[code]", "not how often it came"),
                        ("found[last[1:]]", "found[last[:-1]]", "the letter that was read first"),
                        ("if last else 1 / 27", "if last else 0", "1/27 to each"),
                        ("if last else 1 / 27", "if last else 1 / 26", "the probability of a 6"),
                        (".get(last)", "[last]", "KeyError"))},
    '15-attention': {
        '15.1': [("answer = [2.0, 0.0, 1 / (1 + math.exp(-2))]", "divide the scores by the root of 4")],
        '15.2': [("answer = [[0.6, 0.8, 0, 0]] * 2", "not their sum")],
        '15.3': [("answer = [1056, 1024, 1024, 4128]", "64 times 16 each")],
        '15.4': [("answer = [0.9, 1.0]", "still remembers")],
        '15.5': [("""
def wrong_scores_of(model, text):
    return scores_of(model, text)[0]
prediction = ['no_peeking']""", "no bug is planted"),
                 ("""
def wrong_scores_of(model, text):
    return scores_of(model, text + text)[0][len(text):]
prediction = ['finite', 'no_peeking']""", "attention to any letters is finite"),
                 ("prediction = ['shape', 'no_peeking']", "27 scores for each letter, too")],
        '15.6': [("""
def forget_places(model):
    for place in model.places:
        for p in place:
            p.data = 0.0
prediction = ['last', 'order']""", "it is the last letter that asks"),
                 ("prediction = ['order', 'twice']", "one letter more shares the attention"),
                 ("""
def forget_places(model):
    for place in model.places:
        place[0].data = 0.0""", "set the `data` of each number")],
        '15.7': changed(FINISH,
                        ("text[1:]", "text[1 + len(beginning):]", "with its beginning"),
                        ("break", "return beginning + 'xyz.'", "without the dot"),
                        ("(model, text)", "(model, text[1:])", "the dot before the name"),
                        ("(model, text)", "(model, text[-1:])", "and all that is written"),
                        ("< 12", "< 11", "the dot in front is no letter"),
                        ("(model, text)", "(model, [0])", "from w on"))
        + [("finish = lambda model, beginning: beginning", "ask scores_of")],
        '15.8': changed(TWO_BLOCKS,
                        ("(model, second), lists", "(model,), lists", "has no part in it"),
                        ("(model, second), lists", "(second, model), lists", "then the second"),
                        ("[([], []), ([], [])]", "[([], [])] * 2", "its own two lists"),
                        ("(model.out", "(second.out", "the model's `out`"))},
    '16-program': {
        '16.1': [("wrong = ['clipped']", "which number was neither"),
                 ("wrong = ['scaled']", "which other function asks for x.data"),
                 ("wrong = ['clipped', 'doubled', 'scaled']", "how many turns does the loop take"),
                 ("wrong = ['clipped', 'ramp', 'scaled']", "a ReLU is an operation"),
                 ("wrong = ['clip']", "no test is called 'clip'")],
        '16.2': [("wrong_rules = lambda: dict(RULES)", "no bug is planted: this is the right table"),
                 ("wrong_rules = lambda: {'*': ('a * b', 'a', 'b')}", "has the others, too"),
                 ("wrong_rules = lambda: {**RULES, '*': ('a * b', '2', '3')}", "the gradients of 5 * 7"),
                 ("wrong_rules = lambda: {**RULES, '*': ('a + b', 'a', 'b')}", "what computes a product"),
                 ("wrong_rules = lambda: {**RULES, '*': ('a * b', '(b)', 'a')}", "these are the right ones"),
                 ("wrong_rules = lambda: {**RULES, '*': ('a * b', 'a', 'b'), 'tanh': ('a', '1')}", "rows that differ"),
                 ("""
def wrong_rules():
    return {**RULES, '*': ('a * b', 'a', 'b')}
prediction = ['product', 'square']""", "in x * x each factor is the other one, too")],
        '16.3': [("def visit_BinOp(self, node): return self.generic_visit(node)", "knows no such Pow"),
                 ("""
def visit_BinOp(self, node):
    if not isinstance(node.op, ast.Pow):
        return self.generic_visit(node)
    return f'{self.visit(node.left)} {self.visit(node.left)} Mult'""", "the exponent is node.right.value"),
                 ("""
def visit_BinOp(self, node):
    if not isinstance(node.op, ast.Pow):
        return self.generic_visit(node)
    return ' '.join(['local.get 0'] * node.right.value + ['Mult'] * (node.right.value - 1))""", "not x alone"),
                 ("""
def visit_BinOp(self, node):
    if not isinstance(node.op, ast.Pow):
        return self.generic_visit(node)
    return f'{self.visit(node.right)} {self.visit(node.left)} log Mult exp'""", "x ** 3 at -2"),
                 ("""
def visit_BinOp(self, node):
    return ' '.join([self.visit(node.left)] * node.right.value + ['Mult'] * (node.right.value - 1))""",
                  "all else goes to self.generic_visit"),
                 ("""
def visit_BinOp(self, node):
    left, right = self.visit(node.left), self.visit(node.right)
    if isinstance(node.op, ast.Pow):
        return ' '.join([left] * node.right.value + ['Mult'] * (node.right.value - 1))
    return f"{left} {right} {'Mult' if isinstance(node.op, ast.Mult) else 'Sub'}\"""", "1 / x at 4"),
                 ("""
def visit_BinOp(self, node):
    if not isinstance(node.op, ast.Pow):
        return self.generic_visit(node)
    n = {1: 1, 2: 2, 3: 3, 5: 5}.get(node.right.value, 2)
    return ' '.join([self.visit(node.left)] * n + ['Mult'] * (n - 1))""", "x ** 7 at 3")]},
    '20-loom': {
        '20.1': [("names = ['Circle', 'Circle.__init__', 'Circle.area', 'unit']", "is a piece, too")],
        '20.2': [("""
def wrong_join(texts):
    return '\\n'.join(texts)
prediction = ['__init__', 'engine', 'wrong']""", "one piece alone is never joined"),
                 ("from classroom.chapters import join as wrong_join", "no bug is planted"),
                 ("wrong_join = ''.join", "no blank line")],
        '20.3': [("""
def longest(module):
    name = max(pieces(read(module)), key=lambda name: len(pieces(read(module))[name]))
    return name, len(pieces(read(module))[name])""", "these are characters, not lines")]},
    '21-grade': {
        '21.1': [("engine = 'by_recursion'", "that one gives 30")],
        '21.2': [("""
def wrong_relu(self):
    return Value(max(self.data, 0), (self,), 'ReLU', _slopes=(1 if self.data >= 0 else 0,))
prediction = ['the power 0 at 0', 'the rectifier']""", "a power is no relu"),
                 ("wrong_relu = Value.relu", "no bug is planted"),
                 ("wrong_relu = lambda self: Value(max(self.data, 0), (self,), 'ReLU', _slopes=(1,))",
                  "below 0 the slope is to stay right")],
        '21.3': [("""
def a_number_on_the_left(Value):
    x = Value(5.0)
    expect("3 * x at 5", (3 * x).data, 15.0)""", "does your question look at x.grad"),
                 ("""
def a_number_on_the_left(Value):
    x = Value(5.0)
    (3 * x).backward()
    expect("3 * x at 5: the gradient of x", x.grad, 3.0)""", "give expect a hint for the number 1")]},
    '22-recipes': {
        '22.1': [("answer = [8.0, 12.0]", "it is the exponent that moves"),
                 ("answer = [8.0, 8.0]", "another base has a factor"),
                 ("answer = [8.0, 0.6931]", "times the result")],
        '22.2': [("""
def wrong_power(base, exponent):
    x, n = base.data, exponent.data
    return Value(x**n, (base, exponent), 'power', _slopes=(n * x**(n - 1), 0))
prediction = ['exponent']""", "x is the exponent, too"),
                 ("wrong_power = power", "no bug is planted"),
                 ("wrong_power = lambda base, exponent: Value(base.data**exponent.data)", "no slope is used")],
        '22.3': changed("""
@extend(Value)
class Value:
    def softplus(self):
        x = self.data
        data = max(x, 0.0) + math.log1p(math.exp(-abs(x)))
        slope = (1 + math.tanh(x / 2)) / 2
        return Value(data, (self,), 'softplus', _slopes=(slope,))""",
                        ("max(x, 0.0) + math.log1p(math.exp(-abs(x)))", "math.log1p(math.exp(x))", "OverflowError"),
                        ("slope = (1 + math.tanh(x / 2)) / 2", "slope = data", "that is the result"),
                        ("slope = (1 + math.tanh(x / 2)) / 2", "slope = 1", "the sigmoid"),
                        (", (self,), 'softplus', _slopes=(slope,)", "", "give it its input"))
        + [("Value.softplus = lambda self: (self.exp() + 1).log()", "make one node"),
           ("Value.softplus = lambda self: ((self.exp() + 1) * (self.exp() + 1)).log() / 2", "make one node")]},
}
