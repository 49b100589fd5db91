"""The notebooks to hand out: without solutions, beside the library that they need.

    python book/_tools/student.py WHEEL FOLDER            write them into FOLDER, which is emptied
    python book/_tools/student.py WHEEL FOLDER --clear    without outputs, too
"""
import argparse
import shutil
from pathlib import Path

import nbformat
from nbconvert.preprocessors import ClearOutputPreprocessor, TagRemovePreprocessor
from weave import BOOK, ROOT, chapters

SOLUTION = 'hide-cell'  # the tag of a cell that solves an exercise
README = Path(__file__).with_name('student.md')
LICENCES = {'LICENSE-code.txt': ROOT / 'LICENSE', 'LICENSE-text.txt': BOOK / 'LICENSE.txt'}
PACKAGES = 'jupyterlab', 'jupyterlab-myst', 'matplotlib', 'tqdm'


def without_solutions(path, clear=False):
    """Return the notebook at `path` without its solutions, and, if `clear`, without outputs."""
    notebook = nbformat.read(path, as_version=4)
    notebook.metadata.pop('jupytext', None)  # which would keep a text file beside it
    notebook, _ = TagRemovePreprocessor(remove_cell_tags={SOLUTION}).preprocess(notebook, {})
    return ClearOutputPreprocessor().preprocess(notebook, {})[0] if clear else notebook


def write(wheel, folder, clear=False):
    """Write the notebooks into `folder`, with what it takes to run them."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for path in chapters():
        nbformat.write(without_solutions(path.with_suffix('.ipynb'), clear), folder / f'{path.stem}.ipynb')
    for name, source in {'README.md': README, wheel.name: wheel, **LICENCES}.items():
        shutil.copy(source, folder / name)
    lines = f'./{wheel.name}[graph,program]', *PACKAGES
    (folder / 'requirements.txt').write_text('\n'.join(lines) + '\n', encoding='utf-8')


def main():
    """Write them, and say where."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('wheel', type=Path)
    parser.add_argument('folder', type=Path)
    parser.add_argument('--clear', action='store_true')
    options = parser.parse_args()
    write(**vars(options))
    print(f"To hand out: {options.folder}, {len(list(options.folder.glob('*.ipynb')))} notebooks without solutions")


if __name__ == '__main__':
    main()
