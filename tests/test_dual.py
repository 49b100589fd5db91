"""What the comparisons of tests/test_random_graphs.py do not see of dual numbers."""
from classroom.dual import Dual


def test_what_stands_still_stays_so_where_a_function_is_infinitely_steep():
    assert Dual(1e-320).log().slope == 0
    assert Dual(1e-320, slope=1).log().slope == float('inf')


def test_repr():
    assert repr(Dual(2.0, slope=1) * 3) == 'Dual(data=6.0, slope=3)'
