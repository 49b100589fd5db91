"""Grade an engine that you wrote: python -m classroom.grade MY_ENGINE.PY [CHAPTER]"""
import argparse
import math
import runpy
import sys
from pathlib import Path

from classroom.check import expect, problem_in

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
    expect("2.0 + 3.0 and 2.0 * 3.0", ((a + b).data, (a * b).data), (5.0, 6.0),
           {(5.0, 15.0): changed})
    expect("the inputs are left as they were", (a.data, b.data), (2.0, 3.0),
           {(6.0, 3.0): changed, (5.0, 3.0): changed})


@asks(2)
def plain_numbers_on_either_side(Value):
    a = Value(2.0)
    expect("a + 1 and a * 3", ((a + 1).data, (a * 3).data), (3.0, 6.0))
    expect("1 + a and 3 * a", ((1 + a).data, (3 * a).data), (3.0, 6.0))
    expect("sum([a, a])", sum([a, a]).data, 4.0)


@asks(5)
def one_edge_back(Value):
    a, b = Value(2.0), Value(3.0)
    y = a * b
    y.grad = 10.0
    y._backward()
    expect("a * b with gradient 10: the gradients of a and b", (a.grad, b.grad),
           (30.0, 20.0),
           {(20.0, 30.0): "the slope along an input is the other factor",
            (3.0, 2.0): "multiply each slope by the gradient of the result",
            (0, 0): "nothing is passed back"})


@asks(5)
def a_number_used_twice(Value):
    a = Value(3.0)
    y = a + a
    y.grad = 1.0
    y._backward()
    expect("a + a: the gradient of a", a.grad, 2.0,
           {1.0: "the second edge overwrites the first: += and not ="})


@asks(6)
def two_ways_to_one_node(Value):
    a = Value(1.0)
    b = 3 * a
    (4 * b + b).backward()
    expect("c + b with b = 3a and c = 4b: the gradient of a", a.grad, 15.0,
           {30.0: "recursion without an order: b passes back all it has, once per path",
            -15.0: "begin with the gradient +1 of the result",
            0.0: "nothing arrives: begin at the result, with the gradient 1",
            3.0: "b passes back too early, before c has added its share",
            12.0: "gradients overwrite each other: += and not ="})


@asks(6)
def the_other_way_round(Value):
    a = Value(1.0)
    b = 3 * a
    (b + 4 * b).backward()
    expect("b + c with b = 3a and c = 4b: the gradient of a", a.grad, 15.0,
           {3.0: "b passes back too early, before c has added its share",
            18.0: "recursion without an order: b passes back all it has, once per path",
            12.0: "gradients overwrite each other: += and not ="})


@asks(6)
def backward_twice(Value):
    a = Value(1.0)
    b = 3 * a
    d = 4 * b + b
    d.backward()
    d.backward()
    expect("the gradient of a after two calls", a.grad, 30.0,
           {57.0: "inner nodes begin with what the first call has left in them",
            60.0: "recursion without an order: b passes back all it has, once per path",
            114.0: "recursion without an order, and inner nodes that are not cleared",
            72.0: "inner nodes and the result begin with what the first call has left",
            15.0: "leaves are cleared; they should add up, as for several losses"})


@asks(6)
def a_long_chain(Value):
    x = Value(1.0)
    chain = [x]  # held, so that Python frees one after the other, not nested
    for _ in range(100_000):
        chain.append(chain[-1] + x)
    try:
        chain[-1].backward()
        gradient = x.grad
    except RecursionError:
        gradient = 'RecursionError'
    expect("100,000 additions in a row: the gradient", gradient, 100_001,
           {'RecursionError': "a function calls itself for every step: use a stack"})


def run(Value, f, *at):
    """Return the data of f's result and its gradients, one per input, in one tuple."""
    inputs = [Value(x) for x in at]
    result = f(*inputs)
    result.backward()
    return (result.data, *(x.grad for x in inputs))


@asks(7)
def differences(Value):
    expect("a - b at 5 and 2, and its gradients",
           run(Value, lambda a, b: a - b, 5.0, 2.0), (3.0, 1.0, -1.0),
           {(3.0, 1.0, 1.0): "the gradient of b needs its minus"})
    expect("2 - x at 7, and its gradient", run(Value, lambda x: 2 - x, 7.0),
           (-5.0, -1.0), {(5.0, 1.0): "__rsub__ has self on the right: this is x - 2"})
    expect("-x at 7, and its gradient", run(Value, lambda x: -x, 7.0), (-7.0, -1.0))


@asks(7)
def powers(Value):
    expect("x**3 at 2, and its gradient", run(Value, lambda x: x**3, 2.0), (8.0, 12.0),
           {(8.0, 4.0): "the factor n of n * x**(n-1) is missing",
            (8.0, 24.0): "the power rule takes one off the exponent: n * x**(n-1)"})
    expect("x**-2 at 2, and its gradient", run(Value, lambda x: x**-2, 2.0),
           (0.25, -0.25))


@asks(7)
def the_power_0_at_0(Value):
    expect("x**0 at 0, and its gradient", run(Value, lambda x: x**0, 0.0), (1.0, 0.0))


@asks(7)
def quotients(Value):
    expect("a / b at 6 and 2, and its gradients",
           run(Value, lambda a, b: a / b, 6.0, 2.0), (3.0, 0.5, -1.5),
           {(3.0, 0.5, 1.5): "the gradient of b needs its minus"})
    expect("2 / x at 4, and its gradient", run(Value, lambda x: 2 / x, 4.0),
           (0.5, -0.125), {(2.0, 0.5): "in __rtruediv__ self is below: this is x / 2"})


@asks(8)
def the_exponential(Value):
    e2 = math.exp(2)
    expect("exp at 2, and its gradient", run(Value, lambda x: x.exp(), 2.0), (e2, e2),
           {(e2, 2.0): "the slope of exp is its result, not its input"})


@asks(8)
def the_logarithm(Value):
    expect("log at 2, and its gradient", run(Value, lambda x: x.log(), 2.0),
           (math.log(2), 0.5))


@asks(8)
def the_hyperbolic_tangent(Value):
    t = math.tanh(0.5)
    expect("tanh at 0.5, and its gradient", run(Value, lambda x: x.tanh(), 0.5),
           (t, 1 - t**2), {(t, 0.75): "the slope is 1 - t**2 of the result, not of x",
                           (t, 1 - t): "the slope is 1 - t**2, and not 1 - t"})
    expect("tanh at 1000", Value(1000.0).tanh().data, 1.0)


@asks(8)
def the_rectifier(Value):
    def relu(x):
        return x.relu()
    expect("relu at 3, and its gradient", run(Value, relu, 3.0), (3.0, 1.0))
    expect("relu at -2, and its gradient", run(Value, relu, -2.0), (0.0, 0.0),
           {(0.0, 1.0): "where relu is off its slope is 0",
            (-2.0, 1.0): "below 0 relu answers 0"})
    expect("relu at 0, and its gradient", run(Value, relu, 0.0), (0.0, 0.0),
           {(0.0, 1.0): "by agreement the slope at 0 is 0: > and not >="})


@asks(10, needs='Neuron')
def a_neuron(Neuron):
    neuron = Neuron(2, nonlin=False)
    for p, data in zip(neuron.parameters(), (2.0, -1.0, 0.5)):
        p.data = data
    neuron([3.0, 4.0]).backward()
    expect("number of parameters of Neuron(2)", len(neuron.parameters()), 3,
           {2: "the bias is a parameter, too"})
    expect("weights 2 and -1, bias 0.5, inputs 3 and 4", neuron([3.0, 4.0]).data, 2.5,
           {2.0: "the bias is missing",
            1.0: "parameters() gives the weights, and then the bias"})
    expect("gradients of weights and bias", tuple(p.grad for p in neuron.parameters()),
           (3.0, 4.0, 1.0))


@asks(10, needs='MLP')
def a_network(MLP):
    model = MLP(2, [4, 3, 1])
    expect("number of parameters of MLP(2, [4, 3, 1])", len(model.parameters()), 31,
           {23: "each neuron has a bias, too"})
    for p in model.parameters():
        p.data, p.grad = -0.5, 1.0
    expect("all parameters -0.5, inputs 1 and 1", model([1.0, 1.0]).data, -0.5,
           {0.0: "the last layer has no ReLU: with one it never answers less than 0"})
    model.zero_grad()
    expect("sum of the gradients after zero_grad",
           sum(p.grad for p in model.parameters()), 0)


def questions(program, until=math.inf):
    """Yield (chapter, words, question, class) for the classes of a program.

    `program` is {name: class}. Questions of chapters after `until`, and about classes
    that are not there, are left out.
    """
    for chapter, needs, question in QUESTIONS:
        if chapter <= until and needs in program:
            words = question.__name__.replace('_', ' ')
            yield chapter, words, question, program[needs]


def grade(program, until=math.inf):
    """Return {words: what is not right yet, or ''} for each question to a program."""
    asked = questions(program, until)
    return {words: problem_in(question, cls) for _, words, question, cls in asked}


def classes(file):
    """Run a Python file, and return {name: class} for the classes that it defines."""
    path = sys.path.copy()
    sys.path.insert(0, str(Path(file).parent))  # an nn.py may import its engine
    try:
        names = runpy.run_path(file, run_name='your program')
    finally:
        sys.path[:] = path
    return {name: value for name, value in names.items()
            if isinstance(value, type) and value.__module__ == 'your program'}


def subjects():
    """Return the classes that questions are about, each with its first chapter."""
    first = {}
    for chapter, name, _ in QUESTIONS:
        first.setdefault(name, chapter)
    return ', '.join(f"{name} (from chapter {first[name]} on)" for name in first)


def main(arguments=None):
    """Print a line for each question, and more where needed. Return the exit status.

    0 if all is right, 1 if not, 2 if there is nothing to grade.
    """
    parser = argparse.ArgumentParser(prog='python -m classroom.grade',
                                     description=__doc__)
    parser.add_argument('file', help="your engine.py or nn.py")
    parser.add_argument('chapter', nargs='?', type=int, default=math.inf,
                        help="the last chapter that you have done (default: all)")
    options = parser.parse_args(arguments)
    try:
        program = classes(options.file)
    except (Exception, SystemExit) as error:
        what = f"{type(error).__name__}: {error}"
        parser.error(f"expected a file that runs, but {options.file} ends in {what}")
    asked = list(questions(program, options.chapter))
    if not asked:
        parser.error(f"expected {options.file} itself to define one of {subjects()}")
    verdicts = []
    for chapter, words, question, cls in asked:  # named before: it may never end
        print(f"chapter {chapter:<3} {words:30}", end=' ', flush=True)
        problem = problem_in(question, cls)
        print(problem or 'right')
        verdicts.append(not problem)
    print(f"{sum(verdicts)} of {len(verdicts)} right")
    return 0 if all(verdicts) else 1


if __name__ == '__main__':
    sys.exit(main())
