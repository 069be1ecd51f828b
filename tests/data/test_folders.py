"""Folders of pictures: classes by folder, in colour and grey, upright and square."""

from pathlib import Path

import pytest
from PIL import Image

from scnn.data.folders import load_folder
from scnn.errors import ConfigError, DataError


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """A red and a blue picture, wide and tall, in the folders of two classes."""
    for name, colour, size in (("reds", (255, 0, 0), (80, 40)), ("blues", (0, 0, 255), (40, 90))):
        (tmp_path / name).mkdir()
        Image.new("RGB", size, colour).save(tmp_path / name / "one.png")
    (tmp_path / "reds" / "notes.txt").write_text("no picture")
    (tmp_path / ".cache").mkdir()
    return tmp_path


def test_colour_and_grey(pictures: Path) -> None:
    found = load_folder(pictures, 8)
    assert found.shape == (3, 8, 8) and found.classes == ("blues", "reds") and found.labels == b"\0\1"
    assert found.image(1) == b"\xff" * 64 + bytes(128)
    grey = load_folder(pictures, 8, grey=True)
    assert grey.shape == (1, 8, 8) and set(grey.image(1)) == {76}  # ITU-R 601-2's luma of red


def test_a_picture_is_turned_upright(tmp_path: Path) -> None:
    """As its EXIF orientation says."""
    (tmp_path / "a").mkdir()
    picture = Image.new("L", (8, 8), 0)
    picture.paste(255, (0, 0, 8, 4))  # the upper half is white
    exif = Image.Exif()
    exif[0x0112] = 3  # upside down
    picture.save(tmp_path / "a" / "one.png", exif=exif)
    image = load_folder(tmp_path, 8, grey=True).image(0)
    assert image[0] == 0 and image[-1] == 255


def test_invalid_folders(pictures: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="nowhere cannot be read"):
        load_folder(tmp_path / "nowhere")
    with pytest.raises(ConfigError, match="has 0 folders"):
        load_folder(pictures / "reds")
    with pytest.raises(ConfigError, match="the side"):
        load_folder(pictures, 0)
    (pictures / "blues" / "one.png").rename(pictures / "blues" / "one.txt")
    with pytest.raises(ConfigError, match="blues has no pictures"):
        load_folder(pictures)
    (pictures / "blues" / "two.jpg").write_bytes(b"no picture")
    with pytest.raises(DataError, match=r"two\.jpg cannot be read"):
        load_folder(pictures)
