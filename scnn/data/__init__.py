"""Data: labelled images, drawings and pictures."""

from scnn.data.bundled import load_digits
from scnn.data.dataset import Digits
from scnn.data.idx_digits import load_idx

__all__ = ["Digits", "load_digits", "load_idx"]
