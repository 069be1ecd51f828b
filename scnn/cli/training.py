"""`scnn train`: a training from its beginning, or from a checkpoint, and what Ctrl-C leaves of it."""

import argparse
import shlex
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from scnn.cli.display import Display, display_for
from scnn.cli.options import ENGINES, interruption, keep, pair, require_writable
from scnn.data.digits import Digits
from scnn.errors import ConfigError
from scnn.experiments import presets
from scnn.experiments.opening import open_checkpoint
from scnn.formats import safetensors
from scnn.network.metrics import Report
from scnn.network.network import Network
from scnn.training.checkpoint import resume, save_checkpoint, settings_of
from scnn.training.events import Progress
from scnn.training.trainer import Trainer
from scnn.version import __version__

__all__ = ["train"]

SLICE_MS = 200.0  # between two looks at the clock and at Ctrl-C
PRESET, SEED = "mnist", 1
FIXED = ("preset", "seed", "epochs", "learning_rate", "batch_size", "validation", "patience")


class Running:
    """One training of the command: what was asked for, how long it has taken, and the files that it leaves."""

    def __init__(self, chosen: argparse.Namespace, trainer: Trainer, preset: str) -> None:
        self.chosen, self.trainer, self.preset = chosen, trainer, preset
        self.earlier = seconds_in(trainer.network)
        self.began = time.perf_counter()
        trainer.slice_size = 1  # until it is known how long they take

    @property
    def facts(self) -> dict[str, Any]:
        return {"preset": self.preset, "parameters": self.trainer.network.parameter_count}

    @property
    def seconds(self) -> float:
        """Of all parts of a training that was resumed."""
        return self.earlier + time.perf_counter() - self.began

    def save_model(self) -> None:
        """Writes the model where it was asked for."""
        figures = {name: score.to_dict() for name, score in self.trainer.scores.items()}
        self.trainer.network.provenance = {**self.provenance(), **figures}
        keep(self.trainer.network.save, self.chosen.out)

    def save_checkpoint(self) -> Path:
        """Writes a checkpoint beside where the model is to go; the result is its path."""
        out: Path = self.chosen.out
        path = out.with_name(out.name.removesuffix(".safetensors") + ".checkpoint.safetensors")
        self.trainer.network.provenance = self.provenance()
        keep(lambda place: save_checkpoint(place, self.trainer), path)
        return path

    def provenance(self) -> dict[str, Any]:
        """What a file says of how it came to be."""
        seconds = round(self.seconds, 3)
        return {
            "preset": self.preset,
            "settings": settings_of(self.trainer),
            "scnn": __version__,
            "seconds": seconds,
        }

    def again(self, checkpoint: Path) -> str:
        """The command that goes on from there."""
        given = ["--images", "--labels", "--test-images", "--test-labels"]
        files = [(name, value) for name in given if (value := getattr(self.chosen, name[2:].replace("-", "_")))]
        options = [*files, ("--engine", self.chosen.engine), ("--resume", checkpoint), ("--out", self.chosen.out)]
        return shlex.join(["scnn", "train", *(str(part) for option in options for part in option)])


def train(chosen: argparse.Namespace) -> int:
    require_writable(chosen.out)
    trainer, preset = resumed(chosen) if chosen.resume else begun(chosen)
    running = Running(chosen, trainer, preset)
    with closing(display_for(trainer, chosen.json)) as display, kept_if_silenced(running):
        return shown(running, display)


def shown(running: Running, display: Display) -> int:
    """Trains, judges and saves, all of it on the display."""
    trainer, facts, before = running.trainer, running.facts, running.trainer.done
    display.start({**facts, "training_digits": trainer.training_size, "settings": settings_of(trainer)})
    with interruption() as stopped:
        last = clock = time.perf_counter()
        for event in trainer.run():
            last, clock = clock, time.perf_counter()
            if isinstance(event, Progress):
                display.progress(event, (trainer.done - before) / (clock - running.began))
                trainer.adapt_slice_size((clock - last) * 1000, SLICE_MS)
            else:
                display.epoch(event)
            if stopped and not trainer.finished:
                path = running.save_checkpoint()
                words = f"Stopped. To go on: {running.again(path)}"
                display.end({"checkpoint": str(path), "stopped": True}, words)
                return 130
    seconds = running.seconds
    running.save_model()
    out = running.chosen.out
    result = {**facts, "model": str(out), "sha256": trainer.network.fingerprint(), "seconds": seconds}
    test = trainer.scores.get("test")  # of the weights that are saved, which need not be the last epoch's
    if test:
        result["test"] = Report.from_confusion(test.confusion).to_dict()
    accuracy = f"{test.accuracy:.2%} of the test digits are read right; " if test else ""
    words = f"{accuracy}{seconds:.1f} s; the model is in {out}\nSHA-256 of its weights: {result['sha256']}"
    display.end(result, words)
    return 0


@contextmanager
def kept_if_silenced(running: Running) -> Iterator[None]:
    """Where what is shown cannot be written, to a pipe that was closed or a full disk, nothing trained is lost."""
    try:
        yield
    except OSError as error:
        if running.trainer.finished:
            running.save_model()
            kept = f"the model is in {running.chosen.out}"
        else:
            kept = f"the training is kept in {running.save_checkpoint()}"
        print(f"scnn: what is to be shown cannot be written ({error.strerror}); {kept}", file=sys.stderr)
        raise BrokenPipeError from error


def begun(chosen: argparse.Namespace) -> tuple[Trainer, str]:
    """A new training of a preset, with what was changed of it. All files are read before anything is trained."""
    preset = presets.find(PRESET if chosen.preset is None else chosen.preset)
    training, test = digits_given(chosen) or preset.digits()
    settings = preset.settings
    for name in ("epochs", "batch_size", "validation", "patience"):
        if getattr(chosen, name) is not None:
            settings[name] = getattr(chosen, name)
    if chosen.learning_rate is not None:
        settings["optimiser"] = replace(preset.optimiser, learning_rate=chosen.learning_rate)
    seed = SEED if chosen.seed is None else chosen.seed
    network = Network((1, training.rows, training.columns), preset.layers, seed=seed, class_names=training.classes)
    trainer = Trainer(network, training, test, seed=seed, make_engine=ENGINES[chosen.engine], **settings)
    return trainer, preset.name


def resumed(chosen: argparse.Namespace) -> tuple[Trainer, str]:
    """The training of a checkpoint, with the settings that it has."""
    for name in FIXED:
        if getattr(chosen, name) is not None:
            option = f"--{name.replace('_', '-')}"
            raise ConfigError(f"{option} does not go with --resume: the checkpoint's training goes on as it began")
    make_engine, given = ENGINES[chosen.engine], digits_given(chosen)
    if given:
        trainer = resume(chosen.resume, *given, make_engine=make_engine)
    else:
        trainer = open_checkpoint(safetensors.read(chosen.resume), make_engine, name=str(chosen.resume)).trainer
    return trainer, trainer.network.provenance.get("preset", "")


def digits_given(chosen: argparse.Namespace) -> tuple[Digits, Digits | None] | None:
    """Training and test digits of the files that are named, if any are."""
    if not any((chosen.images, chosen.labels, chosen.test_images, chosen.test_labels)):
        return None
    if not chosen.images and not chosen.labels:
        raise ConfigError(
            "--test-images and --test-labels go with --images and --labels, the digits to train on; "
            "`scnn evaluate` judges a model by files"
        )
    test = None
    if chosen.test_images or chosen.test_labels:
        test = pair(chosen.test_images, chosen.test_labels, "--test-images and --test-labels")
    return pair(chosen.images, chosen.labels, "--images and --labels"), test


def seconds_in(network: Network) -> float:
    """How long the training of a checkpoint took until then."""
    seconds = network.provenance.get("seconds")
    return seconds if isinstance(seconds, int | float) and seconds > 0 else 0.0
