"""What `make student` hands out runs as its README says: in an environment of its own, in a folder of its own."""
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def handed_out(tmp_path):
    """A copy of the folder, with what its README installs, and PyTorch."""
    made = subprocess.run(['make', 'student'], cwd=ROOT, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    folder = Path(shutil.copytree(ROOT / '_build' / 'student', tmp_path / 'class'))
    once = re.search(r'## Once.*?```sh\n(.*?)```', (folder / 'README.md').read_text(), re.DOTALL)[1]
    tools = '.venv/bin/pip install nbval pytest torch'
    done = subprocess.run(f'set -e\n{once}{tools}', shell=True, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder


def test_every_output_is_that_of_the_book(handed_out):
    command = ['.venv/bin/python', '-m', 'pytest', '-q', '--nbval', '--nbval-current-env',
               f'--nbval-sanitize-with={ROOT}/book/_tools/sanitize.cfg']
    bare = {name: value for name, value in os.environ.items() if not name.startswith('PYTHON')}
    run = subprocess.run(command, cwd=handed_out, capture_output=True, text=True, check=False,
                         env={**bare, 'GRAPHVIZ_DOT': '', 'TQDM_DISABLE': '1'})
    assert run.returncode == 0, run.stdout[-3000:]
