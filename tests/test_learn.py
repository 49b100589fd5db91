"""Softmax, cross-entropy and Adam, each against PyTorch, and where naive formulas fail."""
import math
import random

import pytest

from micrograd.engine import Value
from micrograd.learn import Adam, cross_entropy, softmax

torch = pytest.importorskip('torch', reason="PyTorch is the witness here")


def both(data):
    """Return numbers as Values and as a tensor."""
    return [Value(x) for x in data], torch.tensor(data, dtype=torch.float64, requires_grad=True)


@pytest.mark.parametrize('data', [[0.0, 0.0], [1.0, -2.0, 0.5], [1000.0, 999.0, -1000.0], [-5e3, -5e3]])
def test_softmax(data):
    ours, theirs = both(data)
    shares, witness = softmax(ours), theirs.softmax(0)
    assert all(math.isclose(p.data, q, rel_tol=1e-12, abs_tol=1e-300) for p, q in zip(shares, witness.tolist()))
    shares[0].backward()
    witness[0].backward()
    assert all(math.isclose(v.grad, g, rel_tol=1e-9, abs_tol=1e-12) for v, g in zip(ours, theirs.grad.tolist()))


@pytest.mark.parametrize('data, target', [([0.0, 0.0], 1), ([1.0, -2.0, 0.5], 0), ([1000.0, 0.0], 1), ([-1e4, 3.0], 0)])
def test_cross_entropy(data, target):
    ours, theirs = both(data)
    loss, witness = cross_entropy(ours, target), torch.nn.functional.cross_entropy(theirs[None], torch.tensor([target]))
    loss.backward()
    witness.backward()
    assert math.isclose(loss.data, witness.item(), rel_tol=1e-12)
    assert all(math.isclose(v.grad, g, rel_tol=1e-9, abs_tol=1e-12) for v, g in zip(ours, theirs.grad.tolist()))


@pytest.mark.parametrize('scores', [[0.0, 1.0], (0, 1), range(2), [Value(0.0), 1]])
def test_scores_from_any_collection(scores):
    shares = softmax([Value(0.0), Value(1.0)])
    assert [p.data for p in softmax(s for s in scores)] == [p.data for p in softmax(scores)] == [p.data for p in shares]
    assert cross_entropy(iter(scores), 1).data == cross_entropy(scores, 1).data == -math.log(shares[1].data)


@pytest.mark.parametrize('given, betas', [
    ({}, (0.9, 0.99)), ({'beta1': 0.5, 'beta2': 0.999}, (0.5, 0.999)), ({'beta1': 0, 'beta2': 0}, (0.0, 0.0))])
def test_adam(given, betas):
    rng = random.Random(1)
    ours, theirs = both([rng.gauss(0, 1) for _ in range(5)])
    adam, witness = Adam(ours, **given), torch.optim.Adam([theirs], lr=0.03, betas=betas)
    for _ in range(50):
        gradients = [rng.gauss(0, 10) for _ in ours]
        for v, g in zip(ours, gradients):
            v.grad = g
        adam.step(0.03)
        theirs.grad = torch.tensor(gradients, dtype=torch.float64)
        witness.step()
    assert all(math.isclose(v.data, t, rel_tol=1e-9) for v, t in zip(ours, theirs.tolist()))


def test_no_scores_are_refused_in_these_words():
    with pytest.raises(ValueError, match='^expected 1 or more scores, got 0$'):
        softmax([])
