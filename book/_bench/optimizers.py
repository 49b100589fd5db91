"""Train the model of chapter 15 by plain gradient descent and by Adam, and store both: `make optimizers`.

Five seeds at the rate that each is best at, and one seed at rates below and above it. Nothing else differs from
`make gpt`: the same names in each step, and a rate that falls to 0.
"""
import json
import math

from bench import header
from gpt import ROOT, SEED, STEPS, Run
from tqdm import tqdm

from micrograd.learn import Adam

STORED = ROOT / 'src' / 'classroom' / 'data' / 'optimizers.json'
TESTED = (0, 10, 20, 40, 80, 150, 300, 600, 1000, 1500, 2000, 2500, 3000)  # steps after which a run is tested


class Descent:
    """Plain gradient descent: every parameter moves by `rate` times its gradient."""

    def __init__(self, parameters):
        """Keep the parameters; there is nothing to remember."""
        self.parameters, self.steps = parameters, 0

    def step(self, rate):
        """Move each parameter against its gradient."""
        self.steps += 1
        for p in self.parameters:
            p.data -= rate * p.grad


BEST = {Descent: 1.0, Adam: 0.01}
RUNS = [(optimizer, rate, seed) for seed in (SEED, 1, 2, 3, 4) for optimizer, rate in BEST.items()]
RUNS += [(optimizer, rate * factor, SEED) for factor in (0.1, 0.3, 3, 10) for optimizer, rate in BEST.items()]


def train(optimizer, rate, seed, steps=STEPS):
    """Return a row for one run: what it was, and its loss on unseen names after so many steps, None for no number."""
    run, unseen = Run(optimizer, rate, seed, resume=False), []
    for number in range(steps + 1):
        if number in TESTED:
            loss = run.test()
            unseen.append([number, round(loss, 4) if math.isfinite(loss) else None])
        if number < steps:
            run.step()
    return {'optimizer': optimizer.__name__, 'rate': round(rate, 4), 'seed': seed, 'unseen': unseen}


def main():
    """Train all of them, and store what came."""
    result = {**header('make optimizers'), 'steps': STEPS, 'runs': [train(*each) for each in tqdm(RUNS)]}
    STORED.write_text(json.dumps(result) + '\n', encoding='utf-8')


if __name__ == '__main__':
    main()
