"""The grader: full marks for the finished engine, the right hint for each wrong one, clear words for wrong input."""
import subprocess
import sys
from pathlib import Path
from unittest.mock import patch

import pytest

from classroom import grade
from classroom.wrong import WRONG
from micrograd import engine, nn
from micrograd.engine import Value

ORIGINAL = Path(sys.prefix) / 'original' / 'micrograd'


def test_full_marks():
    said = grade.grade({'Value': Value, 'Neuron': nn.Neuron, 'MLP': nn.MLP})
    assert len(said) == len(grade.QUESTIONS) == 18 and not any(said.values())


@pytest.mark.parametrize('name, question, hint', [
    ('overwriting', 'a number used twice', "+= and not ="),
    ('by_recursion', 'two ways to one node', "recursion without an order"),
    ('at_first_visit', 'two ways to one node', "before c has added its share"),
    ('level_by_level', 'the other way round', "before c has added its share"),
    ('marked_too_early', 'the other way round', "before c has added its share"),
    ('by_recursion', 'a long chain', "use a stack"),
    ('without_reset', 'backward twice', "inner nodes begin with what the first call has left"),
    ('slope_from_input', 'the exponential', "its result, not its input"),
    ('by_formula', 'the hyperbolic tangent', "OverflowError"),
    ('never_off', 'the rectifier', "below 0 relu answers 0"),
    ('from_minus_one', 'two ways to one node', "begin with the gradient +1")])
def test_hints(name, question, hint):
    method, wrong = WRONG[name]
    with patch.object(Value, method, wrong):
        assert hint in grade.grade({'Value': Value})[question]


def test_every_question_can_be_failed():
    class Nothing:
        def __init__(self, *data):
            self.data = 0
    said = grade.grade({'Value': Nothing, 'Neuron': Nothing, 'MLP': Nothing})
    assert all(problem.startswith('not yet') for problem in said.values())


def test_only_up_to_a_chapter():
    assert {chapter for chapter, *_ in grade.questions({'Value': Value}, 6)} == {2, 5, 6}
    assert len(grade.grade({'Value': Value}, 6)) == 8


@pytest.mark.parametrize('module, right', [('engine', '16 of 16 right'), ('nn', '2 of 2 right')])
def test_the_library_as_a_file(module, right, capsys):
    file = {'engine': engine, 'nn': nn}[module].__file__
    assert grade.main([file]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == right


def test_karpathys_package(capsys):
    if not ORIGINAL.exists():
        pytest.skip("`make test` installs micrograd 0.1.0 there")
    assert grade.main([str(ORIGINAL / 'engine.py')]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == '10 of 16 right'
    lost = [line[12:42].strip() for line in lines if line.startswith('chapter') and not line.endswith(' right')]
    assert lost == ['backward twice', 'a long chain', 'the power 0 at 0', 'the exponential', 'the logarithm',
                    'the hyperbolic tangent']
    assert grade.main([str(ORIGINAL / 'nn.py')]) == 0


@pytest.mark.parametrize('text, words', [
    (None, "FileNotFoundError"), ("class Value(:", "SyntaxError"), ("1 / 0", "ZeroDivisionError"),
    ("import micrograd_of_nobody", "ModuleNotFoundError"), ("import sys; sys.exit()", "SystemExit"),
    ("x = 1", "to define one of Value (from chapter 2 on)"),
    ("from micrograd.engine import Value", "itself to define")])
def test_wrong_input(text, words, tmp_path, capsys):
    file = tmp_path / 'my_engine.py'
    if text is not None:
        file.write_text(text)
    with pytest.raises(SystemExit) as stop:
        grade.main([str(file)])
    assert stop.value.code == 2
    said = capsys.readouterr().err
    assert words in said and 'my_engine.py' in said and 'Traceback' not in said


def test_a_network_finds_the_engine_beside_it(tmp_path, capsys):
    (tmp_path / 'my_engine.py').write_text(Path(engine.__file__).read_text())
    (tmp_path / 'my_nn.py').write_text(Path(nn.__file__).read_text().replace('micrograd.engine', 'my_engine'))
    path = sys.path.copy()
    assert grade.main([str(tmp_path / 'my_nn.py')]) == 0 and sys.path == path
    assert grade.main([str(tmp_path / 'my_nn.py'), '10']) == 0
    with pytest.raises(SystemExit):
        grade.main([str(tmp_path / 'my_nn.py'), '8'])
    assert "Neuron (from chapter 10 on)" in capsys.readouterr().err


def test_an_engine_that_leaves_is_not_praised(tmp_path, capsys):
    file = tmp_path / 'my_engine.py'
    file.write_text(Path(engine.__file__).read_text() + "\n    def backward(self):\n        raise SystemExit(0)\n")
    assert grade.main([str(file)]) == 1
    assert '2 of 16' not in capsys.readouterr().out.splitlines()[0]


def test_as_a_command(tmp_path):
    file = tmp_path / 'my_engine.py'
    file.write_text("from dataclasses import dataclass\n\n"
                    "@dataclass\nclass Value:\n    data: float\n    grad: float = 0\n")
    command = [sys.executable, '-m', 'classroom.grade', str(file), '2']
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 1 and run.stderr == ''
    assert run.stdout.splitlines()[-1] == '0 of 2 right'
