"""The command line: train, evaluate, predict, paper, export, info.

Exit codes: 0 all went well; 1 an error, told in one line; 2 the command was not understood; 130 stopped by Ctrl-C.
"""

import argparse
import json
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Any

from scnn import presets
from scnn.checkpoint import resume, save_checkpoint, settings_of
from scnn.data import Digits, load_digits, load_idx
from scnn.display import display_for
from scnn.drawing import SIDE, normalise_pixels
from scnn.engine import EngineMaker, Interpreter
from scnn.errors import ConfigError, DataError, ScnnError
from scnn.export import to_onnx
from scnn.metrics import Report
from scnn.network import Network
from scnn.sweep import summary, sweep
from scnn.trainer import EpochEnded, Progress, Trainer
from scnn.version import __version__
from scnn.wasm_engine import compiled

__all__ = ["main"]

ENGINES: dict[str, EngineMaker] = {"compiled": compiled, "interpreted": Interpreter}
SLICE_MS = 200.0  # between two looks at the clock and at Ctrl-C
LARGEST_IMAGE = 40_000_000  # pixels


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; the result is the exit code."""
    chosen = parser().parse_args(arguments)
    try:
        code: int = chosen.run(chosen)
    except ScnnError as error:
        if chosen.debug:
            raise
        if getattr(chosen, "json", False):
            print(json.dumps({"event": "error", "name": type(error).__name__, "message": str(error)}))
        print(f"scnn: {' '.join(str(error).split())}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("scnn: stopped", file=sys.stderr)
        return 130
    except BrokenPipeError:
        return 1
    return code


def parser() -> argparse.ArgumentParser:
    whole = argparse.ArgumentParser(prog="scnn", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    whole.add_argument("--version", action="version", version=f"scnn {__version__}")
    whole.add_argument("--debug", action="store_true", help="show a traceback with an error")
    commands = whole.add_subparsers(required=True, metavar="command")

    one = command(commands, "train", train, "train a preset's network on the bundled digits or on IDX files")
    one.add_argument("--preset", default="mnist", help=f"one of {', '.join(presets.PRESETS)} (default: mnist)")
    one.add_argument("--out", type=Path, required=True, help="where the model goes (.safetensors)")
    one.add_argument("--resume", type=Path, metavar="CHECKPOINT", help="go on with a training that was stopped")
    one.add_argument("--seed", type=seed, default=1)
    one.add_argument("--epochs", type=int, help="instead of the preset's")
    one.add_argument("--learning-rate", type=float, help="instead of the preset's")
    one.add_argument("--batch-size", type=int, help="instead of the preset's")
    one.add_argument("--validation", type=int, default=0, help="keep so many training digits to choose weights by")
    one.add_argument("--patience", type=int, help="stop after so many epochs without a better validation")
    idx(one, "training digits, instead of the bundled ones")
    one.add_argument("--test-images", type=Path, metavar="FILE", help="IDX file of test digits")
    one.add_argument("--test-labels", type=Path, metavar="FILE")
    common(one)

    one = command(commands, "evaluate", evaluate, "judge a model on the bundled test digits or on IDX files")
    one.add_argument("model", type=Path)
    idx(one, "digits, instead of the bundled test digits")
    common(one)

    one = command(commands, "predict", predict, "read digits from pictures (PNG, JPEG; needs Pillow)")
    one.add_argument("model", type=Path)
    one.add_argument("pictures", type=Path, nargs="+", metavar="picture")
    common(one)

    one = command(commands, "paper", paper, "run the paper's experiment over many seeds")
    one.add_argument("--seeds", type=count, default=20, help="how many, from 1 on (default: 20)")
    one.add_argument("--jobs", type=int, default=1, help="processes, by joblib; -1 for all cores (default: 1)")
    common(one)

    one = command(commands, "export", export, "write a model in another format")
    one.add_argument("model", type=Path)
    one.add_argument("--onnx", type=Path, required=True, metavar="FILE")

    one = command(commands, "info", info, "say what a model file holds")
    one.add_argument("model", type=Path)
    one.add_argument("--json", action="store_true", help="as one JSON object")
    return whole


def command(commands: Any, name: str, run: Any, words: str) -> argparse.ArgumentParser:
    one: argparse.ArgumentParser = commands.add_parser(name, help=words, description=words)
    one.set_defaults(run=run)
    return one


def common(one: argparse.ArgumentParser) -> None:
    one.add_argument("--engine", choices=list(ENGINES), default="compiled")
    one.add_argument("--json", action="store_true", help="one JSON object a line")


def idx(one: argparse.ArgumentParser, words: str) -> None:
    one.add_argument("--images", type=Path, metavar="FILE", help=f"IDX file (plain or .gz) of {words}")
    one.add_argument("--labels", type=Path, metavar="FILE", help="its labels")


def seed(text: str) -> int:
    value = int(text)
    if not 0 <= value < 2**32:
        raise argparse.ArgumentTypeError("a seed goes from 0 to 4294967295")
    return value


def count(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return value


# ---------------------------------------------------------------------------------------------- train


def train(chosen: argparse.Namespace) -> int:
    require_folder(chosen.out)
    training, test = digits_of(chosen)
    if chosen.resume:
        trainer = resume(chosen.resume, training, test, make_engine=ENGINES[chosen.engine])
    else:
        trainer = new_trainer(chosen, training, test)
    display = display_for(trainer, chosen.json)
    facts = {"preset": chosen.preset, "parameters": trainer.network.parameter_count}
    began, before = time.perf_counter(), trainer.done
    display.start({**facts, "training_digits": trainer.training_size, "settings": settings_of(trainer)})
    with interruption() as stopped:
        last = clock = began
        for event in trainer.run():
            last, clock = clock, time.perf_counter()
            if isinstance(event, Progress):
                display.progress(event, (trainer.done - before) / (clock - began))
                trainer.fit_slice((clock - last) * 1000, SLICE_MS)
            else:
                display.epoch(event)
                latest = event
            if stopped and not trainer.finished:
                return interrupt(chosen, trainer, display)
    seconds = time.perf_counter() - began
    finish(trainer, chosen.preset, latest, seconds)
    trainer.network.save(chosen.out)
    result = {**facts, "model": str(chosen.out), "sha256": trainer.network.fingerprint(), "seconds": seconds}
    if latest.test:
        result["test"] = Report.from_confusion(latest.test.confusion).to_dict()
    accuracy = f"{latest.test.accuracy:.2%} of the test digits are read right; " if latest.test else ""
    words = f"{accuracy}{seconds:.1f} s; the model is in {chosen.out}\nSHA-256 of its weights: {result['sha256']}"
    display.end(result, words)
    return 0


def digits_of(chosen: argparse.Namespace) -> tuple[Digits, Digits | None]:
    """Training and test digits, from files where they are given; all files are read before anything is trained."""
    files = (chosen.images, chosen.labels, chosen.test_images, chosen.test_labels)
    if not any(files):
        return presets.find(chosen.preset).digits()
    test = None
    if chosen.test_images or chosen.test_labels:
        test = pair(chosen.test_images, chosen.test_labels, "--test-images and --test-labels")
    return pair(chosen.images, chosen.labels, "--images and --labels"), test


def pair(images: Path | None, labels: Path | None, words: str) -> Digits:
    if images is None or labels is None:
        raise ConfigError(f"{words} go together")
    return load_idx(images, labels)


def new_trainer(chosen: argparse.Namespace, training: Digits, test: Digits | None) -> Trainer:
    preset = presets.find(chosen.preset)
    settings = preset.settings
    for name in ("epochs", "batch_size"):
        if getattr(chosen, name) is not None:
            settings[name] = getattr(chosen, name)
    if chosen.learning_rate is not None:
        settings["optimiser"] = replace(preset.optimiser, learning_rate=chosen.learning_rate)
    shape = (1, training.rows, training.columns)
    network = Network(shape, preset.layers, seed=chosen.seed, class_names=training.classes)
    return Trainer(
        network,
        training,
        test,
        validation=chosen.validation,
        patience=chosen.patience,
        seed=chosen.seed,
        make_engine=ENGINES[chosen.engine],
        **settings,
    )


@contextmanager
def interruption() -> Iterator[list[int]]:
    """Ctrl-C fills the list, and the loop stops at a place from which it can go on."""
    signals: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        signals.append(number)
        if len(signals) > 2:
            raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, note)
    try:
        yield signals
    finally:
        signal.signal(signal.SIGINT, before)


def interrupt(chosen: argparse.Namespace, trainer: Trainer, display: Any) -> int:
    path = chosen.out.with_suffix(".checkpoint.safetensors")
    save_checkpoint(path, trainer)
    given = ["--images", "--labels", "--test-images", "--test-labels"]
    files = [f"{name} {value}" for name in given if (value := getattr(chosen, name[2:].replace("-", "_")))]
    again = " ".join(["scnn train --preset", chosen.preset, *files, f"--resume {path} --out {chosen.out}"])
    display.end({"checkpoint": str(path), "stopped": True}, f"Stopped. To go on: {again}")
    return 130


def finish(trainer: Trainer, preset: str, latest: EpochEnded, seconds: float) -> None:
    """What a model file says of how it came to be."""
    trainer.network.provenance = {
        "preset": preset,
        "settings": settings_of(trainer),
        "scnn": __version__,
        "seconds": round(seconds, 3),
        "training": {"loss": latest.training.loss, "accuracy": latest.training.accuracy},
        **({"test": {"loss": latest.test.loss, "accuracy": latest.test.accuracy}} if latest.test else {}),
    }


def require_folder(path: Path) -> None:
    """Better now than after a training."""
    if not path.parent.is_dir():
        raise ConfigError(f"there is no folder {path.parent} to write {path.name} to")


# ------------------------------------------------------------------------------------- other commands


def evaluate(chosen: argparse.Namespace) -> int:
    network = Network.load(chosen.model)
    if chosen.images or chosen.labels:
        digits = pair(chosen.images, chosen.labels, "--images and --labels")
    else:
        digits = bundled_for(network)
    report = network.evaluate(digits, make_engine=ENGINES[chosen.engine]).to_dict()
    if chosen.json:
        print(json.dumps({"event": "evaluation", "classes": network.class_names, "samples": len(digits), **report}))
        return 0
    print(f"accuracy: {report['accuracy']:.2%} of {len(digits)} digits\n")
    width = max(5, *(len(name) + 1 for name in network.class_names))
    print("true \\ read as".ljust(16) + "".join(name.rjust(width) for name in network.class_names))
    for name, row in zip(network.class_names, report["confusion"], strict=True):
        print(name.ljust(16) + "".join(str(number).rjust(width) for number in row))
    print("\nclass           precision  recall      F1")
    rows = [*zip(network.class_names, report["per_class"], strict=True), ("weighted", report["weighted"])]
    for name, scores in rows:
        print(f"{name.ljust(16)}{scores['precision']:9.4f}{scores['recall']:8.4f}{scores['f1']:8.4f}")
    return 0


def bundled_for(network: Network) -> Digits:
    """The bundled test digits of the network's classes."""
    _, test = load_digits()
    wanted = [test.classes.index(name) for name in network.class_names if name in test.classes]
    if len(wanted) != network.classes:
        raise ConfigError(f"the bundled digits have no classes {', '.join(network.class_names)}: give IDX files")
    return test.select(wanted, 100)


def predict(chosen: argparse.Namespace) -> int:
    network = Network.load(chosen.model)
    if network.input_shape != (1, SIDE, SIDE):
        raise ConfigError(f"pictures become images of 1×{SIDE}×{SIDE}, and the network takes {network.input_shape}")
    for picture in chosen.pictures:
        image = normalise_pixels(*grey(picture))
        (row,) = network.probabilities(image, make_engine=ENGINES[chosen.engine])
        best = max(range(len(row)), key=row.__getitem__)
        name = network.class_names[best]
        if chosen.json:
            probabilities = dict(zip(network.class_names, row, strict=True))
            print(
                json.dumps(
                    {"event": "prediction", "picture": str(picture), "class": name, "probabilities": probabilities}
                )
            )
        else:
            print(f"{picture}: {name} ({row[best]:.1%})")
    return 0


def grey(picture: Path) -> tuple[bytes, int, int]:
    """The picture's ink: dark on light, or light on dark if it has a dark rim; transparent is paper."""
    try:
        from PIL import Image
    except ImportError:
        raise ConfigError("reading pictures needs Pillow: `pip install scnn[image]`") from None
    try:
        with Image.open(picture) as opened:
            width, height = opened.size
            if width * height > LARGEST_IMAGE:
                raise DataError(f"{picture} has {width}×{height} pixels, and at most {LARGEST_IMAGE} are read")
            opened.thumbnail((1000, 1000))
            layered = opened.convert("RGBA")
            paper = Image.new("RGBA", layered.size, "white")
            flat = Image.alpha_composite(paper, layered).convert("L")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise DataError(f"{picture} cannot be read: {error}") from None
    width, height = flat.size
    levels = flat.tobytes()
    rim = levels[:width] + levels[-width:] + levels[::width] + levels[width - 1 :: width]
    background = sorted(rim)[len(rim) // 2]
    strongest = max(abs(level - background) for level in levels) or 1
    ink = bytes(min(255, abs(level - background) * 255 // strongest) for level in levels)
    return ink, width, height


def paper(chosen: argparse.Namespace) -> int:
    runs = []
    for run in sweep(range(1, chosen.seeds + 1), chosen.jobs, ENGINES[chosen.engine]):
        runs.append(run)
        if chosen.json:
            print(json.dumps({"event": "run", **run}), flush=True)
    found = summary(runs)
    reference = presets.PAPER.reference
    assert reference
    theirs = {"accuracy": reference.accuracy, "seconds": reference.seconds}
    theirs |= dict(zip(("precision", "recall", "f1"), reference.weighted, strict=True))
    if chosen.json:
        print(json.dumps({"event": "summary", "seeds": chosen.seeds, "figures": found, "paper": theirs}))
        return 0
    print(f"The paper's experiment with seeds 1 to {chosen.seeds}\n")
    print(f"{'':20}{'paper':>8}{'mean':>9}{'st. dev.':>10}{'worst':>9}{'best':>9}")
    for name, words in (
        *(("accuracy", "accuracy"), ("precision", "weighted precision"), ("recall", "weighted recall")),
        *(("f1", "weighted F1"), ("seconds", "seconds a run")),
    ):
        line = "".join(f"{found[name][key]:{width}.3f}" for key, width in (("mean", 9), ("standard_deviation", 10)))
        line += "".join(f"{found[name][key]:9.3f}" for key in ("worst", "best"))
        print(f"{words:20}{theirs[name]:8.2f}{line}")
    print("\nper class, mean (paper)")
    for at, of_paper in enumerate(reference.per_class):
        means = [sum(run["per_class"][at][key] for run in runs) / len(runs) for key in ("precision", "recall", "f1")]
        named = zip(("precision", "recall", "F1"), means, of_paper, strict=True)
        print(f"  {at}: " + ", ".join(f"{name} {mean:.3f} ({figure:.2f})" for name, mean, figure in named))
    return 0


def export(chosen: argparse.Namespace) -> int:
    require_folder(chosen.onnx)
    to_onnx(Network.load(chosen.model), chosen.onnx)
    print(f"{chosen.onnx} is written: images [batch, channel, row, column] from 0 to 1 go in, logits come out")
    return 0


def info(chosen: argparse.Namespace) -> int:
    network = Network.load(chosen.model)
    facts: dict[str, Any] = {
        "input_shape": network.input_shape,
        "layers": [repr(layer) for layer in network.layers],
        "classes": network.class_names,
        "parameters": network.parameter_count,
        "sha256": network.fingerprint(),
        "provenance": network.provenance,
    }
    if chosen.json:
        print(json.dumps(facts))
        return 0
    print(f"input: {' × '.join(map(str, network.input_shape))}; classes: {', '.join(network.class_names)}")
    for layer, shape in zip(network.layers, network.shapes[1:], strict=True):
        print(f"  {layer!r:60} → {' × '.join(map(str, shape))}")
    print(f"{network.parameter_count} parameters, SHA-256 {network.fingerprint()}")
    print(f"provenance: {json.dumps(network.provenance, indent=2)}")
    return 0
