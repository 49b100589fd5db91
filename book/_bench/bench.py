"""What it costs: `make bench`. Peers take turns at workloads; first they must agree on losses and gradients."""
import argparse
import datetime
import json
import math
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from statistics import median

from undone import UNDONE

HERE = Path(__file__).parent
MINIGRAD = Path(sys.prefix) / 'minigrad'  # where the Makefile puts an engine in C
STORED = HERE.parents[1] / 'src' / 'micrograd' / 'data' / 'bench.json'
SCALARS, IN_C = ['original', 'recursive', 'micrograd', 'PyTorch, scalars'], 'minigrad, in C'
DENSE = ['lists, by hand', 'lists, skipping 0', 'NumPy', 'PyTorch, tensors']
# workload: its peers, and how many steps a turn has. A peer's turns, with the collector and without, are one training.
# A turn has room for many full collections, each of which takes as long as several steps, or not one.
TURNS = {
    'moons': ([*SCALARS, 'fused', IN_C, *DENSE], 6),
    'four points': ([*SCALARS, 'fused', IN_C], 200),
    'chain': (SCALARS, 10), 'wide sum': (SCALARS, 10), 'diamond': (SCALARS, 10),
    'token': ([*SCALARS, 'fused'], 100)}
ROUNDS = 6
# Steps whose instructions are counted, where they are not those of a turn: fewer for who takes long; and on the moons as
# many as are timed in all, with the collector and without, for those who skip zeros: they have less to do the more the
# network has learnt.
SKIPPING = ['micrograd', 'fused', 'lists, skipping 0']
COUNTED = {'moons': {'original': 1, 'recursive': 1, 'NumPy': 300, **dict.fromkeys(SKIPPING, 2 * ROUNDS * (1 + 6))},
           'four points': {}, 'token': {'original': 20}}
IDEAS = ['micrograd', *UNDONE]  # ours, and ours with one idea taken back, at the workloads where both have their say
IDEAS_AT = ['moons', 'token']
SIZES = [1_000, 10_000, 100_000, 1_000_000, 10_000_000]


class Contestant:
    """A peer's process, waiting for its turns."""

    def __init__(self, name, workload, size=0):
        self.name, self.workload = name, workload
        command = [sys.executable, 'contestant.py', name, workload, str(size)]
        self.process = subprocess.Popen(command, cwd=HERE, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def ask(self, line):
        """Return the answer to one line."""
        self.process.stdin.write(f'{line}\n')
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise RuntimeError(f"expected an answer of {self.name} at {self.workload}, but its process has ended")
        return json.loads(answer)

    def leave(self):
        self.process.communicate()


def agree(answers):
    """Raise an AssertionError unless all peers have the loss and the gradients of the first."""
    (first, expected), *others = answers.items()
    for name, got in others:
        for what, x, y in zip_up(expected, got):
            assert math.isclose(x, y, rel_tol=1e-9, abs_tol=1e-9), f"{what}: {first} has {x}, {name} has {y}"


def zip_up(one, other):
    """Yield (what, number, number) for the losses and for each pair of gradients."""
    yield 'loss', one['loss'], other['loss']
    yield 'number of gradients', len(one['gradients']), len(other['gradients'])
    for i, pair in enumerate(zip(one['gradients'], other['gradients'])):
        yield (f'gradient {i}', *pair)


def peers_of(workload):
    """Return the names of those who are here: the engine in C is not, where there is no compiler."""
    names, _ = TURNS[workload]
    return [name for name in names if name != IN_C or MINIGRAD.exists()]


def measure(workload, names, rounds, fewer):
    """Return a row for each of the named peers at a workload: times with the collector on, and off."""
    steps = max(1, TURNS[workload][1] // fewer)
    peers = [Contestant(name, workload) for name in names]
    agree({peer.name: peer.ask('turn 1 1') for peer in peers})
    times = {(peer.name, on): [] for peer in peers for on in (1, 0)}
    for _ in range(rounds):
        for on in (1, 0):
            for peer in peers:
                times[peer.name, on].append(peer.ask(f'turn {steps} {on}'))
    for peer in peers:
        peer.leave()
    return [row(workload, peer.name, times) for peer in peers]


def row(workload, peer, times):
    """Return what the table says of one peer: milliseconds, and how many times ours, round by round."""
    mine, ours = times[peer, 1], times['micrograd', 1]
    ratios = sorted(total(m) / total(o) for m, o in zip(mine, ours))
    return {'workload': workload, 'peer': peer, 'forward': median(t['forward'] for t in mine) * 1e3,
            'backward': median(t['backward'] for t in mine) * 1e3, 'total': median(map(total, mine)) * 1e3,
            'collector off': median(map(total, times[peer, 0])) * 1e3,
            'ratio': median(ratios), 'spread': [ratios[0], ratios[-1]]}


def total(answer):
    return answer['forward'] + answer['backward']


@cache
def operations(workload):
    """Return {'micrograd': ..., 'fused': ...}: how many operations their graphs of a workload have."""
    code = ("import sys; from contestant import Scalars; from micrograd.graph import trace\n"
            "run = Scalars(*sys.argv[1:], 0); run.forward(); print(sum(bool(v._prev) for v in trace(run.root)[0]))")
    return {peer: int(run([sys.executable, '-c', code, peer, workload]))
            for peer in ('micrograd', 'fused') if peer in peers_of(workload)}


def run(command):
    return subprocess.run(command, cwd=HERE, text=True, capture_output=True, check=True).stdout


def instructions(peer, workload, steps):
    """Return the millions of instructions of one step, as callgrind counts them; start-up is subtracted."""
    few, more = (callgrind(peer, workload, n) for n in (1, 1 + steps))
    return (more - few) / steps / 1e6


def callgrind(peer, workload, steps):
    with tempfile.TemporaryDirectory() as folder:
        command = ['valgrind', '--tool=callgrind', f'--callgrind-out-file={folder}/out',
                   sys.executable, 'contestant.py', peer, workload]
        done = subprocess.run(command, cwd=HERE, text=True, input=f'turn {steps} 1\n', capture_output=True, check=True,
                              env={**os.environ, 'PYTHONHASHSEED': '0'})
    return int(re.search(r'Collected : (\d+)', done.stderr)[1])


def memory(peer, workload, nodes):
    """Return the bytes per operation of a graph: those that Python allocates, and those that the system gives.

    So many graphs are held at a time that the pages of memory, which come as a whole, do not matter.
    """
    process = Contestant(peer, workload)
    answer = process.ask(f'memory {100_000 // nodes + 1}')
    process.leave()
    held = nodes * answer.pop('graphs')
    return {'workload': workload, 'peer': peer, **{kind: round(count / held, 1) for kind, count in answer.items()}}


def growth(sizes, collector):
    """Return for each size of a chain the seconds of one step, and the exponent with which time grows; on or off: 1, 0."""
    seconds = []
    for size in sizes:
        peer = Contestant('micrograd', 'chain', size)
        answers = [peer.ask(f'turn 1 {collector}') for _ in range(5 if size < 10**6 else 1)]
        seconds.append(median(map(total, answers)))
        peer.leave()
    return {'sizes': sizes, 'seconds': seconds, 'exponent': exponent(sizes, seconds)}


def exponent(sizes, seconds):
    """Return the slope of the straight line through the logarithms, by least squares."""
    xs, ys = [*map(math.log, sizes)], [*map(math.log, seconds)]
    x, y = sum(xs) / len(xs), sum(ys) / len(ys)
    return sum((a - x) * (b - y) for a, b in zip(xs, ys)) / sum((a - x)**2 for a in xs)


def machine():
    """Return in words what this was measured on."""
    try:
        model = re.search(r'model name\s*: (.*)', Path('/proc/cpuinfo').read_text())[1]
    except (OSError, TypeError):
        model = platform.machine()
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return f"{model}, {os.cpu_count()} cores, {platform.system()}, {python}"


def table(rows):
    """Return the rows as text: milliseconds of a step, and how many times ours it takes, with the spread of rounds."""
    lines = [(f"{'':12} {'':17} {'forward':>9} {'backward':>9} {'total':>9} {'x ours':>8} {'spread':>17} {'gc off':>9} "
              f"{'nodes/s':>10} {'M instr.':>9} {'B/node':>7} {'resident':>8}")]
    for r in rows:
        spread, rate = f"{r['spread'][0]:.3f} - {r['spread'][1]:.3f}", r['operations'] / r['total'] * 1e3
        instructions, traced, resident = (r.get(what, math.nan) for what in ('instructions', 'traced', 'resident'))
        lines.append(f"{r['workload']:12} {r['peer']:17} {r['forward']:9.2f} {r['backward']:9.2f} {r['total']:9.2f} "
                     f"{r['ratio']:8.3f} {spread:>17} {r['collector off']:9.2f} {rate:10.0f} "
                     f"{instructions:9.2f} {traced:7.0f} {resident:8.0f}")
    return '\n'.join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--quick', action='store_true', help="few turns, small sizes, no instruction counts")
    parser.add_argument('--store', action='store_true', help="keep the result for chapter 13")
    options = parser.parse_args()
    rounds, fewer = (2, 5) if options.quick else (ROUNDS, 1)
    rows = [complete(r, options, COUNTED.get(workload, {}).get(r['peer']))
            for workload in TURNS for r in measure(workload, peers_of(workload), rounds, fewer)]
    print(table(rows), flush=True)
    ideas = [complete(r, options) for workload in IDEAS_AT for r in measure(workload, IDEAS, rounds, fewer)]
    print(table(ideas), flush=True)
    grown = {name: growth(SIZES[:4] if options.quick else SIZES, on) for name, on in (('on', 1), ('off', 0))}
    for name, series in grown.items():
        for size, seconds in zip(series['sizes'], series['seconds']):
            print(f"chain of {size:10,} nodes, collector {name}: {1e6 * seconds / size:.2f} microseconds each")
        print(f"time grows as n**{series['exponent']:.2f}")
    if options.store:
        result = {'machine': machine(), 'date': datetime.date.today().isoformat(), 'rows': rows,
                  'ideas': ideas, 'growth': grown}
        STORED.write_text(json.dumps(result, indent=1) + '\n', encoding='utf-8')


def complete(r, options, steps=None):
    """Return a row with what takes no turns: operations, bytes, instructions (of `steps` steps, or as many as a turn)."""
    workload, peer = r['workload'], r['peer']
    counted = operations(workload)
    r['operations'] = counted.get(peer, counted['micrograd'])
    if peer not in DENSE:
        r.update(memory(peer, workload, r['operations']))
    if not options.quick and shutil.which('valgrind') and workload in COUNTED and 'PyTorch' not in peer:
        r['instructions'] = instructions(peer, workload, steps or TURNS[workload][1])
    return r


if __name__ == '__main__':
    main()
