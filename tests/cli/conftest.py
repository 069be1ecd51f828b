"""Files that several tests of the command read."""

import gzip
import re
from pathlib import Path

import pytest

from scnn.data.bundled import load_digits
from tests.cli.command import scnn
from tests.tools.dataset import idx_images, idx_labels


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The paper's network, trained by `scnn train`."""
    path = tmp_path_factory.mktemp("cli") / "paper.safetensors"
    result = scnn("train", "--preset", "paper", "--out", path)
    assert result.returncode == 0, result.stderr
    assert "epoch 50 of 50: training loss" in result.stdout
    assert re.search(r"SHA-256 of its weights: [0-9a-f]{64}$", result.stdout.strip())
    return path


@pytest.fixture(scope="module")
def idx_files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The bundled test digits as MNIST publishes them, images gzipped."""
    _, test = load_digits()
    rows = [[*test.image(at), test.labels[at]] for at in range(len(test))]
    folder = tmp_path_factory.mktemp("idx")
    images, labels = folder / "t10k-images-idx3-ubyte.gz", folder / "t10k-labels-idx1-ubyte"
    images.write_bytes(gzip.compress(idx_images(rows)))
    labels.write_bytes(idx_labels(rows))
    return images, labels
