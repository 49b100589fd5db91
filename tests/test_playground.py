"""The figures of trainings: the chapter's own numbers, the engine's gradients, the pictures that are stored."""
import ast
import json
import math
import random
import re
from itertools import chain
from pathlib import Path

import film
import pytest

from classroom import figures, playground
from classroom.playground import CHAPTER, WRONG_ENGINES, Learner, Training, WrongLearner
from classroom.wrong import WRONG
from micrograd.engine import Value

BOOK = Path(__file__).parents[1] / 'book'


def chapter(name):
    """Return the cells of a chapter as (source, printed text)."""
    cells = json.loads((BOOK / f'{name}.ipynb').read_text(encoding='utf-8'))['cells']
    return [(''.join(cell['source']), ''.join(text for out in cell.get('outputs', ()) for text in out.get('text', ())))
            for cell in cells if cell['cell_type'] == 'code']


def trained(steps, **settings):
    """Return a training after some steps."""
    training = Training({**CHAPTER, **settings})
    for _ in range(steps):
        training.step()
    return training


def test_the_moons_are_those_of_the_chapter():
    [cell] = [source for source, _ in chapter('12-moons') if source.startswith('def make_moons')]
    theirs, ours = (tree.body for tree in (ast.parse(cell).body[0], next(
        node for node in ast.parse(Path(playground.__file__).read_text(encoding='utf-8')).body
        if getattr(node, 'name', '') == 'moons')))
    assert [*map(ast.dump, theirs)] == [*map(ast.dump, ours[1:])]  # but for the docstring


def test_the_losses_are_those_of_the_chapter():
    [printed] = [text for _, text in chapter('12-moons') if text.startswith('step  0: loss')]
    told = re.findall(r'step +(\d+): loss ([\d.]+), accuracy (\d+)%', printed)
    [history] = trained(60).histories
    assert len(told) == 5 and len(history) == 61
    for step, loss, share in told:
        assert (f'{history[int(step)][0]:.3f}', f'{history[int(step)][1]:.0%}') == (loss, f'{share}%')
    assert history[60][1] == 1.0
    [after] = [text for _, text in chapter('12-moons') if text.startswith('after the last update')]
    assert after == f'after the last update: loss {history[60][0]:.3f}, accuracy 100%\n'


@pytest.mark.parametrize(('loss', 'size'), [('hinge', 100), ('squares', 100), ('hinge', 7)])
def test_a_compiled_gradient_is_the_engines(monkeypatch, loss, size):
    monkeypatch.setitem(WRONG, 'right', ('backward', Value.backward))
    training = Training({**CHAPTER, 'loss': loss, 'layers': '4-3'})
    compiled, eager = Learner(training.settings), WrongLearner({**training.settings, 'wrong': 'right'})
    for learner in (compiled, eager):
        learner.backward(*(each[:size] for each in training.seen))
    grads = [[p.grad for p in learner.parameters] for learner in (compiled, eager)]
    assert any(grads[0]) and all(math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-12) for a, b in zip(*grads))


@pytest.mark.parametrize('name', WRONG_ENGINES)
def test_a_wrong_engine_is_wrong_and_is_gone_afterwards(name):
    before = Value.backward, Value._backward, Value._topological_order, playground.Module.zero_grad
    training = trained(2, layers='4-4', wrong=name)
    right, wrong = training.histories
    assert right[0] == wrong[0] and (right[2] != wrong[2] or name == 'marked_too_early')  # which comes upon an order
    assert before == (Value.backward, Value._backward, Value._topological_order, playground.Module.zero_grad)


def test_an_engine_that_fails_says_so_and_the_other_goes_on(monkeypatch):
    def fails(self):
        raise OverflowError("too large")
    monkeypatch.setitem(WRONG, 'forgotten', ('zero_grad', fails))
    training = trained(2, layers='2', wrong='forgotten')
    assert training.learners[1].error == playground.BEYOND and training.steps == 2
    assert training.histories[0][0] != training.histories[0][2] and training.histories[1][0] == training.histories[1][2]


@pytest.mark.parametrize('settings', [{}, {'data': 'spiral', 'batch': '10'},
                                      {'data': 'xor', 'loss': 'squares', 'rate': '0.1'},
                                      {'data': 'own', 'own': '0.5,0,1;-0.5,0,-1', 'rate': '0.1', 'layers': '1'}])
def test_what_the_page_gets_is_json(settings):
    first = playground.start(settings)
    later = playground.go(30)
    json.dumps([first, later, playground.go(0, [1, 0])], allow_nan=False)
    [learner] = later['learners']
    assert len(learner['history']) == 30 and later['steps'] == 30 and len(first['learners'][0]['history']) == 1
    assert len(learner['grid']) == 44 * 29 and len(learner['weights']) == first['network'].count('<path')
    assert len(first['points']) == (2 if 'own' in settings else 100)


def test_losses_without_limit_are_json():
    playground.start({'layers': '4-4', 'wrong': 'from_minus_one'})
    while None not in (picture := playground.go(10))['learners'][1]['history'][-1]:
        assert picture['steps'] < 500
    json.dumps(picture, allow_nan=False)
    assert picture['learners'][1]['error'] == playground.BEYOND and picture['learners'][1]['grid'] == []


def test_a_training_that_blows_up_ends():
    playground.start({'data': 'xor', 'loss': 'squares', 'rate': '3'})
    picture = playground.go(50)
    json.dumps(picture, allow_nan=False)
    [learner] = picture['learners']
    assert 1 < picture['steps'] < 50 and learner['error'] == playground.BEYOND and learner['grid'] == []
    assert learner['history'][-1][:2] == [None, None] and playground.go(5)['steps'] == picture['steps']


def test_a_training_can_begin_some_steps_on():
    first = playground.start({}, 60)
    assert first['steps'] == 60 and first['learners'][0]['history'][-1][1] == 1
    assert playground.curves([[(1, 1, 1, 1), (0, 1, 0.01, 1)]]).count('0,14.0') == 2  # the largest is on top


def test_a_neuron_is_asked_alone():
    playground.start({'layers': '2-2'})
    training, [grid] = playground.current, [playground.go(0, [1, 1])['learners'][0]['grid']]
    answers = [training.learners[0].model.layers[0].neurons[1](place).data for place in training.places]
    assert any(answers) and grid == [round(100 * answer / max(answers)) for answer in answers]


def test_points_of_one_kind_are_refused():
    playground.start({'data': 'own', 'own': '0,0,1;1,1,1'})
    with pytest.raises(ValueError, match='both kinds'):
        playground.go(1)


def test_the_batches_of_an_epoch_hold_each_point_once():
    drawn = playground.batches(10, 4, random.Random(1))
    epochs = [[next(drawn) for _ in range(3)] for _ in range(2)]
    assert all(sorted(chain(*epoch)) == [*range(10)] and [*map(len, epoch)] == [4, 4, 2] for epoch in epochs)
    assert epochs[0] != epochs[1] and next(playground.batches(3, 3, random.Random(1))) == [0, 1, 2]


def test_a_descent_multiplies_by_what_the_chapter_says():
    for rate in (0.02, 0.22, 0.3):
        for k, (b, loss) in enumerate(figures.descent(1.5, rate)):
            assert math.isclose(b, 1.5 * (1 - 8 * rate)**k) and math.isclose(loss, 4 * b * b + 4)


def test_a_neuron_is_on_where_its_sum_is_above_0():
    assert "by 0.50 for each unit" in repr(figures.plane_of_a_neuron(0.5, 0, 0.0))
    assert "on over 48% of the plane" in repr(figures.plane_of_a_neuron(0.5, 0, 0.0))  # 12 of 25 columns
    assert "on over 100% of the plane" in repr(figures.plane_of_a_neuron(0, 0, 0.5))


def test_the_stored_pictures_are_what_the_script_draws():
    drawn = film.pictures()
    assert sorted(drawn) == ['learning.svg', 'playground-moons.svg', 'playground-xor.svg']
    for name, svg in drawn.items():
        assert (BOOK / '_static' / name).read_text(encoding='utf-8') == svg, name
    assert drawn['learning.svg'].count('class="frame"') == 53
    assert 'step 100: 100%' in drawn['learning.svg']
