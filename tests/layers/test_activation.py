"""ReLU: its gradients on every engine."""

from hypothesis import given, settings
from hypothesis import strategies as st

from scnn.layers import ReLU
from tests.layers.bench import check_gradients


@settings(max_examples=20, deadline=None)
@given(size=st.integers(1, 50), batch=st.integers(1, 4), seed=st.integers(0, 2**32 - 1))
def test_relu_gradients(size: int, batch: int, seed: int) -> None:
    """The gradient passes where the input was positive, and nowhere else."""
    check_gradients(ReLU(), (size,), batch, seed)
