"""Two builds of the book, in two folders, under two time zones, hash seeds and masks, are the same byte for byte."""
import os
import subprocess
import sys
from filecmp import dircmp
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MACHINES = {
    'one': {'TZ': 'Asia/Tokyo', 'PYTHONHASHSEED': '1', 'MASK': '022'},
    'a/folder with a longer name': {'TZ': 'America/Lima', 'PYTHONHASHSEED': '2', 'MASK': '077'},
}


def copy(folder):
    """Copy what git knows of the project, as it stands in this folder."""
    folder.mkdir(parents=True)
    files = subprocess.run(['git', 'ls-files', '-z'], cwd=ROOT, capture_output=True, check=True).stdout
    packed = subprocess.run(['tar', '-c', '--null', '-T', '-'], cwd=ROOT, input=files, capture_output=True, check=True)
    subprocess.run(['tar', '-x'], cwd=folder, input=packed.stdout, check=True)


def build(folder, **environment):
    """Build the book in `folder` from the sources there; return the folder of the pages."""
    copy(folder)
    command = f'umask $MASK && make book VENV="{sys.prefix}" -o "{sys.prefix}/.book-installed"'
    made = subprocess.run(['sh', '-c', command], cwd=folder, capture_output=True, text=True, check=False,
                          env={**os.environ, 'PYTHONPATH': str(folder / 'src'), **environment})
    assert made.returncode == 0, made.stderr[-3000:]
    return folder / '_build' / 'html'


def differences(compared):
    """Yield the paths, relative to the two folders, of what is not the same in both."""
    yield from compared.left_only + compared.right_only + compared.funny_files
    for name in compared.common_files:
        one, other = (Path(side, name).read_bytes() for side in (compared.left, compared.right))
        if one != other:
            yield str(Path(compared.left, name))
    for inner in compared.subdirs.values():
        yield from differences(inner)


@pytest.fixture(scope='module')
def builds(tmp_path_factory):
    where = tmp_path_factory.mktemp('builds')
    return [build(where / name, **machine) for name, machine in MACHINES.items()]


def test_two_builds_are_the_same_byte_for_byte(builds):
    assert list(differences(dircmp(*builds))) == []


def test_no_page_says_where_it_was_built(builds):
    for html in builds:
        for path in html.rglob('*'):
            if path.is_file():
                assert str(html.parents[1]).encode() not in path.read_bytes(), path
    assert len(list(builds[0].glob('*.html'))) > 20
