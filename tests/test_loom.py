"""The loom, the program as of each chapter, and the notebooks that it stores."""
import json
import os
import re
import subprocess
import sys
from asyncio import CancelledError
from pathlib import Path

import jupytext
import nbformat
import pytest
import weave

from classroom import extend
from classroom.chapters import chapter_of, join, pieces, read, source_before, split

ROOT = Path(__file__).parents[1]
PATHS = weave.chapters()
NAMES = [path.stem for path in PATHS]
LIBRARY = [module for module in weave.MODULES if module.startswith('micrograd.')]
GROWING = [weave.number(path) for path in PATHS if weave.number(path) in range(2, 13)]


def test_library_chapters_and_notebooks_agree():
    weave.check(PATHS)


@pytest.fixture(scope='module')
def rebuilt():
    """Return {module: source}, put together from the code of the chapters' listings alone, in reading order."""
    texts = {}
    for cell in (cell for path in PATHS for cell in jupytext.read(path).cells if 'weave' in cell.metadata):
        code = re.sub(r'^@extend\(\w+\)\nclass \w+:\n', '', cell.source + '\n', flags=re.MULTILINE)
        texts.setdefault(split(cell.metadata['weave'].split()[0])[0], []).append(code)
    return {module: join(codes) for module, codes in texts.items()}


@pytest.mark.parametrize('module', LIBRARY)
def test_the_chapters_give_back_the_library_byte_for_byte(module, rebuilt):
    assert rebuilt[module] == read(module)


def test_two_blank_lines_more_are_refused(monkeypatch):
    def read_with_gap(module):
        return read(module).replace('\nclass Value', '\n\n\nclass Value')
    monkeypatch.setattr(weave, 'read', read_with_gap)
    with pytest.raises(weave.LoomError, match='micrograd.engine expects a blank line before a method, two before'):
        weave.check_listings(PATHS)


@pytest.mark.parametrize('module', weave.MODULES)
def test_cutting_loses_nothing(module):
    assert join(pieces(read(module)).values()) == read(module)


def test_pieces():
    source = '"""H."""\n\n\n@deco\ndef f():\n    pass\n\n\nclass C:\n    """C."""\n\n    def m(self):\n        pass\n'
    assert list(pieces(source)) == ['', 'f', 'C', 'C.m']
    assert pieces(source)['f'] == '@deco\ndef f():\n    pass\n'
    assert pieces(source)['C.m'] == '    def m(self):\n        pass\n'


def test_a_method_is_shown_inside_its_class():
    one = weave.listing(['micrograd.engine.Value.__neg__'])
    assert one.startswith('@extend(Value)\nclass Value:\n    def __neg__(self):')
    both = weave.listing(['micrograd.nn.Module', 'micrograd.nn.Module.parameters'])
    assert both.startswith('class Module:') and '@extend' not in both


@pytest.mark.parametrize('names, words', [
    (['micrograd.engine.Value.__nothing__'], "no piece 'Value.__nothing__'"),
    (['micrograd.tensor.Value'], "no module 'micrograd.tensor'"),
    (['micrograd.engine', 'micrograd.nn'], 'one module')])
def test_unknown_listings_are_refused(names, words):
    with pytest.raises(weave.LoomError, match=words):
        weave.listing(names)


def chapter(tmp_path, text, name='02-memory.md'):
    path = tmp_path / name
    path.write_text(text)
    return path


CELL = '```{{code-cell}} ipython3\n:weave: {}\n\n{}```\n'


def test_a_stale_listing_is_refused(tmp_path):
    piece = 'micrograd.engine.binary_operator'
    path = chapter(tmp_path, CELL.format(piece, 'old code\n'))
    with pytest.raises(weave.LoomError, match='02-memory.md has stale listings'):
        weave.check_listings([path])
    assert weave.fill_listings(path.read_text()) == CELL.format(piece, weave.listing([piece]))


def test_a_listing_that_nobody_has_filled_is_filled():
    empty = CELL.format('micrograd.nn.MLP.__repr__', '').replace('\n\n', '\n')
    filled = CELL.format('micrograd.nn.MLP.__repr__', weave.listing(['micrograd.nn.MLP.__repr__']))
    assert weave.fill_listings(empty) == filled


def test_a_listing_shown_twice_is_refused(tmp_path):
    cell = CELL.format('micrograd.engine.binary_operator', weave.listing(['micrograd.engine.binary_operator']))
    with pytest.raises(weave.LoomError, match='micrograd.engine.binary_operator is shown twice: in chapters 2 and 2'):
        weave.check_listings([chapter(tmp_path, cell + cell)])


def test_a_line_that_no_chapter_shows_is_refused(tmp_path):
    with pytest.raises(weave.LoomError, match='no chapter shows micrograd'):
        weave.check_listings([chapter(tmp_path, '# nothing here\n')])


def test_listings_out_of_order_are_refused(tmp_path):
    texts = [path.read_text() for path in PATHS]
    swapped = [chapter(tmp_path, text, name=path.name) for path, text in zip(PATHS, texts)]
    fourth, fifth = (next(p for p in swapped if p.name.startswith(n)) for n in ('05', '06'))
    a, b = fourth.read_text(), fifth.read_text()
    fourth.write_text(b)
    fifth.write_text(a)
    with pytest.raises(weave.LoomError, match='do not give back'):
        weave.check_listings(swapped)


def test_a_notebook_that_is_not_its_chapter_is_refused(tmp_path):
    path = chapter(tmp_path, PATHS[0].read_text(), name=PATHS[0].name)
    notebook = nbformat.read(PATHS[0].with_suffix('.ipynb'), 4)
    notebook.cells = weave.pair(path).cells
    assert weave.is_stale(path), "there is none"
    cells = [cell for cell in notebook.cells if cell.cell_type == 'code']
    for cell in cells:
        cell.execution_count = 1
    nbformat.write(notebook, path.with_suffix('.ipynb'))
    assert not weave.is_stale(path)
    cells[0].execution_count = None
    nbformat.write(notebook, path.with_suffix('.ipynb'))
    assert weave.is_stale(path), "a cell was not executed"
    cells[0].execution_count = 1
    nbformat.write(notebook, path.with_suffix('.ipynb'))
    path.write_text(path.read_text().replace('\n# ', '\n# Not ', 1))
    with pytest.raises(weave.LoomError, match='the notebooks of 00-tour are not .*CHAPTERS="0"'):
        weave.check_notebooks([path])


def test_check_is_a_command_that_can_fail(tmp_path, monkeypatch, capsys):
    command = [sys.executable, weave.__file__, '--check']
    assert subprocess.run(command, check=False).returncode == 0
    stale = chapter(tmp_path, CELL.format('micrograd.engine.binary_operator', 'old code\n'))
    monkeypatch.setattr(weave, 'chapters', lambda: [stale])
    assert weave.main(['--check']) == 1
    assert 'loom: 02-memory.md has stale listings' in capsys.readouterr().err


@pytest.fixture
def fork(tmp_path, monkeypatch):
    """A folder of two chapters, of which _toc.yml lists one; return the other."""
    (tmp_path / '_toc.yml').write_text('parts:\n- chapters:\n  - file: 01-one.ipynb\n')
    monkeypatch.setattr(weave, 'ROOT', tmp_path)
    monkeypatch.setattr(weave, 'BOOK', tmp_path)
    chapter(tmp_path, '# One\n', name='01-one.md')
    return chapter(tmp_path, '# Two\n', name='02-two.md')


def test_a_chapter_that_the_contents_do_not_list_is_named(fork, capsys):
    assert weave.main(['--check']) == 1
    assert 'book/02-two.md is not in _toc.yml' in capsys.readouterr().err
    fork.unlink()
    assert [path.name for path in weave.chapters()] == ['01-one.md']


def test_a_chapter_that_is_not_there_is_named(fork, capsys):
    (fork.parent / '01-one.md').unlink()
    assert weave.main(['--check']) == 1
    assert '_toc.yml lists 01-one.ipynb, but book/01-one.md does not exist' in capsys.readouterr().err
    assert weave.main(['99']) == 1


def test_a_number_that_no_chapter_has_is_refused(capsys):
    assert weave.main(['99', '5']) == 1
    assert capsys.readouterr().err.startswith('loom: there is no chapter 99, expected some of 0 1 2 ')


def test_a_cell_that_fails_names_its_chapter(tmp_path):
    cells = '\n```{code-cell} ipython3\n1\n```\n\n```{code-cell} ipython3\n1 / 0\n```\n'
    path = chapter(tmp_path, PATHS[0].read_text().partition('\n# ')[0] + cells)
    with pytest.raises(weave.LoomError, match='code cell 2 of 02-memory.md fails:[^$]*1 / 0'):
        weave.execute(path)


@pytest.fixture
def small_book(tmp_path, monkeypatch):
    """A book of one chapter without listings, woven; return the chapter."""
    head = PATHS[0].read_text().partition('\n# ')[0]
    (tmp_path / 'book').mkdir()
    path = chapter(tmp_path / 'book', head + '\n# One\n\n```{code-cell} ipython3\n1 + 1\n```\n', name='01-one.md')
    (tmp_path / '_toc.yml').write_text('parts:\n- chapters:\n  - file: 01-one.ipynb\n')
    monkeypatch.setattr(weave, 'ROOT', tmp_path)
    monkeypatch.setattr(weave, 'BOOK', tmp_path / 'book')
    monkeypatch.setattr(weave, 'MODULES', [])
    assert weave.main([]) == 0
    return path


def test_a_notebook_that_was_edited_by_hand_is_not_overwritten(small_book, capsys):
    notebook = small_book.with_suffix('.ipynb')
    edited = notebook.read_text().replace('1 + 1', '1 + 2')
    notebook.write_text(edited)
    assert weave.main([]) == 1
    assert re.search('book/01-one.ipynb was edited.*1 \\+ 2.*Take it over into book/01-one.md',
                     capsys.readouterr().err, re.DOTALL)
    assert notebook.read_text() == edited
    small_book.write_text(small_book.read_text().replace('1 + 1', '1 + 2'))
    assert weave.main([]) == 0 and weave.main(['--check']) == 0


def test_a_removed_notebook_is_woven_again(small_book):
    notebook = small_book.with_suffix('.ipynb')
    woven = notebook.read_text()
    notebook.write_text(woven.replace('1 + 1', '1 + 2'))
    assert weave.main([]) == 1
    notebook.unlink()
    assert weave.main([]) == 0 and notebook.read_text() == woven


def test_a_chapter_that_was_edited_is_woven_over_its_notebook(small_book):
    small_book.write_text(small_book.read_text().replace('1 + 1', '1 + 2'))
    assert weave.main(['--check']) == 1 and weave.main(['1']) == 0 and weave.main(['--check']) == 0


@pytest.mark.parametrize('command', [['--check'], []])
def test_half_a_notebook_is_named(small_book, capsys, command):
    notebook = small_book.with_suffix('.ipynb')
    notebook.write_text(notebook.read_text()[:200])
    assert weave.main(command) == 1
    assert 'loom: book/01-one.ipynb is no notebook' in capsys.readouterr().err


def test_a_full_disk_leaves_the_notebook_as_it_was(small_book, monkeypatch, capsys):
    notebook = small_book.with_suffix('.ipynb')
    before = notebook.read_text()
    small_book.write_text(small_book.read_text().replace('1 + 1', '1 + 2'))
    write_text = Path.write_text

    def write_half(path, text, **how):
        write_text(path, text[:100], **how)
        raise OSError(28, 'No space left on device')  # without a name, as when a file is written
    monkeypatch.setattr(Path, 'write_text', write_half)
    assert weave.main([]) == 1
    words = 'loom: cannot write book/01-one.ipynb, which is as it was: No space left on device\n'
    assert capsys.readouterr().err == words
    assert notebook.read_text() == before and sorted(notebook.parent.iterdir()) == [notebook, small_book]


def test_ctrl_c_ends_with_one_sentence(small_book, monkeypatch, capsys):
    def stop(path):
        raise KeyboardInterrupt
    monkeypatch.setattr(weave, 'execute', stop)
    assert weave.main([]) == 130
    assert capsys.readouterr().err == 'loom: stopped; the chapters that are woven are stored\n'


@pytest.mark.parametrize('end', [AssertionError, CancelledError])
def test_ctrl_c_while_a_kernel_starts_or_runs(small_book, monkeypatch, capsys, end):
    def stop(client, **how):
        raise end
    monkeypatch.setattr(weave.NotebookClient, 'execute', stop)
    assert weave.main([]) == 130
    assert capsys.readouterr().err == 'loom: stopped; the chapters that are woven are stored\n'


def test_ctrl_c_while_modules_are_loaded(tmp_path):
    (tmp_path / 'jupytext.py').write_text('raise KeyboardInterrupt')
    run = subprocess.run([sys.executable, weave.__file__, '--check'], capture_output=True, text=True, check=False,
                         env={**os.environ, 'PYTHONPATH': str(tmp_path)})
    assert run.stderr == 'loom: stopped\n' and run.returncode


@pytest.mark.parametrize('act, words', [
    ("sys.exit('no kernel here')", 'loom: code cell 1 of 01-one.md fails:\n[^\n]*died[^\n]*\nno kernel here\n'),
    ("print('noise', file=sys.stderr, flush=True); os.kill(os.getppid(), 2); time.sleep(60)",
     'loom: stopped; the chapters that are woven are stored\n$')])
def test_a_kernel_that_does_not_start(small_book, act, words):
    (small_book.parent / 'ipykernel_launcher.py').write_text(f'import os, sys, time\n{act}\n')
    program = (f"import sys, weave; from pathlib import Path; weave.ROOT = Path({str(weave.ROOT)!r}); "
               "weave.BOOK, weave.MODULES = weave.ROOT / 'book', []; sys.exit(weave.main([]))")
    paths = os.pathsep.join([str(small_book.parent), str(Path(weave.__file__).parent)])
    run = subprocess.run([sys.executable, '-c', program], capture_output=True, text=True, check=False,
                         env={**os.environ, 'PYTHONPATH': paths})
    assert re.match(words, run.stderr) and run.returncode, run.stderr


def test_a_piece_that_no_chapter_shows_is_named_before_anything_runs(small_book, monkeypatch, capsys):
    monkeypatch.setattr(weave, 'MODULES', ['micrograd.__init__'])
    monkeypatch.setattr(weave, 'execute', lambda path: pytest.fail("it was executed"))
    assert weave.main([]) == 1
    advice = 'list it in a cell with the option `:weave: micrograd.__init__`'
    assert capsys.readouterr().err == f'loom: no chapter shows micrograd.__init__: {advice}\n'


@pytest.mark.parametrize('name', ['02-memory', '05-local'])
def test_weaving_again_changes_no_byte(name):
    path = next(path for path in PATHS if path.stem == name)
    fresh, stored = nbformat.writes(weave.execute(path)) + '\n', path.with_suffix('.ipynb').read_text(encoding='utf-8')
    if sys.version_info < (3, 11):  # another Graphviz draws: the pictures are compared by their words
        drawing = re.compile(r'<svg(?:[^>]*?(aria-label=\\"[^"]*"))?.*?</svg>', re.DOTALL)
        fresh, stored = (drawing.sub(r'\1', text) for text in (fresh, stored))
    assert fresh == stored


@pytest.mark.parametrize('name', NAMES)
def test_notebooks_hold_no_noise(name):
    text = (ROOT / 'book' / f'{name}.ipynb').read_text(encoding='utf-8')
    notebook = json.loads(text)
    assert 'version' not in notebook['metadata'].get('language_info', {})
    for cell in notebook['cells']:
        assert 'execution' not in cell['metadata'] and cell['id'].startswith('cell-')
        assert not {'nbval-skip', 'nbval-ignore-output'} & set(cell['metadata'].get('tags', []))
    assert not re.search(r'NBVAL_|0x[0-9a-f]{6}|site-packages|/tmp/|ipykernel', text)


@pytest.mark.parametrize('name', NAMES)
def test_pictures_have_words(name):
    notebook = nbformat.read(ROOT / 'book' / f'{name}.ipynb', 4)
    for cell in notebook.cells:
        for output in cell.get('outputs', ()):
            data = output.get('data', {})
            assert not {'image/png', 'image/svg+xml'} & set(data), "a picture without words"
            if 'micrograd-picture' in ''.join(data.get('text/html', '')):
                assert len(re.search('aria-label="([^"]*)"', data['text/html'])[1]) > 30


@pytest.mark.parametrize('name', NAMES)
def test_cells_are_small(name):
    cells = [cell for cell in jupytext.read(ROOT / 'book' / f'{name}.md').cells if cell.cell_type == 'code']
    for cell in cells:
        if 'weave' not in cell.metadata:  # checks of exercises are folded; their hints take a line each
            assert len(cell.source.splitlines()) <= (28 if 'hide-input' in cell.metadata.get('tags', ()) else 20)
    assert max(len(line) for cell in cells for line in cell.source.splitlines()) <= 88


@pytest.mark.parametrize('name', NAMES)
def test_what_is_to_be_predicted_is_folded(name):
    text = (ROOT / 'book' / f'{name}.md').read_text(encoding='utf-8')
    for after in re.split(r'^:::\{admonition\} Predict$', text, flags=re.MULTILINE)[1:]:
        section = re.split('^## ', after, flags=re.MULTILINE)[0]
        own = [cell for cell in jupytext.reads(section, 'md:myst').cells
               if cell.cell_type == 'code' and 'weave' not in cell.metadata]
        assert not own or 'hide-output' in own[0].metadata.get('tags', ())


# The library as of each chapter, in an interpreter of its own.

FACTS = [  # the chapter in which each of these becomes true
    (2, "Value(2) + 3 * Value(1)"), (2, "sum([Value(1), Value(2)])"),
    (3, "__import__('micrograd.graph').graph.draw_dot(Value(1) + 1).source"),
    (5, "(Value(1) * 2)._backward()"), (6, "(Value(1) * 2).backward()"), (6, "Value(1)._topological_order()"),
    (7, "-Value(1)"), (7, "2 - Value(1)"), (7, "Value(1) / 2"), (7, "2 / Value(1)"), (7, "Value(2)**2"),
    (8, "Value(1).exp()"), (8, "Value(1).log()"), (8, "Value(1).tanh()"), (8, "Value(1).relu()"),
    (10, "__import__('micrograd.nn').nn.MLP(1, [1])([1.0])"),
]
PROGRAM = """
import sys, contextlib, io
from classroom import begin
with contextlib.redirect_stdout(io.StringIO()):
    begin({chapter})
from micrograd.engine import Value
for fact in {facts}:
    try:
        eval(fact)
        print('yes')
    except (AttributeError, TypeError, ImportError):
        print('no')
"""


@pytest.mark.parametrize('chapter', [n for n in GROWING if n > 2])
def test_the_library_as_of_a_chapter(chapter):
    program = PROGRAM.format(chapter=chapter, facts=[fact for _, fact in FACTS])
    run = subprocess.run([sys.executable, '-c', program], capture_output=True, text=True, check=True,
                         env={**os.environ, 'GRAPHVIZ_DOT': ''})
    assert run.stdout.split() == ['yes' if since < chapter else 'no' for since, _ in FACTS]


def test_nothing_exists_before_chapter_two_and_everything_after_the_last():
    engine, graph, nn = modules = 'micrograd.engine', 'micrograd.graph', 'micrograd.nn'
    assert source_before(engine, 2) == source_before(graph, 3) == source_before(nn, 10) == ''
    assert all(source_before(module, 99) == read(module) for module in modules)


def test_a_module_whose_head_no_chapter_shows_begins_with_its_first_piece(monkeypatch):
    wrong = 'classroom.wrong'
    first = min(chapter_of()[wrong].values())
    monkeypatch.setitem(chapter_of(), wrong, {piece: n for piece, n in chapter_of()[wrong].items() if piece})
    assert source_before(wrong, first) == '' and source_before(wrong, first + 1).startswith(pieces(read(wrong))[''])


def test_begin_says_which_files_the_library_has_and_no_others():
    program = [sys.executable, '-c', 'from classroom import begin; begin(12)']
    run = subprocess.run(program, capture_output=True, text=True, check=True)
    assert run.stdout == 'So far: engine.py, graph.py, nn.py\n'


def test_extend_grows_old_instances():
    class Tree:
        """A tree."""
    old, original = Tree(), Tree

    @extend(Tree)
    class Tree:
        def height(self):
            return 12
    assert Tree is original and old.height() == 12 and isinstance(old, Tree) and Tree.__doc__ == 'A tree.'
