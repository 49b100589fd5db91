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
from pathlib import Path
from statistics import median

HERE = Path(__file__).parent
STORED = HERE.parents[1] / 'src' / 'micrograd' / 'data' / 'bench.json'
OURS, SCALARS = ['micrograd', 'fused'], ['original', 'recursive', 'micrograd', 'PyTorch, scalars']
# workload: its peers, and how many steps a turn has
TURNS = {
    'moons': ([*SCALARS, 'fused', 'lists, by hand', 'NumPy', 'PyTorch, tensors'], 5),
    'four points': ([*SCALARS, 'fused'], 50),
    'chain': (SCALARS, 5), 'wide sum': (SCALARS, 5), 'diamond': (SCALARS, 5),
    'token': ([*SCALARS, 'fused'], 10)}
# Steps whose instructions are counted: enough to stand out from the start-up.
COUNTED = {'original': 1, 'NumPy': 300}
SIZES = [1_000, 10_000, 100_000, 1_000_000, 10_000_000]


class Peer:
    """A contestant's process, waiting for its turns."""

    def __init__(self, name, workload, size=0):
        self.name, self.workload = name, workload
        self.process = subprocess.Popen([sys.executable, 'contestant.py', name, workload, str(size)], cwd=HERE, text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)

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


def measure(workload, rounds, fewer):
    """Return a row for each peer at a workload: times with the collector on, and off."""
    names, steps = TURNS[workload]
    steps = max(1, steps // fewer)
    peers = [Peer(name, workload) for name in names]
    agree({peer.name: peer.ask('1 1') for peer in peers})
    times = {(peer.name, on): [] for peer in peers for on in (1, 0)}
    for _ in range(rounds):
        for on in (1, 0):
            for peer in peers:
                times[peer.name, on].append(peer.ask(f'{steps} {on}'))
    rows = [row(workload, peer, times[peer.name, 1], times[peer.name, 0]) for peer in peers]
    for peer in peers:
        peer.leave()
    return rows


def row(workload, peer, on, off):
    """Return what the table says of one peer, in milliseconds."""
    totals = sorted(1e3 * (t['forward'] + t['backward']) for t in on)
    return {'workload': workload, 'peer': peer.name, 'forward': 1e3 * median(t['forward'] for t in on),
            'backward': 1e3 * median(t['backward'] for t in on), 'total': median(totals), 'spread': [totals[0], totals[-1]],
            'collector off': 1e3 * median(t['forward'] + t['backward'] for t in off)}


def operations(workload):
    """Return how many operations the graph of a workload has, counted in our own."""
    code = ("import sys; from contestant import Scalars; from micrograd.graph import trace\n"
            "run = Scalars(sys.argv[1], sys.argv[2], 0); run.forward()\n"
            "print(sum(bool(v._prev) for v in trace(run.root)[0]))")
    return {peer: int(run([sys.executable, '-c', code, peer, workload])) for peer in OURS if peer in TURNS[workload][0]}


def run(command):
    return subprocess.run(command, cwd=HERE, text=True, capture_output=True, check=True).stdout


def instructions(peer, workload, steps):
    """Return the millions of instructions of one step, as callgrind counts them; start-up is subtracted."""
    few, more = (callgrind(peer, workload, n) for n in (1, 1 + steps))
    return (more - few) / steps / 1e6


def callgrind(peer, workload, steps):
    with tempfile.TemporaryDirectory() as folder:
        command = ['valgrind', '--tool=callgrind', f'--callgrind-out-file={folder}/out', sys.executable, 'contestant.py',
                   peer, workload]
        done = subprocess.run(command, cwd=HERE, text=True, input=f'{steps} 1\n', capture_output=True, check=True,
                              env={**os.environ, 'PYTHONHASHSEED': '0'})
    return int(re.search(r'Collected : (\d+)', done.stderr)[1])


def memory(peer, nodes=200_000):
    """Return the bytes per operation of a chain: those that Python allocates, and those that the system gives."""
    process = Peer(peer, 'chain', nodes)
    answer = process.ask('memory')
    process.leave()
    return {'peer': peer, **{kind: round(count / nodes, 1) for kind, count in answer.items()}}


def growth(sizes):
    """Return for each size of a chain the seconds of one step, and the exponent with which time grows."""
    seconds = []
    for size in sizes:
        peer = Peer('micrograd', 'chain', size)
        answers = [peer.ask('1 1') for _ in range(5 if size < 10**6 else 1)]
        seconds.append(median(a['forward'] + a['backward'] for a in answers))
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
    return f"{model}, {os.cpu_count()} cores, {platform.system()}, {platform.python_implementation()} {platform.python_version()}"


def table(rows):
    """Return the rows as text: times and bytes for each peer, and how many times ours it takes."""
    lines = [(f"{'':12} {'':17} {'forward':>9} {'backward':>9} {'total ms':>9} {'spread':>17} {'x ours':>7} {'gc off':>9} "
              f"{'nodes/s':>9} {'Minstr':>8}")]
    for r in rows:
        ours = next(o for o in rows if o['workload'] == r['workload'] and o['peer'] == 'micrograd')
        spread = f"{r['spread'][0]:.2f} to {r['spread'][1]:.2f}"
        lines.append(f"{r['workload']:12} {r['peer']:17} {r['forward']:9.2f} {r['backward']:9.2f} {r['total']:9.2f} "
                     f"{spread:>17} {r['total'] / ours['total']:7.2f} {r['collector off']:9.2f} "
                     f"{r['operations'] / r['total'] * 1e3:9.0f} {r.get('instructions', math.nan):8.1f}")
    return '\n'.join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--quick', action='store_true', help="few turns, no instruction counts, nothing stored")
    options = parser.parse_args()
    rounds, fewer = (2, 5) if options.quick else (5, 1)
    rows = [r for workload in TURNS for r in measure(workload, rounds, fewer)]
    for r in rows:
        counted = operations(r['workload'])
        r['operations'] = counted['fused' if r['peer'] == 'fused' else 'micrograd']
    if not options.quick and shutil.which('valgrind'):
        for r in rows:
            if r['workload'] in ('moons', 'four points') and 'PyTorch' not in r['peer']:
                steps = 20 if r['workload'] == 'four points' else COUNTED.get(r['peer'], 3)
                r['instructions'] = instructions(r['peer'], r['workload'], steps)
    grown = growth(SIZES[:4] if options.quick else SIZES)
    print(table(rows))
    remembered = [memory(peer) for peer in SCALARS]
    for m in remembered:
        print(f"{m['peer']:17} {m['traced']} bytes an operation by tracemalloc, {m['resident']} resident")
    print(f"chain of {grown['sizes'][0]:,} to {grown['sizes'][-1]:,} nodes: time grows as n**{grown['exponent']:.2f}")
    if not options.quick:
        result = {'machine': machine(), 'date': datetime.date.today().isoformat(), 'rows': rows, 'memory': remembered, 'growth': grown}
        STORED.write_text(json.dumps(result, indent=1) + '\n', encoding='utf-8')


if __name__ == '__main__':
    main()
