"""The second layout of a graph, for narrow screens: the same boxes, words and colours, top-down."""
import pytest
from bs4 import BeautifulSoup

from classroom.layouts import COLUMN, DOT, MAX_EDGES, page_html, top_down, width
from classroom.stepper import watch
from micrograd.engine import Value
from micrograd.graph import draw_dot


@pytest.fixture(autouse=True)
def packaged_graphviz(monkeypatch):
    monkeypatch.setenv('GRAPHVIZ_DOT', '')


def example(label='a'):
    """Return a graph that is wider than a phone."""
    x = Value(2.0, label=label) * Value(-3.0) + 1
    return Value(x.data, (x,), label or 'op', _slopes=(1.0,))


def pictures(shown):
    """Return the pictures of an object in a page."""
    html = page_html(shown._repr_mimebundle_())
    return BeautifulSoup(html, 'html.parser').select('.micrograd-picture')


def boxes(picture):
    """Return for each box what stands in it, from the top to the bottom, and where it is: (texts, x, y)."""
    found = []
    for box in picture.select('.node:has(polygon)'):
        texts = sorted(box.select('text'), key=lambda text: float(text['y']))
        found.append(([text.get_text() for text in texts], float(texts[0]['x']), float(texts[0]['y'])))
    return found


@pytest.mark.parametrize('label', ['a', '"q" {x|y} <z>', 'ends in \\', '\\"', 'rankdir=LR', '] shape=record', 'a\nb'])
def test_both_layouts_have_the_same_boxes(label):
    wide, narrow = pictures(draw_dot(example(label)))
    assert [texts for texts, *_ in boxes(wide)] == [texts for texts, *_ in boxes(narrow)]
    assert [len(wide.select(what)) for what in ('.edge', 'ellipse')] == [
        len(narrow.select(what)) for what in ('.edge', 'ellipse')]
    colours = lambda picture: sorted(shape.get('style', shape['stroke']) for shape in picture.select('polygon[stroke]'))
    assert colours(wide)[-1:] == colours(narrow)[-1:] and narrow.svg['aria-label'] == wide.svg['aria-label']


def test_one_runs_to_the_right_and_the_other_down():
    wide, narrow = map(boxes, pictures(draw_dot(example())))
    assert wide[0][1] > wide[1][1] > wide[2][1] and narrow[0][2] > narrow[1][2] > narrow[2][2]


def test_the_narrow_layout_is_that_of_the_library():
    y = example('"q" {x|y} <z>')
    assert top_down(draw_dot(y).source) == draw_dot(y, rankdir='TB').source


def test_what_fits_a_phone_has_one_layout():
    small, large = draw_dot(Value(1.0, label='a') * 2), draw_dot(example())
    assert len(pictures(small)) == 1 and len(pictures(large)) == 2
    assert [width(str(picture)) > COLUMN for picture in pictures(large)] == [True, False]
    assert len(pictures(draw_dot(example(), rankdir='TB'))) == 1


def test_a_graph_that_is_as_wide_top_down_has_one_layout():
    fan = sum((Value(i) for i in range(1, 12)), Value(0))
    assert len(pictures(draw_dot(fan))) == 2
    flat = Value(1.0, tuple(Value(i) for i in range(12)), 'all')
    assert len(pictures(draw_dot(flat.exp().exp()))) == 1


def test_a_large_graph_is_drawn_once(monkeypatch):
    y = Value(1.0)
    for _ in range(MAX_EDGES // 3 + 1):
        y = y * 2
    forms = draw_dot(y)._repr_mimebundle_()
    monkeypatch.setattr('classroom.layouts.render_dot', None)
    assert page_html(forms) == forms['text/html']


def test_each_step_of_a_backward_pass_has_both():
    steps = watch(example())
    frames = BeautifulSoup(page_html(steps._repr_mimebundle_()), 'html.parser').select('figure')
    assert len(frames) == len(steps.captions) == 4
    for frame, caption in zip(frames, steps.captions):
        wide, narrow = frame.select('.micrograd-picture')
        assert 'narrow' in narrow['class'] and narrow.svg['aria-label'] == wide.svg['aria-label']
        assert wide.svg['aria-label'].startswith(f'{caption} graph (values: ')
        assert [texts for texts, *_ in boxes(wide)] == [texts for texts, *_ in boxes(narrow)]
        active = [each.select('.node:has([stroke-width="2.5"]) text') for each in (wide, narrow)]
        assert active[0] and [text.get_text() for text in active[0]] == [text.get_text() for text in active[1]]
    shapes = [[shape['points'] for shape in frame.select('.narrow .node polygon')] for frame in frames]
    assert len(shapes[0]) == 6 and all(shape == shapes[0] for shape in shapes), "it moves from step to step"


@pytest.mark.parametrize('forms', [{'text/html': '<p>x</p>'}, {'text/plain': 'x'}, {DOT: '', 'text/html': '<p>x</p>'}])
def test_other_outputs_stay_as_they_are(forms):
    assert page_html(forms) == forms.get('text/html')
