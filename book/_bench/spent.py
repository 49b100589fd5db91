"""Where the time of the programs of chapter 16 goes: to compile them, in the machine, and around it."""
import json
import random
import time
from collections import Counter

from baselines import Compiled

from classroom import gpt
from micrograd.learn import Adam
from micrograd.program import Program

STEPS = 200


def timed(spent, what, function, clock=time.perf_counter):
    """Return a function whose milliseconds are added to `spent[what]`."""
    def run(*args):
        start = clock()
        result = function(*args)
        spent[what] += 1e3 * (clock() - start)
        return result
    return run


def compiling(function):
    """Return the milliseconds that it takes to compile, of the processor: wasmtime works on several cores."""
    spent = Counter()
    return fastest(spent, timed(spent, 'compile', function, time.process_time), 3)


def fastest(spent, function, times):
    """Return the least milliseconds of each part of a function, called so many times."""
    found = []
    for _ in range(times):
        spent.clear()
        function()
        found.append(dict(spent))
    return {what: min(parts[what] for parts in found) for what in found[0]}


def moons():
    """Return the milliseconds to compile, and those of a step: all points forward and back, and an update."""
    spent, step = Counter(), Compiled()
    run, update = timed(spent, 'run', step.forward), timed(spent, 'update', step.update)
    for program in (step.hinge, step.size):
        program.machine.call = timed(spent, 'machine', program.machine.call)
    return summary(compiling(Compiled), fastest(spent, lambda: (run(), update()), STEPS))


def names():
    """Return the milliseconds to compile, and those of a step: eight names forward and back, and an update."""
    spent, rng, model = Counter(), random.Random(42), gpt.GPT(random.Random(42))
    longest = max(map(len, gpt.names))

    def compiled():
        loss, inputs = gpt.loss_graph(model, longest)
        return Program(loss, model.parameters(), inputs)
    program = compiled()
    program.machine.call = timed(spent, 'machine', program.machine.call)
    run, update = timed(spent, 'run', program.run), timed(spent, 'update', Adam(model.parameters()).step)
    one_hots = timed(spent, 'one-hots', gpt.one_hots)

    def step():
        model.zero_grad()
        run([one_hots(name, longest) for name in rng.sample(gpt.seen, 8)])
        update(0.001)
    return summary(compiling(compiled), fastest(spent, step, STEPS))


def summary(compiled, step):
    """Return what it takes to compile, and the parts of a step: in the machine, carrying numbers, and the rest."""
    return {**compiled, 'machine': step['machine'], 'carry': step['run'] - step['machine'],
            'one-hots': step.get('one-hots', 0), 'update': step['update']}


if __name__ == '__main__':
    print(json.dumps({'moons': moons(), 'GPT': names()}))
