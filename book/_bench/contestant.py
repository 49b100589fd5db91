"""One peer at one workload, in a process of its own, so that nobody looks after another's garbage.

    python contestant.py PEER WORKLOAD [SIZE]

Each line on standard input asks for something, and the answer is a line of JSON. `turn STEPS 1` (0: without the garbage
collector) gives the mean seconds of a step, forward and all the rest apart, the loss, the gradients. `memory GRAPHS`
gives the bytes of as many graphs of a step.
"""
import gc
import json
import os
import sys
import threading
import time
import tracemalloc

from dense import DENSE
from peers import SCALAR, number
from workloads import WORKLOADS


class Scalars:
    """A workload run by a peer that computes with single numbers."""

    def __init__(self, peer, workload, size):
        self.work = WORKLOADS[workload](SCALAR[peer](), size)
        self.update = self.work.update
        self.nothing = None if peer == 'PyTorch, scalars' else 0

    def forward(self):
        self.root = self.work.forward()
        return self.root.data

    def backward(self):
        for p in self.work.leaves:
            p.grad = self.nothing
        self.root.backward()

    def free(self):
        self.root = None

    def gradients(self):
        return [number(p.grad) for p in self.work.leaves]


def contestant(peer, workload, size):
    """Return what runs a peer's workload: an object with forward, backward, update and gradients."""
    return DENSE[peer]() if peer in DENSE else Scalars(peer, workload, size)


def step(run):
    """Return the seconds of forward and of all the rest of a step, the freeing of its graph included, and the loss."""
    start = time.perf_counter()
    loss = run.forward()
    middle = time.perf_counter()
    run.backward()
    run.update()
    getattr(run, 'free', int)()
    return middle - start, time.perf_counter() - middle, number(loss)


def turn(run, steps, collector):
    """Return the mean times of some steps, and the last loss and gradients.

    One step goes before, untimed: until then the processor's caches are full of what the others did. And what a turn
    without the collector leaves behind is taken away before the next, so that this does not pay for it.
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
    """Return the bytes that the system gave, and those that tracemalloc counts, for some graphs held at a time."""
    before = resident_bytes()
    held = [run.work.forward() for _ in range(graphs)]
    resident = resident_bytes() - before
    del held
    gc.collect()
    tracemalloc.start()
    held = [run.work.forward() for _ in range(graphs)]
    return {'traced': tracemalloc.get_traced_memory()[0], 'resident': resident, 'graphs': len(held)}


def resident_bytes():
    """Return the bytes of memory that this process holds, or 0 where the system does not say."""
    try:
        with open('/proc/self/statm') as file:
            return int(file.read().split()[1]) * 4096
    except OSError:
        return 0


def main(peer, workload, size=0):
    run = contestant(peer, workload, int(size))
    for line in sys.stdin:
        what, *numbers = line.split()
        answer = {'turn': turn, 'memory': memory}[what](run, *map(int, numbers))
        print(json.dumps(answer), flush=True)


if __name__ == '__main__':  # with room for those who recurse as deep as the graph is
    sys.setrecursionlimit(10**8)
    threading.stack_size(1 << 29)
    thread = threading.Thread(target=main, args=sys.argv[1:])
    thread.start()
    thread.join()
    os._exit(0)  # without taking all down, at which the engine in C stumbles
