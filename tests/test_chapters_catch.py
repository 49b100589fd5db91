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
    ('02', "'+', self, 1, other, 1)", "'+', self, -1, other, 1)"),
    ('02', "'+', self, 1, other, 1)", "'+', self, 1, other, -1)"),
    ('02', "'*', self, y, other, x)", "'*', self, -y, other, x)"),
    ('02', "'*', self, y, other, x)", "'*', self, y, other, -x)"),
    ('02', "'*', self, y, other, x)", "'*', self, x, other, y)"),
    ('05', "self._a.grad += self._slope_a * grad", "self._a.grad -= self._slope_a * grad"),
    ('05', "self._b.grad += self._slope_b * grad", "self._b.grad = self._slope_b * grad"),
    ('05', "child.grad += slope * grad", "child.grad = slope * grad"),
    ('05', "if slope:", "if True:"),
    ('06', "for node in reversed(order):", "for node in order:"),
    ('06', "self._Zero(), [self]", "0, [self]"),
    ('06', "node.grad = zero", "pass"),
    ('06', "self.grad += 1", "self.grad -= 1"),
    ('06', "and node.grad is not zero:", ":"),
    ('06', "while node._a is not None and", "while"),
    ('06', "waiting += node, None", "order.append(node)"),
    ('06', "in node._others() if slope]", "in node._others()]"),
    ('06', "if not node._slope_a:", "if False:"),
    ('06', "if not node._slope_a:", "if True:"),
    ('06', "if node._slope_b:", "if False:"),
    ('06', "elif node._rest:", "elif False:"),
    ('07', "return self * -1", "return self * 1"),
    ('07', "return self + -other", "return self + other"),
    ('07', "number - x", "x - number"),
    ('07', "return n * x**(n - 1)", "return -n * x**(n - 1)"),
    ("07", "if n == 0:", "if False:"),
    ('07', "return self * other**-1", "return self * other"),
    ('07', "number / x", "x / number"),
    ('08', "'exp', self, data)", "'exp', self, -data)"),
    ('08', "'exp', self, data)", "'exp', self, self.data)"),
    ('08', "self, 1 / self.data)", "self, -1 / self.data)"),
    ('08', "self, 1 - data**2)", "self, data**2 - 1)"),
    ('08', "'ReLU', self, 1)", "'ReLU', self, -1)"),
    ('08', "if x <= 0 else node", "if x < 0 else node"),
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
    error = result.stderr.splitlines()[-1]
    assert error.startswith(('AssertionError', 'ZeroDivisionError', 'KeyError')), result.stderr
