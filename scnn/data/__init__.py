"""Data: labelled images, drawings and pictures."""

from scnn.data.archives import load_npz
from scnn.data.bundled import load_digits, load_shapes
from scnn.data.cifar import load_cifar
from scnn.data.dataset import Digits, ImageDataset
from scnn.data.folders import load_folder
from scnn.data.idx_digits import load_idx

__all__ = [
    "Digits",
    "ImageDataset",
    "load_cifar",
    "load_digits",
    "load_folder",
    "load_idx",
    "load_npz",
    "load_shapes",
]
