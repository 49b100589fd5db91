"""The figures of trainings: the chapter's own numbers, the engine's gradients, the pictures that are stored."""
import json
import math
import random
import re
from itertools import chain
from pathlib import Path

import pytest

from classroom import figures, playground, sketches
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
    training.take(steps)
    return training


def history(training, learner=0):
    return training.learners[learner].history


def pairs(path):
    """Return the numbers of a path or a polyline, two by two."""
    return [tuple(map(float, pair)) for pair in re.findall(r'(-?[\d.]+),(-?[\d.]+)', path)]


def test_the_moons_are_those_of_the_chapter():
    names = {'math': math, 'random': random}
    exec(next(source for source, _ in chapter('12-moons') if source.startswith('def make_moons')), names)
    theirs, ours = (made(*arguments, random.Random(1337)) for made, arguments in (
        (names['make_moons'], (100, 0.1)), (playground.make, ('moons', 100, 0.1))))
    assert theirs[1] == ours[1] and len(ours[0]) == 100
    assert all(map(math.isclose, chain(*theirs[0]), chain(*ours[0])))


def test_the_losses_are_those_of_the_chapter():
    [printed] = [text for _, text in chapter('12-moons') if text.startswith('step  0: loss')]
    told = re.findall(r'step +(\d+): loss ([\d.]+), accuracy (\d+)%', printed)
    losses = history(trained(60))
    assert len(told) == 5 and len(losses) == 61
    for step, loss, share in told:
        assert (f'{losses[int(step)][0]:.3f}', f'{losses[int(step)][1]:.0%}') == (loss, f'{share}%')
    assert losses[60][1] == 1.0
    [after] = [text for _, text in chapter('12-moons') if text.startswith('after the last update')]
    assert after == f'after the last update: loss {losses[60][0]:.3f}, accuracy 100%\n'


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
    right, wrong = history(training), history(training, 1)
    assert right[0] == wrong[0] and (right[2] != wrong[2] or name == 'marked_too_early')  # which comes upon an order
    assert before == (Value.backward, Value._backward, Value._topological_order, playground.Module.zero_grad)


def test_an_engine_that_fails_says_so_and_the_other_goes_on(monkeypatch):
    def fails(self):
        raise OverflowError("too large")
    monkeypatch.setitem(WRONG, 'forgotten', ('zero_grad', fails))
    training = trained(2, layers='2', wrong='forgotten')
    assert training.learners[1].error == playground.BEYOND and training.steps == 2
    assert len(set(history(training))) == 3 and len(set(history(training, 1))) == 1


@pytest.mark.parametrize('settings', [{}, {'data': 'spiral', 'batch': '10', 'wrong': 'overwriting', 'layers': '4-4'},
                                      {'data': 'xor', 'loss': 'squares', 'rate': '0.1'},
                                      {'data': 'own', 'own': '0.5,0,1;-0.5,0,-1', 'rate': '0.1', 'layers': '1'}])
def test_the_page_gets_all_of_it_once_and_then_what_changes(settings):
    first, later = playground.go(settings, 1), playground.go(settings, 1, 30)
    model = playground.current.learners[0].model
    again, other = playground.go(settings, 2), playground.go({**settings, 'seed': '5'}, 2)
    for whole in (first, again, other):
        assert set(whole['picture']) == {'scene', 'network', 'neuron', 'losses', 'readout', 'beside'}
        assert whole['picture']['readout'].startswith('Step 0: loss ') and whole['goes_on']
        assert ('new points' in whole['picture']['readout']) == ('own' not in settings)
        assert whole['picture']['scene'].count('h0') == (2 if 'own' in settings else 100)
    assert first == again != other
    assert set(later['picture']) == {'bands', 'weights', 'losses', 'readout', 'beside'}
    assert later['picture']['readout'].startswith('Step 30: loss ')
    assert later['picture']['weights'].count('M') == sum(len(n.w) for layer in model.layers for n in layer.neurons)
    assert ('ms a step' in later['picture']['beside']) == ('wrong' in settings)
    json.dumps([first, later], allow_nan=False)


def test_what_the_page_does_not_know_of_the_training_changes_nothing():
    playground.go({'pace': '0 1', 'add': '1', 'neuron': ''}, 1, 3)
    assert playground.go({'pace': '0 10', 'add': '-1', 'neuron': '1 3'}, 1)['picture']['readout'].startswith('Step 3:')
    without_it = playground.go({'layers': '2', 'neuron': '2 15'}, 1)['picture']
    assert without_it['neuron'].startswith('<option value="" selected')


def test_the_stored_picture_is_turn_0():
    picture = playground.go({}, 0)['picture']
    assert picture['readout'].startswith('Step 60: ') and '100% right' in picture['readout']


@pytest.mark.parametrize('settings, at_fault', [
    ({'data': 'xor', 'loss': 'squares', 'rate': '3'}, 0), ({'layers': '4-4', 'wrong': 'from_minus_one'}, 1)])
def test_what_grows_beyond_all_bounds_ends(settings, at_fault):
    training = trained(0, **settings)
    while not training.learners[at_fault].error and training.steps < 500:
        training.take(10)
    learner = training.learners[at_fault]
    assert 1 < training.steps < 500 and learner.error == playground.BEYOND and learner.bands(training.places) == ''
    assert playground.BEYOND in ''.join(training.picture('', whole=False).values())
    steps = training.steps
    training.take(5)
    assert training.steps == (steps if at_fault == 0 else steps + 5) and training.goes_on() == bool(at_fault)


def test_losses_are_drawn_on_a_logarithmic_scale():
    drawn = sketches.curves([[(1, 1, 0.1, 1), (0.1, 1, 0.01, 1), (0.01, 1, math.inf, 0)]])
    [seen, unseen] = map(pairs, re.findall('points="(.*?)"', drawn))
    assert seen == [(0, 14), (150, 41), (300, 68)] and unseen == [(0, 41), (150, 68)]
    assert re.findall('<text.*?y="(.*?)">(.*?)<', drawn) == [('9', '1'), ('68.0', '0.01')]
    assert sketches.curves([[(math.nan, 0, math.nan, 0)]]).count('points=""') == 2


def test_a_line_is_as_thick_as_its_weight_and_of_the_color_of_its_sign():
    training = trained(0, layers='1')
    for p, number in zip(training.learners[0].parameters, (0.5, -2.0, 0.0, math.inf, 0.0)):
        p.data = number
    drawn = re.findall('class="(.*?)" stroke-width="(.*?)" d="(.*?)"', training.diagram.weighted(''))
    assert [each[:2] for each in drawn] == [('plus', '1.0'), ('minus', '3.0'), ('plus', '4.0')]
    assert [path.count('M') for *_, path in drawn] == [1, 1, 1]


def heights(text):
    """Return a grid of zeros but for numbers at some places: {(column, row): number}."""
    return [text.get((i % sketches.COLUMNS, i // sketches.COLUMNS), 0.0)
            for i in range(sketches.COLUMNS * sketches.ROWS)]


@pytest.mark.parametrize('there, loops', [
    ({(5, 5): 4}, [{(5.75, 5), (5, 5.75), (4.25, 5), (5, 4.25)}]),
    ({(5, 5): 4, (5, 6): 4}, [{(5.75, 5), (5.75, 6), (5, 6.75), (4.25, 6), (4.25, 5), (5, 4.25)}]),
    ({(5, 5): 4, (6, 6): 4},
     [{(5.75, 5), (6, 5.25), (6.75, 6), (6, 6.75), (5.25, 6), (5, 5.75), (4.25, 5), (5, 4.25)}]),
    ({(5, 5): 4, (9, 9): 4},
     [{(5.75, 5), (5, 5.75), (4.25, 5), (5, 4.25)}, {(9.75, 9), (9, 9.75), (8.25, 9), (9, 8.25)}]),
    ({(1, 9): 4, (0, 9): 4}, [{(0, 9), (1, 9.75), (1.75, 9), (1, 8.25)}])])
def test_a_contour_goes_round_what_is_higher(there, loops):
    grid = heights(there)
    for i in sketches.RIM:
        grid[i] = min(grid[i], 1)
    found = [set(pairs(loop)) for loop in sketches.contour(grid, 1).split('z')[:-1]]
    rounded = [{(round(x, 1), round(y, 1)) for x, y in loop} for loop in loops]
    assert sorted(map(sorted, found)) == sorted(map(sorted, rounded))


def test_a_contour_lies_where_the_network_says_so():
    training = trained(20)
    [learner] = training.learners
    answers = learner.answers(training.places)
    path = re.search('boundary" d="(.*?)"', learner.bands(training.places))[1]
    left, low = training.places[0]
    on = [(left + 0.1 * x, low + 0.1 * y) for x, y in pairs(path) if 0.5 < x < 44.5 and 0.5 < y < 29.5]
    assert len(on) > 40 and max(abs(answer) for answer in learner.answers(on)) < 0.1 < max(map(abs, answers))


def test_a_neuron_is_asked_alone():
    training = trained(0, layers='2-2')
    [learner] = training.learners
    model, place = learner.model, [0.3, 0.4]
    hidden = model.layers[0].activations(place)
    sums = [sum(w * x for w, x in zip(model.layers[1].neurons[1].w, hidden)).data]
    assert learner.answers([place], '2 1') == pytest.approx(sums) and learner.answers([place], '0 1') == [0.4]
    assert training.picture('2 1', whole=True)['neuron'].count('selected>neuron 2 of layer 2<') == 1


def test_points_of_one_kind_wait_for_others():
    for own, words in (('', 'first some circles'), ('0,0,1;1,1,1', 'Now some squares'), ('0,0,-1', 'Now some circles')):
        answer = playground.go({'data': 'own', 'own': own}, 1, 1)
        assert words in answer['picture']['readout'] and not answer['goes_on'] and playground.current.steps == 0


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


@pytest.mark.parametrize('text', ['1,2', '0.5,-1,3', '1,1,1;2,2'])
def test_points_of_another_form_are_refused(text):
    with pytest.raises(ValueError, match="^expected points like 0.5,-1,1, got "):
        playground.read_points(text)
