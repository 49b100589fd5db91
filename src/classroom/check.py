"""Checks that say what came, what was expected, and what the likely slip is."""
import math
import re
from collections import Counter
from functools import wraps
from inspect import signature
from traceback import walk_tb

STILL_EMPTY = "nothing came: your answer is still empty"
NOTHING_CAME = ("nothing came: is your answer still empty, "
                "or does a function return nothing?")
NAN_CAME = ("nan: a slope that was not given (`_slopes=...`) is nan, "
            "and so are inf - inf and 0 * inf")
ORDER_WANTED = "Values have no order: compare their numbers, x.data"
TUPLES_WANTED = "inputs and slopes go into tuples; a tuple of one needs a comma: (x,)"
OPERATORS = {'+': 'add', '-': 'sub', '*': 'mul', '/': 'truediv', '**': 'pow'}
wrong_tries = {}  # {name of a check: the different wrong answers so far, as texts}
tests_run = set()  # the names of the tests that `failing` ran last


class WrongAnswer(Exception):
    """An answer that is not right yet."""

    def __init__(self, what, got, expected, hint=''):
        """Hold what was asked, what came, what was expected, and perhaps a hint."""
        super().__init__(what, got, expected, hint)
        self.what, self.got, self.expected, self.hint = what, got, expected, hint

    def __str__(self):
        return self.in_words(f"expected {self.expected!r}")

    def in_words(self, *lines):
        """Return what was asked, some more lines, what came, and the hint.

        Where a yes or no came, the hint alone: it tells more.
        """
        if isinstance(self.got, bool) and self.hint:
            return self.hint.removeprefix('likely slip: ')
        hints = [self.hint] if self.hint else []
        return '\n    '.join([self.what, *lines, f"got      {self.got!r}", *hints])


class WrongPrediction(WrongAnswer):
    """A choice of names that is not right yet."""


def expect(what, got, expected, hints=None, within=1e-6):
    """Return None if `got` is `expected`; else raise a WrongAnswer that says what came.

    Numbers may differ by `within`, relative above 1. `hints` says where a wrong answer
    comes from: {answer: words}.
    """
    if is_same(got, expected, within):
        return
    pairs = (hints or {}).items()
    slips = [hint for wrong, hint in pairs if is_same(got, wrong, within)]
    if is_blank(got) and not slips:
        raise WrongAnswer(what, got, expected, NOTHING_CAME)
    if re.search(r'\bnan\b', repr(got)):
        slips.append(NAN_CAME)
    raise WrongAnswer(what, got, expected, f"likely slip: {slips[0]}" if slips else '')


def expect_prediction(prediction, found, hints=None):
    """Return None if `prediction` lists what was `found`; else raise a WrongPrediction.

    The keys of `hints` are sorted tuples. A name that is wrong is named.
    """
    names = [prediction] if isinstance(prediction, str) else sorted(set(prediction))
    if names == sorted(found):
        return
    wrong = set(names) - set(found)
    one_too_many = f"{min(wrong, key=str)!r} is not among them" if wrong else ''
    hint = one_too_many or "these are not all of them"
    hint = (hints or {}).get(tuple(names), hint)
    hint = hint if names else "at least one of the tests fails: name it"
    unknown = set(names) - tests_run
    if unknown and tests_run.issuperset(found):
        hint = f"no test is called {min(unknown, key=str)!r}"
    raise WrongPrediction("your prediction", names, sorted(found), hint)


def is_same(one, other, within):
    """Return whether two answers are equal: numbers nearly, sequences item by item."""
    one, other = (getattr(x, 'tolist', lambda x=x: x)() for x in (one, other))
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        pairs = zip(one, other)
        return len(one) == len(other) and all(is_same(x, y, within) for x, y in pairs)
    try:
        return math.isclose(one, other, rel_tol=within, abs_tol=within)
    except (TypeError, ValueError, OverflowError):  # not two numbers, or too large
        return bool(one == other)


def is_blank(answer):
    """Return whether an answer, or an item of it, was never given.

    That is None, `...`, a list without items, a function that holds only `...`, or a
    class with such a method.
    """
    if isinstance(answer, (list, tuple)):
        return not answer or any(map(is_blank, answer))
    if isinstance(answer, type):
        return any(is_blank(each) for each in vars(answer).values() if callable(each))
    def blank(): ...
    def body(function):
        code = getattr(function, '__code__', None)
        return code and (code.co_code, code.co_consts)
    return answer is None or answer is ... or body(answer) == body(blank)


def checked(check):
    """Return `check` as a function that prints 'right', or what is not right yet.

    A check takes a reader's answers, and calls `expect`. Where these are numbers or
    choices, and not functions or classes, what was expected is shown on the third
    different try, or if `reveal`.
    """
    @wraps(check)
    def verdict(*answers, reveal=False):
        print(problem_in(check, *answers, reveal=reveal) or "right")
    return verdict


def problem_in(check, *answers, reveal=True):
    """Return what is not right yet, in words; '' where all of it is right.

    An error on the way is a wrong answer, too.
    """
    if not reveal and any(map(is_blank, answers[:1])):  # a prediction is the second
        return f"not yet: {STILL_EMPTY}"
    try:
        check(*answers)
    except WrongAnswer as wrong:
        if reveal or not is_hidden(check, answers, wrong):
            return f"not yet: {wrong}"
        call = ', '.join([*signature(check).parameters, 'reveal=True'])
        how = f"a third try, or {check.__name__}({call}), shows what was expected"
        return f"not yet: {wrong.in_words()}\n    {how}"
    except (Exception, SystemExit) as error:
        cause = cause_of(error, check, answers)
        words = f"not yet: it ended in {type(error).__name__}: {error}"
        return f"{words}\n    {cause}" if cause else words
    return ''


def is_hidden(check, answers, wrong):
    """Return whether this is a guess, and one of the first two that were wrong."""
    guesses = [answer for answer in answers if not callable(answer)]
    if len(guesses) < len(answers) and not isinstance(wrong, WrongPrediction):
        return False  # what a function gives
    tries = wrong_tries.setdefault(check.__name__, set())
    if not is_blank(wrong.got):
        tries.add(repr(guesses))
    return len(tries) < 3


def cause_of(error, check, answers):
    """Return the cause of an error, where the error itself shows it; else ''."""
    text = str(error)
    if "'NoneType'" in text:
        return NOTHING_CAME
    frames = [frame for frame, _ in walk_tb(error.__traceback__)]
    if isinstance(error, RecursionError):
        return calls_itself([frame.f_code.co_name for frame in frames], answers)
    frame = frames[-1]
    maker = frame.f_locals.get('self') if frame.f_code.co_name == '__init__' else None
    if "object is not iterable" in text and type(maker).__name__ == 'Value':
        return TUPLES_WANTED
    if re.search("'[<>]=?' not supported between instances of .*'Value'", text):
        return ORDER_WANTED
    classes = {getattr(answer, '__name__', ''): answer for answer in answers}
    return missing_operator(text, classes.get('Value', check.__globals__.get('Value')))


def calls_itself(names, answers):
    """Return which of the functions called calls itself: an answer, if one does."""
    own = {getattr(answer, '__name__', '') for answer in answers}
    often = [name for name, times in Counter(names).most_common() if times > 1]
    often.sort(key=lambda name: name not in own)
    how = "calls itself, directly or through an operator or a method"
    return f"`{often[0]}` {how}, until Python stops it" if often else ''


def missing_operator(text, Value):
    """Return which operator the class does not have, if the error is about it."""
    found = re.search(r"for (?:unary )?([-+*/]+).*: '(\w+)'(?: and '(\w+)')?$", text)
    operator, left, right = found.groups() if found else ('', '', '')
    if not Value or operator not in OPERATORS or 'Value' not in (left, right):
        return ''
    name = OPERATORS[operator]
    if not hasattr(Value, f'__{name}__'):
        chapter = 2 if operator in ('+', '*') else 7
        return f"Value has no {operator} yet: chapter {chapter} builds it"
    if left != 'Value' and not hasattr(Value, f'__r{name}__'):
        return f"{left} {operator} Value asks for `__r{name}__`: Value has none"
    return ''


def failing(*tests):
    """Run tests, functions that assert; return the sorted names of those that fail."""
    tests_run.clear()
    tests_run.update(test.__name__ for test in tests)
    return sorted(test.__name__ for test in tests if problem_in(test))
