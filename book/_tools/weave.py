"""The loom: fill the listings of the chapters from the library, execute the chapters, store them as notebooks.

    python book/_tools/weave.py            weave every chapter
    python book/_tools/weave.py 5 06       weave those with these numbers
    python book/_tools/weave.py --check    change nothing; fail where source, chapters and notebooks disagree
"""
import argparse
import hashlib
import json
import os
import re
import sys
from asyncio import CancelledError
from pathlib import Path
from tempfile import TemporaryFile

if __name__ == '__main__':  # to load the rest takes a second or more, and Ctrl-C may come by then
    sys.excepthook = lambda kind, *error: (
        print("loom: stopped", file=sys.stderr) if kind is KeyboardInterrupt else sys.__excepthook__(kind, *error))

import jupytext
import nbformat
import yaml
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError
from traitlets.config import Config

from classroom.chapters import join, modules, pieces, read, shown, split

ROOT = Path(__file__).parents[2]
BOOK = ROOT / 'book'
MODULES = modules()
LISTING = re.compile(r'^(```\{code-cell\}.*\n(?::.*\n)*?:weave: (.*)\n(?::.*\n)*)\n?[\s\S]*?(^```$)', re.MULTILINE)

# Tags of cells that are folded: what is seen of them, and what JupyterLab folds.
FOLDED = {'hide-cell': ('Solution', 'source_hidden'), 'hide-input': ('The check', 'source_hidden'),
          'hide-output': ('What comes out', 'outputs_hidden')}
# What `hide-input` hides where it is no check: a cell with that option, or with that tag.
FOLDED_LISTING, FOLDED_PICTURE = 'More of the program', 'How this is drawn'


class LoomError(Exception):
    """Source, chapters and notebooks disagree."""


def chapters():
    """Return the paths of the chapters' MyST files, in the order of _toc.yml.

    LoomError if a chapter is listed there and not in the folder, or the other way round.
    """
    toc = yaml.safe_load((ROOT / '_toc.yml').read_text(encoding='utf-8'))
    files = [entry['file'] for part in toc['parts'] for entry in part['chapters']]
    paths = [(BOOK / file).with_suffix('.md') for file in files if file.endswith('.ipynb')]
    for path in sorted(set(paths) ^ set(BOOK.glob('[0-9][0-9]-*.md'))):
        if path in paths:
            raise LoomError(f"_toc.yml lists {path.stem}.ipynb, but book/{path.name} does not exist")
        raise LoomError(f"book/{path.name} is not in _toc.yml: list it there, or remove it and its notebook")
    return paths


def number(chapter):
    """Return the number with which a chapter's file name begins."""
    return int(chapter.name.split('-')[0])


def listing(names):
    """Return the code of a cell that shows these pieces ('micrograd.engine' for the module's head)."""
    module, *others = {split(name)[0] for name in names}
    if others:
        raise LoomError(f"a listing expects pieces of one module, got {' '.join(names)}")
    if module not in MODULES:
        raise LoomError(f"src has no module {module!r}")
    source = pieces(read(module))
    texts, inside = [], None
    for _, name in map(split, names):
        if name not in source:
            raise LoomError(f"{module} has no piece {name!r}")
        cls, _, method = name.partition('.')
        grows = method and cls != inside
        texts.append(f"@extend({cls})\nclass {cls}:\n{source[name]}" if grows else source[name])
        inside = cls
    return join(texts)


def fill_listings(text):
    """Return a chapter's MyST text with every listing filled."""
    return LISTING.sub(lambda m: m[1] + '\n' + listing(m[2].split()) + m[3], text)


def check_listings(paths):
    """Raise a LoomError unless every listing is fresh, and all of them in order give back the library byte for byte.

    Of the classroom that holds for what they show, in the order of its file.
    """
    for path in paths:
        text = path.read_text(encoding='utf-8')
        if fill_listings(text) != text:
            raise LoomError(f"{path.name} has stale listings: run `make weave`")
    try:
        chapter_of = shown(paths)
    except ValueError as error:
        raise LoomError(error) from None
    for module in MODULES:
        source, seen = pieces(read(module)), list(chapter_of.get(module, ()))
        missing = [f"{module}.{piece}".rstrip('.') for piece in source if piece not in seen]
        if missing and module.startswith('micrograd.'):
            raise LoomError(f"no chapter shows {', '.join(missing)}: list it in a cell with the option "
                            f"`:weave: {missing[0]}`")
        if seen != [piece for piece in source if piece in seen]:
            raise LoomError(f"the chapters' listings in order do not give back {module}")
        if join(source.values()) != read(module):
            raise LoomError(f"{module} expects a blank line before a method, two before a function, a class or a name")


def check_notebooks(paths):
    """Raise a LoomError unless the notebook beside each chapter has its cells, all of them executed."""
    stale = [path for path in paths if is_stale(path)]
    if stale:
        names, numbers = ', '.join(path.stem for path in stale), ' '.join(str(number(path)) for path in stale)
        advice = f'run `make weave CHAPTERS="{numbers}"`'
        raise LoomError(f"the notebooks of {names} are not what the chapters say: {advice}")


def is_stale(path):
    """Return whether a chapter has no notebook, or one with other cells, or with cells that were not executed."""
    if not path.with_suffix('.ipynb').exists():
        return True
    stored = stored_notebook(path).cells
    return ([cell.source for cell in stored] != [cell.source for cell in pair(path).cells]
            or any(cell.cell_type == 'code' and cell.source and not cell.execution_count for cell in stored))


def stored_notebook(path):
    """Return the notebook that is stored beside a chapter. LoomError if it cannot be read."""
    notebook = path.with_suffix('.ipynb')
    try:
        return nbformat.read(notebook, as_version=4)
    except (nbformat.reader.NotJSONError, UnicodeDecodeError) as error:
        raise LoomError(f"book/{notebook.name} is no notebook, perhaps because writing it was interrupted: "
                        f"remove it and run `make weave CHAPTERS={number(path)}`") from error


def digest(notebook):
    """Return what tells the cells of a notebook, but for their outputs, from those of any other."""
    sources = json.dumps([[cell.cell_type, cell.source] for cell in notebook.cells])
    return hashlib.sha256(sources.encode()).hexdigest()[:16]


def check_not_edited(path):
    """Raise a LoomError if a stored notebook has cells that were edited there, and are not in the chapter."""
    if path.with_suffix('.ipynb').exists():
        stored, fresh = stored_notebook(path), pair(path)
        if digest(stored) not in (stored.metadata.get('woven', digest(stored)), digest(fresh)):
            known = {cell.source for cell in fresh.cells}
            lost = next((cell.source for cell in stored.cells if cell.source not in known), 'the order of its cells')
            raise LoomError(f"book/{path.stem}.ipynb was edited, and weaving would lose this:\n\n{lost}\n\n"
                            f"Take it over into book/{path.name}, or remove the notebook; then weave again.")


def pair(path):
    """Return the notebook that a chapter's MyST file describes, with cell ids that stay the same, and folds."""
    notebook = jupytext.read(path)
    for i, cell in enumerate(notebook.cells):
        cell.id = f'cell-{i:03}'
        for name in FOLDED.keys() & set(cell.metadata.get('tags', ())):
            words, part = FOLDED[name]
            if 'weave' in cell.metadata:
                words = FOLDED_LISTING
            elif 'picture' in cell.metadata.tags:
                words = FOLDED_PICTURE
            cell.metadata.jupyter = {part: True}
            cell.metadata.mystnb = {'code_prompt_show': words, 'code_prompt_hide': words}
    return notebook


def execute(path):
    """Return a chapter's notebook, run from a fresh kernel, with outputs that are the same on every run.

    LoomError for a cell that fails without the tag `raises-exception`.
    """
    notebook = pair(path)
    # The pictures of the Python package, not of this machine's Graphviz; no progress bars.
    os.environ.update(GRAPHVIZ_DOT='', TQDM_DISABLE='1')
    client = NotebookClient(notebook, timeout=300, coalesce_streams=True, record_timing=False, kernel_name='python3',
                            config=Config(KernelManager={'transport_encryption': 'auto'}))  # else each kernel warns
    with TemporaryFile() as said:  # by a kernel that fails, or is interrupted, before it can run a cell
        try:
            client.execute(cwd=str(BOOK), stderr=said)
        except (CellExecutionError, CellTimeoutError, RuntimeError) as error:  # the last, if a kernel dies
            codes = [cell for cell in notebook.cells if cell.cell_type == 'code']
            place = max((i for i, cell in enumerate(codes, 1) if cell.execution_count), default=1)
            said.seek(0)
            raise LoomError(f"code cell {place} of {path.name} fails:\n{error}\n{said.read().decode()}") from error
        except (AssertionError, CancelledError):  # by which nbclient ends after Ctrl-C
            raise KeyboardInterrupt from None
    notebook.metadata.woven = digest(notebook)
    notebook.metadata.language_info = {'name': 'python', 'pygments_lexer': 'ipython3', 'file_extension': '.py'}
    for output in (output for cell in notebook.cells for output in cell.get('outputs', ())):
        if output.output_type == 'error':  # file names and interpreter versions are not the chapter's
            output.traceback = [f'{output.ename}: {output.evalue}']
    return notebook


def pictures(notebook):
    """Return {file name: SVG} for the cells that name a file in `:save:`, in a grey that any page can show."""
    saved = {}
    for cell in notebook.cells:
        if 'save' in cell.metadata:
            html = cell.outputs[0].data['text/html']
            svg = re.search(r'<svg.*</svg>', html, re.DOTALL)[0]
            saved[cell.metadata['save']] = svg.replace('currentColor', '#808080') + '\n'
    return saved


def write(path, text):
    """Write `text` unless the file holds it already: all of it, or nothing. LoomError if that fails."""
    if not path.exists() or path.read_text(encoding='utf-8') != text:
        name, beside = path.relative_to(ROOT), path.with_name(f'{path.name}.new')
        try:
            beside.write_text(text, encoding='utf-8')
            beside.replace(path)
        except OSError as error:
            beside.unlink(missing_ok=True)
            raise LoomError(f"cannot write {name}, which is as it was: {error.strerror}") from error
        print(f"wove {name}")


def weave(paths, numbers):
    """Fill all listings, then execute and store the chapters of these numbers (none: all)."""
    unknown = set(numbers) - set(map(number, paths))
    if unknown:
        known = ' '.join(str(number(path)) for path in paths)
        raise LoomError(f"there is no chapter {' '.join(map(str, sorted(unknown)))}, expected some of {known}")
    for path in paths:
        write(path, fill_listings(path.read_text(encoding='utf-8')))
    check_listings(paths)
    wanted = [path for path in paths if not numbers or number(path) in numbers]
    for path in wanted:
        check_not_edited(path)
    for path in wanted:
        print(f"executing {path.stem}", flush=True)
        notebook = execute(path)
        write(path.with_suffix('.ipynb'), nbformat.writes(notebook) + '\n')
        for name, svg in pictures(notebook).items():
            write(BOOK / '_static' / name, svg)


def check(paths):
    """Raise a LoomError at the first disagreement."""
    check_listings(paths)
    check_notebooks(paths)


def main(arguments):
    """Weave or check, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--check', action='store_true')
    parser.add_argument('chapter', nargs='*', type=int)
    options = parser.parse_args(arguments)
    try:
        check(chapters()) if options.check else weave(chapters(), options.chapter)
    except (LoomError, OSError) as error:
        print(f"loom: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("loom: stopped; the chapters that are woven are stored", file=sys.stderr)
        return 130
    return 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
