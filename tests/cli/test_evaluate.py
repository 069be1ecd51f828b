"""`scnn evaluate` and `scnn predict`: IDX files, pipes and pictures."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from scnn.data.bundled import load_digits
from scnn.experiments.presets import PAPER
from scnn.network.network import Network
from tests.cli.command import lines_of, scnn
from tests.tools.dataset import idx_images, idx_labels


def test_evaluation_on_idx_files(tmp_path: Path, idx_files: tuple[Path, Path]) -> None:
    """IDX files like MNIST's test set give accuracy, confusion matrix, scores per class and weighted scores."""
    path = tmp_path / "m.safetensors"
    scnn("train", "--preset", "mnist", "--epochs", 1, "--out", path)
    images, labels = idx_files
    (line,) = lines_of(scnn("evaluate", path, "--images", images, "--labels", labels, "--json"))
    assert line["samples"] == 1000 and line["accuracy"] > 0.7 and len(line["per_class"]) == 10
    assert sum(map(sum, line["confusion"])) == 1000 and line["weighted"]["recall"] == pytest.approx(line["accuracy"])
    (shifted,) = lines_of(scnn("evaluate", path, "--shift", 1, "--json"))
    assert shifted["confusion"] == Network.load(path).evaluate(load_digits()[1], shift=1).to_dict()["confusion"]
    words = scnn("evaluate", path)
    assert f"accuracy: {line['accuracy']:.2%} of 1000 images" in words.stdout and "weighted" in words.stdout


@pytest.mark.skipif(os.name == "nt", reason="Windows has no bash")
def test_files_through_pipes(tmp_path: Path, idx_files: tuple[Path, Path]) -> None:
    """The files can be pipes, such as a shell's <(zcat …), which can be read only once."""
    images, labels = idx_files
    path = tmp_path / "m.safetensors"
    assert scnn("train", "--preset", "mnist", "--epochs", 1, "--out", path).returncode == 0
    command = f"{sys.executable} -m scnn evaluate {path} --json --images <(zcat {images}) --labels <(cat {labels})"
    piped = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=120, check=False)
    assert lines_of(piped) == lines_of(scnn("evaluate", path, "--json", "--images", images, "--labels", labels))


def picture(path: Path, digit: int, dark: bool) -> Path:
    """A picture of a large 0 or 1 that is not centred."""
    image = Image.new("RGB", (300, 200), "black" if dark else "white")
    draw, ink = ImageDraw.Draw(image), "white" if dark else "black"
    if digit:
        draw.line((80, 30, 80, 170), fill=ink, width=16)
    else:
        draw.ellipse((120, 40, 210, 160), outline=ink, width=16)
    image.save(path)
    return path


def test_predicting_pictures(model: Path, tmp_path: Path) -> None:
    """PNG and JPEG files with dark and with light ink are read."""
    pictures = [
        picture(tmp_path / "zero.png", 0, dark=False),
        picture(tmp_path / "one.png", 1, dark=False),
        picture(tmp_path / "zero.jpg", 0, dark=True),
        picture(tmp_path / "one.jpg", 1, dark=True),
    ]
    lines = lines_of(scnn("predict", model, *pictures, "--json"))
    assert [line["class"] for line in lines] == ["0", "1", "0", "1"]
    assert sum(lines[0]["probabilities"].values()) == pytest.approx(1, abs=1e-5)
    assert re.match(r".*zero\.png: 0 \(\d+\.\d%\)", scnn("predict", model, pictures[0]).stdout)


def test_an_unreadable_picture_among_others(model: Path, tmp_path: Path) -> None:
    """The command reports it, and predicts the others."""
    one = picture(tmp_path / "one.png", 1, dark=False)
    result = scnn("predict", model, one, "pyproject.toml", one, "--json")
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.returncode == 1 and [line["event"] for line in lines] == ["prediction", "error", "prediction"]
    assert lines[1]["name"] == "DataError" and result.stderr.startswith("scnn: pyproject.toml cannot be read")


def test_pictures_of_cameras_and_scanners(model: Path, tmp_path: Path) -> None:
    """EXIF orientation is applied, and grey levels of 16 bits are scaled to 8 bits instead of clipped."""
    with Image.open(picture(tmp_path / "one.png", 1, dark=False)) as one:
        grey = one.convert("L")
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90° clockwise
    grey.rotate(90, expand=True).save(tmp_path / "sideways.jpg", exif=exif)
    levels = np.asarray(grey, "uint16") * 257
    Image.fromarray(levels).save(tmp_path / "deep.png")
    names = ("one.png", "sideways.jpg", "deep.png")
    lines = lines_of(scnn("predict", model, *(tmp_path / name for name in names), "--json"))
    assert [line["class"] for line in lines] == ["1"] * 3
    straight, sideways, deep = (line["probabilities"]["1"] for line in lines)
    assert deep == pytest.approx(straight, abs=1e-6) and sideways == pytest.approx(straight, abs=0.05)


def test_a_model_without_metadata_is_evaluated_by_its_preset() -> None:
    """--preset names the architecture; without it, the error says so."""
    path = Path(__file__).parents[1] / "fixtures" / "no_meta.safetensors"
    refused = scnn("evaluate", path)
    assert refused.returncode == 1 and "or --preset on the command line" in refused.stderr
    found = scnn("evaluate", path, "--preset", "mnist", "--json")
    assert found.returncode == 0 and json.loads(found.stdout)["accuracy"] > 0.95


def test_warnings_are_one_line(tmp_path: Path) -> None:
    """For images of the integers 0 and 1, the command prints one warning and evaluates them."""
    pixels = [level for row in range(28) for level in (int(row > 13),) * 28]
    images, labels, model = tmp_path / "images", tmp_path / "labels", tmp_path / "m.safetensors"
    images.write_bytes(idx_images([[*pixels, 0], [*pixels, 1]]))
    labels.write_bytes(idx_labels([[*pixels, 0], [*pixels, 1]]))
    Network(PAPER.input_shape, PAPER.layers, seed=1).save(model)
    result = scnn("evaluate", model, "--images", images, "--labels", labels)
    assert result.returncode == 0 and "of 2 images" in result.stdout
    (line,) = result.stderr.splitlines()
    assert line.startswith("scnn: warning: all pixels are the integers 0 and 1")
