"""Plain descent and Adam: the stored runs are those of the command, and bear out what chapter 15 says of them."""
import json
from pathlib import Path

import optimizers
import pytest

ROOT = Path(__file__).parents[1]
STORED = json.loads((ROOT / 'src' / 'classroom' / 'data' / 'optimizers.json').read_text(encoding='utf-8'))


def test_the_stored_runs_are_those_of_the_command():
    rows = [(row['optimizer'], row['rate'], row['seed']) for row in STORED['runs']]
    assert rows == [(optimizer.__name__, round(rate, 4), seed) for optimizer, rate, seed in optimizers.RUNS]
    assert all([step for step, _ in row['unseen']] == list(optimizers.TESTED) for row in STORED['runs'])
    assert STORED['steps'] == optimizers.STEPS and STORED['machine'] and STORED['date']


def test_ten_steps_again_come_to_the_same_loss():
    again = optimizers.train(*optimizers.RUNS[0], steps=10)
    stored = STORED['runs'][0]
    assert again == {**stored, 'unseen': stored['unseen'][:2]}


def test_adam_is_the_run_of_make_gpt():
    run = json.loads((ROOT / 'src' / 'classroom' / 'data' / 'gpt.json').read_text(encoding='utf-8'))
    adam = dict(STORED['runs'][1]['unseen'])
    assert all(adam[step] == loss for step, loss in run['unseen'] if step in adam)


def seeds(optimizer, rate, step):
    """Return the losses of an optimizer at a rate after so many steps, one per seed."""
    return [dict(row['unseen'])[step] for row in STORED['runs'] if (row['optimizer'], row['rate']) == (optimizer, rate)]


def descent(step, rate=1.0):
    return seeds('Descent', rate, step)


def adam(step, rate=0.01):
    return seeds('Adam', rate, step)


CLAIMS = {
    "plain descent ends nearly as far": lambda: min(descent(3000)) > 2.075 and max(descent(3000)) < 2.095,
    "Adam ends between 2.07 and 2.08": lambda: min(adam(3000)) > 2.065 and max(adam(3000)) < 2.085,
    "from three seeds of five Adam ends about 0.015 lower, from the other two they are level": lambda: [
        round((d - a) / 0.015) for d, a in zip(descent(3000), adam(3000))].count(1) == 3 and sum(
        abs(d - a) < 0.003 for d, a in zip(descent(3000), adam(3000))) == 2,
    "after ten steps plain descent leads with four of five": lambda: sum(map(float.__lt__, descent(10), adam(10))) == 4,
    "from step 80 to 2500 Adam is below": lambda: all(
        max(adam(step)) < min(descent(step)) for step in (80, 150, 300, 600, 1000, 1500, 2000, 2500)),
    "Adam's 1,000 steps are 1,500 to 2,000 of plain descent": lambda: (
        min(descent(1500)) < max(adam(1000)) < min(adam(1000)) + 0.1 and max(descent(2000)) < min(adam(1000))),
    "1 is the best rate of plain descent": lambda: descent(3000)[0] < min(
        descent(3000, rate)[0] or 9 for rate in (0.1, 0.3, 3.0, 10.0)),
    "0.01 is the best rate of Adam": lambda: adam(3000)[0] < min(
        adam(3000, rate)[0] for rate in (0.001, 0.003, 0.03, 0.1)),
    "too small a rate, both mind alike": lambda: all(
        abs(descent(3000, factor)[0] - adam(3000, factor / 100)[0]) < 0.015
        for factor in (0.1, 0.3)),
    "at three times its best rate plain descent runs away": lambda: descent(3000, 3.0) == [None],
    "Adam still learns at ten times": lambda: adam(3000, 0.1)[0] < 2.3 < adam(0)[0],
}


@pytest.mark.parametrize('claim', CLAIMS)
def test_the_stored_runs_bear_out_what_the_chapter_says(claim):
    assert CLAIMS[claim](), claim
