"""The command line, run as people run it."""

import gzip
import json
import os
import pty
import re
import select
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest
from PIL import Image, ImageDraw

from build import idx_images, idx_labels
from scnn.checkpoint import save_checkpoint
from scnn.data import load_digits
from scnn.errors import ConfigError
from scnn.export import to_onnx
from scnn.layers import Conv2D, Dense, Dropout, Flatten, MaxPool2D, ReLU
from scnn.network import Network
from scnn.optimisers import SGD
from scnn.presets import PAPER
from scnn.trainer import Trainer

README = (Path(__file__).parents[1] / "README.md").read_text()


def scnn(
    *arguments: object, timeout: float = 240, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-m", "scnn", *map(str, arguments)]
    return subprocess.run(words, capture_output=True, text=True, timeout=timeout, check=False, env=env)


def documented() -> dict[str, set[str]]:
    """What the README's table says that each event holds."""
    rows = re.findall(r"^\| `(\w+)` \| \w+ \| (.*) \|$", README, flags=re.MULTILINE)
    return {event: set(re.findall(r"`(\w+)`", words)) for event, words in rows}


def lines_of(result: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    """The objects that a command printed, which hold what is documented and nothing else."""
    assert result.returncode == 0, result.stderr
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    for line in lines:
        assert set(line) - {"event"} <= documented()[line["event"]], f"{line['event']} is documented otherwise"
    return lines


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The paper's network, trained by the command."""
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


def test_training_as_json(tmp_path: Path) -> None:
    """One object a line: start, each epoch, end; the weights' hash is that of the file."""
    path = tmp_path / "m.safetensors"
    lines = lines_of(scnn("train", "--preset", "paper", "--epochs", 3, "--seed", 4, "--out", path, "--json"))
    assert [line["event"] for line in lines] == ["start", "epoch", "epoch", "epoch", "end"]
    assert lines[0]["parameters"] == 6423 and lines[0]["settings"]["seed"] == 4
    assert lines[1]["training"]["loss"] > lines[3]["training"]["loss"]
    assert lines[-1]["sha256"] == Network.load(path).fingerprint()
    assert [sum(row) for row in lines[-1]["test"]["confusion"]] == [10, 10, 10]


def test_what_is_reported_is_of_the_weights_that_are_saved(tmp_path: Path) -> None:
    """With validation the best epoch's weights are saved; its figures stand beside them, not the last epoch's."""
    path = tmp_path / "m.lr0.03"
    chosen = ("--preset", "mnist", "--epochs", 6, "--learning-rate", 0.03, "--validation", 200, "--patience", 1)
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


def test_a_finished_checkpoint_is_judged_and_saved(tmp_path: Path) -> None:
    """Resuming what has ended trains nothing more, and writes the model."""
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


def test_both_engines_train(tmp_path: Path) -> None:
    """Interpreted and compiled losses agree within float32's rounding."""
    losses = []
    for engine in ("compiled", "interpreted"):
        out = ("--out", tmp_path / "m.safetensors", "--json", "--engine", engine)
        losses.append(lines_of(scnn("train", "--preset", "paper", "--epochs", 1, *out))[1]["training"]["loss"])
    assert losses[0] == pytest.approx(losses[1], rel=1e-4)


def test_evaluation_on_idx_files(tmp_path: Path, idx_files: tuple[Path, Path]) -> None:
    """As MNIST's official test set is judged: accuracy, confusion matrix, per class and weighted figures."""
    path = tmp_path / "m.safetensors"
    scnn("train", "--preset", "mnist", "--epochs", 1, "--out", path)
    images, labels = idx_files
    (line,) = lines_of(scnn("evaluate", path, "--images", images, "--labels", labels, "--json"))
    assert line["samples"] == 1000 and line["accuracy"] > 0.7 and len(line["per_class"]) == 10
    assert sum(map(sum, line["confusion"])) == 1000 and line["weighted"]["recall"] == pytest.approx(line["accuracy"])
    words = scnn("evaluate", path)
    assert f"accuracy: {line['accuracy']:.2%} of 1000 digits" in words.stdout and "weighted" in words.stdout


def test_training_on_idx_files(tmp_path: Path, idx_files: tuple[Path, Path]) -> None:
    """A user's own digits, with validation."""
    images, labels = idx_files
    out = tmp_path / "m.safetensors"
    given = ("--images", images, "--labels", labels, "--epochs", 2, "--validation", 100, "--out", out, "--json")
    lines = lines_of(scnn("train", "--preset", "mnist", *given))
    assert lines[0]["training_digits"] == 900 and "validation" in lines[1] and "test" not in lines[1]


def test_ctrl_c_saves_and_the_training_goes_on(tmp_path: Path) -> None:
    """It says how to go on; the weights in the end are those of a training that was not stopped."""
    out = tmp_path / "my model, rate 0.1"
    whole = tmp_path / "whole.safetensors"
    settings = ("--preset", "mnist", "--epochs", "4", "--seed", "2")
    scnn("train", *settings, "--out", whole)
    process = subprocess.Popen(
        [sys.executable, "-m", "scnn", "train", *settings, "--out", str(out)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    for line in process.stdout:
        if line.startswith("epoch 1"):
            break
    process.send_signal(signal.SIGINT)
    rest, errors = process.communicate(timeout=60)
    assert process.returncode == 130 and not errors
    assert (tmp_path / "my model, rate 0.1.checkpoint.safetensors").exists()
    command, *again = shlex.split(rest[rest.index("To go on: ") + len("To go on: ") :])
    assert command == "scnn" and again[again.index("--engine") + 1] == "compiled"
    result = scnn(*again)
    assert result.returncode == 0, result.stderr
    assert Network.load(out).fingerprint() == Network.load(whole).fingerprint()
    until_then = Network.load(tmp_path / "my model, rate 0.1.checkpoint.safetensors").provenance["seconds"]
    assert Network.load(out).provenance["seconds"] > until_then > 0, "both parts count"


def in_a_terminal(*arguments: object, interrupt: bool = False) -> tuple[int, str]:
    """Runs scnn where the output is a terminal: its exit code, and all that was written there. With `interrupt`,
    Ctrl-C is pressed once the first epoch's row has come."""
    main, other = pty.openpty()
    words = [sys.executable, "-m", "scnn", *map(str, arguments)]
    environment = {**os.environ, "COLUMNS": "120", "TERM": "xterm"}
    process = subprocess.Popen(words, stdout=other, stderr=other, env=environment)
    os.close(other)
    seen = b""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if select.select([main], [], [], 1)[0]:
            try:
                piece = os.read(main, 65536)
            except OSError:
                break
            seen += piece
        if interrupt and re.search(rb"\d\d\.\d\d%", seen):
            process.send_signal(signal.SIGINT)
            interrupt = False
    return process.wait(timeout=10), seen.decode(errors="replace")


def test_a_live_table_in_a_terminal(tmp_path: Path) -> None:
    """Columns, a bar with samples a second, and the end in words."""
    code, text = in_a_terminal("train", "--preset", "paper", "--out", tmp_path / "m.safetensors")
    assert code == 0
    assert "training loss" in text and "samples/s" in text and "━" in text and "SHA-256" in text


def test_a_training_that_fails_gives_the_cursor_back(tmp_path: Path) -> None:
    """A terminal without a cursor is no place to read an error."""
    chosen = ("--preset", "paper", "--learning-rate", 1e30, "--out", tmp_path / "m.safetensors")
    code, text = in_a_terminal("train", *chosen)
    assert code == 1 and "learning rate is probably too large" in text
    assert "\x1b[?25l" in text and text.rindex("\x1b[?25h") > text.rindex("\x1b[?25l")


def picture(path: Path, digit: int, dark: bool) -> Path:
    """A drawn 0 or 1, large and off the middle."""
    image = Image.new("RGB", (300, 200), "black" if dark else "white")
    draw, ink = ImageDraw.Draw(image), "white" if dark else "black"
    if digit:
        draw.line((80, 30, 80, 170), fill=ink, width=16)
    else:
        draw.ellipse((120, 40, 210, 160), outline=ink, width=16)
    image.save(path)
    return path


def test_predicting_pictures(model: Path, tmp_path: Path) -> None:
    """PNG and JPEG, dark on light and light on dark."""
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


def test_one_picture_that_is_none(model: Path, tmp_path: Path) -> None:
    """It is told; the others are read all the same."""
    one = picture(tmp_path / "one.png", 1, dark=False)
    result = scnn("predict", model, one, "pyproject.toml", one, "--json")
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.returncode == 1 and [line["event"] for line in lines] == ["prediction", "error", "prediction"]
    assert lines[1]["name"] == "DataError" and result.stderr.startswith("scnn: pyproject.toml cannot be read")


def test_a_model_that_cannot_be_written_is_not_lost(tmp_path: Path) -> None:
    """A full disk after a training: the model goes to the folder for temporary files, which is named."""
    spare = tmp_path / "spare"
    spare.mkdir()
    words = ("train", "--preset", "paper", "--epochs", 2, "--out", "/dev/full")
    result = scnn(*words, env={**os.environ, "TMPDIR": str(spare)})
    assert result.returncode == 1 and "/dev/full cannot be written: No space left on device" in result.stderr
    (kept,) = spare.rglob("full")
    assert f"it was written to {kept}" in result.stderr and Network.load(kept).provenance["preset"] == "paper"


def test_folders_that_cannot_be_written_to_are_known_at_once() -> None:
    """Before anything is trained."""
    result = scnn("train", "--out", "/proc/m.safetensors", "--epochs", 1000)
    assert result.returncode == 1 and "/proc/m.safetensors cannot be written" in result.stderr


@pytest.mark.parametrize("name", ["m[best] of a long, long name with spaces in it", "x[", "[/y]"])
def test_the_line_to_go_on_can_be_copied_from_a_terminal(name: str, tmp_path: Path) -> None:
    """However long it is and whatever is in its names."""
    out = tmp_path / f"{name}.safetensors"
    out.parent.mkdir(exist_ok=True)
    code, seen = in_a_terminal("train", "--preset", "mnist", "--out", out, interrupt=True)
    command = re.search(r"To go on: scnn (.*?)\r?\n", seen)
    assert code == 130 and command, seen
    again = shlex.split(command.group(1))
    checkpoint = Path(again[again.index("--resume") + 1])
    assert checkpoint.exists() and again[again.index("--out") + 1] == str(out)


def test_a_training_whose_output_ends_is_kept(tmp_path: Path) -> None:
    """A pipe that is closed, and a full disk: the checkpoint is named, and nothing else is said."""
    for target, reason in (("| head -n 2", "Broken pipe"), ("> /dev/full", "No space left on device")):
        out = tmp_path / reason / "m.safetensors"
        out.parent.mkdir()
        command = f"{sys.executable} -m scnn train --out '{out}' {target}; exit ${{PIPESTATUS[0]}}"
        result = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=120, check=False)
        assert result.returncode == 1 and len(result.stderr.splitlines()) == 1, result.stderr
        assert reason in result.stderr and f"the training is kept in {out.parent}" in result.stderr
        assert Network.load(out.with_name("m.checkpoint.safetensors")).provenance["preset"] == "mnist"


SILENCED_AT_THE_END = """
import sys
from scnn.cli import main
from scnn.display import PlainDisplay

def end(*_):
    raise OSError(28, "No space left on device")

PlainDisplay.end = end
sys.exit(main(sys.argv[1:]))
"""


def test_a_model_whose_end_cannot_be_told_is_written(tmp_path: Path) -> None:
    """Where the disk is full for the last line alone: the model is there, and named."""
    out = tmp_path / "m.safetensors"
    words = [
        sys.executable,
        "-c",
        SILENCED_AT_THE_END,
        "train",
        "--preset",
        "paper",
        "--epochs",
        "2",
        "--out",
        str(out),
    ]
    result = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    assert result.returncode == 1 and f"(No space left on device); the model is in {out}" in result.stderr
    assert Network.load(out).provenance["settings"]["epochs"] == 2 and list(tmp_path.iterdir()) == [out]


def test_output_that_fails_is_one_line(model: Path) -> None:
    """And letters that a terminal has not are written as Python writes them."""
    command = f"{sys.executable} -m scnn info {model}"
    full = subprocess.run(["bash", "-c", f"{command} > /dev/full"], capture_output=True, text=True, check=False)
    assert (
        full.returncode == 1
        and full.stderr == "scnn: what is to be shown cannot be written: No space left on device\n"
    )
    narrow = {**os.environ, "PYTHONIOENCODING": "cp1252"}
    found = subprocess.run(command.split(), capture_output=True, env=narrow, check=True).stdout
    assert b"\\u2192" in found and "×".encode("cp1252") in found


def test_a_terminal_that_closes(tmp_path: Path) -> None:
    """The training is kept as by Ctrl-C."""
    for number in (signal.SIGHUP, signal.SIGTERM):
        out = tmp_path / f"{number.name}.safetensors"
        words = [sys.executable, "-m", "scnn", "train", "--out", str(out)]
        process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
        assert process.stdout
        while not process.stdout.readline().startswith("epoch 1"):
            assert process.poll() is None
        process.send_signal(number)
        process.communicate(timeout=60)
        assert process.returncode == 130 and out.with_name(f"{number.name}.checkpoint.safetensors").exists()


def test_files_through_pipes(tmp_path: Path, idx_files: tuple[Path, Path]) -> None:
    """A shell's <(zcat …) is a pipe, which can be read once."""
    images, labels = idx_files
    path = tmp_path / "m.safetensors"
    assert scnn("train", "--preset", "mnist", "--epochs", 1, "--out", path).returncode == 0
    command = f"{sys.executable} -m scnn evaluate {path} --json --images <(zcat {images}) --labels <(cat {labels})"
    piped = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=120, check=False)
    assert lines_of(piped) == lines_of(scnn("evaluate", path, "--json", "--images", images, "--labels", labels))


def test_pictures_of_cameras_and_scanners(model: Path, tmp_path: Path) -> None:
    """A picture taken sideways is turned as its EXIF data says, and 16 bits of grey are not clipped to eight."""
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


def test_export_does_not_overwrite_the_model(model: Path) -> None:
    """A slip of the hand costs no training."""
    before = model.read_bytes()
    refused = scnn("export", model, "--onnx", model)
    assert refused.returncode == 1 and "is the model itself" in refused.stderr and model.read_bytes() == before


def test_the_papers_table() -> None:
    """Each run, then mean, deviation, worst and best beside the paper's figures."""
    *runs, summary = lines_of(scnn("paper", "--seeds", 3, "--json"))
    assert [run["seed"] for run in runs] == [1, 2, 3]
    accuracy = summary["figures"]["accuracy"]
    assert accuracy["worst"] <= accuracy["mean"] <= accuracy["best"] and accuracy["mean"] > 0.85
    assert summary["paper"]["accuracy"] == 0.70 and summary["paper"]["per_class"][2]["recall"] == 0.80
    assert 0.7 < summary["figures"]["per_class"][2]["recall"]["mean"] <= 1.0
    words = scnn("paper", "--seeds", 2).stdout
    assert "weighted precision      0.73" in words and "class 2: recall         0.80" in words


def test_the_papers_seeds_are_counted_and_those_that_ended_are_not_lost() -> None:
    """A bar in a terminal; after Ctrl-C the table of the seeds until then."""
    code, seen = in_a_terminal("paper", "--seeds", 3)
    assert code == 0 and "seeds 1 to 3" in seen and re.search(r"seeds .*\d+%", seen), seen
    words = [sys.executable, "-m", "scnn", "paper", "--seeds", "1000", "--json"]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    assert process.stdout and json.loads(process.stdout.readline())["seed"] == 1
    process.send_signal(signal.SIGINT)
    rest = process.communicate(timeout=60)[0].splitlines()
    summary = json.loads(rest[-1])
    assert process.returncode == 130 and summary["event"] == "summary" and summary["seeds"] == len(rest)


def test_jobs_give_the_same_runs() -> None:
    """Processes change the time, and nothing else."""
    alone, spread = (lines_of(scnn("paper", "--seeds", 3, "--jobs", jobs, "--json"))[:-1] for jobs in (1, 2))
    assert [without_time(run) for run in alone] == [without_time(run) for run in spread]


def without_time(run: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in run.items() if name != "seconds"}


def test_onnx(model: Path, tmp_path: Path) -> None:
    """onnxruntime gives the same logits."""
    (line,) = lines_of(scnn("export", model, "--onnx", tmp_path / "m.onnx", "--json"))
    assert line == {"event": "export", "onnx": str(tmp_path / "m.onnx")}
    _, test = PAPER.digits()
    images = np.frombuffer(test.pixels, dtype=np.uint8).reshape(-1, 1, 28, 28).astype(np.float32) / 255
    (found,) = onnxruntime.InferenceSession(tmp_path / "m.onnx").run(["logits"], {"images": images})
    assert found == pytest.approx(np.array(Network.load(model).logits(test)), rel=1e-4, abs=1e-4)


def test_onnx_of_every_layer(tmp_path: Path) -> None:
    """Strides, paddings, a pool that leaves a rest, and Dropout at the end."""
    layers = [Conv2D(3, 4, stride=3, padding=2), ReLU(), MaxPool2D(3, stride=2), Flatten(), Dense(5), Dropout(0.5)]
    network = Network((2, 29, 31), layers, seed=1)
    to_onnx(network, tmp_path / "m.onnx")
    images = np.random.default_rng(1).random((3, 2, 29, 31), np.float32)
    (found,) = onnxruntime.InferenceSession(tmp_path / "m.onnx").run(["logits"], {"images": images})
    assert found == pytest.approx(np.array(network.logits(images)), rel=1e-4, abs=1e-4)


def test_onnx_knows_no_layer_of_ones_own(tmp_path: Path) -> None:
    """Not even one that inherits from ReLU, for it may compute something else."""

    class Other(ReLU):
        pass

    with pytest.raises(ConfigError, match="Other is a layer of your own"):
        to_onnx(Network((1, 5, 5), [Flatten(), Other(), Dense(2)]), tmp_path / "m.onnx")


def test_info(model: Path) -> None:
    """Layers, shapes, counts, hash, and how it came to be."""
    (facts,) = lines_of(scnn("info", model, "--json"))
    assert facts["event"] == "info"
    assert facts["parameters"] == 6423 and facts["classes"] == ["0", "1", "2"]
    assert facts["provenance"]["settings"]["epochs"] == 50 and facts["provenance"]["test"]["accuracy"] > 0.8
    assert "Dense(units=32)" in scnn("info", model).stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["train", "--preset", "papper", "--out", "x"], "no preset 'papper'"),
        (["train", "--preset", "paper", "--out", "nowhere/x"], "no folder nowhere"),
        (["train", "--preset", "paper", "--out", "."], ". is a folder, and a file is to be written"),
        (["train", "--out", "tests", "--resume", "{model}"], "tests is a folder"),
        (["train", "--preset", "paper", "--out", "x", "--images", "a"], "--images and --labels go together"),
        (["train", "--preset", "mnist", "--out", "x", "--images", "a", "--labels", "b"], "a cannot be read"),
        (["train", "--preset", "paper", "--out", "x", "--epochs", "0"], "epochs must be at least 1"),
        (["train", "--preset", "paper", "--out", "x", "--learning-rate", "-1"], "learning rate"),
        (["train", "--out", "x", "--resume", "pyproject.toml"], "pyproject.toml cannot be continued"),
        (["train", "--out", "x", "--resume", "{model}"], "it is a model, and no checkpoint"),
        (["train", "--out", "x", "--resume", "{model}", "--seed", "2"], "--seed does not go with --resume"),
        (["evaluate", "nowhere.safetensors"], "cannot be read"),
        (["evaluate", "pyproject.toml"], "pyproject.toml: this is not a model or checkpoint file (safetensors)"),
        (["predict", "{model}", "pyproject.toml"], "pyproject.toml cannot be read: it is no picture"),
        (["predict", "{model}", "nowhere.png"], "nowhere.png cannot be read: No such file or directory\n"),
        (["predict", "{model}", "{blank}"], "blank.png: there is no ink on the drawing"),
        (["export", "{model}", "--onnx", "nowhere/x"], "no folder nowhere"),
        (["export", "{model}", "--onnx", "tests"], "tests is a folder"),
        (["export", "nowhere", "--onnx", "{blank}"], "nowhere cannot be read"),
        (["train", "--out", "a" * 300], "cannot be written: File name too long"),
        (
            ["train", "--out", "x", "--test-images", "a", "--test-labels", "b"],
            "go with --images and --labels, the dig",
        ),
    ],
)
def test_errors_are_one_line(model: Path, arguments: list[str], words: str, tmp_path: Path) -> None:
    """Exit code 1, one line, no traceback; with --debug there is one."""
    blank = tmp_path / "blank.png"
    Image.new("L", (30, 30), "white").save(blank)
    given = [argument.replace("{model}", str(model)).replace("{blank}", str(blank)) for argument in arguments]
    result = scnn(*given)
    assert result.returncode == 1 and words in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1 and result.stderr.startswith("scnn: ")
    debugged = scnn("--debug", *given)
    assert debugged.returncode == 1 and "Traceback" in debugged.stderr


def test_debug_may_stand_behind_the_command() -> None:
    """Where one adds it to a line that failed."""
    assert "Traceback" in scnn("info", "nowhere", "--debug").stderr


def test_errors_as_json() -> None:
    """Machines get the error's name."""
    result = scnn("evaluate", "nowhere.safetensors", "--json")
    assert json.loads(result.stdout) == {
        "event": "error",
        "name": "ModelError",
        "message": "nowhere.safetensors cannot be read: No such file or directory",
    }


@pytest.mark.parametrize(
    "arguments",
    [[], ["sing"], ["train"], ["paper", "--seeds", "0"], ["paper", "--jobs", "0"], ["train", "--seed", "-1"]],
)
def test_what_is_not_understood(arguments: list[str]) -> None:
    """Exit code 2 and the usage."""
    result = scnn(*arguments)
    assert result.returncode == 2 and "usage: scnn" in result.stderr


def test_a_bad_file_among_good_ones_is_refused_before_training(tmp_path: Path, idx_files: tuple[Path, Path]) -> None:
    """A truncated test file ends the command at once, and nothing is written."""
    images, labels = idx_files
    short = tmp_path / "short"
    short.write_bytes(gzip.decompress(images.read_bytes())[:-1])
    out = tmp_path / "m.safetensors"
    files = ("--images", images, "--labels", labels, "--test-images", short, "--test-labels", labels)
    result = scnn("train", "--preset", "mnist", *files, "--out", out)
    assert result.returncode == 1 and "promises 784000 bytes, and there are 783999" in result.stderr
    assert not out.exists()
