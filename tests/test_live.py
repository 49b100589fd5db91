"""Graphs whose leaves take other numbers: every number that a picture shows is the engine's."""
import json
import math
import re
from fractions import Fraction

import pytest
from bs4 import BeautifulSoup

from classroom import live
from classroom.chapters import source_before
from micrograd.engine import Value
from micrograd.graph import draw_dot, format_number, trace


def build(a, b):
    """Return a graph with all operations, constants, and a number that is used twice."""
    a, b = Value(a, label='a'), Value(b, label='b')
    y = (a * b + a**2).tanh() - (b / 3).exp() * a.relu() + (a + 5).log()**Fraction(1, 2)
    y.label = 'y'
    return y


def shown(nodes):
    """Return what the boxes of these nodes show."""
    return [(f"data {format_number(node.data)}", f"grad {format_number(node.grad)}") for node in nodes]


@pytest.mark.parametrize('a, b', [(3.0, -2.0), (-1.5, 0.25), (0.0, 0.0), (2.0, 30.0)])
def test_the_numbers_are_those_of_a_graph_built_with_them(a, b):
    found = live.open_graph('here', build(0.5, 0.5))
    numbers = {leaf['name']: leaf['number'] for leaf in found['leaves']} | {'a': a, 'b': b}
    state = live.change('here', list(numbers.values()))
    y = build(a, b)
    y.backward()
    assert state['texts'] == shown(trace(y)[0]) and state['error'] == ''


def test_what_flows_back_along_the_edges_of_a_node_is_its_gradient():
    y = build(1.25, -0.5)
    found = live.open_graph('here', y)
    y.backward()
    nodes, edges = trace(y)
    inner = [node for node in nodes if node._prev]
    assert found['state']['flows'][:len(inner)] == [node.grad for node in inner]
    for node in set(nodes) - {y}:
        parts = [flow for (child, _), flow in zip(edges, found['state']['flows'][len(inner):]) if child is node]
        assert math.isclose(math.fsum(parts), node.grad)


def test_the_picture_is_that_of_the_graph_with_names_for_its_parts(monkeypatch):
    monkeypatch.setenv('GRAPHVIZ_DOT', '')
    y = build(1.0, 2.0)
    found = live.open_graph('here', y, 'TB')
    soup, nodes = BeautifulSoup(found['picture'], 'html.parser'), trace(y)[0]
    for i, node in enumerate(nodes):
        texts = [text.get_text() for text in soup.select_one(f'.v{i}').select('text')]
        assert texts[-2] == f"data {format_number(node.data)}" and texts[:-2] == [node.label][:len(texts) - 2]
    assert [len(soup.select(f'.e{i}')) for i in range(len(found['state']['flows']))] == [1] * len(soup.select('.edge'))
    assert len(soup.select('.node')) == draw_dot(y).source.count('label=') and 'leaves' in found


def test_edges_have_the_numbers_of_what_flows_along_them():
    y = Value(5.0, label='a') * 10 + Value(2.0, label='b') * 100
    found, nodes = live.open_graph('here', y), trace(y)[0]
    edges = [line.split() for line in live.graphs['here'].drawing('LR').source.splitlines() if '->' in line]
    assert [edge[3] for edge in edges] == [f'[class=e{i}]' for i in range(len(edges))]
    flow = {nodes[int(start[1:])].label: flow for (start, *_), flow in zip(edges, found['state']['flows'])
            if 'op' not in start}
    assert flow['a'] == 10 and flow['b'] == 100


@pytest.mark.parametrize('build, numbers, words', [
    (lambda a: a.log(), [0], "log expects a number above 0, got 0.0"),
    (lambda a: 1 / a, [0, 1], "expects a base that is not 0"),
    (lambda a: a.exp(), [1e3], "exp expects a number up to 709.78"),
    (lambda a: a**0.5, [-1], "expects a base of 0 or more")])
def test_what_cannot_be_computed_is_said(build, numbers, words):
    live.open_graph('here', build(Value(2.0, label='a')))
    state = live.change('here', numbers)
    assert words in state['error'] == state['words'] and ('data ?', 'grad ?') in state['texts']
    assert (f'data {format_number(numbers[0])}', 'grad ?') in state['texts']


def test_numbers_without_bounds_become_no_json_that_a_page_cannot_read():
    live.open_graph('here', Value(2.0, label='a') * Value(3.0, label='b'))
    state = live.change('here', [1e308, 1e308])
    assert state['texts'][0][0] == 'data inf' and json.dumps(state, allow_nan=False)


def test_a_node_that_has_only_a_name_is_named():
    live.open_graph('here', Value(2.0, (Value(1.0, label='a'),), 'twice', _slopes=(2,)))
    assert "'twice'" in live.change('here', [3.0])['error']


def test_an_engine_without_backward_borrows_the_finished_one():
    engine = {}
    exec(source_before('micrograd.engine', 5), engine)
    a, b = engine['Value'](2.0, label='a'), engine['Value'](3.0, label='b')
    assert not hasattr(a, 'backward')
    live.open_graph('here', a * b + a)
    assert live.change('here', [4.0, 5.0])['texts'][0][0] == 'data 24.0000'
    assert live.change('here', [4.0, 5.0])['texts'][2] == ('data 4.0000', 'grad 6.0000')


def test_the_engine_of_the_reader_computes_with_its_slips():
    class Mine(Value):
        def __add__(self, other):
            return Mine(self.data + other.data + 1, (self, other), '+', _slopes=(7, 1))
    live.open_graph('here', Mine(1.0, label='a') + Mine(2.0, label='b'))
    state = live.change('here', [10.0, 20.0])
    assert state['texts'] == [
        ('data 31.0000', 'grad 1.0000'), ('data 10.0000', 'grad 7.0000'), ('data 20.0000', 'grad 1.0000')]


@pytest.mark.parametrize('number, reach', [(0, 2), (1.0, 2), (-3.0, 10), (2.5, 5), (-10, 20), (1e6, 2e6)])
def test_a_slider_reaches_twice_as_far_as_its_number(number, reach):
    found, step = live.slider(number)
    assert math.isclose(found, reach) and 40 <= found / step <= 100


@pytest.mark.parametrize('number', [1e308, math.inf, math.nan])
def test_a_leaf_that_no_slider_reaches_is_named(number):
    with pytest.raises(ValueError, match=f"expected a number of at most 5e307 on a leaf, got {re.escape(str(number))}"):
        live.open_graph('here', Value(number) + 1)
