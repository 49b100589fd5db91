"""What an engine is asked, chapter by chapter."""
import math

from classroom.asking import (
    FORGETS,
    NO_ORDER,
    OVERWRITES,
    ask,
    ask_operation,
    attempt,
    judge,
)

QUESTIONS = []


def asks(chapter, needs='Value'):
    """Return a decorator that adds a question of a chapter about the class `needs`."""
    def add(question):
        QUESTIONS.append((chapter, needs, question))
        return question
    return add


@asks(2)
def sums_and_products(Value):
    a, b = Value(2.0), Value(3.0)
    changed = "an operator must make a new Value, and not change its own"
    ask("2.0 + 3.0 and 2.0 * 3.0", lambda: ((a + b).data, (a * b).data), (5.0, 6.0),
        {(5.0, 15.0): changed})
    ask("the inputs are left as they were", lambda: (a.data, b.data), (2.0, 3.0),
        {(6.0, 3.0): changed, (5.0, 3.0): changed})

    def after_adding():
        c = a
        c += b
        return a.data, c.data
    ask("c = a and then c += b: the numbers of a and c", after_adding, (2.0, 5.0),
        {(5.0, 5.0): "+= must make a new Value: Python does so without `__iadd__`"})


@asks(2)
def plain_numbers_on_either_side(Value):
    a = Value(2.0)
    ask("a + 1 and a * 3", lambda: ((a + 1).data, (a * 3).data), (3.0, 6.0))
    ask("1 + a and 3 * a", lambda: ((1 + a).data, (3 * a).data), (3.0, 6.0))
    ask("sum([a, a])", lambda: sum([a, a]).data, 4.0)


def pass_back(y, gradient):
    """Let `y` pass a whole number back to its inputs, by what its engine has for it."""
    if hasattr(y, '_backward') or not hasattr(y, 'backward'):
        y.grad = gradient
        y._backward()
    else:
        sum([y] * (gradient - 1), y).backward()


@asks(5)
def one_edge_back(Value):
    def gradients(f):
        a, b = Value(2.0), Value(3.0)
        a.grad, b.grad = 1.0, 1.0
        pass_back(f(a, b), 10)
        return a.grad, b.grad
    ask("a and b have the gradient 1, a + b passes back 10: what have they then?",
        lambda: gradients(lambda a, b: a + b), (11.0, 11.0),
        {(10.0, 10.0): OVERWRITES, (2.0, 2.0): FORGETS})
    ask("the same for a * b at 2 and 3", lambda: gradients(lambda a, b: a * b),
        (31.0, 21.0), {(30.0, 20.0): OVERWRITES, (4.0, 3.0): FORGETS,
                       (21.0, 31.0): "the slope of an input is the other factor"})


@asks(5)
def a_number_used_twice(Value):
    def gradient(f):
        a = Value(3.0)
        a.grad = 5.0
        pass_back(f(a), 1)
        return a.grad
    ask("a has the gradient 5, a + a passes back 1: what has it then?",
        lambda: gradient(lambda a: a + a), 7.0,
        {1.0: "the second edge overwrites the first: += and not =",
         6.0: "a + a has two edges to a, and only one passes back: inputs in a set?"})
    ask("the same for a * a at 3", lambda: gradient(lambda a: a * a), 11.0)


@asks(6)
def two_ways_to_one_node(Value):
    def graph(f, places=0):
        a = Value(1.0)
        b = 3 * a
        between = [Value(0.0) for _ in range(places)]
        result = f(b)
        result.backward()
        return result.grad, a.grad, between

    def gradients():  # inputs in a set have another order with other places between
        graphs = [(graph(lambda b: 4 * b + b, i), graph(lambda b: b + 4 * b, i))
                  for i in range(20)]
        came = [(one[1], other[1]) for one, other in graphs]
        return next((pair for pair in came if pair != (15.0, 15.0)), came[0])
    ask("the gradient of the result itself", lambda: graph(lambda b: 4 * b)[0], 1.0,
        {-1.0: "begin with +1", 0.0: "begin at the result, with the gradient 1"})

    early = "b passes back too early, before c has added its share"
    hints = {(x, y): NO_ORDER for x in (18.0, 30.0) for y in (18.0, 30.0)}
    hints.update({(x, y): early for x in (3.0, 15.0) for y in (3.0, 15.0)})
    ask("c + b, and b + c, with b = 3a and c = 4b: the gradients of a",
        gradients, (15.0, 15.0), {**hints, (12.0, 12.0): OVERWRITES})


@asks(6)
def backward_twice(Value):
    def gradients():
        a = Value(1.0)
        b = 3 * a
        d = 4 * b + b
        d.backward()
        first = a.grad
        d.backward()
        return first, a.grad
    keeps = "inner nodes begin with what the first call has left in them"
    both = "recursion without an order, and inner nodes that are not cleared"
    ask("c + b with b = 3a and c = 4b: the gradient of a after one call, and after two",
        gradients, (15.0, 30.0),
        {(15.0, 57.0): keeps, (15.0, 72.0): f"{keeps}, and so does the result",
         (18.0, 36.0): NO_ORDER, (30.0, 60.0): NO_ORDER,
         (18.0, 78.0): both, (30.0, 114.0): both,
         (15.0, 15.0): "leaves are cleared; they should add up, as for several losses"})


@asks(6)
def a_long_chain(Value):
    def gradient():
        x = Value(1.0)
        chain = [x]  # held, so that Python frees one after the other, not nested
        for _ in range(100_000):
            chain.append(chain[-1] + x)
        chain[-1].backward()
        return x.grad
    ask("100,000 additions in a row: the gradient", gradient, 100_001,
        {'RecursionError': "a function calls itself for every step: use a stack"})


@asks(6)
def inside_an_expression(Value):
    points = [(2.0, 3.0), (-1.0, 4.0)]
    ask_operation(Value, points, "a + b", lambda a, b: a + b,
                  lambda a, b: (a + b, 1, 1))
    ask_operation(Value, points, "a * b", lambda a, b: a * b,
                  lambda a, b: (a * b, b, a),
                  [(lambda a, b: (a * b, a, b), "the slope is the other factor")])
    points = [(2.0,), (-3.0,)]
    ask_operation(Value, points, "x + 4", lambda x: x + 4, lambda x: (x + 4, 1))
    ask_operation(Value, points, "4 + x", lambda x: 4 + x, lambda x: (4 + x, 1))
    ask_operation(Value, points, "x * 4", lambda x: x * 4, lambda x: (x * 4, 4))
    ask_operation(Value, points, "4 * x", lambda x: 4 * x, lambda x: (4 * x, 4))


@asks(7)
def differences(Value):
    ask_operation(Value, [(5.0, 2.0), (1.0, 7.0)], "a - b", lambda a, b: a - b,
                  lambda a, b: (a - b, 1, -1),
                  [(lambda a, b: (a - b, 1, 1), "the gradient of b needs its minus")])
    points = [(7.0,), (-3.0,)]
    ask_operation(Value, points, "-x", lambda x: -x, lambda x: (-x, -1),
                  [(lambda x: (-x, 1), "the gradient needs its minus")])
    ask_operation(Value, points, "x - 2", lambda x: x - 2, lambda x: (x - 2, 1))
    ask_operation(Value, points, "2 - x", lambda x: 2 - x, lambda x: (2 - x, -1),
                  [(lambda x: (x - 2, 1),
                    "__rsub__ has self on the right: this is x - 2"),
                   (lambda x: (2 - x, 1), "the gradient needs its minus")])


@asks(7)
def powers(Value):
    for n, *at in [(3, 2.0, -3.0), (2, 2.0, -3.0), (1, 2.0, 0.0), (-2, 2.0, -4.0),
                   (0.5, 4.0, 9.0)]:
        ask_operation(Value, [(x,) for x in at], f"x**{n}", lambda x, n=n: x**n,
                      lambda x, n=n: (x**n, n * x**(n - 1)),
                      [(lambda x, n=n: (x**n, x**(n - 1)),
                        "the factor n of n * x**(n-1) is missing"),
                       (lambda x, n=n: (x**n, n * x**n),
                        "the power rule takes one off the exponent: n * x**(n-1)")])


@asks(7)
def the_power_0_at_0(Value):
    slip = "0 * 0**-1 is no number: where the exponent is 0, so is the slope"
    ask_operation(Value, [(0.0,), (3.0,)], "x**0", lambda x: x**0,
                  lambda x: (1.0, 0.0), hints={'ZeroDivisionError': slip, 'nan': slip})


@asks(7)
def quotients(Value):
    ask_operation(Value, [(6.0, 2.0), (-3.0, 4.0)], "a / b", lambda a, b: a / b,
                  lambda a, b: (a / b, 1 / b, -a / b**2),
                  [(lambda a, b: (a / b, 1 / b, a / b**2),
                    "the gradient of b needs its minus")])
    points = [(4.0,), (-5.0,)]
    ask_operation(Value, points, "x / 2", lambda x: x / 2, lambda x: (x / 2, 1 / 2))
    ask_operation(Value, points, "2 / x", lambda x: 2 / x,
                  lambda x: (2 / x, -2 / x**2),
                  [(lambda x: (x / 2, 1 / 2),
                    "in __rtruediv__ self is below: this is x / 2"),
                   (lambda x: (2 / x, 2 / x**2), "the gradient needs its minus")])


@asks(8)
def the_exponential(Value):
    ask_operation(Value, [(2.0,), (-1.0,)], "exp(x)", lambda x: x.exp(),
                  lambda x: (math.exp(x), math.exp(x)),
                  [(lambda x: (math.exp(x), x),
                    "the slope of exp is its result, not its input")])


@asks(8)
def the_logarithm(Value):
    ask_operation(Value, [(2.0,), (0.5,)], "log(x)", lambda x: x.log(),
                  lambda x: (math.log(x), 1 / x),
                  [(lambda x: (math.log(x), 1 / math.log(x)),
                    "the slope is 1 / x of the input, not of the result")])


@asks(8)
def the_hyperbolic_tangent(Value):
    def rule(x):
        return math.tanh(x), 1 - math.tanh(x)**2
    ask_operation(Value, [(0.5,), (-1.0,)], "tanh(x)", lambda x: x.tanh(), rule,
                  [(lambda x: (math.tanh(x), 1 - x**2),
                    "the slope is 1 - t**2 of the result, not of x"),
                   (lambda x: (math.tanh(x), 1 - math.tanh(x)),
                    "the slope is 1 - t**2, and not 1 - t")])
    slip = "a formula with exp(2 * x) is too large for a float there: use math.tanh"
    ask_operation(Value, [(1000.0,), (-1000.0,)], "tanh(x)", lambda x: x.tanh(), rule,
                  hints={'OverflowError': slip, 'nan': slip})


@asks(8)
def the_rectifier(Value):
    points = [(3.0,), (0.5,), (-2.0,), (0.0,)]
    ask_operation(Value, points, "relu(x)", lambda x: x.relu(),
                  lambda x: (max(x, 0.0), float(x > 0)),
                  [(lambda x: (max(x, 0.0), 1.0), "where relu is off its slope is 0"),
                   (lambda x: (x, 1.0), "below 0 relu answers 0"),
                   (lambda x: (max(x, 0.0), float(x >= 0)),
                    "by agreement the slope at 0 is 0: > and not >=")])


NO_NONLIN = "chapter 10 has Neuron(nin, nonlin=True): with nonlin=False it is linear"


@asks(10, needs='Neuron')
def a_neuron(Neuron):
    neuron = attempt("Neuron(2, nonlin=False)", lambda: Neuron(2, nonlin=False),
                     {'TypeError': NO_NONLIN})
    ask("the number of its parameters", lambda: len(neuron.parameters()), 3,
        {2: "the bias is a parameter, too"})
    for p, data in zip(neuron.parameters(), (2.0, -1.0, 0.5)):
        p.data = data
    ask("weights 2 and -1, bias 0.5, inputs 3 and 4",
        lambda: neuron([3.0, 4.0]).data, 2.5,
        {2.0: "the bias is missing",
         1.0: "parameters() gives the weights, and then the bias",
         math.tanh(2.5): "with nonlin=False a neuron ends in no tanh"})

    def gradients():
        neuron([3.0, 4.0]).backward()
        return tuple(p.grad for p in neuron.parameters())
    ask("the gradients of weights and bias", gradients, (3.0, 4.0, 1.0))

    weights = attempt("Neuron(8)", lambda: Neuron(8).parameters()[:8])
    ask("Neuron(8): are its weights different numbers?",
        lambda: len({w.data for w in weights}) > 1, True,
        {False: "neurons that begin equal stay equal: draw weights at random"})
    relu = attempt("Neuron(2)", lambda: Neuron(2))
    for p, data in zip(relu.parameters(), (2.0, -1.0, 0.5)):
        p.data = data
    ask("Neuron(2) with the same weights, inputs -3 and 4",
        lambda: relu([-3.0, 4.0]).data, 0.0, {-9.5: "a neuron ends in a ReLU"})


def network(numbers, x, inner, last):
    """Return what MLP(2, [4, 3, 1]) gives for plain numbers, and these functions."""
    numbers = iter(numbers)
    for width, function in (4, inner), (3, inner), (1, last):
        x = [function(sum(next(numbers) * xi for xi in x) + next(numbers))
             for _ in range(width)]
    return x[0]


@asks(10, needs='MLP')
def a_network(MLP):
    def linear(x):
        return x

    def relu(x):
        return max(x, 0.0)
    model = attempt("MLP(2, [4, 3, 1])", lambda: MLP(2, [4, 3, 1]))
    ask("the number of its parameters", lambda: len(model.parameters()), 31,
        {23: "each neuron has a bias, too"})
    numbers = [(4 * i % 7) / 5 - 0.6 for i in range(31)]
    for p, data in zip(model.parameters(), numbers):
        p.data = data
    x = [1.0, -2.0]
    ask("parameters -0.6, 0.2, -0.4, 0.4, ..., inputs 1 and -2", lambda: model(x).data,
        network(numbers, x, relu, linear),
        {network(numbers, x, math.tanh, math.tanh):
             "every neuron ends in tanh; here all but the last layer end in a ReLU",
         network(numbers, x, math.tanh, linear): "here inner neurons end in a ReLU",
         network(numbers, x, relu, relu): "the last layer has no ReLU: see nonlin",
         network(numbers, x, linear, linear): "inner neurons end in a ReLU"})

    def gradients():
        model(x).backward()
        return [p.grad for p in model.parameters()]
    for i, grad in enumerate(attempt("model(x).backward()", gradients)):
        up, down = ([*numbers[:i], numbers[i] + h, *numbers[i + 1:]]
                    for h in (1e-4, -1e-4))
        slope = (network(up, x, relu, linear) - network(down, x, relu, linear)) / 2e-4
        judge(f"the gradient of parameter {i}", grad, slope)

    def gradients_cleared():
        model.zero_grad()
        return [p.grad for p in model.parameters()]
    ask("all gradients after zero_grad()", gradients_cleared, [0] * 31)
