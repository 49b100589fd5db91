"""The mutants: the stored counts belong to the library as it is, and what is not equivalent is killed."""
import json
import os
import subprocess
import sys
import warnings

import mutants
import pytest
from plain_code import fingerprint, lines_of_code

from classroom.chapters import read

STORED = json.loads(mutants.STORED.read_text(encoding='utf-8'))
EQUIVALENT = json.loads(mutants.EQUIVALENT.read_text(encoding='utf-8'))
COUNTED = mutants.MODULES + mutants.TESTED
FOUND = {module: list(mutants.mutants(module)) for module in COUNTED}


def stored_counts(module):
    """Return the stored counts of a module's mutants, or {} if these are of other code, which is told."""
    counts = STORED.get(module, {})
    if counts.get('code') == fingerprint(read(module)):
        return counts
    message = f"the stored count of mutants is not of the present {module}: run `make mutants`"
    if os.environ.get('CHECK_ALL'):  # as `make check-all` sets it
        pytest.fail(message)
    warnings.warn(message, stacklevel=1)
    return {}


@pytest.mark.parametrize('module', COUNTED)
def test_a_mutant_that_is_not_equivalent_is_killed(module):
    counts = stored_counts(module)
    if counts:
        assert counts['mutants'] == len(FOUND[module])
        assert counts['equivalent'] == len(EQUIVALENT.keys() & {name for name, *_ in FOUND[module]})
        assert counts['killed by either'] == counts['mutants'] - counts['equivalent']


@pytest.mark.parametrize('modules', [['micrograd.engine'], ['micrograd.nn'], mutants.MODULES])
def test_the_chapters_alone_kill_nine_in_ten(modules):
    counts = [stored_counts(module) for module in modules]
    if all(counts):
        killed, other = (sum(each[key] for each in counts) for key in ('killed by chapters', 'killed by either'))
        assert killed >= 0.9 * other, (killed, other)


def test_a_sample_of_the_engine_s_mutants_is_killed():
    command = [sys.executable, mutants.__file__, '--sample', '12']
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0 and len(run.stdout.splitlines()) == 12, run.stdout + run.stderr


def test_each_equivalent_mutant_exists_and_has_a_reason():
    assert EQUIVALENT.keys() <= {name for found in FOUND.values() for name, *_ in found}
    assert all(len(reason.split()) > 5 for reason in EQUIVALENT.values())


@pytest.mark.parametrize('module', COUNTED)
def test_each_mutant_has_a_name_of_its_own_and_is_another_program(module):
    assert len({name for name, *_ in FOUND[module]}) == len(FOUND[module])
    assert all(fingerprint(source) != fingerprint(read(module)) for *_, source in FOUND[module])


@pytest.mark.parametrize('source, same', [
    ('def f():\n    """Other words."""\n    return 1  # why\n', True), ('def f():\n    return 1\n', True),
    ('def f():\n    """Words."""\n    return 2\n', False), ("def f():\n    return '1'\n", False)])
def test_comments_and_docstrings_are_not_code(source, same):
    assert (fingerprint(source) == fingerprint('def f():\n    """Words."""\n    return 1\n')) == same


def test_the_fingerprint_is_the_same_on_every_python():
    """From 3.12 on, tokens of a formatted string are others, and from 3.13 on, what `ast.dump` says of a tree."""
    assert fingerprint('def f(a):\n    return f"{a!r} of {{1}}"\n').startswith('0469d472aec5')


def test_lines_of_code():
    assert lines_of_code('"""Two\nlines."""\n\n# why\ndef f(x,\n      y):\n    """f."""\n    return x  # y\n') == 3
