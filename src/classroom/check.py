"""Checks that say what they expected, what came, and what the likely slip is."""
import math
from contextlib import contextmanager
from functools import wraps

NOTHING_CAME = "nothing came: is your answer still empty, or a `return` missing?"
NUMBERS_WANTED = "numbers are wanted, in a list; a tuple of one needs a comma: (x,)"
LIST_WANTED = "a list is wanted; a layer of one neuron gives one only by `activations`"
ERRORS = {  # what to look for, if it ended in such an error
    "AttributeError: 'NoneType'": NOTHING_CAME,
    "TypeError: 'NoneType'": NOTHING_CAME,
    "TypeError: object of type 'NoneType'": NOTHING_CAME,
    "TypeError: 'float' object is not iterable": NUMBERS_WANTED,
    "TypeError: 'int' object is not iterable": NUMBERS_WANTED,
    "TypeError: object of type 'float' has no len()": NUMBERS_WANTED,
    "TypeError: 'Value' object is not iterable": LIST_WANTED,
    "TypeError: unsupported operand": "one side is None, for want of a `return` or of "
    "a grad that begins at 0; or a number stands left, and asks for `__radd__` or so",
    "TypeError: '>' not supported": "Values have no order: compare their `.data`",
    "RecursionError": "a function calls itself without end; the one in its own place?"}


class WrongAnswer(Exception):
    """What is not right yet, in words."""


def expect(what, got, expected, hints=None, within=1e-6):
    """Return None if `got` is `expected`; else raise a WrongAnswer that says what came.

    Numbers may differ by `within`, relative above 1. `slips` says where a wrong answer
    comes from: {answer: words}.
    """
    if same(got, expected, within):
        return
    if empty(got):  # which does not give the answer away
        raise WrongAnswer(f"{what}\n    {NOTHING_CAME}")
    words = f"{what}\n    expected {expected!r}\n    got      {got!r}"
    slip = next((slips[wrong] for wrong in slips or {} if same(got, wrong, within)), '')
    if not slip and 'nan' in repr(got):
        slip = "nan is a slope that was not given, or inf less inf"
    raise WrongAnswer(words + f"\n    likely slip: {slip}" * bool(slip))


def expect_prediction(prediction, found, hints=None):
    """Return None if `prediction` lists what was `found`; else raise a WrongAnswer.

    It does not say what was found, so that one can think again. The keys of `slips` are
    sorted tuples.
    """
    if not isinstance(prediction, (list, tuple, set)):
        raise WrongAnswer(f"your prediction: expected a list of names, got {prediction!r}")
    names = sorted(set(prediction))
    if names != sorted(found):
        one_too_many = "one that you name is not among them"
        slip = one_too_many if set(names) - set(found) else "one more is among them"
        slip = NOTHING_CAME if not names else (slips or {}).get(tuple(names), slip)
        raise WrongAnswer(f"your prediction {names}\n    {slip}")


def same(one, other, within):
    """Return whether two answers are equal: numbers nearly, sequences one by one."""
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        pairs = list(zip(one, other))
        return len(one) == len(other) and all(same(x, y, within) for x, y in pairs)
    try:
        near = math.isclose(one, other, rel_tol=within, abs_tol=within)
    except (TypeError, ValueError, OverflowError):  # not two numbers, or too large
        near = False
    return near or bool(one == other)


def empty(answer):
    """Return whether an answer, or a part of it, was never given."""
    if isinstance(answer, (list, tuple)):
        return not answer or any(map(empty, answer))
    return answer is None or answer is ...


def is_blank(answer):
    """Return whether an answer is a function in which nothing stands but `...`."""
    def says(function):
        code = getattr(function, '__code__', None)
        return code and (code.co_code, code.co_consts)
    def blank(): ...
    return says(answer) == says(blank)


def checked(check):
    """Return `check` as a function that prints 'right', or what is not right yet.

    A check takes a reader's answer and calls `expect`; an error on the way is a wrong
    answer, too.
    """
    @wraps(check)
    def verdict(*answer):
        print(problem_in(check, *answer) or "right")
    return verdict


def problem_in(check, *answer):
    """Return what is not right yet, in words; '' where all of it is right."""
    if any(map(is_blank, answer)):
        return f"not yet: {NOTHING_CAME}"
    try:
        check(*answer)
    except WrongAnswer as problem:
        return f"not yet: {problem}"
    except (Exception, SystemExit) as error:
        end = f"{type(error).__name__}: {error}"
        hints = [hint for begin, hint in ERRORS.items() if end.startswith(begin)]
        return '\n    '.join([f"not yet: it ended in {end}", *hints[:1]])
    return ''


@contextmanager
def planted(owner, **wrong):
    """Replace methods of a class, or functions of a module, while a `with` lasts."""
    inherited = {name for name in wrong if name not in vars(owner)}
    right = {name: vars(owner).get(name, getattr(owner, name)) for name in wrong}
    try:
        for name, replacement in wrong.items():
            setattr(owner, name, replacement)
        yield
    finally:
        for name, original in right.items():
            setattr(owner, name, original)
            if name in inherited:
                delattr(owner, name)


def failing(*tests):
    """Run tests, functions that assert; return the sorted names of those that fail."""
    return sorted(test.__name__ for test in tests if problem_in(test))
