"""The back matter holds together: questions and answers, terms and glossary, the map and the chapters."""
import inspect
import random
import re
import sys
from pathlib import Path
from unittest.mock import patch

import pytest
import weave
import yaml

from classroom.wrong import by_recursion, forgotten, overwriting, without_reset
from micrograd.engine import Value
from micrograd.nn import MLP, Module

ROOT = Path(__file__).parents[1]
BOOK = ROOT / 'book'
PAGES = {path.stem: path.read_text(encoding='utf-8') for path in BOOK.glob('*.md')}
QUESTIONS = re.findall(r'\]\(#(q-[\w-]+)\)', PAGES['questions'])
ENTRIES = re.findall(r'^(\w[\w -]+)\n  ', PAGES['glossary'], re.MULTILINE)


def prose(text):
    """Return a page without its header, its code and what is a heading."""
    text = re.sub(r'\A---\n.*?\n---\n', '', text, flags=re.DOTALL)
    text = re.sub(r'^```.*?^```$', '', text, flags=re.DOTALL | re.MULTILINE)
    text = re.sub(r'^#.*$', '', text, flags=re.MULTILINE)
    return re.sub(r'(\{\w+\}`[^`]*`)|`[^`]*`', lambda match: match[1] or '', text)


def test_every_question_is_answered_in_one_place_and_every_answer_is_listed():
    answers = [target for text in PAGES.values() for target in re.findall(r'^\((q-[\w-]+)\)=$', text, re.MULTILINE)]
    differing = ', '.join(sorted({*answers} ^ {*QUESTIONS}))
    assert not differing, f"listed in book/questions.md and answered nowhere, or the other way round: {differing}"
    assert len(QUESTIONS) > 50 and len({*QUESTIONS}) == len(QUESTIONS) == len(answers)


@pytest.mark.parametrize('term', ENTRIES)
def test_a_term_is_linked_where_it_is_first_used(term):
    word = rf'(?<![\w-]){term}s?(?![\w-])'
    for chapter in weave.chapters():
        text = prose(PAGES[chapter.stem])
        linked = re.search(rf'\{{term\}}`(?:[^`<]*<)?{term}>?`', text)
        before = text[:linked.start()] if linked else text
        unlinked = re.search(word, re.sub(r'\{term\}`[^`]*`', '', before), re.IGNORECASE)
        assert not unlinked, f"{chapter.stem}: {unlinked.string[unlinked.start() - 60:unlinked.end() + 20]!r}"
        if linked:
            return
    raise AssertionError(f"no chapter links the term {term}")


def steps_of_the_search(root):
    """Return (the stack, what comes off it), as texts, for each step of the search from `root`."""
    search = Value._topological_order
    lines, first = inspect.getsourcelines(search)
    pops = first + next(i for i, line in enumerate(lines) if 'stack.pop()' in line)
    steps = []

    def look(frame, event, _):
        if event == 'line' and frame.f_lineno == pops:
            stack, opened = frame.f_locals['stack'], frame.f_locals['opened']
            names = [str(node.label or node.data) for node, _ in stack]
            shown = ' '.join(name + '✓' * placed for name, (_, placed) in zip(names, stack))
            node, placed = stack[-1]
            event = ('is placed' if placed else 'was opened before: nothing happens' if node in opened
                     else 'is opened' if node._prev else 'is opened, and has no inputs')
            steps.append((shown, f"`{names[-1]}` {event}"))
        return look
    before = sys.gettrace()
    sys.settrace(lambda frame, *_: look if frame.f_code is search.__code__ else None)
    try:
        search(root)
    finally:
        sys.settrace(before)
    return steps


def test_the_table_of_the_search_is_a_real_search():
    b = 3 * Value(1.0, label='a')
    b.label = 'b'
    c = 4 * b
    c.label = 'c'
    d = c + b
    d.label = 'd'
    table = PAGES['06-order'].partition('| stack |')[2].partition('\n\n')[0]
    assert steps_of_the_search(d) == re.findall(r'^\| `(.*?)` \| (.*?) \|', table, re.MULTILINE)


def losses_of_the_loop(seed=1337):
    """Return the loss of each step of the loop that the README and the summary show."""
    readme, losses = (ROOT / 'README.md').read_text(encoding='utf-8'), []
    beginning = re.search(r"^random\.seed.*?^model = MLP[^#]*", readme, re.DOTALL | re.MULTILINE)[0]
    loop = re.search(r'^points = .*?^print', readme, re.DOTALL | re.MULTILINE)[0].removesuffix('print')
    beginning = beginning.replace('seed(1337)', f'seed({seed})')
    program = f"{beginning}\n{loop}".replace('    loss.backward()', '    losses.append(loss.data)\n    loss.backward()')
    exec(program, {'random': random, 'MLP': MLP, 'losses': losses})
    return losses


def test_the_summary_shows_only_what_is_included():
    fences = re.findall(r'^```(.+)$', PAGES['summary'], re.MULTILINE)
    assert len(fences) == 6 and all(fence.startswith('{literalinclude}') for fence in fences)


def test_the_four_failures_look_as_the_summary_says():
    def gradient(f, method, wrong, calls=1):
        a = Value(1.0)
        with patch.object(Value, method, wrong):
            result = f(a)
            for _ in range(calls):
                result.backward()
        return a.grad

    def shared(a):
        b = 3 * a
        return 4 * b + b
    table = [re.findall(r'(?<![\w$])\d+(?:\.\d+)?(?![\w$])', re.sub(r'\$[^$]*\$|\{\w+\}`[^`]*`', '', row))
             for row in re.findall(r'^\| .* \| (.*) \|$', PAGES['summary'], re.MULTILINE)[1:]]
    twice = [gradient(shared, 'backward', wrong, calls=2) for wrong in (without_reset, Value.backward)]
    losses = losses_of_the_loop()
    with patch.object(Module, 'zero_grad', forgotten):
        swinging = losses_of_the_loop()
    lowest, limit = swinging.index(min(swinging)), float(table[3][3])
    assert losses[-1] < limit < 10 * losses[-1]
    assert [list(map(float, row)) for row in table] == [
        [gradient(lambda a: a + a, '_backward', overwriting), 2],
        [gradient(shared, 'backward', by_recursion), 15],
        twice,
        [round(swinging[lowest], 1), lowest + 1, round(max(swinging[lowest:])), limit]]


def cell_texts(exercise):
    """Return what stands in the cells under the heading of an exercise, '5.2' or such."""
    chapters = ''.join(PAGES[path.stem] for path in weave.chapters())
    found = re.search(rf'^### {re.escape(exercise)} .*?(?=^##)', chapters, re.DOTALL | re.MULTILINE)
    assert found, f"book/teaching.md names exercise {exercise}, which no chapter has"
    return found[0]


def test_the_wrong_answers_told_to_teachers_are_those_that_the_checks_know():
    rows = re.findall(r'^\| ([\d.]+) \| .* \| “(.*)” \| .* \|$', PAGES['teaching'], re.MULTILINE)
    assert len(rows) > 12
    for exercise, words in rows:
        assert words in re.sub(r'"\s+"', '', cell_texts(exercise)), exercise


def test_exercises_named_to_teachers_exist():
    homework = ' '.join(re.findall(r'^\| [\d, ]+ \|.*\| (.*) \|$', PAGES['teaching'], re.MULTILINE))
    named = re.findall(r'\d+\.\d', homework + ' '.join(re.findall(r'Exercise [\d.]+\d', PAGES['teaching'])))
    assert len(named) > 16 and all(cell_texts(exercise) for exercise in named)


def test_seeds_learn_as_teachers_are_told():
    last = [losses_of_the_loop(seed)[-1] for seed in range(1, 6)]
    small, stuck, worst = re.search(
        r'below ([\d.]+) from four beginnings; with seed (\d) it is still at ([\d.]+)', PAGES['teaching']).groups()
    assert sum(loss < float(small) for loss in last) == 4 and f'{last[int(stuck) - 1]:.2f}' == worst


def test_the_citation_is_that_of_this_version():
    citation = yaml.safe_load((ROOT / 'CITATION.cff').read_text(encoding='utf-8'))
    config = yaml.safe_load((ROOT / '_config.yml').read_text(encoding='utf-8'))
    version = re.search(r'^version = "(.*)"', (ROOT / 'pyproject.toml').read_text(encoding='utf-8'), re.MULTILINE)[1]
    assert citation['cff-version'] == '1.2.0' and citation['message'] and citation['type'] == 'software'
    for entry in citation, citation['preferred-citation']:
        assert (entry['title'], entry['authors']) == (config['title'], [{'name': config['author']}])
    assert citation['version'] == citation['preferred-citation']['edition'] == version
    year = citation['preferred-citation']['year']
    assert f"> {config['author']}: *{config['title']}*, version {version}, {year}." in PAGES['teaching']


@pytest.mark.parametrize('chapter', [path.stem for path in weave.chapters() if 0 < weave.number(path) < 20])
def test_a_chapter_ends_with_two_open_questions(chapter):
    section = re.search(r'^## Open questions\n\n(.*?)\n## Recap', PAGES[chapter], re.DOTALL | re.MULTILINE)[1]
    assert len(re.findall('^- ', section, re.MULTILINE)) == 2 and '```' not in section and '?' in section
