"""The README's own code, run as one program; its claims in comments are checked."""
import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
BLOCKS = re.findall(r'```python\n(.*?)```', (ROOT / 'README.md').read_text(encoding='utf-8'), re.DOTALL)


def test_code_and_comments(capsys, monkeypatch):
    monkeypatch.setenv('GRAPHVIZ_DOT', '')
    program = ''.join(BLOCKS)
    exec(compile(program, 'README.md', 'exec'), {})
    claims = re.findall(r'^print\(.*\)  # (\[.*\]|[^\s,]+)', program, re.MULTILINE)
    assert len(claims) == 5 and capsys.readouterr().out.splitlines() == claims


def test_commands_exist():
    makefile = (ROOT / 'Makefile').read_text()
    for target in re.findall(r'`?make ([a-z]+)', (ROOT / 'README.md').read_text(encoding='utf-8')):
        assert re.search(rf'^{target}:', makefile, re.MULTILINE), target


def test_paths_exist():
    text = (ROOT / 'README.md').read_text(encoding='utf-8')
    for path in re.findall(r'\]\(([^)]+)\)', text):
        assert (ROOT / path).exists(), path


def test_the_engine_is_as_short_as_it_is_said_to_be():
    lines = lines_of_code((ROOT / 'src/micrograd/engine.py').read_text())
    for page in ('README.md', 'book/00-tour.md'):
        claim = re.search(r'fewer than (\d+) lines of code', (ROOT / page).read_text(encoding='utf-8'))
        assert 100 < lines < int(claim[1]), page


def lines_of_code(source):
    """Return how many lines hold code: not those of docstrings, nor comments, nor blank ones."""
    documented = [node.body[0] for node in ast.walk(ast.parse(source))
                  if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and ast.get_docstring(node)]
    words = {i for text in documented for i in range(text.lineno, text.end_lineno + 1)}
    return sum(i not in words and bool(line.strip()) and not line.strip().startswith('#')
               for i, line in enumerate(source.splitlines(), 1))


def test_the_report_is_what_the_grader_says(capsys):
    from unittest.mock import patch

    from micrograd.engine import Value
    from classroom.grade import grade
    from classroom.wrong import by_recursion
    shown = re.search(r'^chapter 6 .*?(?=^```)', (ROOT / 'README.md').read_text(encoding='utf-8'), re.DOTALL | re.MULTILINE)[0]
    with patch.object(Value, 'backward', by_recursion):
        said = grade({'Value': Value})
    assert shown == f"chapter 6   {'two ways to one node':30} {said['two ways to one node']}\n"


def test_the_number_of_wrong_engines():
    from classroom.wrong import WRONG
    numbers = {'nine': 9, 'ten': 10, 'eleven': 11, 'twelve': 12}
    claim = re.search(r'^[|] (\w+) engines that are wrong', (ROOT / 'README.md').read_text(encoding='utf-8'), re.MULTILINE)[1]
    assert numbers[claim.lower()] == len(WRONG)
