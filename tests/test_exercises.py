"""The exercises: their form, and that each check rejects an empty answer and the likely slip, and says why."""
import contextlib
import io
import math
import re
import sys
from functools import cache
from pathlib import Path

import jupytext
import nbformat
import pytest
import weave
from exercise_slips import SLIPS

from classroom.check import (
    NOTHING_CAME,
    WrongAnswer,
    checked,
    empty,
    expect,
    expect_prediction,
    failing,
    planted,
    problem_in,
    same,
    is_blank,
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
            check, solution = (i + k for k in (1, 2, 3) if 'hide-input' in cells[i + k].metadata.get('tags', ())
                               or 'hide-cell' in cells[i + k].metadata.get('tags', ()))
            found[re.match(r'### (\S+)', heading)[1]] = heading, tags, i, check, solution
    return found


@pytest.mark.parametrize('chapter', CHAPTERS)
def test_three_of_each_kind(chapter):
    found = exercises(chapter)
    stars = [re.search('★+', heading)[0] for heading, *_ in found.values()]
    assert {'★', '★★', '★★★'} <= set(stars)
    tags = [tag for _, tags, *_ in found.values() for tag in tags]
    assert 'exercise-bug' in tags and 'exercise-extends' in tags
    assert list(found) == [f'{int(chapter[:2])}.{i}' for i in range(1, len(found) + 1)]


@pytest.mark.parametrize('chapter', CHAPTERS)
def test_stored_verdicts(chapter):
    """What the page shows: the empty answer is not yet right, the folded solution is."""
    cells = nbformat.read(CHAPTERS[chapter].with_suffix('.ipynb'), 4).cells
    for *_, check, solution in exercises(chapter).values():
        assert ''.join(output.text for output in cells[check].outputs).startswith('not yet: ')
        assert NOTHING_CAME in ''.join(output.text for output in cells[check].outputs), 'the answer is given away'
        assert ''.join(output.text for output in cells[solution].outputs) == 'right\n'


@pytest.mark.parametrize('chapter', CHAPTERS)
def test_every_check_recognises_the_likely_slip(chapter, monkeypatch):
    monkeypatch.setenv('GRAPHVIZ_DOT', '')
    monkeypatch.setenv('TQDM_DISABLE', '1')
    assert list(SLIPS[chapter]) == list(exercises(chapter)), "a slip for each exercise"
    cells, namespace, position = jupytext.read(CHAPTERS[chapter]).cells, {'__name__': '__main__'}, 0
    with fresh_modules():
        for number, (*_, answer, check, solution) in exercises(chapter).items():
            for cell in cells[position:check]:
                run(cell, namespace)
            assert run(cells[check], namespace).startswith('not yet: '), number
            wrong, words = SLIPS[chapter][number]
            call = cells[check].source.splitlines()[-1]
            said = execute(f'{wrong}\n{call}', namespace)
            assert said.startswith('not yet: ') and words in said, f'{number}: {said}'
            assert run(cells[solution], namespace) == 'right\n', number
            position = solution + 1


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
    """Let a chapter import micrograd anew, and put the modules of this process back afterwards."""
    import sys

    import micrograd
    modules = {name: module for name, module in sys.modules.items() if name.startswith('micrograd')}
    attributes = dict(vars(micrograd))
    for name in modules:
        if name not in ('micrograd', 'classroom.check'):
            del sys.modules[name]
    try:
        yield
    finally:
        for name in [name for name in sys.modules if name.startswith('micrograd')]:
            del sys.modules[name]
        sys.modules.update(modules)
        vars(micrograd).clear()
        vars(micrograd).update(attributes)


# check.py itself

@pytest.mark.parametrize('one, other, equal', [
    (1.0, 1.0 + 1e-9, True), (1.0, 1.001, False), (1e9, 1e9 + 1, True), ([1, 2], (1.0, 2.0), True), ([1], [1, 2], False),
    ('a', 'a', True), ('a', 'b', False), ('1', 1, False), (None, 0, False), ([[1.0]], [[1.0 + 1e-9]], True),
    (float('nan'), float('nan'), False), (float('inf'), float('inf'), True), (0.0, float('inf'), False),
    (1.0, float('-inf'), False), (10**400, 10**400, True), (10**400, 1.0, False), (True, True, True), ([], [], True)])
def test_same(one, other, equal):
    assert same(one, other, 1e-6) is equal


@pytest.mark.parametrize('answer, is_empty', [(None, True), (..., True), ([], True), ([1, None], True), ([[None], [1]], True), (0, False),
                                              ('', False), ([0], False), (False, False)])
def test_empty(answer, is_empty):
    assert empty(answer) is is_empty


def test_unwritten():
    def blank(x): ...
    def zero(): return 0
    def said():
        """It is said, but not done."""
    assert is_blank(blank)
    assert not any(map(is_blank, [zero, said, print, None, ..., []]))


def test_expect_says_what_was_expected_what_came_and_the_likely_slip():
    assert expect("x", 2.0, 2) is None
    with pytest.raises(WrongAnswer, match=r"^x\n    expected 2\n    got      3\n    likely slip: one too many$"):
        expect("x", 3, 2, {3: "one too many"})
    with pytest.raises(WrongAnswer, match=r"^x\n    expected 2\n    got      4$"):
        expect("x", 4, 2, {3: "one too many"})
    with pytest.raises(WrongAnswer, match=r"^x\n    nothing came") as empty_answer:
        expect("x", None, 2)
    assert '2' not in str(empty_answer.value)
    with pytest.raises(WrongAnswer, match=r"got      \[nan\]\n    likely slip: nan is a slope that was not given"):
        expect("x", [math.nan], [2])


def test_problems(capsys):
    def double(answer):
        expect("double", answer(2), 4)
    assert problem_in(double, lambda x: 2 * x) == ''
    assert problem_in(double, lambda x: x).startswith('not yet: double\n    expected 4')
    assert problem_in(double, lambda x: x.y) == "not yet: it ended in AttributeError: 'int' object has no attribute 'y'"
    assert problem_in(double, lambda x: sys.exit(0)).startswith('not yet: it ended in SystemExit')
    checked(double)(lambda x: 2 * x)
    assert capsys.readouterr().out == 'right\n'


@pytest.mark.parametrize('answer, hint', [
    (lambda x: None.grad, "nothing came"), (lambda x: tuple(x), "a tuple of one needs a comma"),
    (lambda x: answer_again(x), "the one in its own place?"), (lambda x: None + 1.0, "for want of a `return`"),
    (lambda x: sum([Value(1.0), object()]), "asks for `__radd__`"),
    (lambda x: max(Value(1.0), Value(2.0)), "compare their `.data`"), (lambda x: 1 / 0, None)])
def test_errors_are_explained(answer, hint, capsys):
    checked(lambda answer: answer(2))(answer)
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith('not yet: it ended in')
    assert hint in said[1] if hint else len(said) == 1


def answer_again(x):
    return answer_again(x)


@pytest.mark.parametrize('prediction, words', [
    ([], "nothing came"), ('chain', "expected a list of names, got 'chain'"), (['a'], "one more is among them"),
    (['a', 'c'], "one that you name is not among them"), (['a', 'b', 'c'], "three is too many")])
def test_predictions(prediction, words):
    with pytest.raises(WrongAnswer, match=words) as problem:
        expect_prediction(prediction, ['b', 'a'], {('a', 'b', 'c'): "three is too many"})
    assert "'b'" not in str(problem.value) or 'b' in prediction, "the answer is not given away"
    assert expect_prediction(['a', 'b', 'a'], ['b', 'a']) is None


def test_planted_is_gone_afterwards_even_after_an_error():
    class Clock:
        def time(self):
            return 12
    class Watch(Clock):
        zone = staticmethod(lambda: 'UTC')
    with pytest.raises(ZeroDivisionError), planted(Watch, time=lambda self: 13, zone=lambda self: 'CET'):
        assert (Watch().time(), Watch().zone(), Clock().time()) == (13, 'CET', 12)
        raise ZeroDivisionError
    assert (Watch().time(), Watch().zone()) == (12, 'UTC') and 'time' not in vars(Watch)
    with pytest.raises(AttributeError), planted(Clock, tme=None):
        pass


def test_failing():
    def holds():
        assert True
    def breaks():
        assert 1 + 1 == 3
    def stumbles():
        raise KeyError
    assert failing(holds, stumbles, breaks) == ['breaks', 'stumbles']
