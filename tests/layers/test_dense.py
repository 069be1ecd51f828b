"""Dense and Flatten: their gradients on every engine."""

from hypothesis import given, settings
from hypothesis import strategies as st

from scnn.layers import Dense, Flatten
from tests.layers.bench import check_gradients


@settings(max_examples=30, deadline=None)
@given(inputs=st.integers(1, 40), units=st.integers(1, 20), batch=st.integers(1, 4), seed=st.integers(0, 2**32 - 1))
def test_dense_gradients(inputs: int, units: int, batch: int, seed: int) -> None:
    """∂L/∂W = ∂L/∂Y · Xᵀ, ∂L/∂B = ∂L/∂Y, ∂L/∂X = Wᵀ · ∂L/∂Y."""
    check_gradients(Dense(units), (inputs,), batch, seed)


def test_flatten_is_the_identity_of_memory() -> None:
    """Maps are already stored in row order: the output shares the input's memory, and no kernel is called."""
    layer = Flatten()
    assert layer.output_shape((2, 3, 4)) == (24,)
    assert layer.shares_memory and not layer.forward((2, 3, 4)) and not layer.backward((2, 3, 4))
