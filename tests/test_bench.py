"""The benchmark: its peers agree, its check can fail, and the stored run has every row. Nothing is timed here."""
import importlib.util
import json
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
BENCH = ROOT / 'book' / '_bench'
STORED = json.loads((ROOT / 'src' / 'micrograd' / 'data' / 'bench.json').read_text(encoding='utf-8'))


@pytest.fixture(scope='module')
def bench():
    spec = importlib.util.spec_from_file_location('bench', BENCH / 'bench.py')
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize('workload', ['moons', 'four points', 'chain', 'wide sum', 'diamond', 'token'])
def test_peers_agree(bench, workload):
    names, _ = bench.TURNS[workload]
    size = 500 if workload in ('chain', 'wide sum', 'diamond') else 0
    peers = [bench.Peer(name, workload, size) for name in names]
    answers = {peer.name: peer.ask('1 1') for peer in peers}
    for peer in peers:
        peer.leave()
    bench.agree(answers)
    assert len(answers) > 3 and any(answers['micrograd']['gradients'])


@pytest.mark.parametrize('wrong', [{'loss': 1.1, 'gradients': [2.0]}, {'loss': 1.0, 'gradients': [2.1]},
                                   {'loss': 1.0, 'gradients': []}])
def test_a_peer_that_disagrees_is_refused(bench, wrong):
    with pytest.raises(AssertionError, match='other has'):
        bench.agree({'one': {'loss': 1.0, 'gradients': [2.0]}, 'other': wrong})


def test_a_peer_that_ends_is_named(bench):
    peer = bench.Peer('nobody', 'moons')
    with pytest.raises(RuntimeError, match='expected an answer of nobody at moons'):
        peer.ask('1 1')


def test_the_exponent_of_a_power(bench):
    assert abs(bench.exponent([1, 10, 100], [3.0, 300.0, 30000.0]) - 2) < 1e-12


def test_the_stored_run_is_whole(bench):
    rows = {(row['workload'], row['peer']) for row in STORED['rows']}
    assert rows == {(workload, peer) for workload, (peers, _) in bench.TURNS.items() for peer in peers}
    assert STORED['growth']['sizes'] == bench.SIZES and STORED['machine'] and STORED['date']
    assert {m['peer'] for m in STORED['memory']} == set(bench.SCALARS)
