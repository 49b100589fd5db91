"""What the README, CONTRIBUTING and the Makefile say of each other and of the code."""
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from unittest import mock

import nbformat
import pytest
from plain_code import lines_of_code

from classroom.grade import grade
from classroom.wrong import WRONG, by_recursion
from micrograd.engine import Value

ROOT = Path(__file__).parents[1]
PAGES = {name: (ROOT / name).read_text(encoding='utf-8') for name in ('README.md', 'CONTRIBUTING.md', 'CHANGELOG.md')}
README = PAGES['README.md']


def test_code_and_comments(capsys, monkeypatch):
    monkeypatch.setenv('GRAPHVIZ_DOT', '')
    program = ''.join(re.findall(r'```python\n(.*?)```', README, re.DOTALL))
    exec(compile(program, 'README.md', 'exec'), {})
    claims = re.findall(r'^print\(.*\)  # (\[.*\]|[^\s,]+)', program, re.MULTILINE)
    assert len(claims) == 6 and capsys.readouterr().out.splitlines() == claims


@pytest.mark.parametrize('page', PAGES)
def test_commands_exist(page):
    makefile = (ROOT / 'Makefile').read_text(encoding='utf-8')
    for target in re.findall(r'`?make ([a-z-]+)', ''.join(re.findall(r'`[^`]*`|```.*?```', PAGES[page], re.DOTALL))):
        assert re.search(rf'^{target}:', makefile, re.MULTILINE), target


@pytest.mark.parametrize('page', PAGES)
def test_paths_exist(page):
    for path in re.findall(r'\]\(([^)#]+)\)', PAGES[page]):
        assert path.startswith('https://') or (ROOT / path).exists(), path


def test_every_module_is_on_the_map():
    chart = README.partition('## A map')[2]
    for path in ROOT.glob('src/*/*.py'):
        assert path.name in chart or path.name == '__init__.py', path


def test_every_command_is_explained():
    makefile = (ROOT / 'Makefile').read_text(encoding='utf-8')
    for target in re.findall(r'^([a-z-]+):.*## ', makefile, re.MULTILINE):
        assert f'| `make {target}' in PAGES['CONTRIBUTING.md'] or target == 'help', target


def test_a_command_takes_as_long_here_as_there():
    makefile = (ROOT / 'Makefile').read_text(encoding='utf-8')
    times = re.findall(r'^([a-z-]+):.*## .*\((half a minute|\d+ minutes)', makefile, re.MULTILINE)
    for target, time in times:
        assert re.search(rf'^[|] `make {target}` [|].*[|] {time} [|]$', PAGES['CONTRIBUTING.md'], re.MULTILINE), target
    assert len(times) > 5


def test_mutants_are_counted_before_a_stale_count_fails():
    makefile = (ROOT / 'Makefile').read_text(encoding='utf-8')
    order = re.search(r'^check-all: (.*?) +##', makefile, re.MULTILINE)[1].split()
    assert order.index('mutants') < order.index('test')


def test_the_version_is_in_the_changelog():
    version = re.search(r'^version = "(.*)"', (ROOT / 'pyproject.toml').read_text(encoding='utf-8'), re.MULTILINE)[1]
    assert re.search(r'^## \[(.*)\]', PAGES['CHANGELOG.md'], re.MULTILINE)[1] == version


def test_the_engine_is_as_short_as_it_is_said_to_be():
    lines = lines_of_code((ROOT / 'src/micrograd/engine.py').read_text(encoding='utf-8'))
    for page in ('README.md', 'book/00-tour.md'):
        claim = re.search(r'at most (\d+) lines of code', (ROOT / page).read_text(encoding='utf-8'))
        assert 90 < lines <= int(claim[1]), page


def test_the_report_is_what_the_grader_says():
    shown = re.search(r'^chapter 6 .*?(?=^```)', README, re.DOTALL | re.MULTILINE)[0]
    with mock.patch.object(Value, 'backward', by_recursion):
        said = grade({'Value': Value})
    assert shown == f"chapter 6   {'two ways to one node':30} {said['two ways to one node']}\n"


def test_the_number_of_wrong_engines():
    numbers = {'nine': 9, 'ten': 10, 'eleven': 11, 'twelve': 12}
    claim = re.search(r'^[|] (\w+) engines that are wrong.* (\w+) of them by the grid', README, re.MULTILINE)
    assert numbers[claim[1].lower()] == len(WRONG)
    cells = nbformat.read(ROOT / 'book' / '09-trust.ipynb', 4).cells
    grid = next(cell for cell in cells if cell.source.startswith('grid = {}'))
    assert numbers[claim[2]] == len(grid.outputs[0].text.splitlines()) - 1


@pytest.mark.parametrize('home, replaced', [('/nowhere', True), (str(ROOT), False)])
def test_a_home_folder_that_cannot_be_written_is_replaced(home, replaced):
    run = subprocess.run(['make', '-pn', 'help'], cwd=ROOT, env={**os.environ, 'HOME': home}, capture_output=True,
                         text=True, check=True)
    used = re.search(r'^HOME :?= (.*)', run.stdout, re.MULTILINE)[1]
    assert (used != home) == replaced


@pytest.mark.parametrize('python, words', [
    ('python9', 'there is no python9: install Python, or name yours, as in make PYTHON='),
    ('old', 'expected Python 3.10 or newer, got 3.9: try make PYTHON=')])
def test_a_python_that_will_not_do_is_named(python, words, tmp_path):
    shutil.copy(ROOT / 'Makefile', tmp_path)
    old = tmp_path / 'old'
    old.write_text(f'#!{sys.executable}\nimport sys\nsys.version_info = (3, 9, 1)\nexec(sys.argv[2])\n')
    old.chmod(0o755)
    environment = {**os.environ, 'PATH': f"{tmp_path}:{os.environ['PATH']}"}
    environment.pop('MAKEFLAGS', None)  # as in make test VENV=..., which would be of that environment
    run = subprocess.run(['make', f'PYTHON={python}', '.venv/bin/pip'], cwd=tmp_path, capture_output=True, text=True,
                         env=environment)
    assert run.returncode and words in run.stdout + run.stderr and not (tmp_path / '.venv').exists()
