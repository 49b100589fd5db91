"""How a question to an engine is asked, and an answer judged."""
from itertools import product

from classroom.check import WrongAnswer, is_same

OVERWRITES = "the gradient that an input has already is overwritten: += and not ="
FORGETS = "multiply each slope by the gradient of the result"
NO_ORDER = "recursion without an order: b passes back all it has, once per path"
UNREACHED = "nothing reaches what an input was made from: is it an input of the node?"


def attempt(what, answer, hints=None):
    """Return `answer()`. An error is told with what was asked, and with its hint."""
    try:
        return answer()
    except (Exception, SystemExit) as error:
        error.asked = what
        error.hint = (hints or {}).get(type(error).__name__, '')
        raise


def judge(what, got, expected, hint=''):
    """Raise a WrongAnswer, with the hint if there is one, unless `got` is right."""
    if not is_same(got, expected, 1e-6):
        raise WrongAnswer(what, got, expected, hint and f"likely slip: {hint}")


def ask(what, answer, expected, hints=None):
    """Expect what `answer()` returns.

    The hints: {a wrong answer, or the name of an error: where it comes from}.
    """
    got = attempt(what, answer, hints)
    known = [hint for wrong, hint in (hints or {}).items() if is_same(got, wrong, 1e-6)]
    judge(what, got, expected, *known[:1])


def run(Value, f, *at):
    """Return the data of f's result and its gradients, one per input, in one tuple."""
    inputs = [Value(x) for x in at]
    result = f(*inputs)
    result.backward()
    return (result.data, *(x.grad for x in inputs))


def used_twice(rule, gradients=(3, 3), kept=(1, 1)):
    """Return the rule of 3 * f + its inputs, if `rule` is that of f.

    A wrong one, where f's slopes are multiplied by other gradients than 3, or where the
    inputs have not kept the gradient 1 of the sum.
    """
    def twice(*at):
        data, *slopes = rule(*at)
        parts = zip(gradients, slopes, kept)
        return (3 * data + sum(at), *(g * slope + k for g, slope, k in parts))
    return twice


def ask_at(Value, points, words, f, rule, slips=(), hints=None):
    """Expect of f, at each of some points, what `rule` gives: data and gradients.

    The slips, pairs (rule, hint), are wrong in a known way: a hint is given if its rule
    gives all that came. The other hints are for nan, and for errors by their names.
    """
    came = []
    for at in points:
        what = f"{words} at {' and '.join(map(str, at))}: the number and the gradient"
        came.append((at, what, attempt(what, lambda at=at: run(Value, f, *at), hints)))
    known = [hint for slip, hint in slips
             if all(is_same(got, slip(*at), 1e-6) for at, _, got in came)]
    for at, what, got in came:
        if 'nan' in repr(got):
            known = [(hints or {}).get('nan', '')]
        judge(what, got, rule(*at), *known[:1])


def doubled(rule):
    """Return the rule of f at twice its inputs, if `rule` is that of f."""
    def twice(*at):
        data, *slopes = rule(*(2 * x for x in at))
        return (data, *(2 * slope for slope in slopes))
    return twice


def ask_operation(Value, points, words, f, rule, slips=(), hints=None):
    """Ask for f at some points, where a bug can show: inside a larger expression.

    Its inputs are used a second time, then come from other nodes, then are the same.
    """
    n = len(points[0])
    term = f"({words})" if ' ' in words else words
    names = ' + '.join('ab'[:n] if n > 1 else 'x')
    mistakes = [(used_twice(slip), hint) for slip, hint in slips]
    for some in product((0, 1), repeat=n):
        mistakes += [(used_twice(rule, kept=some), OVERWRITES),
                     (used_twice(rule, [1 + 2 * i for i in some]), FORGETS)]
    ask_at(Value, points, f"3 * {term} + {names}",
           lambda *x: sum(x, Value(3.0) * f(*x)), used_twice(rule), mistakes, hints)

    unreached = [(lambda *at: (doubled(rule)(*at)[0], *(0.0,) * n), UNREACHED)]
    ask_at(Value, points, f"{words} of twice {names.replace('+', 'and')}",
           lambda *x: f(*(v * Value(2.0) for v in x)), doubled(rule), unreached, hints)
    if n == 2:
        def same(x):
            data, *slopes = rule(x, x)
            return 3 * data + x, 3 * sum(slopes) + 1
        ask_at(Value, [at[:1] for at in points], f"3 * {term} + a with b = a",
               lambda x: Value(3.0) * f(x, x) + x, same, hints=hints)
