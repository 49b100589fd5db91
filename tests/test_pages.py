"""The back matter holds together: questions and answers, terms and glossary, the map and the chapters."""
import inspect
import re
import sys
from pathlib import Path

import pytest
import weave

from micrograd.engine import Value

BOOK = Path(__file__).parents[1] / 'book'
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
    assert len(QUESTIONS) > 50 and sorted(answers) == sorted(QUESTIONS)
    assert len(set(QUESTIONS)) == len(QUESTIONS)


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
