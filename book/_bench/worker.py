"""One engine or baseline at one workload, in a process of its own: what others leave in memory does not slow it.

    python worker.py NAME WORKLOAD [SIZE]

Each line on standard input is a request, and the answer is a line of JSON. `turn STEPS 1` (0: without the garbage
collector) gives the mean seconds of a step, forward and all the rest apart, the loss and the gradients. `memory GRAPHS`
gives the bytes and the objects of as many graphs of a step, and what as many steps leave to the collector.
"""
import gc
import json
import os
import sys
import threading
import time
import tracemalloc

from baselines import BASELINES, NAMES
from engines import ENGINES
from workloads import WORKLOADS


class Scalars:
    """A workload run by an engine that computes with single numbers."""

    def __init__(self, name, workload, size):
        self.work = WORKLOADS[workload](ENGINES[name](), size)
        self.update = self.work.update
        self.no_grad = None if name == 'PyTorch, scalars' else 0

    def forward(self):
        self.root = self.work.forward()
        return self.root.data

    def backward(self):
        for p in self.work.leaves:
            p.grad = self.no_grad
        self.root.backward()

    def free(self):
        self.root = None

    def gradients(self):
        return [0.0 if p.grad is None else float(p.grad) for p in self.work.leaves]


def runner(name, workload, size):
    """Return what runs a workload: an object with forward, backward, update, free and gradients."""
    baselines = NAMES if workload == 'name' else BASELINES
    return baselines[name]() if name in baselines else Scalars(name, workload, size)


def step(run):
    """Return the seconds of forward and of all the rest of a step, the freeing of its graph included, and the loss."""
    start = time.perf_counter()
    loss = run.forward()
    middle = time.perf_counter()
    run.backward()
    run.update()
    run.free()
    return middle - start, time.perf_counter() - middle, float(loss)


def turn(run, steps, collector):
    """Return the mean times of some steps, and the last loss and gradients.

    One step goes before, untimed, to fill the processor's caches after the turns of the others. What a turn without the
    collector leaves behind is collected before the next, so that this does not pay for it.
    """
    gc.enable() if collector else gc.disable()
    step(run)
    forward, backward, losses = zip(*(step(run) for _ in range(steps)))
    if not collector:
        gc.collect()
        gc.enable()
    return {'forward': sum(forward) / steps, 'backward': sum(backward) / steps, 'loss': losses[-1],
            'gradients': run.gradients()}


def memory(run, graphs):
    """Return what some graphs held at a time take: bytes from the system, objects for the collector, bytes traced.

    And how many objects as many steps leave behind, in cycles, for the collector to find.
    """
    objects, before = tracked_objects(), resident_bytes()
    held = [run.work.forward() for _ in range(graphs)]
    resident, objects = resident_bytes() - before, tracked_objects() - objects
    del held
    left = left_behind(run, graphs)
    tracemalloc.start()
    held = [run.work.forward() for _ in range(graphs)]
    return {'traced': tracemalloc.get_traced_memory()[0], 'resident': resident, 'objects': objects, 'left': left,
            'graphs': len(held)}


def left_behind(run, steps):
    """Return how many objects the collector finds after some steps: those that only refer to each other."""
    gc.collect()
    gc.disable()
    for _ in range(steps):
        step(run)
    found = gc.collect()
    gc.enable()
    return found


def tracked_objects():
    """Return how many objects the garbage collector still looks at when it has looked at all of them once."""
    gc.collect()
    return len(gc.get_objects())


def resident_bytes():
    """Return the bytes of memory that this process holds, or 0 where the system does not tell."""
    try:
        with open('/proc/self/statm') as file:
            return int(file.read().split()[1]) * os.sysconf('SC_PAGE_SIZE')
    except OSError:
        return 0


def main(name, workload, size=0):
    run = runner(name, workload, int(size))
    for line in sys.stdin:
        request, *numbers = line.split()
        answer = {'turn': turn, 'memory': memory}[request](run, *map(int, numbers))
        print(json.dumps(answer), flush=True)


if __name__ == '__main__':  # with a stack for those who recurse as deep as the graph is
    sys.setrecursionlimit(10**8)
    threading.stack_size(1 << 29)
    thread = threading.Thread(target=main, args=sys.argv[1:])
    thread.start()
    thread.join()
    os._exit(0)  # without freeing everything, in which the engine in C fails
