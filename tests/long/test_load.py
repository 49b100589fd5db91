"""Large graphs: ten million nodes built, differentiated and freed, their memory given back, in time linear in nodes.

    PYTHONPATH=book/_bench python tests/long/test_load.py SHAPE NODES    measure one graph, in this process

Seconds are shown and not judged, since machines differ. What is judged is the same on all: the gradient, the blocks of
memory still in use when the graph is gone, and the number of lines of the engine that run for each node (what goes on
inside of one line, in C, only the seconds can show).
"""
import gc
import json
import math
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
import worker
from bench import exponent
from worker import resident_bytes

from micrograd.engine import Value

MILLION = 1_000_000


def chains(x, nodes):
    """Return a graph of chains, each a million deep (or all of it, if it is smaller)."""
    y = x
    for start in range(0, nodes, MILLION):
        link = x
        for _ in range(min(MILLION, nodes - start) - 1):
            link = link + x
        y = y + link
    return y


def sharing(x, nodes, times=10_000):
    """Return a graph in rows: each takes the row before it 10,000 times. It has 10,000**rows paths."""
    for _ in range(max(1, nodes // times)):
        total = x
        for _ in range(times - 1):
            total = total + x
        x = total * (1 / times)
    return x


def tree(x, nodes):
    """Return a graph as wide as it can be: pairs of numbers, pairs of pairs, and so on."""
    row = [x + 0 for _ in range(nodes // 3)]
    while len(row) > 1:
        row = [a + b for a, b in zip(row[::2], row[1::2])] + row[len(row) // 2 * 2:]
    return row[0]


SHAPES = {'chains': (chains, lambda n: n + 1), 'sharing': (sharing, lambda n: 1), 'tree': (tree, lambda n: n // 3)}


def measure(shape, nodes):
    """Build, differentiate and free a graph; return its figures. The cyclic collector is off."""
    build, expected = SHAPES[shape]
    gc.collect()
    gc.disable()
    build(Value(1.0), 10_000).backward()  # so that Python's lists of spare objects are full, which collect() empties
    x = Value(1.0)
    before, blocks, times = resident_bytes(), sys.getallocatedblocks(), [time.process_time()]
    y = build(x, nodes)
    times.append(time.process_time())
    y.backward()
    times.append(time.process_time())
    assert math.isclose(x.grad, expected(nodes), rel_tol=1e-9), (x.grad, expected(nodes))
    full = resident_bytes()
    del y
    times.append(time.process_time())
    seconds = [later - earlier for earlier, later in zip(times, times[1:])]
    return {'seconds': seconds, 'bytes': full - before, 'bytes left': resident_bytes() - before,
            'blocks left': sys.getallocatedblocks() - blocks}


def in_fresh_process(shape, nodes):
    program, bench = [sys.executable, __file__, shape, str(nodes)], Path(worker.__file__).parent
    return json.loads(subprocess.run(program, capture_output=True, text=True, check=True,
                                     env={**os.environ, 'PYTHONPATH': str(bench)}).stdout)


@pytest.mark.parametrize('shape', SHAPES)
def test_ten_million_nodes(shape, capsys):
    runs = {nodes: in_fresh_process(shape, nodes) for nodes in (5 * MILLION // 2, 5 * MILLION, 10 * MILLION)}
    run, growth = runs[10 * MILLION], exponent(runs, [sum(run['seconds']) for run in runs.values()])
    with capsys.disabled():
        build, back, free = run['seconds']
        print(f"\n{shape}: built in {build:.1f} s, differentiated in {back:.1f} s, freed in {free:.1f} s; time grows as"
              f" n**{growth:.2f}; {run['bytes'] / 1e9:.2f} GB, of which {run['bytes left'] / 1e6:.1f} MB stay")
    assert run['blocks left'] < 100
    assert run['bytes left'] <= run['bytes'] / 20  # both are 0 where the system does not tell


def lines_run(shape, nodes):
    """Return how many lines of the engine run to build and differentiate a graph."""
    engine, count = str(Path(sys.modules[Value.__module__].__file__)), 0

    def follow(frame, event, _):
        nonlocal count
        if frame.f_code.co_filename != engine:
            return None
        count += event == 'line'
        return follow
    x = Value(1.0)
    sys.settrace(follow)
    try:
        SHAPES[shape][0](x, nodes).backward()
    finally:
        sys.settrace(None)
    return count


@pytest.mark.parametrize('shape', SHAPES)
def test_work_is_linear_in_nodes(shape):
    once, twice, thrice = (lines_run(shape, nodes) for nodes in (30_000, 60_000, 90_000))
    assert once > 30_000 and math.isclose(thrice - twice, twice - once, rel_tol=1e-3)


if __name__ == '__main__':
    measure(sys.argv[1], 10_000)  # so that all that is made once is there
    print(json.dumps(measure(sys.argv[1], int(sys.argv[2]))))
