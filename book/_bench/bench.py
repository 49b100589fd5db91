"""What it costs: `make bench`. Engines take turns at workloads; first they must agree on losses and gradients."""
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
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from statistics import median

from baselines import BASELINES
from engines import ABLATIONS, MINIGRAD

HERE = Path(__file__).parent
STORED = HERE.parents[1] / 'src' / 'classroom' / 'data' / 'bench.json'
IN_C = 'minigrad, in C'
SCALARS = ['original', 'recursive', 'micrograd', 'PyTorch, scalars']
IDEAS = ['original', 'recursive', 'micrograd', *ABLATIONS, 'fused']
# workload: who takes part, and how many steps a turn has. The turns of one, with the collector and without, are one
# training. A turn has room for many full collections, each of which takes as long as several steps, or for none.
TURNS = {
    'moons': ([*IDEAS, 'PyTorch, scalars', IN_C, *BASELINES], 6),
    'four points': ([*SCALARS, 'fused', IN_C], 200),
    'chain': (SCALARS, 10), 'wide sum': (SCALARS, 10), 'diamond': (SCALARS, 10),
    'token': ([*IDEAS, 'PyTorch, scalars'], 50),
    'name': (['recursive', 'micrograd', 'fused', 'program'], 2)}
ROUNDS = 6
# Steps whose instructions are counted, where they are not those of a turn: fewer for slow engines; and on the moons all
# that are timed, for those who do not visit what has no gradient: they have less to do as the network learns.
PRUNING = ['Pruned', 'all together', 'lists, skipping 0']
COUNTED = {'moons': {'original': 1, 'recursive': 1, 'NumPy': 300, **dict.fromkeys(PRUNING, 2 * ROUNDS * (1 + 6))},
           'four points': {}, 'token': {}}
SIZES = [1_000, 10_000, 100_000, 1_000_000, 10_000_000]


class Worker:
    """A process that runs one engine or baseline at one workload, waiting for its turns."""

    def __init__(self, name, workload, size=0):
        self.name, self.workload = name, workload
        command = [sys.executable, 'worker.py', name, workload, str(size)]
        self.process = subprocess.Popen(command, cwd=HERE, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.process.communicate()

    def ask(self, request):
        """Return the answer to a request of one line. RuntimeError if the process has ended."""
        self.process.stdin.write(f'{request}\n')
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise RuntimeError(f"expected an answer of {self.name} at {self.workload}, but its process has ended")
        return json.loads(answer)


@contextmanager
def workers(names, workload, size=0):
    """Give a Worker for each name; all of them end with the block."""
    with ExitStack() as stack:
        yield [stack.enter_context(Worker(name, workload, size)) for name in names]


def agree(answers):
    """Raise a ValueError unless all answers have the loss and the gradients of the first."""
    (first, expected), *others = answers.items()
    for name, got in others:
        for what, x, y in zip_up(expected, got):
            if not math.isclose(x, y, rel_tol=1e-9, abs_tol=1e-9):
                raise ValueError(f"{what}: {first} has {x}, {name} has {y}")


def zip_up(one, other):
    """Yield (what, number, number) for the losses and for each pair of gradients."""
    yield 'loss', one['loss'], other['loss']
    yield 'number of gradients', len(one['gradients']), len(other['gradients'])
    for i, pair in enumerate(zip(one['gradients'], other['gradients'])):
        yield (f'gradient {i}', *pair)


def available(workload):
    """Return the names of those who take part; the engine in C does not where it could not be compiled."""
    names, _ = TURNS[workload]
    return [name for name in names if name != IN_C or MINIGRAD.exists()]


def measure(workload, rounds, fewer):
    """Return a row of times for each that takes part in a workload, with the collector on and off."""
    steps = max(1, TURNS[workload][1] // fewer)
    names = available(workload)
    times = {(name, collector): [] for name in names for collector in (1, 0)}
    with workers(names, workload) as all_workers:
        agree({worker.name: worker.ask('turn 1 1') for worker in all_workers})
        for _ in range(rounds):
            for collector in (1, 0):
                for worker in all_workers:
                    times[worker.name, collector].append(worker.ask(f'turn {steps} {collector}'))
    return [row(workload, name, times) for name in names]


def row(workload, name, times):
    """Return one row of the table: milliseconds, and the ratios to the library's engine in the same rounds."""
    def ratios(collector):
        return sorted(total(m) / total(o) for m, o in zip(times[name, collector], times['micrograd', collector]))
    mine, on = times[name, 1], ratios(1)
    return {'workload': workload, 'name': name, 'forward': median(t['forward'] for t in mine) * 1e3,
            'backward': median(t['backward'] for t in mine) * 1e3, 'total': median(map(total, mine)) * 1e3,
            'collector off': median(map(total, times[name, 0])) * 1e3,
            'ratio': median(on), 'spread': [on[0], on[-1]], 'ratio off': median(ratios(0))}


def total(answer):
    return answer['forward'] + answer['backward']


@cache
def operations(workload):
    """Return {'micrograd': ..., 'fused': ...}: how many operations their graphs of a workload have."""
    code = ("import sys; from worker import Scalars; from micrograd.graph import trace\n"
            "run = Scalars(*sys.argv[1:], 0); run.forward(); print(sum(bool(v._prev) for v in trace(run.root)[0]))")
    return {name: int(run([sys.executable, '-c', code, name, workload]).stdout)
            for name in ('micrograd', 'fused') if name in available(workload)}


def run(command, **options):
    return subprocess.run(command, cwd=HERE, text=True, capture_output=True, check=True, **options)


def instructions(name, workload, steps):
    """Return the millions of instructions of one step, as cachegrind counts them; those of the start are subtracted."""
    few, more = (cachegrind(name, workload, n) for n in (1, 1 + steps))
    return (more - few) / steps / 1e6


def cachegrind(name, workload, steps):
    command = ['valgrind', '--tool=cachegrind', '--cache-sim=no', '--cachegrind-out-file=/dev/null',
               sys.executable, 'worker.py', name, workload]
    done = run(command, input=f'turn {steps} 1\n', env={**os.environ, 'PYTHONHASHSEED': '0'})
    return int(re.search(r'I +refs: +([\d,]+)', done.stderr)[1].replace(',', ''))


def is_counted(name):
    """Return whether instructions are counted: not for PyTorch and for programs, which valgrind runs too slowly."""
    return 'PyTorch' not in name and not name.startswith('program')


def memory(name, workload, nodes):
    """Return what a graph takes per operation: bytes that Python allocates, bytes of the system, objects.

    So many graphs are held at a time that the system's pages, which come as a whole, do not matter.
    """
    with Worker(name, workload) as worker:
        answer = worker.ask(f'memory {100_000 // nodes + 1}')
    held = nodes * answer.pop('graphs')
    return {what: round(count / held, 1) for what, count in answer.items()}


def growth(sizes, collector):
    """Return the seconds of one step of a chain of each size, and the exponent with which they grow."""
    seconds = []
    for size in sizes:
        with Worker('micrograd', 'chain', size) as worker:
            answers = [worker.ask(f'turn 1 {collector}') for _ in range(5 if size < 10**6 else 1)]
        seconds.append(median(map(total, answers)))
    return {'sizes': sizes, 'seconds': seconds, 'exponent': exponent(sizes, seconds)}


def compiling(sizes):
    """Return the seconds it takes to compile graphs of these sizes, their bytes, and the exponents of both."""
    code = ("import sys, time; from workloads import chain; from micrograd.engine import Value\n"
            "from micrograd.program import Program; a, b = Value(0.5), Value(1.25); times = []\n"
            "y = chain(a, b, int(sys.argv[1]))\n"
            "for _ in range(3):\n"
            "    start = time.perf_counter(); program = Program(y, [a, b]); times.append(time.perf_counter() - start)\n"
            "print(min(times), len(program.code))")
    found = [run([sys.executable, '-c', code, str(size)]).stdout.split() for size in sizes]
    seconds, code_sizes = [float(s) for s, _ in found], [int(count) for _, count in found]
    return {'sizes': sizes, 'seconds': seconds, 'bytes': code_sizes, 'exponent': exponent(sizes, seconds),
            'exponent of bytes': exponent(sizes, code_sizes)}


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


def header(command):
    """Return what is stored beside figures: by which command they were measured, on what, and when."""
    return {'command': command, 'machine': machine(), 'date': datetime.date.today().isoformat()}


def table(rows):
    """Return the rows as text: milliseconds of a step, the ratio to the library's engine with its spread, and more."""
    lines = [(f"{'':12} {'':17} {'forward':>9} {'backward':>9} {'total':>9} {'ratio':>8} {'spread':>17} {'gc off':>9} "
              f"{'nodes/s':>10} {'M instr.':>9} {'B/node':>7} {'resident':>8} {'objects':>7}")]
    for r in rows:
        spread, rate = f"{r['spread'][0]:.3f} - {r['spread'][1]:.3f}", r['operations'] / r['total'] * 1e3
        instructions, traced, resident, objects = (
            r.get(what, math.nan) for what in ('instructions', 'traced', 'resident', 'objects'))
        lines.append(f"{r['workload']:12} {r['name']:17} {r['forward']:9.2f} {r['backward']:9.2f} {r['total']:9.2f} "
                     f"{r['ratio']:8.3f} {spread:>17} {r['collector off']:9.2f} {rate:10.0f} "
                     f"{instructions:9.2f} {traced:7.0f} {resident:8.0f} {objects:7.1f}")
    return '\n'.join(lines)


def complete(r, uncounted):
    """Return a row with what is not measured in turns: operations, memory and, unless uncounted, instructions."""
    workload, name = r['workload'], r['name']
    counted = operations(workload)
    r['operations'] = counted.get(name, counted['micrograd'])
    if name not in BASELINES:
        r.update(memory(name, workload, r['operations']))
    if not uncounted and shutil.which('valgrind') and workload in COUNTED and is_counted(name):
        r['instructions'] = instructions(name, workload, COUNTED[workload].get(name, TURNS[workload][1]))
    return r


def measured(parts, quick, uncounted):
    """Measure these parts, and print each; return {'rows': ..., 'growth': ..., 'compiling': ..., 'spent': ...}."""
    rounds, fewer = (2, 5) if quick else (ROUNDS, 1)
    result = {'rows': []}
    for workload in filter(parts.__contains__, TURNS):
        rows = [complete(r, quick or uncounted) for r in measure(workload, rounds, fewer)]
        print(table(rows), flush=True)
        result['rows'] += rows
    if 'growth' in parts:
        sizes = SIZES[:4] if quick else SIZES
        result['growth'] = {name: growth(sizes, on) for name, on in (('on', 1), ('off', 0))}
        for name, series in result['growth'].items():
            report(f"chain, collector {name}", series)
    if 'compiling' in parts:
        result['compiling'] = series = compiling(SIZES[:3])
        report("program", series)
        print(f"bytes grow as n**{series['exponent of bytes']:.2f}: {series['bytes'][-1]:,} for the last")
    if 'spent' in parts:
        result['spent'] = json.loads(run([sys.executable, 'spent.py']).stdout)
        for name, spent in result['spent'].items():
            print(f"{name}:", ', '.join(f"{part} {ms:.2f} ms" for part, ms in spent.items()))
    return result


def report(what, series):
    """Print what a node costs in graphs of each size, and how the time grows with the size."""
    for size, seconds in zip(series['sizes'], series['seconds']):
        print(f"{what}, {size:10,} nodes: {1e6 * seconds / size:.2f} microseconds each")
    print(f"time grows as n**{series['exponent']:.2f}")


def merged(stored, result, uncounted):
    """Return what was stored with a new result in its place, where there is one; if uncounted, with stored counts."""
    counts = {(r['workload'], r['name']): r['instructions'] for r in stored['rows'] if 'instructions' in r}
    for r in result['rows']:
        if uncounted and (r['workload'], r['name']) in counts:
            r['instructions'] = counts[r['workload'], r['name']]
    rows = [r for workload in TURNS for r in ([r for r in result['rows'] if r['workload'] == workload] or
                                              [r for r in stored['rows'] if r['workload'] == workload])]
    return {**stored, **header('make bench'), **result, 'rows': rows}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--quick', action='store_true', help="few turns, small sizes, no instruction counts")
    parser.add_argument('--uncounted', action='store_true', help="count no instructions: what is stored of them stays")
    parser.add_argument('--store', action='store_true', help="keep the result for chapters 13 and 16")
    parser.add_argument('parts', nargs='*', help="a workload, 'growth', 'compiling' or 'spent'; else everything")
    options = parser.parse_args()
    parts = options.parts or [*TURNS, 'growth', 'compiling', 'spent']
    result = measured(parts, options.quick, options.uncounted)
    if options.store:
        stored = json.loads(STORED.read_text(encoding='utf-8'))
        text = json.dumps(merged(stored, result, options.uncounted), indent=1)
        STORED.write_text(text + '\n', encoding='utf-8')


if __name__ == '__main__':
    main()
