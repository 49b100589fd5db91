"""The network of chapter 14, trained for longer: the stored runs are those of the command, and bear out the chapter."""
import json
import math
import random
from pathlib import Path

import pytest
import reader as bench

ROOT = Path(__file__).parents[1]
STORED = json.loads((ROOT / 'src' / 'classroom' / 'data' / 'reader.json').read_text(encoding='utf-8'))


def test_the_stored_runs_are_those_of_the_command():
    rows = [tuple(row[key] for key in ('steps', 'batch', 'size', 'hidden', 'seed')) for row in STORED['runs']]
    assert rows == bench.RUNS and STORED['machine'] and STORED['date']


def test_what_is_compiled_is_the_chapter_s_own():
    """Its loss and its gradients, on examples of the chapter."""
    [mean_loss] = bench.of_chapter('mean_loss')
    random.seed(5)
    reader, names = bench.Reader(), bench.gpt.seen[:3]
    program, rows = bench.program(reader), bench.rows_of(names)
    loss = mean_loss(reader, bench.examples(names))
    loss.backward()
    eager = [p.grad for p in reader.parameters()]
    reader.zero_grad()
    assert math.isclose(program.run(rows) / len(rows), loss.data, rel_tol=1e-12)
    compiled = [p.grad / len(rows) for p in reader.parameters()]
    assert any(eager) and all(map(lambda one, other: math.isclose(one, other, abs_tol=1e-12), eager, compiled))


def mean_distance(places, group, other):
    pairs = [(places[ord(a) - 96], places[ord(b) - 96]) for a in group for b in other if a != b]
    return sum(math.dist([x.data for x in one], [x.data for x in two]) for one, two in pairs) / len(pairs)


@pytest.mark.parametrize('i', range(3))
def test_the_chapter_s_run_again_comes_to_the_same_from_each_seed(i):
    reader, row = bench.train(*bench.RUNS[i])
    assert row == STORED['runs'][i] and row['steps'] == 1000
    vowels, consonants = 'aeiou', 'bcdfghjklmnpqrstvwxz'
    apart = mean_distance(reader.places, vowels, consonants)
    assert mean_distance(reader.places, vowels, vowels) < apart - 0.5
    assert mean_distance(reader.places, consonants, consonants) < apart - 0.2
    assert mean_distance(reader.places, 'y', vowels) < mean_distance(reader.places, 'y', consonants) - 0.5


def test_the_chapter_prints_the_loss_of_the_stored_run():
    chapter = (ROOT / 'book' / '14-letters.ipynb').read_text(encoding='utf-8')
    assert f"pairs: 2.37, network: {STORED['runs'][0]['unseen']:.2f}\\n" in chapter


def losses(steps, parameters, names='unseen'):
    """Return the losses of a network after so many steps, one per seed."""
    return [row[names] for row in STORED['runs'] if (row['steps'], row['parameters']) == (steps, parameters)]


CLAIMS = {
    "hardly better on the names that it had seen": lambda: all(
        0 < unseen - seen < 0.03 for unseen, seen in zip(losses(1000, 1415), losses(1000, 1415, 'seen'))),
    "forty times the examples take it to 2.14": lambda: 2.13 < min(losses(20_000, 1415)) < 2.145 and max(
        losses(20_000, 1415)) < 2.155,
    "the larger ones come further": lambda: min(losses(20_000, 1415)) > max(losses(20_000, 3571)) > max(
        losses(10_000, 19_915)),
    "until learning by heart sets in": lambda: all(
        unseen - seen > 0.2 for unseen, seen in zip(losses(10_000, 19_915), losses(10_000, 19_915, 'seen'))),
    "the largest is level with the table, at 2.01": lambda: all(
        abs(loss - 2.01) < 0.025 for loss in losses(10_000, 19_915)),
}


@pytest.mark.parametrize('claim', CLAIMS)
def test_the_stored_runs_bear_out_what_the_chapter_says(claim):
    assert CLAIMS[claim](), claim
