"""Under another Python all tests pass, and the chapters, executed there, give the stored notebooks byte for byte.

For each Python from 3.10 to 3.14 that this machine has beside the present one, with the pinned packages in a virtual
environment of its own. CHAPTERS="05 06" in the environment: only those. Python 3.10 has an older matplotlib and another
Graphviz: there the drawings are compared by what they say, and their warnings are left out.
"""
import os
import subprocess
import sys
from pathlib import Path

import pytest
from test_pythons import interpreter

ROOT = Path(__file__).parents[2]
PROGRAM = r"""
import os, re, sys, nbformat, weave

def text(notebook):
    if sys.version_info >= (3, 11):
        return nbformat.writes(notebook)
    for cell in notebook.cells:
        cell['outputs'] = [output for output in cell.get('outputs', ()) if output.get('name') != 'stderr']
    return re.sub(r'<svg(?:[^>]*?(aria-label=\\"[^"]*"))?.*?</svg>', r'\1', nbformat.writes(notebook), flags=re.DOTALL)

wanted = tuple(os.environ.get('CHAPTERS', '').split()) or ''
for path in weave.chapters():
    if path.name.startswith(wanted):
        same = text(weave.execute(path)) == text(nbformat.read(path.with_suffix('.ipynb'), 4))
        print('same ' if same else 'other', path.stem, flush=True)
"""


@pytest.fixture(scope='module', params=[minor for minor in range(10, 15) if minor != sys.version_info[1]])
def venv(request, tmp_path_factory):
    """Return the folder of an environment of another Python, with all that the book needs."""
    folder, python = tmp_path_factory.mktemp('python') / 'venv', interpreter(request.param)
    installed = [f'{folder}/.book-installed', f'{folder}/.torch-installed']
    subprocess.run(['make', '-s', f'VENV={folder}', f'PYTHON={python}', *installed], cwd=ROOT, check=True)
    return folder


def test_all_tests_pass(venv):
    run = subprocess.run(['make', '-s', 'test', f'VENV={venv}'], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout[-3000:]


def test_the_notebooks_are_the_stored_ones(venv):
    environment = {**os.environ, 'PYTHONPATH': f'{ROOT}/book/_tools', 'PATH': f"{venv}/bin:{os.environ['PATH']}"}
    run = subprocess.run([f'{venv}/bin/python', '-c', PROGRAM], cwd=ROOT, capture_output=True, text=True, check=False,
                         env=environment)
    assert run.returncode == 0, run.stderr[-3000:]
    assert 'same' in run.stdout and 'other' not in run.stdout, run.stdout
