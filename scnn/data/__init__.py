"""Data: labelled images, drawings and pictures, wherever they come from."""

from scnn.data.digits import Digits, load_digits, load_idx

__all__ = ["Digits", "load_digits", "load_idx"]
