"""Element types of safetensors files."""

import struct

import numpy as np
import pytest

from scnn.formats.dtypes import decode


@pytest.mark.parametrize(("dtype", "name"), [("F16", "<f2"), ("F64", "<f8")])
def test_floats_of_other_widths_become_float32(dtype: str, name: str) -> None:
    """As numpy converts them; what is beyond float32 becomes infinite."""
    with np.errstate(over="ignore"):
        stored = np.array([0.1, -2.5, 65504.0, 6e-8, 1e300]).astype(name)
        expected = stored.astype(np.float32)
    found = decode(dtype, stored.tobytes())
    assert found is not None and found.tobytes() == expected.tobytes()


def test_bfloat16_becomes_float32() -> None:
    """Each is the upper half of a float32."""
    found = decode("BF16", struct.pack("<3H", 0x3F80, 0xC020, 0x7F80))
    assert found is not None and found.tolist() == [1.0, -2.5, float("inf")]


def test_types_that_are_not_read() -> None:
    """They have no numbers here."""
    assert decode("I64", bytes(8)) is None and decode("X1", bytes(3)) is None
