"""Train the network of chapter 14 for longer than a chapter can, and store how far it comes: `make reader`.

The network and the examples are the chapter's own, read from its cells, and so is the way it learns. Only the graph is
compiled: it takes one example, as four rows of 27 numbers of which one is 1.
"""
import ast
import json
import random

from bench import header
from gpt import ROOT
from tqdm import tqdm

from classroom import gpt
from micrograd.fused import FusedLayer
from micrograd.nn import MLP
from micrograd.program import Program

STORED = ROOT / 'src' / 'classroom' / 'data' / 'reader.json'
ONE_HOTS = [tuple(float(i == code) for i in range(27)) for code in range(27)]
RUNS = [(*run, seed) for run in (  # steps, examples in each, numbers of a place, hidden neurons
    (1000, 16, 4, 32), (5000, 16, 4, 32), (20_000, 32, 4, 32), (20_000, 32, 8, 64), (10_000, 32, 16, 256))
    for seed in (1, 2, 3)]


def of_chapter(*names):
    """Return the classes and functions of these names, as the cells of chapter 14 define them."""
    notebook = json.loads((ROOT / 'book' / '14-letters.ipynb').read_text(encoding='utf-8'))
    sources = [''.join(cell['source']) for cell in notebook['cells']]
    source = '\n'.join(source for source in sources if source.startswith(('class Reader', 'def examples')))
    body = [node for node in ast.parse(source).body if getattr(node, 'name', '') in names]
    scope = {**vars(gpt), 'MLP': MLP, 'FusedLayer': FusedLayer}
    exec(compile(ast.Module(body, []), '14-letters', 'exec'), scope)
    return [scope[name] for name in names]


Reader, examples = of_chapter('Reader', 'examples')


def rows_of(names):
    """Return the inputs of a program for each example of some names."""
    return [sum((ONE_HOTS[code] for code in (*last, code)), ()) for last, code in examples(names)]


def program(reader):
    """Return a program that gives the cross-entropy of one example."""
    *last, then = rows = [[gpt.Value(0.0) for _ in range(27)] for _ in range(4)]
    places, reader.places = reader.places, gpt.Table(reader.places)
    loss = gpt.surprise(reader(last), then)
    reader.places = places
    return Program(loss, reader.parameters(), [v for row in rows for v in row])


def train(steps, batch, size, hidden, seed):
    """Return a network that has learnt as in the chapter, and a row that tells what it was, and its two losses."""
    random.seed(seed)
    reader = Reader(size, hidden)
    compiled, rng = program(reader), random.Random(seed)
    seen, unseen = rows_of(gpt.seen), rows_of(gpt.unseen)
    for step in range(steps):
        reader.zero_grad()
        compiled.run(rng.sample(seen, batch))
        for p in reader.parameters():
            p.data -= (1 - step / steps) * p.grad / batch
    losses = {name: round(compiled.run(rows) / len(rows), 4) for name, rows in (('seen', seen), ('unseen', unseen))}
    return reader, {'steps': steps, 'batch': batch, 'size': size, 'hidden': hidden, 'seed': seed,
                    'parameters': len(reader.parameters()), **losses}


def main():
    """Train all of them, and store what came."""
    result = {**header('make reader'), 'runs': [train(*run)[1] for run in tqdm(RUNS)]}
    STORED.write_text(json.dumps(result) + '\n', encoding='utf-8')


if __name__ == '__main__':
    main()
