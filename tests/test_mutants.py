"""The stored count of mutants belongs to the library as it is, and the chapters kill all that can be told apart."""
import json

import mutants
import pytest

STORED = json.loads(mutants.STORED.read_text(encoding='utf-8'))
EQUIVALENT = json.loads(mutants.EQUIVALENT.read_text(encoding='utf-8'))


def source(module):
    return (mutants.LIBRARY / f'{module}.py').read_text(encoding='utf-8')


def names(module):
    return [name for name, *_ in mutants.mutants(module, source(module))]


@pytest.mark.parametrize('module', STORED)
def test_the_stored_run_belongs_to_the_present_code(module):
    assert STORED[module]['code'] == mutants.code(source(module)), f"run book/_tools/mutants.py {module}"
    assert STORED[module]['mutants'] == len(names(module))
    assert STORED[module]['equivalent'] == len(set(EQUIVALENT) & set(names(module)))


@pytest.mark.parametrize('module', ['engine', 'nn'])
def test_the_chapters_kill_every_mutant_that_is_not_equivalent(module):
    counts = STORED[module]
    assert counts['killed by chapters'] == counts['mutants'] - counts['equivalent']


def test_each_equivalent_mutant_exists_and_has_a_reason():
    assert set(EQUIVALENT) <= {name for module in mutants.ASKED for name in names(module)}
    assert all(len(reason.split()) > 5 for reason in EQUIVALENT.values())


def test_each_mutant_has_a_name_of_its_own_and_is_another_program():
    for module in mutants.ASKED:
        found = list(mutants.mutants(module, source(module)))
        assert len({name for name, *_ in found}) == len(found)
        assert all(mutants.code(text) != mutants.code(source(module)) for *_, text in found)


@pytest.mark.parametrize('text, same', [
    ('def f():\n    """Other words."""\n    return 1  # why\n', True), ('def f():\n    return 1\n', True),
    ('def f():\n    """Words."""\n    return 2\n', False), ("def f():\n    return '1'\n", False)])
def test_comments_and_docstrings_are_not_code(text, same):
    assert (mutants.code(text) == mutants.code('def f():\n    """Words."""\n    return 1\n')) == same
