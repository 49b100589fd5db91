from collections.abc import Sequence

from micrograd.engine import Value
from micrograd.nn import Layer, _Inputs

class WeightedSum(Value):
    _w: Sequence[Value]
    _x: Sequence[Value]
    _w_data: Sequence[float]
    _x_data: Sequence[float]
    @property
    def _rest(self) -> tuple[Value, ...]: ...  # type: ignore[override]
    @property
    def _rest_slopes(self) -> tuple[float, ...]: ...  # type: ignore[override]

def weighted_sums(
    rows: Sequence[Sequence[Value]], x: _Inputs, biases: Sequence[Value] | None = None,
) -> list[Value]: ...

class FusedLayer(Layer): ...
