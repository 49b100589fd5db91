"""The benchmark: all agree, its check can fail, the stored run is whole and bears out chapter 13. Nothing is timed."""
import gc
import json
import os
from pathlib import Path
from unittest.mock import patch

import bench
import pytest
import worker
import workloads
from baselines import NAMES

from classroom.ablations import IDEAS
from classroom.wrong import WRONG
from micrograd.engine import Value

ROOT = Path(__file__).parents[1]
STORED = json.loads((ROOT / 'src' / 'classroom' / 'data' / 'bench.json').read_text(encoding='utf-8'))
ROWS = {(row['workload'], row['name']): row for row in STORED['rows']}


@pytest.fixture(params=[*IDEAS, 'all together'])
def ablation(request):
    """Return the name and the class of an engine for the place of Value."""
    return request.param, bench.ABLATIONS[request.param]


@pytest.mark.parametrize('workload', ['moons', 'four points', 'chain', 'wide sum', 'diamond', 'token', 'name'])
def test_all_agree(workload):
    pytest.importorskip('torch', reason="PyTorch takes part")
    size = 500 if workload in ('chain', 'wide sum', 'diamond') else 0
    with bench.workers(bench.available(workload), workload, size) as workers:
        answers = {process.name: process.ask('turn 2 1') for process in workers}
    bench.agree(answers)
    assert len(answers) > 3 and any(answers['micrograd']['gradients'])


@pytest.mark.parametrize('wrong', [{'loss': 1.1, 'gradients': [2.0]}, {'loss': 1.0, 'gradients': [2.1]},
                                   {'loss': 1.0, 'gradients': []}])
def test_who_disagrees_is_refused(wrong):
    with pytest.raises(ValueError, match='other has'):
        bench.agree({'one': {'loss': 1.0, 'gradients': [2.0]}, 'other': wrong})


@pytest.mark.parametrize('wrong', ['overwriting', 'level_by_level'])
def test_a_wrong_engine_is_refused(wrong):
    method, engine = WRONG[wrong]
    right = worker.turn(worker.runner('recursive', 'moons', 0), 1, 1)
    with patch.multiple(Value, **{method: engine}):
        answer = worker.turn(worker.runner('micrograd', 'moons', 0), 1, 1)
    with pytest.raises(ValueError, match=r'(loss|gradient \d+): recursive has'):
        bench.agree({'recursive': right, 'wrong': answer})


def test_an_ablation_that_is_wrong_is_refused(ablation):
    name, cls = ablation
    right = cls._backward

    def twice(self):
        right(self)
        right(self)
    with patch('micrograd.engine.Value'), patch.object(cls, '_backward', twice):
        answer = worker.turn(worker.runner(name, 'chain', 5), 1, 1)
    expected = worker.turn(worker.runner('micrograd', 'chain', 5), 1, 1)
    with pytest.raises(ValueError, match=r'gradient \d+: right has'):
        bench.agree({'right': expected, name: answer})


def gradients_after_two_passes(engine):
    """Return the gradients of leaves after two backward passes; nodes are shared, and a ReLU is off."""
    with patch('micrograd.engine.Value', engine):
        a, b, c = map(engine, (2.0, -3.0, 0.5))
        shared = a * b + c
        y = shared * shared + shared.relu() * a + c.exp() * 3 + a**3 + (a + a).log()
        y.backward()
        y.backward()
    return [v.grad for v in (a, b, c)]


def test_an_ablation_accumulates_as_the_plain_engine(ablation):
    _, cls = ablation
    assert gradients_after_two_passes(cls) == pytest.approx(gradients_after_two_passes(Value))


def test_a_worker_that_ends_is_named(capfd):
    with bench.Worker('nobody', 'moons') as nobody, pytest.raises(RuntimeError, match='answer of nobody at moons'):
        nobody.ask('turn 1 1')
    assert "KeyError: 'nobody'" in capfd.readouterr().err


def test_ratios_are_of_the_same_round():
    def turns(*totals):
        return [{'forward': t, 'backward': t} for t in totals]
    times = {('micrograd', 1): turns(1, 2, 4), ('micrograd', 0): turns(1, 1, 1),
             ('other', 1): turns(2, 4, 16), ('other', 0): turns(1, 3, 4)}
    row = bench.row('moons', 'other', times)
    assert (row['ratio'], row['spread'], row['ratio off']) == (2, [2, 4], 3)
    assert (row['total'], row['collector off']) == (8000, 6000)


def test_what_a_turn_without_the_collector_leaves_is_not_paid_by_the_next():
    run = worker.runner('original', 'chain', 500)
    worker.turn(run, 3, 0)
    assert gc.isenabled() and gc.collect() < 100  # of the thousands of objects in cycles


def test_a_new_result_takes_the_place_of_what_was_stored():
    def row(workload, name, total, **more):
        return {'workload': workload, 'name': name, 'total': total, **more}
    old = [row('moons', 'micrograd', 1, instructions=7), row('chain', 'micrograd', 2)]
    stored = {'rows': old, 'growth': 'old', 'compiling': 'old', 'date': 'old'}
    new = {'rows': [row('moons', 'micrograd', 3)], 'compiling': 'new'}
    merged = bench.merged(stored, new, uncounted=True)
    assert merged['rows'] == [row('moons', 'micrograd', 3, instructions=7), old[1]]
    assert (merged['growth'], merged['compiling'], merged['command']) == ('old', 'new', 'make bench')
    assert merged['date'] != 'old' and merged['machine'] == bench.machine()


def test_memory_is_counted_in_the_pages_of_the_system(monkeypatch):
    small, size = worker.resident_bytes(), os.sysconf('SC_PAGE_SIZE')
    monkeypatch.setattr(os, 'sysconf', {'SC_PAGE_SIZE': 4 * size}.get)
    assert 3.5 * small < worker.resident_bytes() < 4.5 * small


def test_the_rate_falls_to_a_tenth_and_stays():
    rates = [workloads.falling_rate(step) for step in (0, 50, 100, 300)]
    assert rates == pytest.approx([1.0, 0.55, 0.1, 0.1])


def test_the_exponent_of_a_power():
    assert abs(bench.exponent([1, 10, 100], [3.0, 300.0, 30000.0]) - 2) < 1e-12


def test_the_stored_run_is_whole():
    assert set(ROWS) == {(workload, name) for workload, (names, _) in bench.TURNS.items() for name in names}
    for (workload, name), row in ROWS.items():
        assert min(row['forward'], row['backward'], row['collector off'], *row['spread']) > 0
        assert row['spread'][0] <= row['ratio'] <= row['spread'][1] and row['operations'] >= 40
        assert name in {*bench.BASELINES, *NAMES} or (row['resident'] > 0 and 'left' in row)
        assert ('instructions' in row) == (workload in bench.COUNTED and bench.is_counted(name))
    assert STORED['growth']['on']['sizes'] == STORED['growth']['off']['sizes'] == bench.SIZES
    assert STORED['machine'] and STORED['date']


def ratio(name, what='ratio', workload='moons'):
    """Return a stored figure as a multiple of the plain engine's."""
    return ROWS[workload, name][what] / ROWS[workload, 'micrograd'][what]


def both(name, what):
    return [ratio(name, what, workload) for workload in ('moons', 'token')]


def of_each(i):
    """Return the seconds of an operation in the chain of the i-th size, with the collector off."""
    series = STORED['growth']['off']
    return series['seconds'][i] / series['sizes'][i]


# What chapter 13 says in words of the stored run; the run is read when the test runs.
CLAIMS = {
    "the original calculates about as fast as ours": lambda: 0.6 < ratio('original', 'ratio off') < 1.3,
    "ours leaves nothing to the collector, the others do": lambda: (
        ROWS['moons', 'micrograd']['left'] < 0.05 and 2 < ROWS['moons', 'recursive']['left'] < 3
        and ROWS['moons', 'original']['left'] > 7),
    "but most of its time goes to the collector":
        lambda: ROWS['moons', 'original']['total'] > 2 * ROWS['moons', 'original']['collector off'],
    "the recursive design is faster": lambda: ratio('recursive') < 1,
    "the questions take a tenth of the instructions":
        lambda: all(0.85 < r < 0.95 for r in both('Unchecked', 'instructions')),
    "slots: a fifth of the memory": lambda: all(0.75 < r < 0.85 for r in both('Slotted', 'traced')),
    "slots: nearly as many instructions": lambda: all(0.95 < r < 1 for r in both('Slotted', 'instructions')),
    "places: one object in place of two": lambda: all(0.45 < r < 0.55 for r in both('Placed', 'objects')),
    "places are worth more than the ideas before": lambda: all(
        ratio('Placed', what) < min(ratio('Unchecked', what), ratio('Slotted', what))
        for what in ('ratio', 'ratio off', 'instructions')),
    "marks are worth next to nothing":
        lambda: all(0.98 < r < 1.02 for r in both('Marked', 'instructions')) and ratio('Marked', 'ratio off') > 0.9,
    "a flat stack is worth more than marks": lambda: all(
        flat < marked for what in ('ratio off', 'instructions')
        for flat, marked in zip(both('Flat', what), both('Marked', what))),
    "pruning halves the instructions on the moons, more than any other idea": lambda: 0.45 < ratio(
        'Pruned', 'instructions') < min(0.55, *(ratio(idea, 'instructions') for idea in IDEAS if idea != 'Pruned')),
    "but with the collector on places save more time": lambda: ratio('Placed') < ratio('Pruned'),
    "on the token it costs a little more than it saves": lambda: all(
        1 < ratio('Pruned', what, 'token') < 1.15 for what in ('ratio', 'ratio off', 'instructions')),
    "together: a quarter or a third of the time":
        lambda: all(0.15 < r < 0.4 for r in both('all together', 'ratio off')),
    "fusion alone is worth more": lambda: ratio('fused') < ratio('all together'),
    "ten times as long as the loops that skip zeros": lambda: 8 < ratio('fused') / ratio('lists, skipping 0') < 12,
    "three times as long as the others": lambda: 2.5 < ratio('fused') / ratio('lists, by hand') < 4,
    "the engine in C is much faster than ours": lambda: ratio('minigrad, in C') < 0.3,
    "a fused node is twice as large, but there are 18 times fewer":
        lambda: 1.9 < ratio('fused', 'traced') < 2.3 and 17.5 < 1 / ratio('fused', 'operations') < 18.5,
    "PyTorch with single numbers is slower than our engine": lambda: all(
        row['ratio'] > 1.2 for (_, name), row in ROWS.items() if name == 'PyTorch, scalars'),
    "NumPy and tensors leave all of these behind": lambda: max(ratio('NumPy'), ratio('PyTorch, tensors')) < min(
        row['ratio'] for (workload, name), row in ROWS.items()
        if workload == 'moons' and name not in ('NumPy', 'PyTorch, tensors', 'program, fused')) / 2,
    "the original comes closer where few objects live":
        lambda: ratio('original', workload='four points') < ratio('original') / 2,
    "from ten thousand operations to ten million, the time of each grows by a quarter":
        lambda: 1.2 < of_each(-1) / of_each(1) < 1.3,
    "the shortest chain is out of line": lambda: of_each(0) > max(map(of_each, range(1, 5))),
}


@pytest.mark.parametrize('claim', CLAIMS)
def test_the_stored_run_bears_out_what_the_chapter_says(claim):
    assert CLAIMS[claim](), claim


def test_memory_is_linear_and_small():
    assert ROWS['chain', 'micrograd']['traced'] <= 220
    assert 0.9 < STORED['growth']['off']['exponent'] < 1.15 and 0.9 < STORED['growth']['on']['exponent'] < 1.2


def test_compiling_is_linear():
    compiling = STORED['compiling']
    assert compiling['sizes'][-1] >= 100_000 and max(compiling['exponent'], compiling['exponent of bytes']) < 1.2


def test_a_program_of_a_name_beats_the_recursive_engine_three_hundred_times():
    assert ROWS['name', 'recursive']['total'] > 300 * ROWS['name', 'program']['total']


def step_of_gpt():
    """Return the stored milliseconds of a compiled step of the GPT."""
    return sum(ms for part, ms in STORED['spent']['GPT'].items() if part != 'compile')


# What chapter 16 says in words of the stored run.
COMPILED = {
    "the lines are 20 times as fast": lambda: 19.5 <= 1 / ratio('lines of Python') < 21,
    "the programs of the moons take less to compile than the engine takes for a step":
        lambda: STORED['spent']['moons']['compile'] < ROWS['moons', 'micrograd']['total'],
    "carrying and the update take two fifths of a step of the GPT":
        lambda: 0.35 < (STORED['spent']['GPT']['carry'] + STORED['spent']['GPT']['update']) / step_of_gpt() < 0.45,
    "training takes seconds": lambda: STORED['spent']['GPT']['compile'] + 1000 * step_of_gpt() < 10e3,
    "NumPy is ahead of the program": lambda: ratio('NumPy') < ratio('program, fused')}


@pytest.mark.parametrize('claim', COMPILED)
def test_the_stored_run_bears_out_what_chapter_16_says(claim):
    assert COMPILED[claim](), claim
