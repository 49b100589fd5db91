"""The moons step without building a graph: by hand, and by programs compiled from one graph."""
import random
import re
from operator import mul

from workloads import NAME, falling_rate, moons, weights

SIZES = [2, 16, 16, 1]


class Lists:
    """Forward and backward over lists of plain floats: as fast as a program in plain Python gets."""

    skips_zeros = False

    def __init__(self):
        self.points, self.targets = moons()
        self.layers, self.steps = weights(SIZES, 1337), 0

    def forward(self):
        self.saved = [self.activations(x) for x in self.points]
        self.misses = [max(0.0, 1 - y * saved[-1][0]) for y, saved in zip(self.targets, self.saved)]
        size = sum(w * w for rows, biases in self.layers for row, b in zip(rows, biases) for w in (*row, b))
        return sum(self.misses) / len(self.points) + 1e-4 * size

    def activations(self, x):
        """Return the input and the activations of each layer."""
        saved = [x]
        for i, (rows, biases) in enumerate(self.layers):
            x = [sum(map(mul, row, x), b) for row, b in zip(rows, biases)]
            if i < 2:
                x = [v if v > 0 else 0.0 for v in x]
            saved.append(x)
        return saved

    def backward(self):
        self.grads = [([[2e-4 * w for w in row] for row in rows], [2e-4 * b for b in biases])
                      for rows, biases in self.layers]
        for y, miss, saved in zip(self.targets, self.misses, self.saved):
            self.pass_back([-y / len(self.points) if miss > 0 else 0.0], saved)

    def pass_back(self, grad, saved):
        """Add the gradients of one point, layer by layer from the last."""
        for i in (2, 1, 0):
            (rows, _), (to_rows, to_biases), x = self.layers[i], self.grads[i], saved[i]
            below = [0.0] * len(x)
            for j, g in enumerate(grad):
                if not g and self.skips_zeros:
                    continue
                to_biases[j] += g
                to_rows[j] = [t + g * v for t, v in zip(to_rows[j], x)]
                below = [t + g * w for t, w in zip(below, rows[j])]
            grad = [g if v > 0 else 0.0 for g, v in zip(below, x)]

    def update(self):
        rate, self.steps = falling_rate(self.steps), self.steps + 1
        self.layers = [([[w - rate * g for w, g in zip(row, grads)] for row, grads in zip(rows, row_grads)],
                        [b - rate * g for b, g in zip(biases, bias_grads)])
                       for (rows, biases), (row_grads, bias_grads) in zip(self.layers, self.grads)]

    def free(self):
        """Do nothing: there is no graph."""

    def gradients(self):
        return [float(g) for rows, biases in self.grads for row, b in zip(rows, biases) for g in (*row, b)]


class Skipping(Lists):
    """The same, without the work where the gradient is 0, as behind a ReLU that is off."""

    skips_zeros = True


class Arrays(Lists):
    """The same in NumPy: all points at once."""

    def __init__(self):
        import numpy as np
        super().__init__()
        self.np, self.x, self.y = np, np.array(self.points), np.array(self.targets)
        self.layers = [(np.array(rows), np.array(biases, dtype=float)) for rows, biases in self.layers]

    def forward(self):
        self.saved = [self.x]
        for i, (w, b) in enumerate(self.layers):
            z = self.saved[-1] @ w.T + b
            self.saved.append(self.np.maximum(z, 0) if i < 2 else z)
        self.miss = self.np.maximum(0, 1 - self.y * self.saved[-1][:, 0])
        return float(self.miss.mean() + 1e-4 * sum((w * w).sum() + (b * b).sum() for w, b in self.layers))

    def backward(self):
        grad = (-self.y * (self.miss > 0) / len(self.y))[:, None]
        self.grads = []
        for i in (2, 1, 0):
            w, b = self.layers[i]
            self.grads.insert(0, (grad.T @ self.saved[i] + 2e-4 * w, grad.sum(0) + 2e-4 * b))
            grad = grad @ w * (self.saved[i] > 0)

    def update(self):
        rate, self.steps = falling_rate(self.steps), self.steps + 1
        self.layers = [(w - rate * dw, b - rate * db) for (w, b), (dw, db) in zip(self.layers, self.grads)]


class Tensors(Lists):
    """The same in PyTorch, whose autograd does the backward pass."""

    def __init__(self):
        import torch
        torch.set_num_threads(1)
        super().__init__()
        self.x = torch.tensor(self.points, dtype=torch.float64)
        self.y = torch.tensor(self.targets, dtype=torch.float64)
        self.layers = [tuple(torch.tensor(part, dtype=torch.float64, requires_grad=True) for part in layer)
                       for layer in self.layers]

    def forward(self):
        x = self.x
        for i, (w, b) in enumerate(self.layers):
            x = x @ w.T + b
            x = x.relu() if i < 2 else x
        size = sum((w * w).sum() + (b * b).sum() for w, b in self.layers)
        self.loss = (1 - self.y * x[:, 0]).relu().mean() + 1e-4 * size
        return self.loss.item()

    def backward(self):
        for w, b in self.layers:
            w.grad = b.grad = None
        self.loss.backward()
        self.grads = [(w.grad, b.grad) for w, b in self.layers]

    def update(self):
        rate, self.steps = falling_rate(self.steps), self.steps + 1
        for layer in self.layers:
            for part in layer:
                part.data.sub_(part.grad, alpha=rate)


class Compiled:
    """The library's network, compiled once: a program for the loss of a point, and one for the size of the weights."""

    fused = False

    def __init__(self):
        from micrograd.engine import Value
        from micrograd.fused import FusedLayer, weighted_sums
        from micrograd.nn import MLP, Layer
        from micrograd.program import Program
        points, targets = moons()
        self.rows = [[*point, target] for point, target in zip(points, targets)]
        random.seed(1337)
        model = MLP(SIZES[0], SIZES[1:], layer=FusedLayer if self.fused else Layer)
        point, target = [Value(0), Value(0)], Value(0)
        self.parameters, self.steps = model.parameters(), 0
        hinge = (1 + -1 * target * model(point)).relu() * (1 / len(self.rows))
        ps = self.parameters
        size = 1e-4 * (weighted_sums([ps], ps)[0] if self.fused else sum(p * p for p in ps))
        self.hinge, self.size = Program(hinge, ps, [*point, target]), Program(size, ps)

    def forward(self):
        for p in self.parameters:
            p.grad = 0
        return self.hinge.run(self.rows) + self.size.run()

    def backward(self):
        """Do nothing: `run` has done it."""

    def update(self):
        rate, self.steps = falling_rate(self.steps), self.steps + 1
        for p in self.parameters:
            p.data -= rate * p.grad

    def free(self):
        """Do nothing: the graph was compiled once."""

    def gradients(self):
        return [p.grad for p in self.parameters]


class CompiledFused(Compiled):
    """The same of fused layers."""

    fused = True


class Lines(Compiled):
    """The lines of the plain programs as functions of Python."""

    def __init__(self):
        super().__init__()
        self.hinge, self.size = as_function(self.hinge), as_function(self.size)

    def forward(self):
        data = [p.data for p in self.parameters]
        answers = [self.hinge(*data, *row) for row in self.rows] + [self.size(*data)]
        losses, grads = zip(*answers)
        for p, shares in zip(self.parameters, zip(*grads)):
            p.grad = sum(shares)
        return sum(losses)


def as_function(program):
    """Return a function of parameters and inputs that computes a program's result, and the parameters' gradients."""
    names = sorted(set(re.findall(r'g\d+', str(program))))
    takes = ', '.join(f'v{i}' for i in range(len(program.parameters) + program.inputs))
    gives = ', '.join(f'g{i}' for i in range(len(program.parameters)))
    result = re.search(r'^g(\d+) \+= 1$', str(program), re.MULTILINE)[1]
    lines = [f'{" = ".join(names)} = 0', *str(program).splitlines(), f'return v{result}, ({gives})']
    space = {}
    exec(f'def function({takes}):\n    ' + '\n    '.join(lines), space)
    return space['function']


class CompiledName:
    """The loss of a name by a program for names of its length."""

    def __init__(self):
        from classroom import gpt
        from micrograd.program import Program
        model = gpt.GPT(random.Random(42))
        loss, inputs = gpt.loss_graph(model, len(NAME))
        self.parameters, self.row = model.parameters(), gpt.one_hots(NAME, len(NAME))
        self.program = Program(loss, self.parameters, inputs)

    def forward(self):
        for p in self.parameters:
            p.grad = 0
        return self.program.run([self.row])

    def backward(self):
        """Do nothing: `run` has done it."""

    update = free = backward

    def gradients(self):
        return [p.grad for p in self.parameters]


NAMES = {'program': CompiledName}
BASELINES = {'lists, by hand': Lists, 'lists, skipping 0': Skipping, 'NumPy': Arrays, 'PyTorch, tensors': Tensors,
             'lines of Python': Lines, 'program, fused': CompiledFused}
