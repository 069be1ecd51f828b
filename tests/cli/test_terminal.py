"""Output for terminals and shells: aligned columns, quoted command lines, patterns of file names."""

import re
import shlex
from pathlib import Path

import pytest

from scnn.cli.display import MIN_TABLE_WIDTH
from scnn.cli.terminal import command_line, expand_patterns, pad_left, pad_right, width_of
from scnn.data.bundled import load_digits
from scnn.experiments.presets import PAPER
from scnn.network.network import Network
from tests.cli.command import in_a_terminal, scnn
from tests.tools.dataset import idx_images, idx_labels


@pytest.mark.parametrize(
    ("text", "width"),
    [("cat", 3), ("猫", 2), ("ネコ", 4), ("ﾈｺ", 2), ("é", 1), ("e\u0301", 1), ("\uff21", 2), ("", 0)],
)
def test_the_width_of_letters(text: str, width: int) -> None:
    """Wide letters take two columns, accents none; half-width kana take one."""
    assert width_of(text) == width
    assert width_of(pad_left(text, 6)) == width_of(pad_right(text, 6)) == 6


def test_tables_with_wide_and_long_names_are_aligned(tmp_path: Path) -> None:
    """Each row of the confusion matrix and of the scores ends in the same column."""
    names = ("猫", "dog", "a name longer than the heading")
    _, test = load_digits()
    chosen = test.select((0, 1, 2), 4)
    rows = [[*chosen.image(at), chosen.labels[at]] for at in range(len(chosen))]
    images, labels, model = tmp_path / "images", tmp_path / "labels", tmp_path / "m.safetensors"
    images.write_bytes(idx_images(rows))
    labels.write_bytes(idx_labels(rows))
    Network(PAPER.input_shape, PAPER.layers, seed=1, class_names=names).save(model)
    result = scnn("evaluate", model, "--images", images, "--labels", labels, "--classes", ",".join(names))
    assert result.returncode == 0, result.stderr
    _, matrix, scores = result.stdout.strip().split("\n\n")
    for table in (matrix, scores):
        widths = {width_of(line) for line in table.splitlines()}
        assert len(widths) == 1, table


def test_a_narrow_terminal_shows_all_figures(tmp_path: Path) -> None:
    """20 columns: names and figures are wrapped, none is cut off, and no line is longer than the terminal."""
    code, seen = in_a_terminal(
        *("train", "--preset", "paper", "--epochs", 2, "--out", tmp_path / "m.safetensors"), columns=20
    )
    assert code == 0, seen
    text = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", seen)
    assert "…" not in text
    for name in ("training loss", "training accuracy", "test loss", "test accuracy"):
        assert re.search(rf"{name}\s+\d+\.\d\d", text), text
    live = text[text.index("training loss") : text.rindex("test accuracy")]
    assert max(map(len, live.splitlines())) <= 20


def test_a_table_fits_where_it_is_shown(tmp_path: Path) -> None:
    """In the narrowest terminal that gets a table, and in the widest that does not, every figure is whole."""
    for columns in (MIN_TABLE_WIDTH, MIN_TABLE_WIDTH - 1):
        code, seen = in_a_terminal(
            *("train", "--preset", "paper", "--epochs", 2, "--out", tmp_path / "m.safetensors"), columns=columns
        )
        assert code == 0 and "…" not in seen
        assert ("│" in seen) == (columns == MIN_TABLE_WIDTH)
        assert len(set(re.findall(r"\b\d+\.\d\d%", seen))) >= 2


@pytest.mark.parametrize(
    ("word", "quoted"),
    [
        ("scnn", "scnn"),
        (r"C:\models\m.safetensors", r"C:\models\m.safetensors"),
        (r"C:\My models\m.safetensors", r'"C:\My models\m.safetensors"'),
        ("C:\\My models\\", '"C:\\My models\\\\"'),
        ("it's", '"it\'s"'),
        ("a&b", '"a&b"'),
        ("naïve", '"naïve"'),
        ("", '""'),
    ],
)
def test_words_are_quoted_for_windows(word: str, quoted: str) -> None:
    """They get double quotes, which cmd.exe and PowerShell both support; cmd.exe has no single quotes."""
    assert command_line(["scnn", word], windows=True) == f"scnn {quoted}"


def test_words_are_quoted_for_posix() -> None:
    """shlex splits the line into the same words."""
    words = ["scnn", "a b", "it's", "$HOME", ""]
    assert shlex.split(command_line(words, windows=False)) == words


def test_patterns_that_the_shell_left(tmp_path: Path) -> None:
    """A pattern becomes the files that match, in order; an existing file and a pattern without matches stay."""
    for name in ("b.png", "a.png", "c.jpg", "[x].png"):
        (tmp_path / name).touch()
    expanded = expand_patterns([tmp_path / "*.png", tmp_path / "[x].png", tmp_path / "*.gif", tmp_path / "c.jpg"])
    assert [path.name for path in expanded] == ["[x].png", "a.png", "b.png", "[x].png", "*.gif", "c.jpg"]
    result = scnn("predict", "nowhere", tmp_path / "*.png")
    assert "nowhere cannot be read" in result.stderr
