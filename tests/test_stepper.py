"""The backward pass to step through: its numbers, captions and pictures, and that it needs no script."""
import re
from fractions import Fraction
from html.parser import HTMLParser

import pytest

from classroom.stepper import Steps, watch
from micrograd.engine import Value


@pytest.fixture(autouse=True)
def packaged_graphviz(monkeypatch):
    monkeypatch.setenv('GRAPHVIZ_DOT', '')


def example():
    a = Value(1.0, label='a')
    b = 3 * a
    b.label = 'b'
    return a, b + 4 * b


def html(steps):
    return steps._repr_mimebundle_()['text/html']


class Tags(HTMLParser):
    """Collects the start tags of a page as (name, attributes)."""

    def __init__(self, text):
        super().__init__()
        self.tags = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def named(self, name):
        return [attributes for tag, attributes in self.tags if tag == name]


def test_the_captions_are_the_numbers_of_a_real_run():
    a, d = example()
    steps = watch(d)
    assert repr(steps).splitlines() == [
        '1. v0 begins with 1.',
        '2. v0 passes its 1 back: b gets 1 × 1 = 1; v2 gets 1 × 1 = 1.',
        '3. v2 passes its 1 back: b gets 4 × 1 = 4, has 5; the 4 gets 3 × 1 = 3.',
        '4. b passes its 5 back: a gets 3 × 5 = 15; the 3 gets 1 × 5 = 5.']
    assert a.grad == 15.0


def test_it_is_the_pass_of_the_library():
    a, d = example()
    watch(d)
    other, e = example()
    e.backward()
    assert a.grad == other.grad == 15.0


def test_a_second_pass_adds_as_the_library_does():
    a, d = example()
    d.backward()
    watch(d)
    assert a.grad == 30.0


def test_fractions_and_operations_of_ones_own():
    x = Value(Fraction(1, 3), label='x')
    own = Value(2.0, (x,), 'own')
    own._backward = lambda: None
    assert '2. v0 passes its 1 back.' in repr(watch(own)) and 'data 0.3333' in html(watch(own))


def test_an_order_of_ones_own_may_be_wrong():
    a, d = example()
    b, c = d._prev
    watch(d, [d, b, c])
    assert a.grad == 3.0


def test_a_leaf_alone():
    assert repr(watch(Value(2.0, label='x'))) == '1. x begins with 1.'


def test_both_uses_of_a_number_are_named():
    a = Value(3.0, label='a')
    assert repr(watch(a + a)).endswith('a gets 1 × 1 = 1; a gets 1 × 1 = 1, has 2.')


def test_each_step_has_a_button_a_picture_and_a_caption():
    _, d = example()
    steps = watch(d)
    page = Tags(html(steps))
    radios, pictures = page.named('input'), [svg for svg in page.named('svg') if svg.get('role') == 'img']
    assert len(radios) == len(pictures) == len(steps.captions) == 4
    assert len({radio['name'] for radio in radios}) == 1
    assert ['checked' in radio for radio in radios] == [True, False, False, False]
    for radio, picture, caption in zip(radios, pictures, steps.captions):
        assert f'<span id="{radio["aria-describedby"]}">{caption}</span>' in html(steps)
        assert picture['aria-label'].startswith(caption) and 'grad' in picture['aria-label']
    ids = [radio['id'] for radio in radios]
    ways = [label['for'] for label in page.named('label') if 'for' in label]
    assert ways == [ids[1], ids[0], ids[2], ids[1], ids[3], ids[2]]
    assert not page.named('script')


def test_pictures_do_not_move_from_step_to_step():
    _, d = example()
    boxes = [re.findall(r'<polygon fill="none"[^>]*points="([^"]*)"', frame)
             for frame in html(watch(d)).split('<figure>')[1:]]
    assert len(boxes) == 4 and boxes[0] and all(frame == boxes[0] for frame in boxes)


def test_the_node_that_passes_back_and_its_edges_are_bolder():
    _, d = example()
    steps = watch(d)
    bold = [(drawing.source.count('[penwidth'), drawing.source.count('dir=back')) for drawing in steps.drawings]
    assert bold == [(1, 0), (1, 2), (1, 2), (1, 2)]


def test_each_edge_has_its_slope_beside_it():
    a, d = example()
    own = Value(2.0, (d, a), 'own')
    own._backward = lambda: None
    for drawing in watch(own).drawings:
        edges = re.findall(r'(v\d) -> (v\d)op \[label="(?: (.*)\\n )?"', drawing.source)
        assert edges == [('v1', 'v0', ''), ('v2', 'v0', ''), ('v3', 'v1', '1'), ('v4', 'v1', '1'), ('v2', 'v3', '3'),
                         ('v5', 'v3', '1'), ('v3', 'v4', '4'), ('v6', 'v4', '3')]


def test_showing_twice_gives_the_same():
    _, d = example()
    steps = watch(d)
    assert html(steps) == html(steps)


def test_two_on_one_page_do_not_share_buttons():
    _, d = example()
    first, second = watch(d), watch(d)
    names = [set(re.findall('name="([^"]*)"', html(steps))) for steps in (first, second)]
    assert not names[0] & names[1]


def test_by_hand():
    a = Value(3.0, label='a')
    y = a * 2
    y.grad = 1
    steps = Steps(y)
    a.grad = 2.0
    steps.take(y)
    assert steps.captions == [
        'v0 begins with 1.', 'v0 passes its 1 back: a gets 2 × 1 = 2; the 2 gets 3 × 1 = 3, has 0.']
