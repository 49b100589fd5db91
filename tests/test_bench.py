"""The benchmark: its peers agree, its check can fail, and the stored run has every row. Nothing is timed here."""
import gc
import importlib
import json
from pathlib import Path
from unittest.mock import patch

import pytest

from micrograd.engine import Value
from classroom.wrong import WRONG

ROOT = Path(__file__).parents[1]
BENCH = ROOT / 'book' / '_bench'
STORED = json.loads((ROOT / 'src' / 'micrograd' / 'data' / 'bench.json').read_text(encoding='utf-8'))


@pytest.fixture
def bench(monkeypatch):
    monkeypatch.syspath_prepend(BENCH)
    return importlib.import_module('bench')


@pytest.mark.parametrize('workload', ['moons', 'four points', 'chain', 'wide sum', 'diamond', 'token'])
def test_peers_agree(bench, workload):
    size = 500 if workload in ('chain', 'wide sum', 'diamond') else 0
    peers = [bench.Contestant(name, workload, size) for name in bench.peers_of(workload)]
    answers = {peer.name: peer.ask('turn 2 1') for peer in peers}
    for peer in peers:
        peer.leave()
    bench.agree(answers)
    assert len(answers) > 3 and any(answers['micrograd']['gradients'])


@pytest.mark.parametrize('wrong', [{'loss': 1.1, 'gradients': [2.0]}, {'loss': 1.0, 'gradients': [2.1]},
                                   {'loss': 1.0, 'gradients': []}])
def test_a_peer_that_disagrees_is_refused(bench, wrong):
    with pytest.raises(AssertionError, match='other has'):
        bench.agree({'one': {'loss': 1.0, 'gradients': [2.0]}, 'other': wrong})


@pytest.mark.parametrize('wrong', ['overwriting', 'level_by_level'])
def test_a_wrong_engine_is_refused(bench, monkeypatch, wrong):
    monkeypatch.syspath_prepend(BENCH)
    from contestant import contestant, turn
    method, engine = WRONG[wrong]
    right = turn(contestant('recursive', 'moons', 0), 1, 1)
    with patch.object(Value, method, engine):
        answer = turn(contestant('micrograd', 'moons', 0), 1, 1)
    with pytest.raises(AssertionError, match=r'(loss|gradient \d+): recursive has'):
        bench.agree({'recursive': right, 'wrong': answer})


def test_a_peer_that_ends_is_named(bench):
    peer = bench.Contestant('nobody', 'moons')
    with pytest.raises(RuntimeError, match='expected an answer of nobody at moons'):
        peer.ask('turn 1 1')


def test_ratios_are_of_the_same_round(bench):
    def turns(*totals):
        return [{'forward': t, 'backward': t} for t in totals]
    times = {('micrograd', 1): turns(1, 2, 4), ('other', 1): turns(2, 4, 16), ('other', 0): turns(1, 1, 1)}
    row = bench.row('moons', 'other', times)
    assert (row['ratio'], row['spread'], row['total'], row['collector off']) == (2, [2, 4], 8000, 2000)


def test_what_a_turn_without_the_collector_leaves_is_not_paid_by_the_next(monkeypatch):
    monkeypatch.syspath_prepend(BENCH)
    from contestant import contestant, turn
    run = contestant('original', 'chain', 500)
    turn(run, 3, 0)
    assert gc.isenabled() and gc.collect() < 100  # of the thousands of objects that held each other


def test_the_exponent_of_a_power(bench):
    assert abs(bench.exponent([1, 10, 100], [3.0, 300.0, 30000.0]) - 2) < 1e-12


def test_the_stored_run_is_whole(bench):
    rows = {(row['workload'], row['peer']): row for row in STORED['rows']}
    assert set(rows) == {(workload, peer) for workload, (peers, _) in bench.TURNS.items() for peer in peers}
    for (workload, peer), row in rows.items():
        assert min(row['forward'], row['backward'], row['collector off'], *row['spread']) > 0
        assert row['spread'][0] <= row['ratio'] <= row['spread'][1] and row['operations'] >= 40
        assert peer in bench.DENSE or row['resident'] > 0
        assert ('instructions' in row) == (workload in bench.COUNTED and 'PyTorch' not in peer)
    assert STORED['growth']['on']['sizes'] == STORED['growth']['off']['sizes'] == bench.SIZES
    assert STORED['machine'] and STORED['date']


def test_the_stored_ideas_are_whole(bench):
    rows = {(row['workload'], row['peer']): row for row in STORED['ideas']}
    assert list(rows) == [(workload, peer) for workload in bench.IDEAS_AT for peer in bench.IDEAS]
    assert all(min(row['total'], row['collector off'], row['instructions'], row['traced']) > 0 for row in rows.values())


@pytest.mark.parametrize('workload', ['moons', 'token', 'chain'])
def test_ours_with_an_idea_taken_back_agrees(bench, workload):
    size = 500 if workload == 'chain' else 0
    peers = [bench.Contestant(name, workload, size) for name in bench.IDEAS]
    answers = {peer.name: peer.ask('turn 2 1') for peer in peers}
    for peer in peers:
        peer.leave()
    bench.agree(answers)
    assert len(answers) == 6 and any(answers['micrograd']['gradients'])


def test_an_idea_that_is_not_in_the_engine_is_refused(monkeypatch):
    monkeypatch.syspath_prepend(BENCH)
    import undone
    monkeypatch.setitem(undone.UNDONE, 'gone', {"no such line": ""})
    with pytest.raises(AssertionError, match='gone: expected once in engine.py, found 0 times: no such line'):
        undone.load_without('gone')


def test_memory_is_linear_and_small():
    rows = {(row['workload'], row['peer']): row for row in STORED['rows']}
    assert rows['chain', 'micrograd']['traced'] <= 150
    assert 0.9 < STORED['growth']['off']['exponent'] <= STORED['growth']['on']['exponent'] < 1.15
