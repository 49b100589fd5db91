"""What `make student` hands out: no solution is left, nothing else is missing, and the checks work."""
import re

import nbformat
import pytest
import student
import weave
from test_exercises import exercises, fresh_modules, run

CHAPTERS = {path.stem: path for path in weave.chapters()}
QUICK = [name for name in CHAPTERS if name[:2] in ('00', '01', '02', '04', '05', '06', '07', '08', '10', '11')]


def stored(name):
    """Return the cells of a chapter's own notebook."""
    return nbformat.read(CHAPTERS[name].with_suffix('.ipynb'), 4).cells


def handed_out(name, clear=False):
    """Return the cells of a chapter's notebook as it is handed out."""
    return student.without_solutions(CHAPTERS[name].with_suffix('.ipynb'), clear).cells


@pytest.mark.parametrize('name', CHAPTERS)
def test_the_solutions_are_gone_and_nothing_else(name):
    solutions = [solution for *_, solution in exercises(name).values()]
    cells = stored(name)
    assert handed_out(name) == [cell for i, cell in enumerate(cells) if i not in solutions]
    left = '\n'.join(cell.source for cell in handed_out(name))
    for i in solutions:
        answer = cells[i].source.rpartition('\n')[0].strip()  # without the call of its check
        assert answer and answer not in left


@pytest.mark.parametrize('name', CHAPTERS)
def test_no_output_says_that_an_answer_is_right(name):
    for *_, check, solution in exercises(name).values():
        assert [output.text for output in stored(name)[solution].outputs] == ['right\n'], "the original is solved"
        cell = next(cell for cell in handed_out(name) if cell.id == stored(name)[check].id)
        assert all(output.text.startswith('not yet: ') for output in cell.outputs) and cell.outputs


@pytest.mark.parametrize('name', CHAPTERS)
def test_outputs_can_be_left_out(name):
    cells = [cell for cell in handed_out(name, clear=True) if cell.cell_type == 'code']
    assert [cell.source for cell in cells] == [c.source for c in handed_out(name) if c.cell_type == 'code']
    assert not any(cell.outputs or cell.execution_count for cell in cells)


@pytest.mark.parametrize('solved', [False, True])
@pytest.mark.parametrize('name', QUICK)
def test_what_is_handed_out_runs_and_its_checks_know_an_answer(name, solved, monkeypatch):
    monkeypatch.setenv('GRAPHVIZ_DOT', '')
    cells, namespace = stored(name), {'__name__': '__main__'}
    answers = {cells[check].id: cells[solution] for *_, check, solution in exercises(name).values()}
    with fresh_modules():
        for cell in handed_out(name):
            printed = run(cell, namespace)
            if cell.id in answers:
                assert printed.startswith('not yet: ')
                assert not solved or run(answers[cell.id], namespace) == 'right\n'
    assert answers


def test_the_folder_has_what_it_takes(tmp_path):
    wheel = tmp_path / 'micrograd_book-1.0-py3-none-any.whl'
    wheel.write_text('a wheel')
    folder = tmp_path / 'student'
    folder.mkdir()
    (folder / 'left over').touch()
    student.write(wheel, folder)
    names = {path.name for path in folder.iterdir()}
    assert names == {*(f'{name}.ipynb' for name in CHAPTERS), wheel.name, 'README.md', 'requirements.txt',
                     *student.LICENCES}
    first, *_ = (folder / 'requirements.txt').read_text().splitlines()
    assert first == f'./{wheel.name}[graph,program]'
    readme = (folder / 'README.md').read_text()
    numbers = re.search(r'chapters \(([\d, and]+)\) have cells that compare with PyTorch', readme)[1]
    compares = [int(name[:2]) for name, path in CHAPTERS.items() if 'import torch' in path.read_text('utf-8')]
    assert list(map(int, re.findall(r'\d+', numbers))) == compares
