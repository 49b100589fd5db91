from collections.abc import Sequence

from micrograd.engine import Value
from micrograd.nn import Layer, _Inputs

def weighted_sums(
    rows: Sequence[Sequence[Value]], x: _Inputs, biases: Sequence[Value] | None = None, relu: bool = False,
) -> list[Value]: ...

class FusedLayer(Layer): ...
