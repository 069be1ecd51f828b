"""Data: labelled images, drawings and pictures."""

from scnn.data.bundled import load_digits, load_shapes
from scnn.data.dataset import Digits, ImageDataset
from scnn.data.idx_digits import load_idx

__all__ = ["Digits", "ImageDataset", "load_digits", "load_idx", "load_shapes"]
