"""The training of chapter 15 by a program, as `make gpt` does it, and by the engine: the same losses."""
import math
import random

import gpt as training

from classroom import gpt
from micrograd.learn import Adam


def test_a_hundred_steps_have_the_losses_of_the_engine_to_nine_digits(monkeypatch):
    monkeypatch.setattr(training, 'EVERY', 1000)  # so that the last hundred losses are kept
    run, model = training.Run(resume=False), gpt.GPT(random.Random(training.SEED))
    adam = Adam(model.parameters())
    for number in range(100):
        run.step()
        batch = random.Random(f'{training.SEED} {number}').sample(gpt.seen, training.BATCH)
        model.zero_grad()
        loss = gpt.loss_of(model, batch)
        loss.backward()
        adam.step(training.RATE * (1 - number / training.STEPS))
        assert math.isclose(run.recent[-1], loss.data, rel_tol=1e-9), number
