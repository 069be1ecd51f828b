"""`scnn train`: its output and its files."""

import gzip
from pathlib import Path

import pytest
from PIL import Image

from scnn.data.bundled import load_digits, load_shapes
from scnn.experiments.opening import config_in
from scnn.experiments.presets import PAPER
from scnn.layers.loss import SoftmaxCrossEntropy, SquaredHinge
from scnn.network.network import Network
from scnn.settings import to_dict
from scnn.training.checkpoint import save_checkpoint
from scnn.training.muon import Muon
from scnn.training.optimisers import SGD, AdamW, Lion, Optimiser
from scnn.training.trainer import Trainer
from tests.cli.command import in_a_terminal, lines_of, scnn


def test_training_as_json(tmp_path: Path) -> None:
    """JSON has one object per line: start, each epoch, end; the hash is that of the saved weights."""
    path = tmp_path / "m.safetensors"
    lines = lines_of(scnn("train", "--preset", "paper", "--epochs", 3, "--seed", 4, "--out", path, "--json"))
    assert [line["event"] for line in lines] == ["start", "epoch", "epoch", "epoch", "end"]
    assert lines[0]["parameters"] == 6423 and lines[0]["settings"]["seed"] == 4
    assert lines[1]["training"]["loss"] > lines[3]["training"]["loss"]
    assert lines[-1]["sha256"] == Network.load(path).fingerprint()
    assert [sum(row) for row in lines[-1]["test"]["confusion"]] == [10, 10, 10]


def test_what_is_reported_is_of_the_weights_that_are_saved(tmp_path: Path) -> None:
    """With validation the best epoch's weights are saved; the file has that epoch's figures, not those of the last
    one."""
    path = tmp_path / "m.lr0.04"
    chosen = ("--preset", "mnist", "--epochs", 6, "--learning-rate", 0.04, "--validation", 200, "--patience", 1)
    lines = lines_of(scnn("train", *chosen, "--seed", 1, "--out", path, "--json"))
    assert [line["best"] for line in lines[1:-1]] == [True, False], "the last epoch is not the best"
    network = Network.load(path)
    provenance = network.provenance
    assert lines[-1]["test"]["accuracy"] == lines[1]["test"]["accuracy"] != lines[2]["test"]["accuracy"]
    assert (
        provenance["test"]["accuracy"] == network.evaluate(load_digits()[1]).accuracy == lines[1]["test"]["accuracy"]
    )
    for name in ("training", "validation", "test"):
        assert provenance[name]["loss"] == lines[1][name]["loss"]


def test_a_finished_checkpoint_is_evaluated_and_saved(tmp_path: Path) -> None:
    """Resuming a finished training trains no further, and writes the model."""
    network = Network(PAPER.input_shape, PAPER.layers, seed=1, class_names=("0", "1", "2"))
    network.provenance = {"preset": "paper"}
    trainer = Trainer(network, *PAPER.digits(), epochs=2, optimiser=SGD(0.01))
    trainer.slice_size = 100
    for _ in trainer.run():
        pass
    save_checkpoint(tmp_path / "finished.safetensors", trainer)
    path = tmp_path / "m.safetensors"
    lines = lines_of(scnn("train", "--resume", tmp_path / "finished.safetensors", "--out", path, "--json"))
    assert [line["event"] for line in lines] == ["start", "end"]
    assert Network.load(path).fingerprint() == lines[-1]["sha256"] == network.fingerprint()
    assert lines[-1]["test"]["accuracy"] == network.evaluate(PAPER.digits()[1]).accuracy


def test_the_loss_is_chosen(tmp_path: Path) -> None:
    """It is in the file, with its smoothing, and kept by a resumed training; what does not fit is refused."""
    out = tmp_path / "m.safetensors"
    given = ("train", "--preset", "paper", "--epochs", 1, "--out", out, "--json")
    assert not scnn(*given, "--label-smoothing", "0.1").returncode
    smoothed = Network.load(out)
    assert smoothed.loss == SoftmaxCrossEntropy(0.1)
    assert config_in(smoothed)["layers"][-1] == {"kind": "SoftmaxCrossEntropy", "smoothing": 0.1}
    lines = lines_of(scnn(*given, "--loss", "squared-hinge"))
    network = Network.load(out)
    assert network.loss == SquaredHinge() and network.fingerprint() != smoothed.fingerprint()
    assert lines[1]["test"]["loss"] < 2
    refused = scnn(*given, "--loss", "squared-hinge", "--label-smoothing", "0.1")
    assert refused.returncode == 1 and "label smoothing needs cross-entropy" in refused.stderr
    assert "from 0 to below 1, got 1.5" in scnn(*given, "--label-smoothing", "1.5").stderr


@pytest.mark.parametrize(
    ("options", "optimiser", "initialisation"),
    [
        ("--optimiser adamw --averaging 0.9", AdamW(0.001, averaging=0.9), "he"),
        ("--optimiser lion --learning-rate 0.0002 --weight-decay 0.3", Lion(0.0002, weight_decay=0.3), "he"),
        ("--optimiser muon --learning-rate 0.002 --weight-decay 0.3", Muon(0.002, weight_decay=0.3), "he"),
        ("--optimiser nesterov --learning-rate 0.01 --clip-norm 0.5", SGD(0.01, 0.9, True, clip_norm=0.5), "he"),
        ("--weight-decay 0.1 --initialisation glorot", SGD(0.001, weight_decay=0.1), "glorot"),
    ],
)
def test_how_it_trains_is_chosen(tmp_path: Path, options: str, optimiser: Optimiser, initialisation: str) -> None:
    """The same weights as with the library."""
    out = tmp_path / "m.safetensors"
    lines = lines_of(scnn("train", "--preset", "paper", "--epochs", 2, "--out", out, "--json", *options.split()))
    network = Network(PAPER.input_shape, PAPER.layers, seed=1, initialisation=initialisation)
    trainer = Trainer(network, *PAPER.digits(), seed=1, epochs=2, batch_size=1, optimiser=optimiser)
    for _ in trainer.run():
        pass
    assert lines[-1]["sha256"] == network.fingerprint()
    assert lines[0]["settings"]["optimiser"] == to_dict(optimiser)


def test_the_preset_for_files_of_cifar(tmp_path: Path) -> None:
    """The drawn shapes in CIFAR-10's format: learned better than by chance. Without files, it names them."""
    parts = zip(("data_batch_1.bin", "test_batch.bin"), load_shapes(), (60, 10), strict=True)
    for name, images, per_class in parts:
        chosen = images.select(tuple(range(10)), per_class)
        records = (bytes([label]) + chosen.image(index) for index, label in enumerate(chosen.labels))
        (tmp_path / name).write_bytes(b"".join(records))
    out = tmp_path / "m.safetensors"
    given = ("train", "--preset", "cifar", "--epochs", 6, "--out", out, "--json")
    lines = lines_of(scnn(*given, "--data", tmp_path))
    assert lines[0]["parameters"] == 80_010 and lines[-1]["test"]["accuracy"] > 0.25
    assert Network.load(out).class_names[3] == "cat"
    assert (
        "the preset cifar needs the files of cifar-10, which are not bundled: give them with --data"
        in scnn(*given).stderr
    )


def test_what_does_not_fit_the_optimiser_is_refused(tmp_path: Path) -> None:
    given = ("train", "--preset", "paper", "--epochs", 1, "--out", tmp_path / "m.safetensors")
    assert "averaging must be at least 0 and below 1, got 1.0" in scnn(*given, "--averaging", 1).stderr
    assert "clip norm must be at least 0 and below 1e30, got -1.0" in scnn(*given, "--clip-norm=-1").stderr
    assert "must be one of he, glorot, got 'zero'" in scnn(*given, "--initialisation", "zero").stderr
    assert "invalid choice: 'tiger'" in scnn(*given, "--optimiser", "tiger").stderr


def test_both_engines_train(tmp_path: Path) -> None:
    """Interpreted and compiled losses agree within float32's rounding."""
    losses = []
    for engine in ("compiled", "interpreted"):
        out = ("--out", tmp_path / "m.safetensors", "--json", "--engine", engine)
        losses.append(lines_of(scnn("train", "--preset", "paper", "--epochs", 1, *out))[1]["training"]["loss"])
    assert losses[0] == pytest.approx(losses[1], rel=1e-4)


def test_training_on_idx_files(tmp_path: Path, idx_files: tuple[Path, Path]) -> None:
    """The user's own digits are trained on, some held out for validation."""
    images, labels = idx_files
    out = tmp_path / "m.safetensors"
    given = ("--images", images, "--labels", labels, "--epochs", 2, "--validation", 100, "--out", out, "--json")
    lines = lines_of(scnn("train", "--preset", "mnist", *given))
    assert lines[0]["training_digits"] == 900 and "validation" in lines[1] and "test" not in lines[1]


def test_a_live_table_in_a_terminal(tmp_path: Path) -> None:
    """A terminal gets a table, a progress bar with the speed, and a last line of text."""
    code, text = in_a_terminal("train", "--preset", "paper", "--out", tmp_path / "m.safetensors")
    assert code == 0
    assert "training loss" in text and "samples/s" in text and "━" in text and "SHA-256" in text


def test_a_training_that_fails_gives_the_cursor_back(tmp_path: Path) -> None:
    """The cursor is visible again when the error is printed."""
    chosen = ("--preset", "paper", "--learning-rate", 1e30, "--out", tmp_path / "m.safetensors")
    code, text = in_a_terminal("train", *chosen)
    assert code == 1 and "learning rate is probably too large" in text
    assert "\x1b[?25l" in text and text.rindex("\x1b[?25h") > text.rindex("\x1b[?25l")


def test_folders_that_cannot_be_written_to_are_known_at_once() -> None:
    """It is reported before the training starts."""
    result = scnn("train", "--out", "/proc/m.safetensors", "--epochs", 1000)
    assert result.returncode == 1 and "/proc/m.safetensors cannot be written" in result.stderr


def test_a_bad_file_among_good_ones_is_refused_before_training(tmp_path: Path, idx_files: tuple[Path, Path]) -> None:
    """A truncated test file ends the command at once, and nothing is written."""
    images, labels = idx_files
    short = tmp_path / "short"
    short.write_bytes(gzip.decompress(images.read_bytes())[:-1])
    out = tmp_path / "m.safetensors"
    files = ("--images", images, "--labels", labels, "--test-images", short, "--test-labels", labels)
    result = scnn("train", "--preset", "mnist", *files, "--out", out)
    assert result.returncode == 1 and "states 784000 bytes, and the file has 783999" in result.stderr
    assert not out.exists()


def test_the_number_of_workers_changes_no_bit(tmp_path: Path) -> None:
    """One or two; the start names the number; the interpreter has no workers."""
    chosen = ("train", "--preset", "mnist", "--epochs", 1, "--json")
    one, two = (lines_of(scnn(*chosen, "--workers", n, "--out", tmp_path / f"{n}.safetensors")) for n in (1, 2))
    assert [one[0]["workers"], two[0]["workers"]] == [1, 2]
    assert one[-1]["sha256"] == two[-1]["sha256"] and one[1] == two[1]
    refused = scnn(*chosen, "--workers", 2, "--engine", "interpreted", "--out", tmp_path / "m.safetensors")
    assert refused.returncode == 1 and "--workers needs --engine compiled" in refused.stdout + refused.stderr


def test_training_on_pictures_in_colour(tmp_path: Path) -> None:
    """The network gets the pictures' shape and classes; a stopped training is resumed, and a model evaluated, on the
    same folder."""
    for name, channel in (("red", 0), ("green", 1), ("blue", 2)):
        (tmp_path / "pictures" / name).mkdir(parents=True)
        for number in range(10):
            colour = tuple(200 + number if at == channel else 20 * number for at in range(3))
            Image.new("RGB", (20, 16), colour).save(tmp_path / "pictures" / name / f"{number}.png")
    data = ("--data", tmp_path / "pictures", "--side", 16)
    model = tmp_path / "m.safetensors"
    lines = lines_of(scnn("train", "--preset", "mnist", *data, "--epochs", 12, "--out", model, "--json"))
    network = Network.load(model)
    assert network.input_shape == (3, 16, 16) and network.class_names == ("blue", "green", "red")
    assert lines[0]["training_digits"] == 24 and sum(map(sum, lines[-1]["test"]["confusion"])) == 6
    evaluated = lines_of(scnn("evaluate", model, *data, "--json"))[0]
    assert evaluated["samples"] == 6 and evaluated["accuracy"] == lines[-1]["test"]["accuracy"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--side", 8), "--side and --grey need --data"),
        (("--data", "no/where"), "no/where does not exist"),
        (("--data", Path(__file__).parent / "command.py"), "cannot be read as an .npz archive"),
    ],
)
def test_data_that_cannot_be_used(tmp_path: Path, options: tuple[object, ...], message: str) -> None:
    result = scnn("train", *options, "--out", tmp_path / "m.safetensors")
    assert result.returncode == 1 and message in result.stderr
