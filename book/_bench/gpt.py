"""Train the model of chapter 15 for as long as it takes, and store the run: `make gpt`.

The model is classroom/gpt.py, which the chapter shows. Every 100 steps the run is saved in _build/gpt.json, and there
the next call after Ctrl-C resumes it. The finished run goes to src/classroom/data/gpt.json.
"""
import json
import math
import os
import random
import time
from itertools import pairwise
from pathlib import Path

from bench import header
from tqdm import tqdm

from classroom import gpt
from micrograd.learn import Adam
from micrograd.program import Program

ROOT = Path(__file__).parents[2]
CHECKPOINT = ROOT / '_build' / 'gpt.json'
STORED = ROOT / 'src' / 'classroom' / 'data' / 'gpt.json'
SEED, STEPS, BATCH, RATE, EVERY = 42, 3000, 8, 0.01, 50
SHOWN = (0, 50, 200, 1000, 3000)  # steps after which the model writes, and is tested


class Run:
    """A training run that can be stopped at any step, and resumed."""

    def __init__(self, optimizer=Adam, rate=RATE, seed=SEED, resume=True):
        """Start from scratch, or resume the run that the checkpoint holds."""
        self.model, self.rate, self.seed = gpt.GPT(random.Random(seed)), rate, seed
        self.optimizer = optimizer(self.model.parameters())
        self.longest = max(map(len, gpt.names))
        self.program = self.compiled()
        self.recent, self.losses, self.unseen, self.samples, self.seconds = [], [], [], [], 0.0
        if resume and CHECKPOINT.exists():
            self.load(json.loads(CHECKPOINT.read_text()))

    def load(self, state):
        """Take a state that `save` has written. ValueError if it is not one of this model."""
        try:
            self.restore(state)
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"expected the state of a run, got {type(error).__name__}: {error}") from error

    def restore(self, state):
        """Set all that a run consists of, from a state of the right names and lengths."""
        own, optimizer = self.state(), state['optimizer']
        for expected, got in ((own.keys(), state.keys()), (own['optimizer'].keys(), optimizer.keys())):
            if got != expected:
                raise ValueError(f"expected {', '.join(expected)}, got {', '.join(got) or 'nothing'}")
        parameters, weights = self.model.parameters(), state.pop('weights')
        for numbers in (weights, optimizer['means'], optimizer['squares']):
            if len(numbers) != len(parameters):
                raise ValueError(f"expected {len(parameters)} numbers, one per parameter, got {len(numbers)}")
        for p, number in zip(parameters, weights):
            p.data = float(number)
        vars(self.optimizer).update(state.pop('optimizer'))
        vars(self).update(state)

    def state(self):
        """Return all that a run consists of, but what follows from it."""
        optimizer = {name: value for name, value in vars(self.optimizer).items() if name != 'parameters'}
        kept = ('recent', 'losses', 'unseen', 'samples', 'seconds')
        return {'weights': self.weights(), 'optimizer': optimizer, **{name: getattr(self, name) for name in kept}}

    def save(self):
        """Write the state to the checkpoint, all of it or nothing."""
        CHECKPOINT.parent.mkdir(exist_ok=True)
        new = CHECKPOINT.with_suffix('.new')
        new.write_text(json.dumps(self.state()))
        os.replace(new, CHECKPOINT)

    def weights(self):
        return [p.data for p in self.model.parameters()]

    def step(self):
        """Learn from one batch, which depends on the step alone: a resumed run is as one that never stopped."""
        began, number = time.perf_counter(), self.optimizer.steps
        batch = random.Random(f'{self.seed} {number}').sample(gpt.seen, BATCH)
        self.model.zero_grad()
        letters = sum(len(name) + 1 for name in batch)
        loss = self.program.run(self.rows(batch)) / letters
        for p in self.model.parameters():
            p.grad /= letters
        self.optimizer.step(self.rate * (1 - number / STEPS))
        self.recent.append(loss)
        if len(self.recent) == EVERY:
            self.losses.append(round(sum(self.recent) / EVERY, 4))
            self.recent = []
        self.seconds += time.perf_counter() - began

    def compiled(self):
        """Return a program that gives the loss of a name."""
        loss, inputs = gpt.loss_graph(self.model, self.longest)
        return Program(loss, self.model.parameters(), inputs)

    def rows(self, names):
        """Return the inputs of the program for each name."""
        return [gpt.one_hots(name, self.longest) for name in names]

    def show(self):
        """Let the model write, and test it on the unseen names."""
        rng = random.Random(SEED)
        names = [gpt.write(self.model, rng, 0.8) for _ in range(8)]
        self.samples.append([self.optimizer.steps, names])
        self.unseen.append([self.optimizer.steps, round(self.test(), 4)])

    def test(self):
        """Return the mean loss over the letters of the unseen names."""
        total = sum(self.program.values(self.rows(gpt.unseen)))
        return total / sum(len(name) + 1 for name in gpt.unseen)

    def result(self):
        """Return what the chapter shows."""
        return {**header('make gpt'), 'seed': SEED, 'steps': STEPS, 'names a step': BATCH,
                'seconds': round(self.seconds), 'bigrams': round(bigrams(), 4), 'losses': self.losses,
                'unseen': self.unseen, 'samples': self.samples, 'weights': [round(x, 5) for x in self.weights()]}


def bigrams():
    """Return the loss of counted bigrams, each raised by 1, on the unseen names."""
    counts = [[1] * 27 for _ in range(27)]
    for first, second in pairs(gpt.seen):
        counts[first][second] += 1
    surprises = [-math.log(counts[a][b] / sum(counts[a])) for a, b in pairs(gpt.unseen)]
    return sum(surprises) / len(surprises)


def pairs(names):
    return [pair for text in map(gpt.codes, names) for pair in pairwise(text)]


def start_or_resume():
    """Return a run: from the checkpoint, or from scratch, with a damaged checkpoint kept beside."""
    try:
        return Run()
    except ValueError as error:
        damaged = CHECKPOINT.rename(CHECKPOINT.with_suffix('.damaged'))
        print(f"{CHECKPOINT} is no checkpoint of this run ({error!r}): kept as {damaged.name}; starting from scratch")
        return Run()


def main():
    """Train to the end, or until Ctrl-C."""
    try:
        run = start_or_resume()
        for number in tqdm(range(run.optimizer.steps, STEPS), initial=run.optimizer.steps, total=STEPS):
            if number in SHOWN and not any(step == number for step, _ in run.samples):
                run.show()
            run.step()
            if number % 100 == 99:
                run.save()
        run.show()
    except KeyboardInterrupt:  # perhaps in the middle of a step, so what was saved last is kept
        print("stopped: `make gpt` resumes at the last full hundred of steps")
        return
    STORED.write_text(json.dumps(run.result()) + '\n', encoding='utf-8')
    CHECKPOINT.unlink(missing_ok=True)


if __name__ == '__main__':
    main()
