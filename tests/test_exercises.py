"""The exercises: their form, and that each check rejects an empty answer and the likely slips, and says why."""
import ast
import contextlib
import io
import math
import re
import sys
from functools import cache
from pathlib import Path
from unittest import mock

import jupytext
import nbformat
import numpy as np
import pytest
import weave
from exercise_slips import SLIPS

from classroom.chapters import begin
from classroom.check import (
    NOTHING_CAME,
    ORDER_WANTED,
    STILL_EMPTY,
    TUPLES_WANTED,
    WrongAnswer,
    checked,
    expect,
    expect_prediction,
    failing,
    is_blank,
    is_same,
    problem_in,
    wrong_tries,
)
from micrograd.engine import Value

ROOT = Path(__file__).parents[1]
CHAPTERS = {path.stem: path for path in weave.chapters()}


@cache
def exercises(chapter):
    """Return {number: (heading, tags, answer cell, check cell, solution cell)} of a chapter, cells as their index."""
    cells, found, heading = jupytext.read(CHAPTERS[chapter]).cells, {}, ''
    for i, cell in enumerate(cells):
        if cell.cell_type == 'markdown':
            heading = (re.findall(r'^### .*', cell.source, re.MULTILINE) or [heading])[-1]
        tags = cell.metadata.get('tags', ())
        if 'exercise' in tags:
            folded = [j for j, other in enumerate(cells[i + 1:i + 4], i + 1)
                      if {'hide-input', 'hide-cell'} & set(other.metadata.get('tags', ()))]
            number = re.match(r'### (\S+) ★', heading)
            assert number, f"{chapter}: expected a heading '### number ★ title' above an exercise, got {heading!r}"
            assert len(folded) == 2, f"{chapter}: expected a check and a solution below {heading!r}"
            found[number[1]] = heading, tags, i, *folded
    return found


@pytest.mark.parametrize('chapter', CHAPTERS)
def test_three_of_each_kind(chapter):
    found = exercises(chapter)
    stars = {re.search('★+', heading)[0] for heading, *_ in found.values()}
    assert {'★', '★★', '★★★'} <= stars, f"{chapter}: expected exercises of one, two and three stars"
    tags = [tag for _, tags, *_ in found.values() for tag in tags]
    assert 'exercise-bug' in tags and 'exercise-extends' in tags
    assert list(found) == [f'{int(chapter[:2])}.{i}' for i in range(1, len(found) + 1)]


@pytest.mark.parametrize('chapter', CHAPTERS)
def test_stored_verdicts(chapter):
    """What the page shows: the empty answer is not yet right, the folded solution is."""
    cells = nbformat.read(CHAPTERS[chapter].with_suffix('.ipynb'), 4).cells
    for *_, check, solution in exercises(chapter).values():
        assert ''.join(output.text for output in cells[check].outputs).startswith('not yet: ')
        assert STILL_EMPTY in ''.join(output.text for output in cells[check].outputs), 'the answer is given away'
        assert ''.join(output.text for output in cells[solution].outputs) == 'right\n'


@pytest.mark.parametrize('chapter', CHAPTERS)
def test_a_check_is_called_with_the_names_of_its_parameters(chapter):
    """So that its message can say how to call it with `reveal=True`; and no two checks share their tries."""
    cells, names = jupytext.read(CHAPTERS[chapter]).cells, []
    for _, tags, _, check, _ in exercises(chapter).values():
        statements = ast.parse(cells[check].source).body
        function = next(node for node in statements if getattr(node, 'decorator_list', ()))
        names.append(function.name)
        if 'exercise-extends' not in tags:
            parameters = [argument.arg for argument in function.args.args]
            assert ast.unparse(statements[-1]) == f"{function.name}({', '.join(parameters)})"
    assert len(set(names)) == len(names)


@pytest.mark.parametrize('chapter', CHAPTERS)
def test_every_check_recognizes_the_likely_slips(chapter, monkeypatch):
    if 'import torch' in CHAPTERS[chapter].read_text(encoding='utf-8'):
        pytest.importorskip('torch', reason=f"{chapter} compares with PyTorch")
    monkeypatch.setenv('GRAPHVIZ_DOT', '')
    monkeypatch.setenv('TQDM_DISABLE', '1')
    wrong_tries.clear()
    known = list(SLIPS.get(chapter, ()))
    assert known == list(exercises(chapter)), f"expected slips of {chapter} in exercise_slips.py, for each exercise"
    cells, namespace, position = jupytext.read(CHAPTERS[chapter]).cells, {'__name__': '__main__'}, 0
    with fresh_modules():
        for number, (*_, answer, check, solution) in exercises(chapter).items():
            for cell in cells[position:check]:
                run(cell, namespace)
            assert run(cells[check], namespace).startswith('not yet: '), number
            call, all_said = cells[check].source.splitlines()[-1], ''
            for wrong, words in SLIPS[chapter][number]:
                wrong_tries.clear()
                said = execute(f'{wrong}\n{call}', namespace)
                all_said += said
                assert said.startswith('not yet: ') and words in said, f'{number}: {said}'
                if is_guess(cells[answer]):
                    assert said.endswith('reveal=True), shows what was expected\n') and 'expected ' not in said, number
            if not is_guess(cells[answer]):
                assert not [hint for hint in hints_in(cells[check]) if hint not in all_said], number
            assert run(cells[solution], namespace) == 'right\n', number
            position = solution + 1


def is_guess(answer):
    """Return whether an answer cell asks for a number or a choice, and not for a function or a class."""
    return not re.match('(@.*\n|)(def|class) ', answer.source)


def hints_in(check):
    """Return the hints of a check cell: all texts that are values of the dictionaries that `expect` is given."""
    calls = [node for node in ast.walk(ast.parse(check.source)) if isinstance(node, ast.Call)]
    tables = [argument for call in calls for argument in call.args if isinstance(argument, ast.Dict)]
    texts = [node for table in tables for hint in table.values for node in ast.walk(hint)]
    return [text.value for text in texts if isinstance(getattr(text, 'value', None), str)]


def run(cell, namespace):
    """Execute a code cell and return what it printed; not those that take long: no exercise needs them."""
    tags = cell.metadata.get('tags', ())
    if cell.cell_type != 'code' or 'slow' in tags:
        return ''
    try:
        return execute(cell.source, namespace)
    except Exception:
        if 'raises-exception' not in tags:
            raise
        return ''


def execute(source, namespace):
    with contextlib.redirect_stdout(io.StringIO()) as out:
        exec(compile(source, 'cell', 'exec'), namespace)
    return out.getvalue()


@contextlib.contextmanager
def fresh_modules():
    """Let a chapter import its own micrograd, and put the modules of this process back afterwards."""
    def ours():
        return {name: module for name, module in sys.modules.items()
                if name.partition('.')[0] in ('micrograd', 'classroom')}
    modules = ours()
    attributes = {name: dict(vars(modules[name])) for name in ('micrograd', 'classroom')}
    for name in modules.keys() - {'micrograd', 'classroom', 'classroom.chapters', 'classroom.check'}:
        del sys.modules[name]
    try:
        yield
    finally:
        for name in ours():
            del sys.modules[name]
        sys.modules.update(modules)
        for name, package in attributes.items():
            vars(modules[name]).clear()
            vars(modules[name]).update(package)


# check.py itself

@pytest.mark.parametrize('one, other, equal', [
    (1.0, 1.0 + 1e-9, True), (1.0, 1.001, False), (1e9, 1e9 + 1, True), ([1, 2], (1.0, 2.0), True),
    ([1], [1, 2], False),
    ('a', 'a', True), ('a', 'b', False), ('1', 1, False), (None, 0, False), ([[1.0]], [[1.0 + 1e-9]], True),
    (float('nan'), float('nan'), False), (float('inf'), float('inf'), True), (0.0, float('inf'), False),
    (1.0, float('-inf'), False), (10**400, 10**400, True), (10**400, 1.0, False), (True, True, True), ([], [], True)])
def test_is_same(one, other, equal):
    assert is_same(one, other, 1e-6) is equal


def blank(x): ...


def zero():
    return 0


def documented():
    """Only described, and not written: but described."""


class Begun:
    """A class of which one method is still to be written."""
    size = 0

    def ready(self):
        return self.size

    def grow(self): ...


@pytest.mark.parametrize('answer, expected', [
    (None, True), (..., True), ([], True), ([1, None], True), ([[None], [1]], True), (blank, True),
    (0, False), ('', False),
    ([0], False), (False, False), (zero, False), (documented, False), (print, False), (Value, False),
    (Begun, True), (int, False)])
def test_is_blank(answer, expected):
    assert is_blank(answer) is expected


def test_expect_says_what_was_expected_what_came_and_the_likely_slip():
    assert expect("x", 2.0, 2) is None
    with pytest.raises(WrongAnswer, match=r"^x\n    expected 2\n    got      3\n    likely slip: one too many$"):
        expect("x", 3, 2, {3: "one too many"})
    with pytest.raises(WrongAnswer, match=r"^x\n    expected 2\n    got      4$"):
        expect("x", 4, 2, {3: "one too many"})
    with pytest.raises(WrongAnswer, match=r"^x\n    expected 2\n    got      None\n    nothing came"):
        expect("x", None, 2)
    with pytest.raises(WrongAnswer, match=r"got      \[nan\]\n    likely slip: nan: a slope that was not given"):
        expect("x", [math.nan], [2])
    with pytest.raises(WrongAnswer, match=r"got      'banana'$"):
        expect("x", 'banana', 'apple')
    with pytest.raises(WrongAnswer, match=r"got      \(\)\n    likely slip: no inputs$"):
        expect("x", (), (2,), {(): "no inputs"})


def test_of_a_yes_or_no_the_hint_alone_is_told():
    with pytest.raises(WrongAnswer, match="^nudge a copy$"):
        expect("the list is changed", True, False, {True: "nudge a copy"})
    with pytest.raises(WrongAnswer, match=r"^the list is changed\n    expected False\n    got      True$"):
        expect("the list is changed", True, False)


def test_an_answer_that_calls_itself_is_named():
    def check(double):
        with mock.patch.object(Value, '__mul__', double):
            return Value(1.0) * 2
    def double(self, other):
        return self * other
    assert problem_in(check, double).endswith("`double` calls itself, directly or through an operator or a method, "
                                              "until Python stops it")
    def impatient(answer):
        raise RecursionError("too deep")
    assert problem_in(impatient, double) == "not yet: it ended in RecursionError: too deep"


def test_an_array_is_compared_item_by_item():
    for answer in (np.array([1.0, 2.0]), [np.float64(1), 2], [np.array(1.0), 2]):
        assert expect("w", answer, [1, 2]) is None
    assert expect("w", np.array([[1.0], [2.0]]), [[1], [2]]) is None
    with pytest.raises(WrongAnswer, match=r"got      array\(\[2., 1.\]\)\n    likely slip: the other way round$"):
        expect("w", np.array([2.0, 1.0]), [1, 2], {(2, 1): "the other way round"})


def test_problems(capsys):
    def double(answer):
        expect("double", answer(2), 4)
    assert problem_in(double, lambda x: 2 * x) == ''
    assert problem_in(double, lambda x: x).startswith('not yet: double\n    expected 4')
    assert problem_in(double, lambda x: x.y) == "not yet: it ended in AttributeError: 'int' object has no attribute 'y'"
    assert problem_in(double, lambda x: sys.exit(0)).startswith('not yet: it ended in SystemExit')
    checked(double)(lambda x: 2 * x)
    assert capsys.readouterr().out == 'right\n'


@pytest.fixture
def tell(capsys):
    """Return a function that calls a check and returns what it printed, on one line; the tries begin at 1."""
    def told(check, *answers, **how):
        check(*answers, **how)
        return capsys.readouterr().out.replace('\n    ', ' | ').strip()
    wrong_tries.clear()
    return told


def check_two():
    """Return a fresh check, as a cell that is run again defines it."""
    @checked
    def check_sum(x, y):
        expect("1 + 1, and twice that", [x, y], [2, 4], {(2, 2): "twice"})
    return check_sum


HOW = "a third try, or check_sum(x, y, reveal=True), shows what was expected"


def test_what_was_expected_is_shown_on_the_third_different_try(tell):
    assert tell(check_two(), None, None) == f"not yet: {STILL_EMPTY}"
    for _ in range(3):
        told = tell(check_two(), 2, 2)
        assert told == f"not yet: 1 + 1, and twice that | got      [2, 2] | likely slip: twice | {HOW}"
    assert tell(check_two(), 2, None) == f"not yet: 1 + 1, and twice that | got      [2, None] | {NOTHING_CAME} | {HOW}"
    assert tell(check_two(), 3, 3) == f"not yet: 1 + 1, and twice that | got      [3, 3] | {HOW}"
    assert tell(check_two(), 5, 5) == "not yet: 1 + 1, and twice that | expected [2, 4] | got      [5, 5]"
    assert tell(check_two(), 2, 4) == "right"


def test_what_was_expected_is_shown_when_asked_for(tell):
    assert 'expected [2, 4]' in tell(check_two(), 2, 2, reveal=True)
    assert 'expected [2, 4]' in tell(check_two(), None, None, reveal=True)
    assert 'expected [2, 4]' not in tell(check_two(), 2, 2), "asking is no try, and holds for once"
    assert tell(check_two(), 2, 4, reveal=True) == "right"


def test_tries_begin_again_with_a_chapter(tell):
    for x in range(3):
        tell(check_two(), x, x)
    with fresh_modules():
        begin(1)
    assert tell(check_two(), 9, 9).endswith(HOW)


def test_what_a_function_gives_is_told_at_once_and_what_was_to_be_predicted_is_not(tell):
    @checked
    def check_bug(double, prediction):
        expect("double(2)", double(2), 4)
        expect_prediction(prediction, ['b', 'a'])
    for wrong in ['c'], ['d'], ['e']:
        assert tell(check_bug, lambda x: x, wrong) == "not yet: double(2) | expected 4 | got      2"
    assert tell(check_bug, blank, ['a', 'b']) == f"not yet: {STILL_EMPTY}"
    one_fails = "at least one of the tests fails"
    for wrong, hint in ([], one_fails), (['a'], "these are not all of them"), (['a', 'c'], "'c' is not among them"):
        told = tell(check_bug, lambda x: 2 * x, wrong)
        assert hint in told and told.endswith("check_bug(double, prediction, reveal=True), shows what was expected")
        assert "'b'" not in told
    assert "expected ['a', 'b']" in tell(check_bug, lambda x: 2 * x, 'b')
    assert tell(check_bug, lambda x: 2 * x, ('b', 'a', 'b')) == "right"


@pytest.mark.parametrize('prediction, hint', [
    ([], "at least one of the tests fails"), ('a', "these are not all of them"), (['a'], "these are not all of them"),
    (['a', 'c'], "'c' is not among them"), (['d', 'c'], "'c' is not among them"),
    (['a', 'b', 'c'], "three is too many")])
def test_predictions(prediction, hint):
    with pytest.raises(WrongAnswer, match=hint):
        expect_prediction(prediction, ['b', 'a'], {('a', 'b', 'c'): "three is too many"})
    assert expect_prediction(['a', 'b', 'a'], ['b', 'a']) is None


def test_a_name_that_no_test_has_is_named():
    def holds(): ...
    def breaks():
        raise AssertionError
    with pytest.raises(WrongAnswer, match="no test is called 'brakes'"):
        expect_prediction(['brakes', 'holds'], failing(holds, breaks))
    with pytest.raises(WrongAnswer, match="'holds' is not among them"):
        expect_prediction(['breaks', 'holds'], failing(holds, breaks))


def early_value():
    """Return a class Value that can no more than be added and multiplied, itself on the left."""
    class Value:
        def __init__(self, data):
            self.data = data

        def __add__(self, other):
            return self

        __mul__ = __add__
    return Value


@pytest.mark.parametrize('cls, code, hint', [
    (early_value(), 'x / 2', "Value has no / yet: chapter 7 builds it"),
    (early_value(), '2 / x', "Value has no / yet: chapter 7 builds it"),
    (early_value(), 'x - x', "Value has no - yet: chapter 7 builds it"),
    (early_value(), '-x', "Value has no - yet: chapter 7 builds it"),
    (early_value(), 'x**2', "Value has no ** yet: chapter 7 builds it"),
    (early_value(), '2 + x', "int + Value asks for `__radd__`: Value has none"),
    (early_value(), 'sum([x, x])', "int + Value asks for `__radd__`: Value has none"),
    (early_value(), '0.5 * x', "float * Value asks for `__rmul__`: Value has none"),
    (early_value(), 'x // 2', None), (early_value(), '[] + x', None), (early_value(), '2 + object()', None),
    (Value, 'x / "2"', None), (Value, '"2" / x', None), (Value, 'x + None', NOTHING_CAME),
    (Value, 'None.grad', NOTHING_CAME),
    (Value, 'len(None)', NOTHING_CAME), (Value, '2**x', "int ** Value asks for `__rpow__`: Value has none"),
    (Value, 'Value(1.0, (x,), "f", _slopes=(1))', TUPLES_WANTED), (Value, 'Value(1.0, (x), "f")', TUPLES_WANTED),
    (Value, 'list(x)', None), (Value, 'max(x, x + 1)', ORDER_WANTED), (Value, '0 if x >= 0 else 1', ORDER_WANTED),
    (Value, '0 < x', ORDER_WANTED), (Value, '[1] < 2', None), (Value, '1 / 0', None),
    (Value, 'f(f)', "`<lambda>` calls itself, directly or through an operator or a method, until Python stops it")])
def test_the_cause_of_an_error_is_told_where_it_is_known(cls, code, hint):
    def check(answer, Value):
        answer(Value(2.0))
    def answer(x):
        return eval(code, {'x': x, 'Value': cls, 'f': lambda f: f(f)})
    said, *hints = problem_in(check, answer, cls).split('\n    ')
    assert said.startswith('not yet: it ended in') and hints == ([hint] if hint else [])


def test_an_operator_is_looked_for_in_the_class_that_the_check_sees():
    check = eval('lambda answer: answer()', {'Value': early_value()})
    assert problem_in(check, lambda: early_value()(2.0) / 2).endswith("Value has no / yet: chapter 7 builds it")
    check = eval('lambda answer: answer()', {})
    assert problem_in(check, lambda: early_value()(2.0) / 2).endswith("'Value' and 'int'")


def test_failing():
    def holds():
        assert True
    def breaks():
        assert 1 + 1 == 3
    def stumbles():
        raise KeyError
    assert failing(holds, stumbles, breaks) == ['breaks', 'stumbles']
