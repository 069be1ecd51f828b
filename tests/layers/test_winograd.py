"""Winograd's form of a convolution: the results of Conv2D to rounding, the same bits on every engine."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scnn.layers import Conv2D
from scnn.layers.winograd import WINOGRAD
from tests.layers.bench import check_gradients
from tests.layers.test_channel_last import results


@settings(max_examples=10, deadline=None)
@given(
    padding=st.integers(0, 2),
    channels=st.integers(1, 5),
    filters=st.integers(1, 13),
    rows=st.integers(1, 2),
    columns=st.integers(1, 5),
    seed=st.integers(0, 2**32 - 1),
)
def test_the_results_are_those_of_conv2d(
    padding: int, channels: int, filters: int, rows: int, columns: int, seed: int
) -> None:
    """Outputs differ by rounding alone, gradients not at all; compiled they are those of the exact interpreter."""
    layer = (filters, 3, 1, padding)
    shape = (channels, max(1, 2 * rows + 2 - 2 * padding), max(1, 2 * columns + 2 - 2 * padding))
    if any(size % 2 for size in Conv2D(*layer).output_shape(shape)[1:]):
        shape = (channels, shape[1] + shape[1] % 2, shape[2] + shape[2] % 2)
    wanted = results(Conv2D(*layer), shape, "compiled", seed)
    found = results(Conv2D(*layer).in_form(WINOGRAD), shape, "compiled", seed)
    assert found["output"] == pytest.approx(wanted["output"], rel=1e-5, abs=1e-5)
    assert results(Conv2D(*layer).in_form(WINOGRAD), shape, "exact", seed) == found
    for role in ("d_input", "d_weights", "d_bias"):
        assert found[role] == wanted[role]


@settings(max_examples=2, deadline=None)
@given(filters=st.integers(1, 5), seed=st.integers(0, 2**16))
def test_its_gradients(filters: int, seed: int) -> None:
    """They are those of the finite differences of its own outputs."""
    check_gradients(Conv2D(filters, 3, padding=1).in_form(WINOGRAD), (2, 2, 4), 2, seed)
