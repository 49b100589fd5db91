"""What `pip install .` promises: the library needs nothing of the classroom, and only its pictures need a package."""
import shutil
import subprocess
import sys

import pytest

from classroom.chapters import SOURCE, modules

LIBRARY = [module for module in modules() if module.startswith('micrograd.')]
NEEDS_GRAPHVIZ = {'micrograd.graph', 'micrograd.drawing'}


@pytest.mark.parametrize('module', LIBRARY)
def test_each_module_of_the_library_stands_alone(module, tmp_path):
    """A Python that sees the standard library and src/micrograd, and nothing else."""
    shutil.copytree(SOURCE / 'micrograd', tmp_path / 'micrograd')
    program = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import {module}"
    run = subprocess.run([sys.executable, '-I', '-S', '-c', program], capture_output=True, text=True, check=False)
    if module in NEEDS_GRAPHVIZ:
        assert "No module named 'graphviz'" in run.stderr
    else:
        assert run.returncode == 0, run.stderr
