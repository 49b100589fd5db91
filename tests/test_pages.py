"""The back matter holds together: questions and answers, terms and glossary, the map and the chapters."""
import re
from pathlib import Path

import pytest
import weave

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
    answers = [target for name, text in PAGES.items() for target in re.findall(r'^\((q-[\w-]+)\)=$', text, re.MULTILINE)]
    assert len(QUESTIONS) > 50 and sorted(answers) == sorted(QUESTIONS)
    assert len(set(QUESTIONS)) == len(QUESTIONS)


@pytest.mark.parametrize('term', ENTRIES)
def test_a_term_is_linked_where_it_is_first_used(term):
    word = rf'(?<![\w-]){term}s?(?![\w-])'
    for chapter in weave.chapters():
        text = prose(PAGES[chapter.stem])
        linked = re.search(rf'\{{term\}}`(?:[^`<]*<)?{term}>?`', text)
        unlinked = re.search(word, re.sub(r'\{term\}`[^`]*`', '', text[:linked.start()] if linked else text), re.IGNORECASE)
        assert not unlinked, f"{chapter.stem}: {unlinked.string[unlinked.start() - 60:unlinked.end() + 20]!r}"
        if linked:
            return
    raise AssertionError(f"no chapter links the term {term}")
