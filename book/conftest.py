"""The chapters as tests: without progress bars, whose text differs from run to run, and where there is no PyTorch."""
import os
from importlib.util import find_spec

import pytest

os.environ['TQDM_DISABLE'] = '1'


def pytest_collection_modifyitems(items):
    """Skip, by name, the chapters that compare with PyTorch, on a machine that has none."""
    if find_spec('torch'):
        return
    compares = {}
    for item in items:
        if item.path.suffix == '.ipynb':
            if item.path not in compares:
                compares[item.path] = 'import torch' in item.path.read_text(encoding='utf-8')
            if compares[item.path]:
                reason = f"{item.path.stem} compares with PyTorch: `make test` installs it"
                item.add_marker(pytest.mark.skip(reason=reason))
