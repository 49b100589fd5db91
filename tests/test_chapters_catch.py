"""The book is the test suite: a mistake in the engine makes the chapter that builds it fail."""
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# (chapter, what is right, what is wrong instead)
MISTAKES = [
    ('02', "_slopes=(1, 1))", "_slopes=(-1, 1))"),
    ('02', "_slopes=(1, 1))", "_slopes=(1, -1))"),
    ('02', "slopes = (other.data, self.data)", "slopes = (-other.data, self.data)"),
    ('02', "slopes = (other.data, self.data)", "slopes = (other.data, -self.data)"),
    ('02', "slopes = (other.data, self.data)", "slopes = (self.data, other.data)"),
    ('05', "child.grad += slope * self.grad", "child.grad -= slope * self.grad"),
    ('05', "child.grad += slope * self.grad", "child.grad = slope * self.grad"),
    ('06', "for node in reversed(order):", "for node in order:"),
    ('06', "if node._prev:\n                node.grad = 0", "pass"),
    ('06', "self.grad += 1", "self.grad -= 1"),
    ('07', "return self * -1", "return self * 1"),
    ('07', "return self + -other", "return self + other"),
    ('07', "return other + -self", "return self + -other"),
    ('07', "return n * x**(n - 1)", "return -n * x**(n - 1)"),
    ("07", "if n == 0:", "if False:"),
    ('07', "return self * other**-1", "return self * other"),
    ('07', "return other * self**-1", "return self * other**-1"),
    ('08', "'exp', _slopes=(data,)", "'exp', _slopes=(-data,)"),
    ('08', "'exp', _slopes=(data,)", "'exp', _slopes=(self.data,)"),
    ('08', "_slopes=(1 / self.data,)", "_slopes=(-1 / self.data,)"),
    ('08', "_slopes=(1 - data**2,)", "_slopes=(data**2 - 1,)"),
    ('08', "_slopes=(0 if self.data <= 0 else 1,)", "_slopes=(0 if self.data <= 0 else -1,)"),
    ('08', "_slopes=(0 if self.data <= 0 else 1,)", "_slopes=(0 if self.data < 0 else 1,)"),
]

RUN = """
import sys, jupytext, weave
chapter = next(path for path in weave.chapters() if path.name.startswith(sys.argv[1]))
namespace = {'__name__': '__main__'}
for cell in jupytext.reads(weave.woven(chapter.read_text()), 'md').cells:
    if cell.cell_type == 'code':
        try:
            exec(cell.source, namespace)
        except Exception:
            if 'raises-exception' not in cell.metadata.get('tags', ()):
                raise
"""


def run(chapter, source):
    """Run the code of a chapter, with its listings woven from the library in the folder `source`."""
    paths = [source, ROOT / 'book' / '_tools']
    environment = {**os.environ, 'PYTHONPATH': os.pathsep.join(map(str, paths)), 'GRAPHVIZ_DOT': ''}
    return subprocess.run([sys.executable, '-c', RUN, chapter], env=environment, capture_output=True, text=True,
                          check=False)


@pytest.mark.parametrize('chapter', sorted({chapter for chapter, *_ in MISTAKES}))
def test_the_right_engine_passes(chapter):
    result = run(chapter, ROOT / 'src')
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize('chapter, right, wrong', MISTAKES)
def test_a_wrong_engine_fails(chapter, right, wrong, tmp_path):
    shutil.copytree(ROOT / 'src', tmp_path / 'src')
    engine = tmp_path / 'src' / 'micrograd' / 'engine.py'
    source = engine.read_text()
    assert source.count(right) == 1
    engine.write_text(source.replace(right, wrong))
    result = run(chapter, tmp_path / 'src')
    assert result.returncode != 0
    assert 'AssertionError' in result.stderr or 'ZeroDivisionError' in result.stderr, result.stderr
