from collections.abc import Sequence

from micrograd.engine import Value

def softmax(scores: Sequence[Value]) -> list[Value]: ...
def cross_entropy(scores: Sequence[Value], target: int) -> Value: ...

class Adam:
    parameters: Sequence[Value]
    keep: float
    keep_squares: float
    means: list[float]
    squares: list[float]
    steps: int
    def __init__(self, parameters: Sequence[Value], keep: float = 0.9, keep_squares: float = 0.99) -> None: ...
    def step(self, rate: float) -> None: ...
