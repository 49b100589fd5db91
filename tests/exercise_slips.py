"""For each exercise the wrong answers that people give, and for each of these words of what its check must say."""

SLIPS = {
    '00-tour': {
        '0.1': [("slopes = [2.0 * -3.0, 4.0]", "a is there twice")],
        '0.2': [("""
def wrong_step(parameters):
    for p in parameters:
        p.data += 0.05 * p.grad
prediction = ['loss_falls', 'slope_holds']""", "the gradient is right, its use is wrong")],
        '0.3': [("""
def learn(targets, steps=100):
    model = MLP(2, [4, 1])
    for step in range(steps):
        total = sum((model(x) - y)**2 for x, y in zip(points, targets))
        model.zero_grad()
        total.backward()
    return model""", "the parameters have moved"),
                ("""
def learn(targets, steps=100):
    model = MLP(2, [4, 1])
    for step in range(steps):
        total = sum((model(x) - y)**2 for x, y in zip(points, targets))
        total.backward()
        model.zero_grad()
        for p in model.parameters():
            p.data -= 0.05 * p.grad
    return model""", "zero_grad stands between backward and the update"),
                ("""
def learn(targets, steps=100):
    random.seed(1337)
    model = MLP(2, [4, 1])
    for step in range(steps):
        total = sum((model(x) - y)**2 for x, y in zip(points, targets))
        model.zero_grad()
        total.backward()
        for p in model.parameters():
            p.data -= 0.05 * p.grad
    return model""", "nothing is seeded")]},
    '01-slope': {
        '1.1': [("estimate = 6.0", "an estimate is a little off")],
        '1.2': [("""
def wrong_slope(f, x, h=1e-5):
    return (f(x + h) - f(x - h)) / h
prediction = ['bottom', 'constant', 'line']""", "twice nothing is still nothing"),
                ("""
def wrong_slope(f, x, h=1e-5):
    return (f(x + h) - f(x - h)) / 2 * h""", "divides by 2, and then multiplies by h"),
                ("""
def wrong_slope(f, x, h=1e-5):
    return f(x + h) - f(x - h) / h""", "the division comes before the minus")],
        '1.3': [("""
def gradient(f, at):
    h = 1e-5
    return [(f(*[x + h for x in at]) - f(*[x - h for x in at])) / (2 * h) for _ in at]""", "hold the others still"),
                ("""
def gradient(f, at):
    h, slopes = 1e-5, []
    for i in range(len(at)):
        nudged = at
        nudged[i] += h
        slopes.append((f(*nudged) - f(*at)) / h)
    return slopes""", "nudge a copy")]},
    '02-memory': {
        '2.1': [("slopes = (2.0, 3)", "a.__rmul__(3) is a * 3")],
        '2.2': [("""
def wrong_mul(self, other):
    return Value(self.data * other.data, (self, other), '*', _slopes=(self.data, other.data))
prediction = ['product', 'square']""", "in x * x each factor is the other one, too"),
                ("""
def wrong_mul(self, other):
    return Value(self.data * other.data, (self, other), '*', (self.data, other.data))""", "a slope that was not given")],
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
                 "the Values themselves, not their data"),
                ("""
@extend(Value)
class Value:
    def times_plus(self, b, c):
        return self / b""", "Value has no / yet: chapter 7 builds it")]},
    '03-pictures': {
        '3.1': [("boxes, arrows = 3, 4", "each circle has an arrow to its result")],
        '3.2': [("""
def wrong_trace(root):
    nodes, edges = [root], []
    for node in nodes:
        for child in node._prev:
            edges.append((child, node))
            nodes.append(child)
    return nodes, edges
prediction = ['shared_nodes', 'shared_edges']""", "a leaf, met twice, adds no edge")],
        '3.3': [("""
def in_words(v):
    return f" {v._op} ".join(in_words(child) for child in v._prev) if v._prev else v.label or str(v.data)""",
                "without parentheses this is another calculation")]},
    '04-blame': {
        '4.1': [("gradients = [-3.0, 2.0, -6.0]", "the gradient of ab is 4")],
        '4.2': [("""
def pass_back(node):
    for child, slope in zip(node._prev, node._slopes):
        child.grad = slope""", "multiply by the gradient of the result")],
        '4.3': [("""
def wrong_walk(nodes):
    nodes[0].grad = nodes[0].data
    for node in nodes:
        for child, slope in zip(node._prev, node._slopes):
            child.grad = slope * node.grad
prediction = ['six', 'one', 'zero']""", "when the result is 1, the bug is right by luck")]},
    '05-local': {
        '5.1': [("contributions = [4.0, 2.0, 2.0]", "the square has a gradient, too")],
        '5.2': [("""
def wrong_backward(self):
    for child, slope in zip(self._prev, self._slopes):
        child.grad += slope
prediction = ['chain', 'twice']""", "in a + a, too, the gradient of the result is 1")],
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
    total = sum(v.data for v in values)""", "does a function return nothing?")]},
    '06-order': {
        '6.1': [("labels = ['L', 'p', 's', 'b', 'a']", "turn it round")],
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
        node._backward()""", "nothing is cleared")],
        '6.3': [("""
def order_by_counting(root):
    order = [root]
    for node in order:
        order.extend(child for child in node._prev if child not in order)
    return order""", "do not let a node go"),
                ("""
def order_by_counting(root):
    return [v for v in reversed(root._topological_order()) if v._prev]""", "the leaves count, too")]},
    '07-arithmetic': {
        '7.1': [("answer = [4.0, 0.5, -0.5]", "b is in the denominator, too")],
        '7.2': [("""
def wrong_rsub(self, other):
    return self - other
prediction = ['two_minus_x', 'x_minus_x']""", "two Values meet in __sub__")],
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
        return Value(abs(self.data))""", "give it its input and its name")]},
    '08-bends': {
        '8.1': [("answer = [0.5, -0.25]", "two minus signs")],
        '8.2': [("""
def wrong_tanh(self):
    return Value(math.tanh(self.data), (self,), 'tanh', _slopes=(1 - self.data**2,))
prediction = ['slope_at_0', 'slope_at_half']""", "at 0 input and result are equal")],
        '8.3': [("""
@extend(Value)
class Value:
    def sigmoid(self):
        data = 1 / (1 + math.exp(-self.data))
        return Value(data, (self,), 'sigmoid', _slopes=(data * (1 - data),))""", "OverflowError")]},
    '09-trust': {
        '9.1': [("""
def f(a):
    return 7 * a""", "a must have two ways to the result")],
        '9.2': [("""
def wrong_exp(self):
    data = 2**self.data
    return Value(data, (self,), 'exp', _slopes=(data * math.log(2),))
prediction = ['by_measuring', 'by_pytorch']""", "number and slope fit each other")],
        '9.3': [("""
def second_slope(f, x, h=1e-5):
    return engine(f, [x])[1]""", "that is the slope: measure how it changes")]},
    '10-neuron': {
        '10.1': [("count = 5 * 3 + 5 * 5 + 2 * 5", "every neuron has a bias")],
        '10.2': [("""
def wrong_parameters(self):
    return self.w
prediction = ['measurement', 'number']""", "it measures the parameters that it is given")],
        '10.3': [("""
class Skip(Module):
    def __init__(self, n):
        self.layer = Layer(n, n)
    def __call__(self, x):
        return [xi + yi for xi, yi in zip(x, self.layer.activations(x))]""", "write one of its own"),
                 ("""
class Skip(Module):
    def __init__(self, n):
        self.layer = Layer(n, n)
    def __call__(self, x):
        return [xi + yi for xi, yi in zip(x, self.layer(x))]
    def parameters(self):
        return self.layer.parameters()""", "`activations` always gives a list")]},
    '11-learning': {
        '11.1': [("p = 4 + 0.1 * 6", "that is uphill")],
        '11.2': [("""
def wrong_train(model, steps=5, rate=0.01):
    train(model, steps, rate)""", "when are they cleared?")],
        '11.3': [("""
def momentum_step(parameters, velocities, rate, momentum):
    for p, velocity in zip(parameters, velocities):
        velocity = momentum * velocity + p.grad
        p.data -= rate * velocity""", "the old velocities are lost, or not used")]},
    '12-moons': {
        '12.1': [("answer = [1.4, -1.0]", "a higher score makes it worse")],
        '12.2': [("""
def wrong_hinge(score, target):
    return (-target * score).relu()
prediction = ['barely']""", "the wrong side pays 1 less, too")],
        '12.3': [("""
def batches(n, size, rng):
    order = list(range(n))
    rng.shuffle(order)
    return [order[i:i + size] for i in range(0, n - size + 1, size)]""", "the last, shorter piece is lost"),
                 ("""
def batches(n, size, rng):
    order = rng.shuffle(list(range(n)))
    return [order[i:i + size] for i in range(0, n, size)]""", "does a function return nothing?")]},
    '13-cost': {
        '13.1': [("counts = [7, 2]", "fused, the ReLU is in the same node")],
        '13.2': [("""
def wrong_sum(w, x):
    data = sum(wi.data * xi.data for wi, xi in zip(w, x))
    return Value(data, (*w, *x), 'w·x', _slopes=[v.data for v in (*w, *x)])
prediction = ['product', 'square']""", "the partner is the number itself")],
        '13.3': [("""
def squared_loss(scores, targets):
    misses = [s.data - t for s, t in zip(scores, targets)]
    return Value(sum(m * m for m in misses), scores, 'squared loss', _slopes=misses)""", "twice the distance")]},
    '14-letters': {
        '14.1': [("answer = 6.0", "the sum of the three")],
        '14.2': [("answer = 12", "has one place")],
        '14.3': [("""
def wrong_softmax(scores):
    powers = [2**score for score in scores]
    return [power / sum(powers) for power in powers]
prediction = ['e_times', 'sum_is_1']""", "divided by their sum")],
        '14.4': [("""
def share(scores, temperature):
    return [p.data for p in softmax([s * temperature for s in scores])]""", "divide, and do not multiply")]},
    '15-attention': {
        '15.1': [("answer = [2.0, 0.0, 1 / (1 + math.exp(-2))]", "divide the scores by the root of 4")],
        '15.2': [("answer = [[0.6, 0.8, 0, 0]] * 2", "not their sum")],
        '15.3': [("answer = [1056, 1024, 1024, 4128]", "64 times 16 each")],
        '15.4': [("answer = [0.9, 1.0]", "still remembers")],
        '15.5': [("""
def wrong_scores_of(model, text):
    return scores_of(model, text)[0]
prediction = ['no_peeking']""", "no bug is planted")],
        '15.6': [("""
def forget_places(model):
    for place in model.places:
        for p in place:
            p.data = 0.0
prediction = ['last', 'order']""", "it is the last letter that asks")],
        '15.7': [("""
def finish(model, beginning):
    text = codes(beginning)[:-1]
    while len(text) < 12:
        scores, _ = scores_of(model, text)
        best = max(range(27), key=lambda i: scores[-1][i].data)
        if best == 0:
            break
        text.append(best)
    return ''.join(letters[code] for code in text[1 + len(beginning):])""", "with its beginning")]},
    '20-loom': {
        '20.1': [("names = ['Circle', 'Circle.__init__', 'Circle.area', 'unit']", "is a piece, too")],
        '20.2': [("""
def wrong_join(texts):
    return '\\n'.join(texts)
prediction = ['__init__', 'engine', 'wrong']""", "one piece alone is never joined")],
        '20.3': [("""
def longest(module):
    name = max(pieces(read(module)), key=lambda name: len(pieces(read(module))[name]))
    return name, len(pieces(read(module))[name])""", "these are characters, not lines")]},
    '21-grade': {
        '21.1': [("engine = 'by_recursion'", "that one gives 30")],
        '21.2': [("""
def wrong_relu(self):
    return Value(max(self.data, 0), (self,), 'ReLU', _slopes=(1 if self.data >= 0 else 0,))
prediction = ['the power 0 at 0', 'the rectifier']""", "a power is no relu")],
        '21.3': [("""
def a_number_on_the_left(Value):
    x = Value(5.0)
    expect("3 * x at 5", (3 * x).data, 15.0)""", "does your question look at x.grad")]},
}
